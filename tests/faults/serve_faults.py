#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`grove serve --fault`: what clients make of each kind, `grove fetch` above all."""
import os
import socket
import time
import unittest

from fault_case import FaultCase
from grove_server import GroveServer
from origin_content import file_of

FILE = "200k/1"
LONG_AGO = 1_700_000_000  # seconds since 1970


class ServedFaults(FaultCase):
    def serve(self, *faults: str, routes=(), options=()) -> GroveServer:
        """A server of the file `a`, of JSON at /json and of what else is asked for."""
        folder = os.path.join(self.home, "served")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "a"), "wb") as file:
            file.write(file_of(FILE).whole())
        # One that was just written could change again unseen, and is no base for a resumption.
        os.utime(os.path.join(folder, "a"), (LONG_AGO, LONG_AGO))
        words = [word for fault in faults for word in ("--fault", fault)]
        served = GroveServer([*words, *options, folder, "/json=json:[1,2,3]", *routes],
                             self.program, self.env, self.home)
        return self.enterContext(served)

    def record(self, server: GroveServer, path: str = "/a", *words, code=1) -> dict:
        """What a fetch without a second try says."""
        url = f"http://127.0.0.1:{server.port}{path}"
        record, = self.fetch_json("--retries", 0, *words, url, code=code)
        return record

    def connect(self, server: GroveServer, request: str) -> socket.socket:
        client = self.enterContext(socket.create_connection(("127.0.0.1", server.port), 20))
        client.sendall(request.replace("\n", "\r\n").encode())
        return client

    def statuses(self, seed: int, count: int) -> list[int]:
        """Of so many requests on one connection, of which half are met."""
        server = self.serve("chance=50% status=503", options=["--seed", str(seed)])
        client = self.connect(server, "GET /json HTTP/1.1\nHost: a\n\n" * (count - 1)
                              + "GET /json HTTP/1.1\nHost: a\nConnection: close\n\n")
        told = everything(client).decode()
        return [int(line.split()[1]) for line in told.splitlines() if "HTTP/1.1 " in line]


def everything(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


class Kinds(ServedFaults):
    def test_status_is_answered_instead(self):
        record = self.record(self.serve("status=503"))
        self.assert_failure(record, "status")
        self.assertEqual(503, record["status"])

    def test_reset_comes_before_an_answer(self):
        self.assert_failure(self.record(self.serve("reset")), "reset")

    def test_truncate_ends_a_file_in_the_middle(self):
        record = self.record(self.serve("truncate=100k"))
        self.assert_failure(record, "truncated")
        client = self.connect(self.serve("truncate=100k"), "GET /a HTTP/1.1\nHost: a\n\n")
        head, _, body = everything(client).partition(b"\r\n\r\n")
        self.assertIn(b"Content-Length: 204800", head)
        self.assertEqual(file_of(FILE).whole()[:100 << 10], body)

    def test_truncate_ends_chunks_in_the_middle(self):
        record = self.record(self.serve("truncate=20", routes=["/feed=stream"]),
                             "/feed?n=9&every=1ms")
        self.assertIn(record["error"]["class"], ("truncated", "protocol"), record)

    def test_truncate_leaves_what_is_shorter_alone(self):
        server = self.serve("truncate=8")
        self.assertTrue(self.record(server, "/json", code=0)["ok"])

    def test_truncate_with_reset_resets_there(self):
        server = self.serve("truncate=1k reset")
        client = self.connect(server, "GET /a HTTP/1.1\nHost: a\n\n")
        with self.assertRaises(ConnectionResetError):
            everything(client)
        self.assertIn(self.record(server)["error"]["class"], ("reset", "truncated"))

    def test_stall_answers_nothing(self):
        self.assert_failure(self.record(self.serve("stall"), "/a", "--timeout", "1s"), "timeout")

    def test_stall_in_the_body_sends_what_comes_before(self):
        client = self.connect(self.serve("stall truncate=5"), "GET /json HTTP/1.1\nHost: a\n\n")
        told = b""
        while not told.endswith(b"\r\n\r\n[1,2,"):
            told += client.recv(65536)
        client.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            client.recv(1)

    def test_stall_ends_with_the_server(self):
        server = self.serve("stall", options=["--grace", "1h"])
        client = self.connect(server, "GET /json HTTP/1.1\nHost: a\n\n")
        client.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            client.recv(1)
        server.run.send(15)
        self.assertEqual(0, server.wait().code)

    def test_slow_headers_come_byte_by_byte(self):
        server = self.serve("slow-headers")
        client = self.connect(server, "GET /json HTTP/1.1\nHost: a\n\n")
        pieces = [client.recv(100) for _ in range(5)]
        self.assertEqual([b"H", b"T", b"T", b"P", b"/"], pieces)
        self.assert_failure(self.record(server, "/json", "--timeout", "1s"), "timeout")

    def test_slow_headers_take_a_rate(self):
        server = self.serve("slow-headers rate=2k/s")
        self.assertTrue(self.record(server, "/json", code=0)["ok"])

    def test_delay_comes_before_the_answer(self):
        began = time.monotonic()
        self.assertTrue(self.record(self.serve("delay=300ms..400ms"), "/json", code=0)["ok"])
        self.assertLess(0.3, time.monotonic() - began)

    def test_rate_slows_a_file_down(self):
        server = self.serve("rate=400k/s")
        began = time.monotonic()
        self.assertTrue(self.record(server, code=0)["ok"])
        self.assertLess(0.35, time.monotonic() - began)
        self.assert_file("a", FILE)


class Which(ServedFaults):
    def test_first_ones_are_met_and_a_retry_succeeds(self):
        server = self.serve("path=/a first=2 status=503", "path=/other reset")
        self.fetch("--retries", 2, "--seed", 1, f"http://127.0.0.1:{server.port}/a")
        self.assert_file("a", FILE)
        answers = [line["status"] for line in server.told() if line.get("event") == "answer"]
        self.assertEqual([503, 503, 200], answers)

    def test_truncated_file_is_resumed(self):
        server = self.serve("truncate=100k first=1")
        self.fetch("--retries", 1, "--seed", 1, f"http://127.0.0.1:{server.port}/a")
        self.assert_file("a", FILE)
        answers = [(line["status"], line["complete"]) for line in server.told()
                   if line.get("event") == "answer"]
        self.assertEqual([(200, False), (206, True)], answers)

    def test_one_seed_meets_the_same_requests(self):
        first = self.statuses(seed=5, count=60)
        self.assertEqual(60, len(first))
        self.assertEqual({200, 503}, set(first))
        self.assertEqual(first, self.statuses(seed=5, count=60))
        self.assertNotEqual(first, self.statuses(seed=6, count=60))

    def test_seed_that_was_made_up_is_told(self):
        server = self.serve("chance=50% status=503")
        told = [line["seed"] for line in server.told() if line.get("event") == "faults"]
        self.assertEqual(1, len(told))

    def test_faults_meet_upgrades_and_leave_what_follows_alone(self):
        request = ("GET /ws HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: websocket\n"
                   "Sec-WebSocket-Version: 13\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\n\n")
        refused = self.serve("status=503", routes=["/ws=ws-echo"])
        self.assertIn(b"HTTP/1.1 503 ", self.connect(refused, request).recv(1000))
        slow = self.serve("truncate=1 rate=100k/s", routes=["/ws=ws-echo"])
        client = self.connect(slow, request)
        told = b""
        while b"\r\n\r\n" not in told:
            told += client.recv(1000)
        self.assertIn(b"HTTP/1.1 101 ", told)
        client.sendall(bytes([0x81, 0x83, 0, 0, 0, 0]) + b"abc")
        self.assertEqual(b"\x81\x03abc", client.recv(100))

    def test_faults_meet_tls(self):
        server = self.serve("path=/a reset", "path=/json truncate=2", options=["--tls", "auto"])
        for path, kind in ("/a", "reset"), ("/json", "truncated"):
            url = f"https://127.0.0.1:{server.port}{path}"
            record, = self.fetch_json("-k", "--retries", 0, url, code=1)
            self.assert_failure(record, kind)


if __name__ == "__main__":
    unittest.main()
