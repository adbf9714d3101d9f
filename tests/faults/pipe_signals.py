#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pipes that are told to stop, killed, or have nobody who reads them."""
import os
import signal
import subprocess
import time
import unittest

from fault_case import SLOWNESS, FaultCase
from program import wait_until

HELD = ["sh", "-c", "echo $1 >> began; while [ ! -e go ]; do sleep 0.02; done; echo $1", "sh", "{}"]

# A shell that does not go away by itself when what it waits for is interrupted, and its child.
FAMILY = "sleep 1000 & echo 1 >> began; sleep 1000; true"
FAMILIES = ((("each", "-j2", FAMILY), 2),
            (("map", "-j2", FAMILY), 2),
            (("exec:" + FAMILY, "then", "each", "true"), 1),
            (("each", "true", "then", "exec:" + FAMILY), 1))
STOPS = (signal.SIGHUP, signal.SIGINT, signal.SIGHUP, signal.SIGTERM)


class PipeSignals(FaultCase):
    verb = "pipe"

    def write(self, name: str, text: str = ""):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)

    def began(self) -> list[str]:
        if not os.path.exists(self.path("began")):
            return []
        with open(self.path("began"), encoding="ascii") as file:
            return file.read().split()

    def run_of_six(self, *words):
        """Six items, two at once; the input stays open, and the first two are held."""
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        run = self.start(*words, "each", "-j2", *HELD, stdin=reading)
        os.close(reading)
        os.write(writing, b"1\n2\n3\n4\n5\n6\n7")
        wait_until(lambda: len(self.began()) == 2, "two items have begun")
        return run

    def test_sigint_lets_what_was_read_end_and_reads_no_more(self):
        run = self.run_of_six("--grace", "1h")
        run.send(signal.SIGINT)
        wait_until(lambda: "stopping" in run.talk_so_far(), "the signal is noticed")
        self.write("go")
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertEqual(b"1\n2\n3\n4\n5\n6\n", ended.stdout)

    def test_interrupt_of_the_whole_group_ends_no_item_that_begins(self):
        self.write("numbers", "1\n" * 10000)
        for _ in range(5):
            run = self.start("--grace", "50ms", "-i", "numbers", "each", "-j2", "true")
            wait_until(lambda: run.alive() and run.switches() > 20, "items have begun")
            os.killpg(run.pid, signal.SIGINT)
            ended = run.wait()
            self.assertEqual(130, ended.code, ended)
            self.assertNotIn("killed by", ended.talk)

    def test_grace_ends_what_does_not_end(self):
        run = self.run_of_six("--grace", "100ms")
        run.send(signal.SIGTERM)
        ended = run.wait()
        self.assertEqual(143, ended.code, ended)
        self.assertEqual(["1", "2"], sorted(self.began()))

    def test_deadline_does_not_wait_for_who_reads_nothing(self):
        reading, writing = os.pipe()
        run = self.start("--deadline", "100ms", "-i", "/dev/zero", "-0", "match", "", stdout=writing)
        os.close(writing)
        ended = run.wait()
        os.close(reading)
        self.assertEqual(124, ended.code, ended)
        self.assertIn("stdout was not read: ", ended.talk)

    def test_grace_ends_all_that_was_started(self):
        for number, (words, sleepers) in zip(STOPS, FAMILIES):
            with self.subTest(words=words):
                run, writing = self.run_of_families(words, sleepers, "50ms")
                run.send(number)
                self.assertEqual(128 + number, run.wait().code)
                os.close(writing)

    def run_of_families(self, words, sleepers: int, grace: str):
        """A run that has read two items, and whose input is held open; with what holds it."""
        reading, writing = os.pipe()
        run = self.start("--grace", grace, *words, stdin=reading)
        os.close(reading)
        os.write(writing, b"1\n2\n")
        wait_until(lambda: len(self.began()) == sleepers, "all have begun")
        os.remove(self.path("began"))
        return run, writing

    def test_second_signal_ends_all_that_was_started(self):
        for words, sleepers in FAMILIES:
            with self.subTest(words=words):
                run, writing = self.run_of_families(words, sleepers, "1h")
                run.send(signal.SIGINT)
                wait_until(lambda: "stopping" in run.talk_so_far(), "the signal is noticed")
                run.send_again(signal.SIGINT)
                self.assertEqual(130, run.process.wait())
                wait_until(lambda: not run._session(), "its processes are gone")
                run.kill()
                os.close(writing)

    def test_interrupted_file_keeps_its_old_content(self):
        self.write("out", "old\n")
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        run = self.start("each", "echo", "then", "file", "out", stdin=reading)
        os.close(reading)
        os.write(writing, b"1\n")
        wait_until(lambda: os.path.exists(self.path("out.grove-part")) and
                   os.path.getsize(self.path("out.grove-part")) == 2, "the item is written")
        run.send(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertIn("out.grove-part has what was done", ended.talk)
        with open(self.path("out"), encoding="ascii") as file:
            self.assertEqual("old\n", file.read())

    def test_kill_9_leaves_no_process(self):
        run = self.start("-i", "/dev/zero", "-0", "each", "-j4", "sh", "-c",
                         "exec sleep 1000")
        wait_until(lambda: len(run._session()) >= 4, "four processes run")
        run.send(signal.SIGKILL)
        run.process.wait()
        wait_until(lambda: not run._session(), "they are gone")
        run.kill()

    def test_item_is_handed_on_before_the_next_one_comes(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        run = self.start("map", "-j1", "sed", "-u", "s/^/got /", "then", "each", "echo",
                         stdin=reading)
        os.close(reading)
        for i in range(3):
            os.write(writing, f"{i}\n".encode())
            wait_until(lambda: run.output_so_far().count(b"\n") == i + 1, "the item came out")
        run.send(signal.SIGINT)
        self.assertEqual(b"got 0\ngot 1\ngot 2\n", run.wait().stdout)

    def test_no_descriptor_is_left_of_many_items(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        run = self.start("each", "-j4", "echo", stdin=reading)
        os.close(reading)
        counts = set()
        for so_far in (10, 500):
            os.write(writing, b"x\n" * (so_far - run.output_so_far().count(b"\n")))
            wait_until(lambda: run.output_so_far().count(b"\n") == so_far, "all came out")
            counts.add(run.descriptors())
        self.assertEqual(1, len(counts), counts)
        run.send(signal.SIGINT)
        self.assertEqual(130, run.wait().code)

    def test_fast_source_and_slow_reader_keep_memory_flat(self):
        source = subprocess.Popen(["yes", "an item of some length, again and again"],
                                  stdout=subprocess.PIPE)
        self.addCleanup(source.wait)
        self.addCleanup(source.kill)
        self.addCleanup(source.stdout.close)
        reading, writing = os.pipe()
        run = self.start("map", "-j2", "cat", "then", "lines", stdin=source.stdout, stdout=writing)
        os.close(writing)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            os.read(reading, 100)
            time.sleep(0.01)
        self.assertLess(run.peak_memory(), 60e6 * max(1, SLOWNESS))
        os.close(reading)
        self.assertEqual(0, run.wait().code)


if __name__ == "__main__":
    unittest.main()
