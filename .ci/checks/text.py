# SPDX-License-Identifier: MIT
"""What can be seen in the text alone: house rules, and what belongs at the top level."""
import os
import re

TOP_LEVEL = {"cmd", "lib", "recipes", "tests", "CMakeLists.txt", "Makefile", "README.md", "LICENSE"}
SOURCES = (".cpp", ".hpp", ".c", ".h")
SCRIPTS = (".py", ".sh", ".go", ".cmake", "CMakeLists.txt", "Makefile")
VAGUE_NAMES = {"util", "utils", "misc", "helper", "helpers", "manager", "base_impl"}
LONGEST_FILE = 500
COLUMNS = 100

UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|HAC[K])\b")
# clang-format leaves the contract lines of a comment alone (CommentPragmas), however long.
LONG_COMMENT = re.compile(rf"^(?=[ \t]*//).{{{COLUMNS + 1},}}$", re.M)
WRITES_STDOUT = re.compile(
    r"(?<![\w.>])(?:std::|::)?(?:v?printf|puts|putchar|putwchar)\s*\(|std::w?cout\b|\bstdout\b"
    r"|\bSTDOUT_FILENO\b|\bwrite\(1\s*,|fmt::v?print(?:ln)?\(\s*(?=[\s)])")
ENDS_PROCESS = re.compile(r"(?<![\w.>])(?:std::|::)?(?:_exit|_Exit|quick_exit|exit)\s*\(")


def lines_matching(pattern, text):
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group().strip()


def check_top_level(tree):
    """Nothing beside the agreed entries and dot-files."""
    for entry in sorted({path.split("/")[0] for path in tree.files}):
        if entry not in TOP_LEVEL and not entry.startswith("."):
            yield f"{entry}:1: a top-level entry beside the agreed ones"


def check_rules(tree):
    """A file's name, licence line, include guard and length, and no unfinished work."""
    for path in tree.matching("", ends=SOURCES + SCRIPTS):
        text = tree.text(path)
        if os.path.basename(path).split(".")[0] in VAGUE_NAMES:
            yield f"{path}:1: a name that says nothing: name the file for what it owns"
        if "SPDX-License-Identifier: MIT" not in "\n".join(text.split("\n")[:2]):
            yield f"{path}:1: has no SPDX licence line"
        if text.count("\n") > LONGEST_FILE:
            yield f"{path}:1: {text.count(chr(10))} lines, more than {LONGEST_FILE}"
        if path.endswith((".hpp", ".h")) and "#pragma once" not in text:
            yield f"{path}:1: has no #pragma once"
        for line, _ in lines_matching(LONG_COMMENT, text):
            yield f"{path}:{line}: a comment of more than {COLUMNS} columns"
        for line, word in lines_matching(UNFINISHED, text):
            yield f"{path}:{line}: {word} in the tree: finish it or open an issue"


def check_output(tree):
    """cmd/common/output alone writes to stdout, cmd/common/exit_code alone ends the process."""
    for path in tree.matching("lib/", "cmd/", ends=SOURCES):
        code = tree.code(path)
        if not path.startswith("cmd/common/output"):
            for line, what in lines_matching(WRITES_STDOUT, code):
                yield f"{path}:{line}: writes to stdout ({what}): cmd/common/output does that"
        if path.startswith("cmd/") and not path.startswith("cmd/common/exit_code"):
            for line, what in lines_matching(ENDS_PROCESS, code):
                yield f"{path}:{line}: ends the process ({what}): cmd/common/exit_code does that"
