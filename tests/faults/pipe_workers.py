#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Workers of `grove pipe map` that are killed, and those that stop."""
import os
import random
import signal
import time
import unittest

from fault_case import SLOWNESS, FaultCase
from program import wait_until

LINES = int(1_000_000 / SLOWNESS)
KILLS = int(100 / SLOWNESS)


def program_of(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


class PipeWorkers(FaultCase):
    verb = "pipe"

    def numbers(self, count: int) -> bytes:
        text = "".join(f"{i}\n" for i in range(count)).encode()
        with open(self.path("numbers"), "wb") as file:
            file.write(text)
        return text

    def workers(self, run) -> list[int]:
        """Those that are programs already: one that is about to become it holds its parent up."""
        own = os.readlink(f"/proc/{run.pid}/exe") if run.alive() else ""
        return [pid for pid in run._session() if pid != run.pid and program_of(pid) != own]

    def test_workers_killed_at_random_cost_no_item_and_no_order(self):
        numbers = self.numbers(LINES)
        chance = random.Random(7)
        # Slow enough that there is time to kill: the answer to an item takes a while now and then.
        worker = "while read -r x; do case $x in *999) sleep 0.01;; esac; echo $x; done"
        run = self.start("-i", "numbers", "map", "-j4", "--retries", 50, "bash", "-c", worker)
        killed = 0
        while killed < KILLS and run.alive():
            alive = self.workers(run)
            if alive:
                try:
                    os.kill(chance.choice(alive), signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
            time.sleep(0.01)
        ended = run.wait()
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(KILLS, killed)
        self.assertTrue(ended.stdout == numbers, "what came out is not what went in")

    def test_idle_worker_that_dies_is_replaced_and_blames_nobody(self):
        reading, writing = os.pipe()
        run = self.start("map", "-j1", "--retries", "0", "cat", stdin=reading)
        os.close(reading)
        for item in (b"1\n", b"2\n"):
            os.write(writing, item)
            wait_until(lambda: item in run.output_so_far(), "the item was answered")
            for pid in self.workers(run):
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not self.workers(run), "its worker is gone")
        os.write(writing, b"3\n")
        os.close(writing)
        ended = run.wait()
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(b"1\n2\n3\n", ended.stdout)

    def test_stopped_worker_is_late_and_its_items_go_to_another(self):
        numbers = self.numbers(2000)
        run = self.start("-i", "numbers", "map", "-j2", "--timeout", "300ms", "sh", "-c",
                         "while read -r x; do sleep 0.001; echo $x; done")
        first = wait_until(lambda: self.workers(run), "a worker runs")[0]
        os.kill(first, signal.SIGSTOP)
        ended = run.wait()
        self.assertEqual(0, ended.code, ended)
        self.assertTrue(ended.stdout == numbers)


if __name__ == "__main__":
    unittest.main()
