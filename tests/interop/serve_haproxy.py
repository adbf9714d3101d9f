#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`grove serve` behind haproxy, asked by curl and by Debian's python3-websockets."""
import asyncio
import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import unittest

import websockets

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from grove_server import GroveServer
from program import environment, find_program, scratch_folder, wait_until

PATIENCE = 40  # seconds
FILE = bytes(range(256)) * 4
BIG = os.urandom(1 << 20) * 16

CONFIGURATION = """\
defaults
    mode http
    http-reuse always
    option redispatch 1
    retries 2
    timeout connect 20s
    timeout client 20s
    timeout server 20s
    timeout tunnel 20s
frontend front
    bind unix@{door}
    default_backend back
backend back
    balance roundrobin
"""


class Haproxy:
    """In front of servers on the given ports, on a Unix socket, for it cannot choose a port."""

    def __init__(self, folder: str, ports):
        self.door = os.path.join(folder, "door")
        self._configuration = os.path.join(folder, "haproxy.cfg")
        with open(self._configuration, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(door=self.door))
            file.writelines(f"    server s{port} 127.0.0.1:{port}\n" for port in ports)
        self._process = None

    def __enter__(self):
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        self._process = subprocess.Popen(
            ["haproxy", "-db", "-f", self._configuration], env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._listens, "haproxy takes connections")
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError("haproxy has ended")
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(self.door)
            return True
        return False


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, door: str):
        super().__init__("front", timeout=PATIENCE)
        self._door = door

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._door)


class ServeHaproxy(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.home = self.enterContext(scratch_folder())
        self.files = os.path.join(self.home, "files")
        os.mkdir(self.files)
        for name, content in (("file", FILE), ("big", BIG)):
            with open(os.path.join(self.files, name), "wb") as file:
                file.write(content)
        self.server = self.serve()
        self.front = self.enterContext(Haproxy(self.home, [self.server.port]))

    def serve(self) -> GroveServer:
        program = find_program()
        words = ["--limit", "body=32M", self.files, "/echo=echo", "/ws=ws-echo", "/bin=httpbin"]
        return self.enterContext(
            GroveServer(words, program, environment(self.home, program), self.home))

    def curl(self, *words, **options) -> bytes:
        done = subprocess.run(["curl", "-sS", "--unix-socket", self.front.door, *words],
                              capture_output=True, timeout=PATIENCE, check=False, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def websocket(self, **options):
        return websockets.unix_connect(self.front.door, "ws://front/ws", **options)

    def peers(self, count: int) -> set[str]:
        """From where the server was asked `count` times."""
        def answered():
            return [line["peer"] for line in self.server.told() if line["event"] == "answer"]
        wait_until(lambda: len(answered()) >= count, "the server has told of its answers")
        self.assertEqual(count, len(answered()))
        return set(answered())

    def test_connections_are_kept_on_both_sides(self):
        urls = ["http://front/file"] * 20
        said = self.curl("-w", "%{num_connects}", *urls)
        self.assertEqual(said, FILE + b"1" + (FILE + b"0") * 19)
        self.curl("http://front/file")
        self.assertEqual(1, len(self.peers(21)))

    def test_a_head_has_no_body_and_the_connection_goes_on(self):
        said = self.curl("-I", "http://front/file", "http://front/nothing", "http://front/big")
        heads = said.decode().lower().split("\r\n\r\n")[:-1]
        self.assertEqual(["200", "404", "200"], [head.split()[1] for head in heads])
        self.assertIn(f"content-length: {len(FILE)}", heads[0])
        self.assertIn(f"content-length: {len(BIG)}", heads[2])
        self.assertEqual(1, len(self.peers(3)))

    def test_what_is_unchanged_is_not_sent_again(self):
        tag = re.search(r'(?i)etag: (".+")', self.curl("-I", "http://front/file").decode())[1]
        said = self.curl("-H", f"If-None-Match: {tag}", "-w", "%{http_code} %{size_download}\n",
                         "http://front/file", "http://front/file")
        self.assertEqual(b"304 0\n" * 2, said)
        self.assertEqual(FILE, self.curl("http://front/file"))
        self.assertEqual(1, len(self.peers(4)))

    def test_a_part_of_a_file(self):
        said = self.curl("-r", "100-199", "-w", "%{http_code}", "http://front/file")
        self.assertEqual(FILE[100:200] + b"206", said)

    def test_chunks_both_ways(self):
        said = self.curl("-i", "-T", "-", "http://front/echo", input=BIG)
        head, _, body = said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
        self.assertIn(b"transfer-encoding: chunked", head.lower())
        self.assertNotIn(b"content-length", head.lower())
        self.assertTrue(body == BIG, f"{len(body)} other bytes")
        self.assertEqual(300, self.curl("http://front/bin/stream/300").count(b"\n"))
        self.assertEqual(1, len(self.peers(2)))

    def test_a_long_body_both_ways(self):
        for words in ([], ["-H", "Expect:"], ["--http1.0"]):
            said = self.curl("--data-binary", "@-", *words, "http://front/echo", input=BIG)
            self.assertTrue(said == BIG, f"{words}: {len(said)} other bytes")
        self.assertTrue(self.curl("http://front/big") == BIG)

    def test_many_clients_at_once(self):
        said = self.curl("-Z", "--parallel-immediate", "--parallel-max", "50", "-w", "%{http_code}\n",
                         "-o", os.devnull, "http://front/bin/bytes/[1-500]")
        self.assertEqual(b"200\n" * 500, said)

    async def test_websockets_pass(self):
        async with self.websocket() as peer:
            for message in ("text", b"bytes", "\u00e9" * 40_000, os.urandom(900_000)):
                await peer.send(message)
                self.assertEqual(message, await asyncio.wait_for(peer.recv(), PATIENCE))
            await peer.send(["in ", "three ", "pieces"])
            self.assertEqual("in three pieces", await asyncio.wait_for(peer.recv(), PATIENCE))
            await asyncio.wait_for(await peer.ping(b"there?"), PATIENCE)
            await peer.close(4000)
            self.assertEqual(4000, peer.close_code)

    async def test_the_end_of_the_server_is_said_to_websockets(self):
        async with self.websocket() as peer:
            await asyncio.wait_for(await peer.ping(), PATIENCE)
            self.server.run.send(15)
            with self.assertRaises(websockets.ConnectionClosedOK):
                await asyncio.wait_for(peer.recv(), PATIENCE)
            self.assertEqual(1001, peer.close_code)
        self.assertEqual(0, (await asyncio.to_thread(self.server.wait)).code)

    def test_no_request_is_lost_when_one_of_two_servers_ends(self):
        other = self.serve()
        folder = os.path.join(self.home, "second")
        os.mkdir(folder)
        front = self.enterContext(Haproxy(folder, [self.server.port, other.port]))
        wrong, answers, enough = [], [], threading.Event()

        def ask_on():
            client = UnixConnection(front.door)
            try:
                while not enough.is_set():
                    client.request("POST", "/echo", FILE)
                    answer = client.getresponse()
                    said = answer.status, answer.read()
                    (answers if said == (200, FILE) else wrong).append(said)
            except (OSError, http.client.HTTPException) as fault:
                wrong.append(repr(fault))
            finally:
                client.close()

        def asked(count: int):
            wait_until(lambda: wrong or len(answers) > count, f"{count} requests are answered")

        clients = [threading.Thread(target=ask_on) for _ in range(8)]
        for client in clients:
            client.start()
        asked(500)
        self.server.run.send(15)
        ended = self.server.wait()
        asked(len(answers) + 500)
        enough.set()
        for client in clients:
            client.join(PATIENCE)
        self.assertEqual([], wrong)
        self.assertEqual(0, ended.code, ended)
        self.assertGreater(ended.stdout.count(b'"answer"'), 100)


if __name__ == "__main__":
    unittest.main()
