#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""That nothing outlives a run of a recipe, however it ends."""
import ctypes
import os
import random
import signal
import time
import unittest

from fault_case import FaultCase, SLOWNESS
from program import wait_until

PR_SET_CHILD_SUBREAPER = 36
MOMENTS = int(os.environ.get("GROVE_TEST_MOMENTS", 8))

RECIPE = """
[[service]]
id    = "web"
serve = "/=echo"

[[service]]
id        = "worker"
sh        = "(setsid sleep 1000 &) ; sleep 1000 & echo up; exec sleep 1000"
ready.log = "up"

[[step]]
id = "first"
sh = "touch began"

[[step]]
id    = "ask"
fetch = ":{{web.port}}/ --expect 'status == 200'"

[[step]]
id    = "busy"
needs = "worker"
sh    = "setsid sleep 1000 & sleep 1000 & sleep 0.15"

[[step]]
id       = "beside"
parallel = true
matrix   = { n = [1, 2, 3] }
exec     = "sleep 0.1"

[[step]]
id       = "load"
bench    = ":{{web.port}}/"
duration = "300ms"
connections = 2

[[finally]]
sh = "touch ended; (setsid sleep 1000 &)"
"""

STUBBORN = """
[[step]]
sh = "trap '' TERM INT; (trap '' TERM; setsid sleep 1000) & touch began; sleep 1000; sleep 1000"
"""


def become_subreaper():
    """What loses its parent from here on becomes our child."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def living_children() -> list[str]:
    """Command lines of our children; those that have ended are collected."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return []
    with open("/proc/thread-self/children", encoding="ascii") as file:
        pids = file.read().split()
    return [open(f"/proc/{pid}/cmdline", encoding="latin-1").read().replace("\0", " ")
            for pid in pids]


class Orphans(FaultCase):
    verb = "run"

    def setUp(self):
        super().setUp()
        become_subreaper()

    def write(self, text: str):
        with open(self.path("recipe.toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def forget_marks(self):
        for name in ("began", "ended"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))

    def test_run_to_its_end_leaves_nobody(self):
        self.write(RECIPE)
        ended = self.start("recipe.toml").wait()
        self.assertEqual(0, ended.code, ended)
        self.assertEqual([], living_children(), ended)

    def test_interrupts_at_random_moments_leave_nobody(self):
        self.write(RECIPE)
        chance = random.Random(4711)
        for _ in range(MOMENTS):
            moment = chance.uniform(0, 0.8) * min(SLOWNESS, 3)
            self.forget_marks()
            run = self.start("recipe.toml")
            time.sleep(moment)
            run.send(signal.SIGINT)
            ended = run.wait()
            about = f"after {moment:.3f} s\n{ended}"
            self.assertIn(ended.code, (130, 0), about)
            self.assertEqual([], living_children(), about)
            if os.path.exists(self.path("began")):
                self.assertTrue(os.path.exists(self.path("ended")), about)

    def test_second_interrupt_kills_at_once(self):
        self.write(STUBBORN)
        run = self.start("recipe.toml", "--grace", "1h")
        wait_until(lambda: os.path.exists(self.path("began")), "the step runs")
        run.send(signal.SIGINT)
        wait_until(lambda: "once more ends at once" in run.talk_so_far(), "it was told")
        self.assertTrue(run.alive())
        run.send(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)

    def test_grace_ends_those_that_do_not_listen(self):
        self.write(STUBBORN)
        run = self.start("recipe.toml", "--grace", "100ms")
        wait_until(lambda: os.path.exists(self.path("began")), "the step runs")
        run.send(signal.SIGTERM)
        ended = run.wait()
        self.assertEqual(143, ended.code, ended)
        self.assertEqual([], living_children(), ended)


if __name__ == "__main__":
    unittest.main()
