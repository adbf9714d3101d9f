#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""That nothing outlives a run of a recipe, however it ends, and that it tells how it ended.

    GROVE_TEST_MOMENTS=100 GROVE=build/release/grove tests/faults/run_orphans.py -v -k "*random*"
"""
import ctypes
import json
import os
import random
import shutil
import signal
import time
import unittest
import xml.etree.ElementTree

from fault_case import FaultCase
from program import wait_until

PR_SET_CHILD_SUBREAPER = 36
MOMENTS = int(os.environ.get("GROVE_TEST_MOMENTS", 8))

RECIPE = """
[report]
junit = "report/junit.xml"
json  = "report/events.jsonl"
html  = "report/page.html"

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
sh    = "setsid sleep 1000 >&- 2>&- & sleep 1000 >&- 2>&- & sleep 0.15"

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
sh = "touch ended; (setsid sleep 1000 >&- 2>&- &)"
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
        self.tmp = os.path.join(self.home, "tmp")
        os.mkdir(self.tmp)
        self.env["TMPDIR"] = self.tmp

    def write(self, text: str):
        with open(self.path("recipe.toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def forget_marks(self):
        for name in ("began", "ended"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        shutil.rmtree(self.path("report"), ignore_errors=True)

    def assert_nothing_is_left(self, about):
        self.assertEqual([], living_children(), about)
        self.assertEqual([], os.listdir(self.tmp), about)

    def assert_reports(self, codes: list[int], about):
        """All three are whole, and tell of one of these ends."""
        cases = xml.etree.ElementTree.parse(self.path("report/junit.xml")).findall(".//testcase")
        self.assertEqual(8, len(cases), about)
        with open(self.path("report/events.jsonl"), encoding="utf-8") as file:
            last = [json.loads(line) for line in file][-1]
        self.assertEqual("run", last["event"], about)
        self.assertIn(last["code"], codes, about)
        with open(self.path("report/page.html"), encoding="utf-8") as file:
            self.assertTrue(file.read().rstrip().endswith("</html>"), about)

    def test_run_to_its_end_leaves_nobody(self):
        self.write(RECIPE)
        ended = self.start("recipe.toml").wait()
        self.assertEqual(0, ended.code, ended)
        self.assert_nothing_is_left(ended)
        self.assert_reports([0], ended)

    def test_interrupts_at_random_moments_leave_nobody(self):
        self.write(RECIPE)
        whole = self.start("recipe.toml").wait().seconds
        chance = random.Random(4711)
        stopped = 0
        for _ in range(MOMENTS):
            moment = chance.uniform(0, whole)
            self.forget_marks()
            run = self.start("recipe.toml")
            time.sleep(moment)
            run.send(signal.SIGINT)
            ended = run.wait()
            about = f"after {moment:.3f} of {whole:.3f} s\n{ended}"
            self.assert_nothing_is_left(about)
            if self.names() == ["recipe.toml"]:  # before it did anything
                self.assertEqual(130, ended.code, about)
                continue
            told = "stopping" in ended.talk
            stopped += told
            # Without a word: it was over when the signal came, or as good as over.
            self.assertIn(ended.code, [130] if told else [0, 130], about)
            self.assertTrue(os.path.exists(self.path("ended")), about)
            self.assert_reports([130] if told else [0, 130], about)
        self.assertGreater(stopped, 0, "none of the moments was within a run")

    def test_second_interrupts_at_random_moments_leave_nobody(self):
        # What does not listen makes the end last until the second.
        self.write(RECIPE.replace("sleep 0.15", "sleep 1000").replace("(setsid", "trap '' TERM; (setsid"))
        chance = random.Random(4711)
        for _ in range(MOMENTS // 2):
            self.forget_marks()
            run = self.start("recipe.toml")
            wait_until(lambda: os.path.exists(self.path("began")), "the first step runs")
            time.sleep(chance.uniform(0, 0.15))
            run.send(signal.SIGINT)
            moment = chance.uniform(0, 0.03)
            time.sleep(moment)
            run.send_again(signal.SIGINT)
            ended = run.wait()
            about = f"{moment:.3f} s after the first\n{ended}"
            self.assertEqual(130, ended.code, about)
            self.assertEqual([], living_children(), about)

    def test_second_interrupt_kills_at_once(self):
        self.write(STUBBORN)
        run = self.start("recipe.toml", "--grace", "1h")
        wait_until(lambda: os.path.exists(self.path("began")), "the step runs")
        run.send(signal.SIGINT)
        wait_until(lambda: "once more ends at once" in run.talk_so_far(), "it was told")
        self.assertTrue(run.alive())
        run.send_again(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assert_nothing_is_left(ended)

    def test_hangup_leaves_nobody(self):
        self.write(STUBBORN)
        run = self.start("recipe.toml", "--grace", "10ms")
        wait_until(lambda: os.path.exists(self.path("began")), "the step runs")
        run.send(signal.SIGHUP)
        ended = run.wait()
        self.assertEqual(129, ended.code, ended)
        self.assert_nothing_is_left(ended)

    def test_two_interrupts_at_once_are_one(self):
        self.write(STUBBORN + '[[finally]]\nsh = "touch ended"\n')
        run = self.start("recipe.toml", "--grace", "200ms")
        wait_until(lambda: os.path.exists(self.path("began")), "the step runs")
        run.send(signal.SIGINT)
        run.send(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertTrue(os.path.exists(self.path("ended")), ended)

    def test_hangup_is_ignored_under_nohup(self):
        self.write('[[step]]\nsh = "touch began; until [ -e go ]; do sleep 0.01; done"\n')
        run = self.start("recipe.toml", before=("nohup",))
        wait_until(lambda: os.path.exists(self.path("began")), "the step runs")
        os.killpg(run.pid, signal.SIGHUP)
        with open(self.path("go"), "w", encoding="ascii"):
            pass
        self.assertEqual(0, run.wait().code)

    def test_interrupt_does_not_wait_for_a_secret(self):
        self.write("""
[secrets]
slow = { exec = "touch began; sleep 1000" }
[[step]]
sh = "echo {{slow}}"
[[finally]]
sh = "touch ended"
""")
        run = self.start("recipe.toml")
        wait_until(lambda: os.path.exists(self.path("began")), "the secret's program runs")
        run.send(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertTrue(os.path.exists(self.path("ended")), ended)
        self.assert_nothing_is_left(ended)

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
