#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`grove poll --follow` and servers that go away and come back."""
import json
import signal
import unittest

from fault_case import FaultCase

from program import wait_until
from scripted_server import ScriptedServer, WebSocketServer

EVENTS = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
          b"retry: 10\nid: 1\ndata: first\n\nid: 2\ndata: second\n\n")
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n"


class Follow(FaultCase):
    verb = "poll"

    def follow(self, server, *words, scheme="http") -> list[bytes]:
        ended = self.fetch("-q", *words, "--follow", f"{scheme}://127.0.0.1:{server.port}/x")
        return ended.stdout.splitlines()

    def test_events_go_on_behind_the_last_id(self):
        with ScriptedServer([EVENTS, None]) as server:
            seen = self.follow(server, "-n", 3)
        self.assertEqual([b"first", b"second", b"first"], seen)
        self.assertNotIn(b"Last-Event-ID", server.heard[0])
        self.assertIn(b"Last-Event-ID: 2\r\n", server.heard[1])

    def test_stream_that_is_cut_off_is_asked_for_again(self):
        with ScriptedServer([CHUNKS, None]) as server:
            self.assertEqual([b"one", b"one"], self.follow(server, "-n", 2))

    def test_websocket_is_opened_again(self):
        with WebSocketServer([b"hello", b"two\nlines"]) as server:
            seen = self.follow(server, "-n", 4, scheme="ws")
        self.assertEqual([b"hello", b"two\\nlines"] * 2, seen)

    def test_message_is_seen_at_once(self):
        with ScriptedServer([CHUNKS]) as server:
            run = self.start("--json", "--follow", f"http://127.0.0.1:{server.port}/x")
            line = wait_until(lambda: run.output_so_far(), "the message is there")
            self.assertEqual({"data": "one"}, json.loads(line))
            run.send(signal.SIGINT)
            self.assertEqual(130, run.wait().code)

    def test_server_that_is_not_there_yet_is_waited_for(self):
        run = self.start("--follow", "http://127.0.0.1:1/x")
        wait_until(lambda: "trying again" in run.talk_so_far(), "it says so")
        run.send(signal.SIGTERM)
        self.assertEqual(143, run.wait().code)


if __name__ == "__main__":
    unittest.main()
