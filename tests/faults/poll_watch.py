#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`grove poll --watch` that is interrupted, and the commands that it runs."""
import json
import os
import signal
import unittest

from fault_case import FaultCase

from program import wait_until


class Watch(FaultCase):
    verb = "poll"

    def lines(self, run) -> list[dict]:
        text = run.output_so_far()
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith(b"\n")]

    def test_interrupt_sums_up(self):
        run = self.start("--watch", "--every", "10ms", "file:.")
        wait_until(lambda: self.lines(run), "it tells the first state")
        run.send(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        last = json.loads(ended.stdout.splitlines()[-1])
        self.assertEqual(("summary", "up"), (last["event"], last["state"]))

    def test_change_is_told_while_it_watches(self):
        run = self.start("--watch", "--every", "1h", "file:here")
        wait_until(lambda: len(self.lines(run)) == 1, "it is down")
        for there in (True, False):
            if there:
                with open(self.path("here"), "w", encoding="ascii"):
                    pass
            else:
                os.remove(self.path("here"))
            state = "up" if there else "down"
            wait_until(lambda: self.lines(run)[-1]["state"] == state, f"it is {state}")
        run.send(signal.SIGTERM)
        self.assertEqual(143, run.wait().code)

    def test_command_on_change_that_hangs_is_killed_at_the_end(self):
        run = self.start("--watch", "--grace", "50ms", "--on-change", "touch called; sleep 60",
                         "file:here")
        wait_until(lambda: self.lines(run), "it is down")
        with open(self.path("here"), "w", encoding="ascii"):
            pass
        wait_until(lambda: os.path.exists(self.path("called")), "the command runs")
        run.send(signal.SIGINT)
        self.assertEqual(130, run.wait().code)


if __name__ == "__main__":
    unittest.main()
