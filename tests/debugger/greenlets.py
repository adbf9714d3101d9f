#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gdb with grove-gdb.py, on a program that stops in the middle and on its core."""
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["DEBUGGED"]
SCRIPT = os.environ["GREENLETS_FOR_GDB"]


def gdb(*commands: str, program: tuple = (PROGRAM,)) -> str:
    words = ["gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off",
             "-iex", "set auto-load no", "-ex", f"source {SCRIPT}"]
    for command in commands:
        words += ["-ex", command]
    ended = subprocess.run([*words, *program], text=True, timeout=50, check=False,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
    return ended.stdout


STOP = ("break stop_here", "run")


class Greenlets(unittest.TestCase):
    def assert_list(self, text: str):
        self.assertEqual(2, text.count("hub of thread "), text)
        self.assertRegex(text, r"  \d+:0 main greenlet, parked on greenlet.join 0x[0-9a-f]+\n")
        self.assertRegex(text, r"  \d+:1 at the gate, parked on event 0x[0-9a-f]+, "
                               r"spawned at debugged.cpp:\d+\n")
        self.assertRegex(text, r"\* \d+:2 Greenlet-2, running, spawned at debugged.cpp:\d+\n")
        self.assertRegex(text, r"  \d+:3 Greenlet-3, fresh, ")
        self.assertRegex(text, r"  \d+:1 on another hub, parked on remote_event 0x")

    def assert_stacks(self, text: str):
        self.assertRegex(text, r"at the gate, [^\n]*\n(    #[^\n]*\n)+?"
                               r"    #\d+ +0x[0-9a-f]+ in [^\n]*wait_at_the_gate[^\n]*debugged.cpp")
        self.assertRegex(text, r"on another hub, [^\n]*\n(    #[^\n]*\n)+?"
                               r"    #\d+ +0x[0-9a-f]+ in [^\n]*wait_elsewhere[^\n]*debugged.cpp")
        self.assertRegex(text, r"main greenlet, [^\n]*\n(    #[^\n]*\n)+?    #\d+ +\S+ in main ")
        self.assertRegex(text, r"Greenlet-2, [^\n]*\n    it runs: see its thread\n")
        self.assertRegex(text, r"Greenlet-3, [^\n]*\n    it has no stack yet\n")
        self.assertNotIn("greenlet_loop", text)

    def test_of_a_live_process_are_listed_with_their_stacks_and_it_goes_on(self):
        text = gdb(*STOP, "info greenlets", "greenlet backtrace all", "continue")
        self.assert_list(text)
        self.assert_stacks(text)
        self.assertIn("the end\n", text)

    def test_of_a_core_are_listed_with_their_stacks(self):
        with tempfile.TemporaryDirectory() as folder:
            core = os.path.join(folder, "core")
            # gdb reads no further than a guard page of MADV_GUARD_INSTALL; the kernel does.
            gdb("set environment GROVE_GUARD mprotect", *STOP, f"generate-core-file {core}")
            text = gdb("info greenlets", "greenlet backtrace all", program=(PROGRAM, core))
        self.assert_list(text)
        self.assert_stacks(text)

    def test_one_is_chosen_by_its_number_alone_or_with_its_thread(self):
        text = gdb(*STOP, "greenlet backtrace 2", "greenlet backtrace 99", "greenlet backtrace")
        self.assertEqual(1, text.count("Greenlet-2, running"), text)
        self.assertNotIn("at the gate", text)
        self.assertIn("There is no greenlet 99; see `info greenlets`.", text)
        self.assertIn("usage: greenlet backtrace [THREAD:]NUMBER|all", text)

    def test_the_thread_s_own_backtrace_is_left_as_it_was(self):
        text = gdb(*STOP, "greenlet backtrace all", "echo OWN\\n", "backtrace")
        self.assertIn("#0  stop_here", text.split("OWN\n")[1])
        self.assertNotIn("wait_at_the_gate", text.split("OWN\n")[1])

    def test_a_program_without_grove_is_told_so(self):
        self.assertIn("This program has no libgrove", gdb("info greenlets", program=("/bin/true",)))

    def test_before_the_first_hub_nothing_is_there(self):
        self.assertIn("No thread has a hub yet.", gdb("break main", "run", "info greenlets"))


if __name__ == "__main__":
    unittest.main()
