#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each test that PARITY.md names is one that ctest knows; rows without one say `open`."""
import json
import pathlib
import re
import subprocess
import sys

TABLE = pathlib.Path(__file__).with_name("PARITY.md")


def known_tests(build: str) -> set[str]:
    told = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    return {test["name"] for test in json.loads(told)["tests"]}


def complaints(known: set[str]) -> list[str]:
    found = []
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if not line.startswith("| ") or cells[0].startswith("**") or cells[0] == "gevent":
            continue
        proof = cells[-1]
        if re.fullmatch(r"open( \(.+\))?", proof):
            continue
        for name in proof.split(", "):
            if name not in known:
                found.append(f"PARITY.md:{number}: there is no test {name!r}")
    return found


found = complaints(known_tests(sys.argv[1]))
print("\n".join(found))
sys.exit(1 if found else 0)
