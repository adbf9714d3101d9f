#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs that are told to stop, and outputs that are closed."""
import os
import signal
import unittest

from fault_case import FaultCase
from program import wait_until


class Signals(FaultCase):
    def run_of_ten(self, origin, *words):
        """Ten files, two at once; the first two are held in the middle."""
        base = f"http://127.0.0.1:{origin.port}/file/2M"
        urls = [f"{base}/{n}/a{n}?hold=1000000" for n in range(10)]
        run = self.start("-c", 2, *words, *urls)
        wait_until(lambda: len(origin.log.held()) == 2, "two transfers are held")
        return run

    def interrupt(self, run, number=signal.SIGINT):
        """Sends the signal and waits until it has been noticed."""
        before = run.switches()
        run.send(number)
        wait_until(lambda: not run.alive() or run.switches() >= before + 2, "the signal is noticed")

    def test_sigint_lets_running_transfers_end_and_starts_no_more(self):
        origin = self.origin()
        run = self.run_of_ten(origin, "--grace", "1h")
        self.interrupt(run)
        self.assertTrue(run.alive())
        origin.open()
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertEqual(2, len(origin.log.entries))
        self.assert_only("a0", "a1")
        self.assert_file("a0", "2M/0")
        self.assert_file("a1", "2M/1")

    def test_sigterm_ends_with_its_own_code(self):
        origin = self.origin()
        run = self.run_of_ten(origin, "--grace", "1h")
        self.interrupt(run, signal.SIGTERM)
        origin.open()
        self.assertEqual(143, run.wait().code)
        self.assert_only("a0", "a1")

    def test_grace_ends_what_does_not_end_and_nothing_is_half_named(self):
        origin = self.origin()
        run = self.run_of_ten(origin, "--grace", "200ms")
        run.send(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertEqual([], [n for n in self.names() if not n.endswith((".part", ".part.json"))])

    def test_interrupted_run_is_resumed_with_identical_bytes(self):
        origin = self.origin()
        run = self.run_of_ten(origin, "--grace", "100ms", "--failed", "left")
        run.send(signal.SIGINT)
        run.wait()
        origin.open()
        self.fetch("--resume", "-i", "left")
        os.remove(self.path("left"))
        self.assert_only(*(f"a{n}" for n in range(10)))
        for n in range(10):
            self.assert_file(f"a{n}", f"2M/{n}")
        self.assertEqual(2, sum(e.status == 206 for e in origin.log.entries))

    def test_second_sigint_ends_at_once(self):
        origin = self.origin()
        run = self.run_of_ten(origin, "--grace", "1h")
        self.interrupt(run)
        self.assertTrue(run.alive())
        run.send_again(signal.SIGINT)
        ended = run.wait(10)
        self.assertEqual(130, ended.code, ended)
        self.assertEqual([], [n for n in self.names() if not n.endswith((".part", ".part.json"))])

    def test_json_of_an_interrupted_run_names_every_item(self):
        origin = self.origin()
        run = self.run_of_ten(origin, "--grace", "100ms", "--json")
        run.send(signal.SIGINT)
        ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertEqual(10, len(ended.stdout.splitlines()), ended)
        self.assertEqual(10, ended.stdout.count(b'"class":"stopped"'), ended)

    def test_sigint_during_a_pause_ends_the_run(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1k/1/a?status=503&retry-after=3000"
        run = self.start(url)
        wait_until(lambda: origin.log.entries and origin.log.entries[0].end, "the host is paused")
        run.send(signal.SIGINT)
        self.assertEqual(130, run.wait(10).code)
        self.assert_only()

    def test_sigint_while_stdin_is_quiet_ends_the_run(self):
        read_end, write_end = os.pipe()
        origin = self.origin()
        run = self.start("-i", "-", stdin=read_end)
        os.close(read_end)
        os.write(write_end, f"http://127.0.0.1:{origin.port}/file/1k/1/a\n".encode())
        wait_until(lambda: self.names() == ["a"], "the first file is there")
        run.send(signal.SIGINT)
        self.assertEqual(130, run.wait(10).code)
        os.close(write_end)

    def test_sigquit_prints_the_greenlets_and_the_run_goes_on(self):
        origin = self.origin()
        run = self.run_of_ten(origin)
        run.send(signal.SIGQUIT)
        wait_until(lambda: "main greenlet, parked on" in run.talk_so_far(), "the tree is there")
        origin.open()
        ended = run.wait()
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(2, ended.talk.count("parked on http transfer"), ended)
        self.assertEqual(10, len(self.names()))


class Outputs(FaultCase):
    def test_reader_that_leaves_ends_the_run_quietly(self):
        origin = self.origin()
        read_end, write_end = os.pipe()
        url = f"http://127.0.0.1:{origin.port}/file/20M/1/a"
        run = self.start("-o", "-", url, stdout=write_end)
        os.close(write_end)
        self.assertTrue(os.read(read_end, 10))
        os.close(read_end)
        ended = run.wait()
        self.assertEqual((0, ""), (ended.code, ended.talk))
        wait_until(lambda: origin.log.entries[0].state != "running", "the server sees the end")
        self.assertLess(origin.log.entries[0].sent, 20 << 20)

    def test_slow_reader_slows_the_server_down(self):
        origin = self.origin()
        read_end, write_end = os.pipe()
        url = f"http://127.0.0.1:{origin.port}/file/100M/1/a"
        run = self.start("-o", "-", url, stdout=write_end)
        os.close(write_end)
        wait_until(lambda: origin.log.entries and origin.log.entries[0].sent > 1 << 20, "a start")
        sent = self.settled(lambda: origin.log.entries[0].sent)
        self.assertLess(sent, 32 << 20)
        with os.fdopen(read_end, "rb") as reader:
            total = sum(len(piece) for piece in iter(lambda: reader.read(1 << 20), b""))
        self.assertEqual(100 << 20, total)
        self.assertEqual(0, run.wait().code)

    def settled(self, value) -> int:
        """What `value` gives once it stays the same for ten looks in a row."""
        seen = []

        def same() -> bool:
            seen.append(value())
            return len(seen) > 60 and len(set(seen[-60:])) == 1

        wait_until(same, "the server sends no more")
        return seen[-1]

    def on_terminal(self, origin):
        """(the run with stderr on a terminal, the terminal's other end)."""
        ours, theirs = os.openpty()
        self.env["TERM"] = "xterm"
        url = f"http://127.0.0.1:{origin.port}/file/1M/1/a?hold=500000"
        run = self.start(url, stderr=theirs)
        os.close(theirs)
        return run, ours

    def read_until(self, terminal: int, what: bytes) -> bytes:
        shown = b""
        while what not in shown:
            shown += os.read(terminal, 65536)
        return shown

    def test_progress_is_drawn_on_a_terminal_and_removed_at_the_end(self):
        origin = self.origin()
        run, terminal = self.on_terminal(origin)
        shown = self.read_until(terminal, b"47% of 1.0")  # 500,000 of 1,048,576 bytes
        self.assertRegex(shown, rb" 47%  0/1  ")
        origin.open()
        rest = self.read_until(terminal, b"saved a: 1 file")
        self.assertEqual(0, run.wait().code)
        self.assertRegex(rest.split(b"saved a")[0], rb"\x1b\[\d*[JK]")
        os.close(terminal)

    def test_terminal_that_goes_away_does_not_end_the_run(self):
        origin = self.origin()
        run, terminal = self.on_terminal(origin)
        self.read_until(terminal, b"a ")
        os.close(terminal)
        origin.open()
        self.assertEqual(0, run.wait().code)
        self.assert_file("a", "1M/1")


if __name__ == "__main__":
    unittest.main()
