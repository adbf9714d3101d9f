#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`grove pipe --journal`: runs that are killed, and go on."""
import os
import random
import signal
import time
import unittest

from fault_case import SLOWNESS, FaultCase
from program import wait_until

ITEMS = 4000
KILLS = 30 if SLOWNESS == 1 else 5


class PipeJournal(FaultCase):
    verb = "pipe"

    def setUp(self):
        super().setUp()
        self.text = "".join(f"{i}\n" for i in range(ITEMS)).encode()
        with open(self.path("in"), "wb") as file:
            file.write(self.text)
        self.worker = "while read -r x; do case $x in *9) sleep 0.002;; esac; echo $x; done"

    def run_on(self, *sink, stdout=None):
        return self.start("--journal", "j", "--resume", "-i", "in", "map", "-j2", "sh", "-c",
                          self.worker, *sink, stdout=stdout)

    def kill_at_random(self, *sink, stdout=None) -> int:
        """Kills -9 and goes on until a run comes to its end. Result: how many were killed."""
        chance = random.Random(11)
        for killed in range(KILLS):
            run = self.run_on(*sink, stdout=stdout)
            time.sleep(chance.uniform(0, 0.15))
            alive = run.alive()
            run.send(signal.SIGKILL)
            run.process.wait()
            wait_until(lambda: not run._session(), "its workers are gone")
            run.kill()
            if not alive:
                return killed
        ended = self.run_on(*sink, stdout=stdout).wait()
        self.assertEqual(0, ended.code, ended)
        return KILLS

    def test_file_of_killed_runs_is_that_of_one_run(self):
        self.assertGreater(self.kill_at_random("then", "file", "out"), KILLS // 3)
        with open(self.path("out"), "rb") as file:
            self.assertTrue(file.read() == self.text, "what came out is not what went in")

    def test_items_of_killed_runs_are_on_stdout_at_least_once_each(self):
        with open(self.path("all"), "ab") as out:
            self.assertGreater(self.kill_at_random(stdout=out), KILLS // 3)
        with open(self.path("all"), "rb") as file:
            seen = file.read().split()
        self.assertEqual(set(self.text.split()), set(seen))

    def test_interrupted_run_goes_on_and_does_only_what_ran_again(self):
        with open(self.path("in"), "wb") as file:
            file.write(self.text[:200])
        words = ["--journal", "j", "--resume", "--grace", "50ms", "-i", "in", "each", "-j2",
                 "sh", "-c", "echo $1 >> begun; sleep 0.01; echo $1", "sh", "{}",
                 "then", "file", "out"]
        run = self.start(*words)
        wait_until(lambda: os.path.exists(self.path("begun")), "the run has begun")
        run.send(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        ended = self.start(*words).wait()
        self.assertEqual(0, ended.code, ended)
        with open(self.path("out"), "rb") as file:
            self.assertEqual(self.text[:200], file.read())
        with open(self.path("begun"), "rb") as file:
            self.assertLessEqual(len(file.readlines()), self.text[:200].count(b"\n") + 2)

    def test_item_that_was_told_to_stop_too_runs_again(self):
        with open(self.path("in"), "wb") as file:
            file.write(b"1\n2\n3\n")
        held = "echo $$ >> begun; [ -e go ] || exec sleep 1000; echo $1"
        words = ["--journal", "j", "--resume", "-i", "in", "each", "-j1", "sh", "-c", held, "sh",
                 "{}", "then", "file", "out"]
        run = self.start(*words)
        wait_until(lambda: os.path.exists(self.path("begun")), "the first item has begun")
        run.send(signal.SIGTERM)
        wait_until(lambda: "stopping" in run.talk_so_far(), "the signal is noticed")
        with open(self.path("begun"), encoding="ascii") as file:
            first = int(wait_until(file.readline, "it tells its number"))
        with open(self.path("go"), "wb"):
            pass
        os.kill(first, signal.SIGTERM)
        ended = run.wait()
        self.assertEqual(143, ended.code, ended)
        self.assertIn("it is not dealt with", ended.talk)
        ended = self.start(*words).wait()
        self.assertEqual(0, ended.code, ended)
        with open(self.path("out"), "rb") as file:
            self.assertEqual(b"1\n2\n3\n", file.read())


if __name__ == "__main__":
    unittest.main()
