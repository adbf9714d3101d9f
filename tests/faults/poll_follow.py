#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`grove poll --follow` and servers that go away and come back."""
import base64
import hashlib
import json
import signal
import unittest

from fault_case import FaultCase

from program import wait_until
from scripted_server import ScriptedServer

EVENTS = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
          b"retry: 10\nid: 1\ndata: first\n\nid: 2\ndata: second\n\n")
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n"


class WebSocketServer(ScriptedServer):
    """Opens the handshake, sends the messages, and cuts the connection off."""

    def __init__(self, messages: list):
        super().__init__([])
        self.messages = messages

    def _talk(self, guest):
        head = guest.recv(65536)
        self.heard.append(head)
        key = next(line.split(b":")[1].strip() for line in head.split(b"\r\n")
                   if line.lower().startswith(b"sec-websocket-key"))
        digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        guest.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      b"Connection: Upgrade\r\nSec-WebSocket-Accept: " +
                      base64.b64encode(digest) + b"\r\n\r\n")
        for message in self.messages:
            guest.sendall(b"\x81" + bytes([len(message)]) + message)


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
