#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many transfers that share a connection, and what must not be shared."""
import os
import signal
import unittest

from fault_case import FaultCase
from nginx import Nginx
from origin_content import file_of
from program import wait_until


class Http2(FaultCase):
    def setUp(self):
        super().setUp()
        folder = os.path.join(self.home, "nginx")
        os.mkdir(folder)
        os.chmod(folder, 0o755)
        self.server = self.enterContext(Nginx(folder, self.certificates().pair("good")))
        self.way = ["--unix-socket", self.server.socket, "--cacert", self.certificates().authority]

    def serve(self, size: str, count: int, folder="") -> list[str]:
        for n in range(count):
            self.server.write(f"{size}-{n}", file_of(f"{size}/{n}").whole())
        return [f"https://localhost/{folder}{size}-{n}" for n in range(count)]

    def test_many_files_share_few_connections(self):
        urls = self.serve("20k", 100)
        records = self.fetch_json(*self.way, "--http2", "--retries", 0, *urls)
        self.assertEqual({"2"}, {r["http_version"] for r in records})
        for n in range(100):
            self.assert_file(f"20k-{n}", f"20k/{n}")
        requests = self.server.requests()
        self.assertEqual(100, len(requests))
        self.assertLessEqual(len({r[0] for r in requests}), 8)

    def test_large_files_at_once_are_whole(self):
        urls = self.serve("3M", 8)
        self.fetch(*self.way, "--http2", "--retries", 0, *urls)
        for n in range(8):
            self.assert_file(f"3M-{n}", f"3M/{n}")

    def test_http1_is_spoken_when_asked_for(self):
        url, = self.serve("20k", 1)
        record, = self.fetch_json(*self.way, "--http1.1", url)
        self.assertEqual("1.1", record["http_version"])

    def test_one_timeout_does_not_end_its_neighbours(self):
        slow = self.serve("3M", 1, "slow/")
        quick = self.serve("20k", 50)
        records = self.fetch_json(*self.way, "--http2", "--retries", 0, "--timeout", "1s",
                                  *slow, *quick, code=1)
        self.assertEqual(1, sum(not r["ok"] for r in records))
        for n in range(50):
            self.assert_file(f"20k-{n}", f"20k/{n}")
        self.assertNotIn("3M-0", self.names())

    def test_kill_9_and_resume_give_identical_bytes(self):
        url, = self.serve("3M", 1, "slow/")
        run = self.start(*self.way, "--http2", url)
        kept = [self.path("3M-0.part"), self.path("3M-0.part.json")]
        wait_until(lambda: all(os.path.exists(name) and os.path.getsize(name) for name in kept),
                   "a part is on the disk, and what it is a part of")
        run.kill()
        record, = self.fetch_json(*self.way, "--resume", "--http2", url)
        self.assertGreater(record["resumed"], 0)
        self.assert_file("3M-0", "3M/0")
        self.assert_only("3M-0")

    def test_sigint_leaves_nothing_half_named(self):
        run = self.start(*self.way, "--http2", "--grace", "100ms", *self.serve("3M", 4, "slow/"))
        wait_until(lambda: any(name.endswith(".part") for name in self.names()), "a part is there")
        run.send(signal.SIGINT)
        self.assertEqual(130, run.wait().code)
        self.assertEqual([], [n for n in self.names() if not n.endswith((".part", ".part.json"))])


if __name__ == "__main__":
    unittest.main()
