#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds run.py to its word: each kind of difference makes a case fail, and nothing else does."""
import contextlib
import io
import os
import sys
import unittest

sys.dont_write_bytecode = True

import run
from program import scratch_folder

# Stands in for the program: what it is told is a line of shell.
PROGRAM = '#!/bin/bash\neval "$1"\n'


class Runner(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(scratch_folder())
        self.program = os.path.join(self.folder, "program")
        with open(self.program, "w", encoding="ascii") as file:
            file.write(PROGRAM)
        os.chmod(self.program, 0o755)

    def report(self, command: str, **files: str) -> str:
        """What the runner says of a case: nothing when it passes."""
        folder = os.path.join(self.folder, "case")
        os.makedirs(folder)
        for name, text in {"cmd": f"grove '{command}'\n", **files}.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            passed = run.run_case(run.Case(folder), self.program, False)
        self.assertEqual(passed, "FAILED" not in said.getvalue())
        return "" if passed else said.getvalue()

    def test_what_is_as_expected_passes(self):
        self.assertEqual("", self.report(
            "cat; echo took 1.5ms >&2; printf new > a; exit 7", stdin="in {port}\n",
            stdout="in {port}\n", stderr="took {time}\n", code="7\n", files="a\ttext:new\n"))

    def test_wrong_code_is_reported(self):
        self.assertIn("code: 3, expected 0", self.report("exit 3"))

    def test_death_by_a_signal_is_reported_as_a_shell_does(self):
        self.assertIn("code: 137, expected 0", self.report("kill -9 $$"))

    def test_wrong_output_is_reported_as_a_diff(self):
        report = self.report("echo one; echo two", stdout="one\nthree\n")
        self.assertIn("-three", report)
        self.assertIn("+two", report)

    def test_output_that_nobody_expects_is_reported(self):
        self.assertIn("+noise", self.report("echo noise >&2"))

    def test_missing_part_is_reported(self):
        report = self.report("echo one >&2", stderr_contains="one\ntwo\n")
        self.assertIn("stderr has not: two", report)
        self.assertNotIn("has not: one", report)

    def test_order_of_lines_counts(self):
        self.assertIn("b", self.report("echo b; echo a", stdout="a\nb\n"))

    def test_unexpected_file_is_reported(self):
        self.assertIn("there is a.part", self.report("touch a.part"))

    def test_wrong_content_is_reported(self):
        self.assertIn("a is not file:1k/1", self.report("echo x > a", files="a\tfile:1k/1\n"))

    def test_missing_file_is_reported(self):
        self.assertIn("there is no a", self.report("true", files="a\tany\n"))

    def test_requests_are_compared(self):
        report = self.report("exec 3<>/dev/tcp/127.0.0.1/{port}; "
                             "printf \"GET /a HTTP/1.1\\r\\n\\r\\n\" >&3; head -c 1 <&3",
                             stdout="H", log="GET /other 200\n")
        self.assertIn("+GET /a 404", report)

    def test_process_left_behind_is_reported_and_ended(self):
        report = self.report("sleep 987654 >/dev/null 2>&1 & exit 0")
        self.assertIn("processes are left behind", report)


if __name__ == "__main__":
    unittest.main()
