#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients of others on our HTTP server: curl, wget, ab, and many at once while it ends."""
import asyncio
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

PATIENCE = 50  # seconds


class HttpServer(unittest.TestCase):
    def setUp(self):
        self.server = subprocess.Popen([os.environ["HTTP_SERVER_END"]], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.port = int(self.server.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def end(self):
        if self.server.poll() is None:
            self.server.kill()
            self.server.wait()
        self.server.stdout.close()
        self.server.stderr.close()

    def run_client(self, *command, **options):
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def curl(self, *words, **options):
        return self.run_client("curl", "-sS", "--noproxy", "*", *words, **options)

    def test_curl_keeps_the_connection(self):
        said = self.curl("-w", "%{http_version} %{num_connects}\n", f"{self.url}/hello",
                         f"{self.url}/nothing", f"{self.url}/stream", f"{self.url}/hello")
        self.assertEqual(said.decode(), "hello\n1.1 1\nNot Found\n1.1 0\n0\n1\n2\n3\n4\n1.1 0\n"
                                        "hello\n1.1 0\n")

    def test_curl_asks_for_the_head_alone(self):
        said = self.curl("-I", f"{self.url}/hello").decode()
        self.assertRegex(said, r"\AHTTP/1.1 200 OK\r\n(?s:.*)Content-Length: 6\r\n\r\n\Z")

    def test_curl_speaks_http_1_0(self):
        said = self.curl("--http1.0", "-i", f"{self.url}/stream").decode()
        self.assertIn("\r\nConnection: close\r\n", said)
        self.assertTrue(said.endswith("\r\n\r\n0\n1\n2\n3\n4\n"), said)

    def test_curl_waits_for_100_before_a_long_body(self):
        body = os.urandom(3_000_000)
        said = self.curl("-v", "--data-binary", "@-", "-H", "Expect: 100-continue",
                         "--stderr", "-", "-o", os.devnull, f"{self.url}/echo", input=body)
        self.assertIn(b"HTTP/1.1 100 Continue", said)
        self.assertEqual(self.curl("--data-binary", "@-", f"{self.url}/echo", input=body), body)

    def test_curl_sends_chunks(self):
        said = self.curl("-T", "-", f"{self.url}/count", input=bytes(5_000_000))
        self.assertEqual(said, b"5000000")

    def test_wget_saves_pages_and_streams(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_client("wget", "-q", "--no-proxy", "-P", folder, f"{self.url}/hello",
                            f"{self.url}/stream", f"{self.url}/large")
            files = {file.name: file.read_bytes() for file in pathlib.Path(folder).iterdir()}
        self.assertEqual(files, {"hello": b"hello\n", "stream": b"0\n1\n2\n3\n4\n",
                                 "large": b"x" * 10_000_000})

    def test_ab_with_and_without_keep_alive(self):
        for words in (["-k"], []):
            said = self.run_client("ab", "-q", "-n", "2000", "-c", "20", *words,
                                   f"{self.url}/hello").decode()
            self.assertRegex(said, r"Complete requests: +2000\n")
            self.assertRegex(said, r"Failed requests: +0\n")
            kept = re.search(r"Keep-Alive requests: +(\d+)", said)
            self.assertEqual(int(kept[1]) if kept else 0, 2000 if words else 0)

    def test_no_request_is_lost_when_the_server_ends(self):
        """Each client asks in a loop, and ends when it cannot connect any more.

        All in one thread, for threads would wait for each other for longer than the
        server promises to keep an idle connection; and whoever is that slow all the same, because
        the machine is, may be closed upon.
        """
        promised, faults, answers = 0.1, [], []

        async def ask(reader, writer):
            writer.write(b"GET /hello HTTP/1.1\r\nHost: here\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            answers.append((head.split()[1], await reader.readexactly(6)))
            return b"\r\nconnection: close\r\n" not in head.lower()

        async def ask_on():
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    return
                kept = True
                try:
                    while kept:
                        kept = await ask(reader, writer)
                except (OSError, asyncio.IncompleteReadError) as fault:
                    if slowest[0] < promised / 2:
                        faults.append(repr(fault))
                    return
                finally:
                    writer.close()

        async def watch():
            while True:
                began = time.monotonic()
                await asyncio.sleep(0)
                slowest[0] = max(slowest[0], time.monotonic() - began)

        async def stop():
            while len(answers) < 500 and not faults:
                await asyncio.sleep(0.001)
            self.server.send_signal(signal.SIGTERM)

        async def all_of_them():
            watching = asyncio.create_task(watch())
            await asyncio.wait_for(asyncio.gather(stop(), *(ask_on() for _ in range(16))), PATIENCE)
            watching.cancel()

        slowest = [0.0]  # turn of the clients' loop, in seconds
        asyncio.run(all_of_them())
        self.assertEqual(faults, [])
        self.assertEqual(set(answers), {(b"200", b"hello\n")})
        self.assertEqual(self.server.wait(PATIENCE), 0)
        self.assertEqual(self.server.stdout.read(), "killed 0\n")


if __name__ == "__main__":
    unittest.main()
