#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sources of `grove pipe` that go away, come back, or break in the middle of an item."""
import os
import re
import signal
import socket
import struct
import unittest

from fault_case import FaultCase

from program import wait_until
from scripted_server import ScriptedServer, WebSocketServer

EVENTS = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
          b"retry: 10\nid: 1\ndata: first\n\nid: 2\ndata: second\n\n")


class Sources(FaultCase):
    verb = "pipe"

    def test_websocket_is_opened_again_until_it_says_goodbye(self):
        with WebSocketServer([b"hello", b"two\nlines"], goodbye=1000) as server:
            ended = self.fetch(f"ws://127.0.0.1:{server.port}/x", "each", "echo")
        self.assertEqual(b"hello\ntwo\\nlines\n" * 2, ended.stdout)

    def test_events_go_on_behind_the_last_id(self):
        with ScriptedServer([EVENTS, None]) as server:
            run = self.start(f"http://127.0.0.1:{server.port}/x", "each", "echo")
            wait_until(lambda: run.output_so_far().count(b"\n") >= 3, "it has come back")
            run.send(signal.SIGINT)
            ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertTrue(ended.stdout.startswith(b"first\nsecond\nfirst\n"), ended)
        self.assertIn(b"Last-Event-ID: 2\r\n", server.heard[1])

    def listen(self, *words):
        """A run at a port, and that port."""
        run = self.start("listen::0", "each", "echo", *words)
        said = wait_until(lambda: re.search(r"listening on 127.0.0.1:(\d+)", run.talk_so_far()),
                          "it listens")
        return run, int(said[1])

    def test_connection_that_breaks_costs_the_item_that_had_begun(self):
        run, port = self.listen()
        other = socket.create_connection(("127.0.0.1", port))
        with socket.create_connection(("127.0.0.1", port)) as broken:
            broken.sendall(b"whole\nhal")
            wait_until(lambda: run.output_so_far() == b"whole\n", "the whole item came out")
            broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wait_until(lambda: "is dropped" in run.talk_so_far(), "it is told")
        with other:
            other.sendall(b"later\nnot yet")
            wait_until(lambda: run.output_so_far() == b"whole\nlater\n", "others go on")
            run.send(signal.SIGINT)
            ended = run.wait()
        self.assertEqual(130, ended.code, ended)
        self.assertEqual(b"whole\nlater\n", ended.stdout)

    def push(self, reading: int):
        """A run that pushes what comes from there, and the words that pull it."""
        # libzmq is not compiled with ThreadSanitizer, which does not see what orders its threads.
        self.env["TSAN_OPTIONS"] = (self.env.get("TSAN_OPTIONS", "") +
                                    ":ignore_noninstrumented_modules=1")
        run = self.start("then", "zmq:tcp://127.0.0.1:*?bind", stdin=reading)
        said = wait_until(lambda: re.search(r"listening on (tcp://\S+)", run.talk_so_far()),
                          "it listens")
        return run, f"zmq:{said[1]}"

    def test_zeromq_goes_on_with_the_next_who_pulls(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        push, door = self.push(reading)
        os.close(reading)
        os.write(writing, b"1\n2\n")
        first = self.start(door, "each", "echo")
        wait_until(lambda: first.output_so_far() == b"1\n2\n", "the first has both")
        first.kill()
        second = self.start(door, "each", "echo")
        numbers = iter(range(3, 10000))

        def has_come():
            os.write(writing, b"%d\n" % next(numbers))
            return second.output_so_far()

        wait_until(has_come, "the second has some")
        for run in (push, second):
            run.send(signal.SIGINT)
            self.assertEqual(130, run.wait().code)

    def test_zeromq_delivers_what_was_pushed_before_the_end(self):
        numbers = b"".join(b"%d\n" % i for i in range(5000))
        reading, writing = os.pipe()
        os.write(writing, numbers)
        os.close(writing)
        push, door = self.push(reading)
        os.close(reading)
        pull = self.start(door, "map", "-j1", "cat")
        self.assertEqual(0, push.wait().code)
        wait_until(lambda: pull.output_so_far() == numbers, "all has come")
        pull.send(signal.SIGINT)
        self.assertEqual(130, pull.wait().code)


if __name__ == "__main__":
    unittest.main()
