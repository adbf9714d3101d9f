#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`grove poll --start`: who starts, dies and is stopped; signals while it waits. `Running.wait`
fails when a process stays behind."""
import os
import signal
import unittest

from fault_case import FaultCase

from program import wait_until

SLEEPER = "echo up > part; mv part up; exec sleep 60"
CHILDREN = "sleep 60 & sleep 60 & echo up > up; wait"
STUBBORN = "trap '' TERM; echo up > up; while :; do sleep 0.05; done"


class Started(FaultCase):
    verb = "poll"

    def poll(self, *words, code=0):
        return self.fetch("--no-progress", *words, code=code)

    def test_death_is_told_with_the_log(self):
        ended = self.poll("--start", "for i in $(seq 30); do echo line $i; done; exit 3",
                          "file:never", code=3)
        self.assertIn("has ended: exit code 3; it is not up\n", ended.talk)
        self.assertIn("  file:never: no such file\n", ended.talk)
        self.assertIn("    | line 11\n", ended.talk)
        self.assertIn("    | line 30\n", ended.talk)
        self.assertNotIn("    | line 10\n", ended.talk)

    def test_death_by_a_signal_is_named(self):
        ended = self.poll("--start", "kill -9 $$", "file:never", code=3)
        self.assertIn("has ended: killed by SIGKILL", ended.talk)

    def test_end_without_a_failure_ends_the_wait_too(self):
        ended = self.poll("--start", "true", "file:never", code=3)
        self.assertIn("has ended: exit code 0; it is not up; what goes to the background", ended.talk)

    def test_death_does_not_wait_for_who_holds_the_output(self):
        ended = self.poll("--start", "sleep 60 & echo dead; exit 1", "file:never", code=3)
        self.assertIn("    | dead\n", ended.talk)

    def test_the_whole_group_is_stopped(self):
        self.poll("--start", CHILDREN, "file:up")

    def test_who_ignores_sigterm_is_killed(self):
        self.poll("--start", STUBBORN, "--grace", "50ms", "file:up")

    def test_what_is_started_is_asked_to_end_first(self):
        self.poll("--start", "trap 'echo bye > bye; exit' TERM; echo up > up; "
                  "while :; do sleep 0.01; done", "file:up")
        self.assertEqual(["bye", "up"], self.names())

    def test_command_runs_beside_it_and_gives_the_code(self):
        ended = self.poll("--start", SLEEPER, "file:up", "--", "sh", "-c", "cat up; exit 7", code=7)
        self.assertEqual(b"up\n", ended.stdout)

    def test_log_is_told_when_the_command_falls_short(self):
        ended = self.poll("--start", "echo 'no such table'; " + SLEEPER, "file:up", "--", "false",
                          code=1)
        self.assertIn("    | no such table\n", ended.talk)

    def test_death_beside_the_command_is_told(self):
        ended = self.poll("--start", "echo up > up; while ! test -e go; do sleep 0.01; done; exit 4",
                          "file:up", "--", "sh", "-c", "touch go; sleep 0.5")
        self.assertIn("has ended: exit code 4", ended.talk)

    def test_interrupt_stops_what_was_started(self):
        for number in (signal.SIGINT, signal.SIGHUP):
            with self.subTest(number=number):
                run = self.start("--start", CHILDREN, "file:never")
                wait_until(lambda: os.path.exists(self.path("up")), "it has started")
                os.remove(self.path("up"))
                run.send(number)
                self.assertEqual(128 + number, run.wait().code)

    def test_second_interrupt_ends_all_at_once(self):
        run = self.start("--grace", "1h", "--start", "(trap '' TERM; sleep 60) & "
                         "trap 'touch told' TERM; echo up > up; while :; do sleep 0.05; done",
                         "file:never")
        wait_until(lambda: os.path.exists(self.path("up")), "it has started")
        run.send(signal.SIGINT)
        wait_until(lambda: os.path.exists(self.path("told")), "it was asked to end")
        run.send_again(signal.SIGINT)
        self.assertEqual(130, run.wait().code)

    def test_interrupt_of_a_wait_is_quick(self):
        run = self.start("file:never", "pid:1")
        wait_until(lambda: "pid:1" in run.talk_so_far(), "it waits for the other")
        run.send(signal.SIGTERM)
        ended = run.wait()
        self.assertEqual(143, ended.code)
        self.assertIn(": 1 of 2 are up, 2 wanted\n  file:never: no such file\n", ended.talk)

    def test_sigterm_reaches_the_command(self):
        run = self.start("--start", SLEEPER, "file:up", "--", "sh", "-c",
                         "trap 'exit 9' TERM; touch began; while :; do sleep 0.01; done")
        wait_until(lambda: os.path.exists(self.path("began")), "the command runs")
        run.send(signal.SIGTERM)
        self.assertEqual(9, run.wait().code)

    def test_program_that_is_not_there_is_told_by_the_shell(self):
        ended = self.poll("--start", "./nothing-here", "file:never", code=3)
        self.assertIn("has ended: exit code 127", ended.talk)

    def test_log_is_told_as_it_comes_with_verbose(self):
        ended = self.poll("-v", "--start", "echo hello; " + SLEEPER, "file:up")
        self.assertIn("| hello\n", ended.talk)

    def test_file_that_comes_is_told_by_the_kernel(self):
        run = self.start("--every", "1h", "file:later")
        wait_until(lambda: run.switches() > 0, "it waits")
        with open(self.path("later"), "w", encoding="ascii"):
            pass
        self.assertEqual(0, run.wait().code)

    def test_file_may_come_with_its_folder(self):
        run = self.start("file:folder/later")
        wait_until(lambda: run.switches() > 0, "it waits")
        os.mkdir(self.path("folder"))
        with open(self.path("folder/later"), "w", encoding="ascii"):
            pass
        self.assertEqual(0, run.wait().code)


if __name__ == "__main__":
    unittest.main()
