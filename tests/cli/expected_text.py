# SPDX-License-Identifier: MIT
"""Compares a text with one that has placeholders for what differs from run to run."""
import difflib
import re

PLACEHOLDERS = {
    "{any}": r".*",
    "{n}": r"\d+",
    "{number}": r"-?\d+(?:\.\d+)?(?:e-?\d+)?",
    "{time}": r"(?:\d+(?:\.\d+)?(?:ns|us|ms|s)|\d+m\d+s)",
    "{size}": r"\d+(?:\.\d+)? [kMG]?B",
    "{rate}": r"\d+(?:\.\d+)? [kMG]?B/s",
}
PIECES = re.compile("(" + "|".join(map(re.escape, PLACEHOLDERS)) + ")")


def pattern_of(line: str) -> re.Pattern:
    pieces = PIECES.split(line)
    return re.compile("".join(PLACEHOLDERS.get(p) or re.escape(p) for p in pieces), re.S)


def fits(expected: str, actual: str) -> bool:
    return expected == actual or pattern_of(expected).fullmatch(actual) is not None


def difference(name: str, expected: str, actual: str) -> str:
    """A diff, or nothing where `actual` fits. A line that fits shows as it is expected to be."""
    wanted = expected.splitlines(keepends=True)
    came = actual.splitlines(keepends=True)
    shown = [want if fits(want, line) else line for want, line in zip(wanted, came)]
    shown += came[len(shown):]
    if wanted == shown:
        return ""
    # Lines that fit elsewhere than in their place: compare as patterns, for a short diff.
    shown = [next((want for want in wanted if fits(want, line)), line) for line in came]
    lines = difflib.unified_diff(wanted, shown, f"{name} as expected", f"{name} as it came", n=2)
    text = "".join(line if line.endswith("\n") else line + "\n\\ no line feed\n" for line in lines)
    return text or f"--- {name}: the right lines in a wrong order\n{actual}"


def missing_parts(name: str, parts: str, actual: str) -> str:
    """The lines of `parts` that are nowhere in `actual`."""
    absent = [part for part in parts.splitlines()
              if part and not re.search(pattern_of(part).pattern, actual)]
    if not absent:
        return ""
    return "".join(f"{name} has not: {part}\n" for part in absent) + f"{name}:\n{actual}"
