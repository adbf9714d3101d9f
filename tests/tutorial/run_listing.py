#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a listing of the tutorial and compares what it says with what lies beside its source:

    NN_name.out      stdout, byte for byte; or
    NN_name.pattern  a regular expression that all of stdout matches
    NN_name.err      a regular expression that all of stderr matches; without it stderr is empty
    NN_name.status   the exit status; without it 0
"""
import argparse
import difflib
import pathlib
import re
import subprocess
import sys


def complaints(ended: subprocess.CompletedProcess, beside) -> list[str]:
    """What is not as `beside(suffix)`, the text of a file or None, says."""
    found = []
    wanted = int(beside(".status") or 0)
    if ended.returncode != wanted:
        found.append(f"it ended with {ended.returncode}, not {wanted}")
    out, pattern = beside(".out"), beside(".pattern")
    if out is None and pattern is None:
        found.append("there is neither a .out nor a .pattern")
    if out is not None and ended.stdout != out:
        rows = difflib.unified_diff(out.splitlines(), ended.stdout.splitlines(),
                                    "expected", "stdout", lineterm="")
        found.append("\n".join(rows))
    if pattern is not None and not re.fullmatch(pattern, ended.stdout, re.MULTILINE):
        found.append(f"stdout does not match the .pattern:\n{ended.stdout}")
    if not re.fullmatch(beside(".err") or "", ended.stderr, re.MULTILINE):
        found.append(f"stderr is not as the .err says:\n{ended.stderr}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("program", nargs="+")
    words = parser.parse_args()

    def beside(suffix: str) -> str | None:
        path = words.source.with_suffix(suffix)
        return path.read_text(encoding="utf-8") if path.exists() else None

    ended = subprocess.run(words.program, capture_output=True, text=True, timeout=50, check=False)
    found = complaints(ended, beside)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
