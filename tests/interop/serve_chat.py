#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`grove serve /=chat` with Debian's python3-websockets, beside clients that poll."""
import asyncio
import json
import os
import sys
import unittest
import urllib.error
import urllib.request

import websockets

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from grove_server import GroveServer
from program import environment, find_program, scratch_folder


class ServeChat(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        home = self.enterContext(scratch_folder())
        program = find_program()
        self.server = self.enterContext(
            GroveServer(["/chat=chat"], program, environment(home, program), home))
        self.at = f"127.0.0.1:{self.server.port}/chat"

    def connect(self, path: str, **options):
        return websockets.connect(f"ws://{self.at}/ws/{path}", **options)

    async def ask(self, path: str, body: bytes | None = None) -> str:
        """What a POST, or without a body a GET, is answered."""
        def talk():
            with urllib.request.urlopen(f"http://{self.at}/{path}", body, timeout=20) as answer:
                return answer.read().decode()
        return await asyncio.to_thread(talk)

    async def hear(self, peer) -> str:
        message = json.loads(await asyncio.wait_for(peer.recv(), 20))
        return message.get("error") or f"{message['user']}:{message['text']}"

    async def test_what_a_websocket_says_a_poll_hears(self):
        await self.ask("topic1/bob")
        async with self.connect("topic1/ann") as ann:
            await ann.send("hello")
            self.assertEqual(await self.ask("poll/bob", b""), '"ann:hello"')
            self.assertEqual(await self.hear(ann), "ann:hello")

    async def test_what_is_put_a_websocket_hears(self):
        async with self.connect("topic1/ann") as ann:
            await self.ask("topic1/bob")
            await self.ask("put/topic1/bob", b"message=good+day")
            self.assertEqual(await self.hear(ann), "bob:good day")

    async def test_a_poll_that_waits_is_woken(self):
        await self.ask("topic1/bob")
        waits = asyncio.create_task(self.ask("poll/bob?timeout=30s", b""))
        log = asyncio.create_task(self.ask("log/topic1/cara?timeout=30s"))
        async with self.connect("topic1/ann") as ann:
            await ann.send("hello")
            self.assertEqual(await waits, '"ann:hello"')
            self.assertEqual([m["text"] for m in json.loads(await log)], ["hello"])

    async def test_another_room_is_not_heard(self):
        async with self.connect("topic1/ann") as ann, self.connect("topic2/bob") as bob:
            await ann.send("one")
            await bob.send("two")
            self.assertEqual(await self.hear(ann), "ann:one")
            self.assertEqual(await self.hear(bob), "bob:two")

    async def test_who_is_new_is_told_the_backlog(self):
        async with self.connect("topic1/ann") as ann:
            for i in range(30):
                await ann.send(str(i))
            for i in range(30):
                self.assertEqual(await self.hear(ann), f"ann:{i}")
        async with self.connect("topic1/bob") as bob:
            heard = [await self.hear(bob) for _ in range(25)]
        self.assertEqual(heard, [f"ann:{i}" for i in range(5, 30)])

    async def test_who_comes_back_goes_on_where_he_was(self):
        async with self.connect("topic1/ann") as ann:
            for word in ("a", "b", "c"):
                await ann.send(word)
            first = json.loads(await ann.recv())
        async with self.connect(f"topic1/ann?after={first['id']}") as ann:
            self.assertEqual(await self.hear(ann), "ann:b")
            self.assertEqual(await self.hear(ann), "ann:c")
        rest = json.loads(await self.ask(f"log/topic1/ann?after={first['id']}"))
        self.assertEqual([m["text"] for m in rest], ["b", "c"])

    async def test_what_is_no_message_is_told_to_its_sender_alone(self):
        async with self.connect("topic1/ann") as ann, self.connect("topic1/bob") as bob:
            for wrong in (" ", b"bytes", "x" * 5000):
                await ann.send(wrong)
                self.assertIn("4 KiB", await self.hear(ann))
            await ann.send("right")
            self.assertEqual(await self.hear(bob), "ann:right")

    async def test_a_page_of_another_site_may_not_connect(self):
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            await self.connect("topic1/ann", origin="http://elsewhere")
        self.assertEqual(refused.exception.status_code, 403)
        async with self.connect("topic1/ann", origin=f"http://127.0.0.1:{self.server.port}"):
            pass

    async def test_the_end_of_the_server_is_said_and_polls_are_answered(self):
        await self.ask("topic1/bob")
        async with self.connect("topic1/ann") as ann:
            waits = [await self.send("POST", "poll/bob?timeout=60s"),
                     await self.send("GET", "log/topic1/bob?timeout=60s")]
            await self.ask("poll/bob?timeout=0s", b"")  # a later connection: those are read by now
            self.server.run.send(15)
            with self.assertRaises(websockets.ConnectionClosedOK):
                await asyncio.wait_for(ann.recv(), 20)
            self.assertEqual(ann.close_code, 1001)
            for one in waits:
                self.assertEqual((await asyncio.wait_for(one.read(), 20))[-6:], b"\r\n\r\n[]")
        self.assertEqual((await asyncio.to_thread(self.server.wait)).code, 0)

    async def send(self, method: str, path: str) -> asyncio.StreamReader:
        """Asks, and leaves the answer for later."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.addCleanup(writer.close)
        writer.write(f"{method} /chat/{path} HTTP/1.1\r\nHost: localhost\r\n"
                     "Connection: close\r\n\r\n".encode())
        await writer.drain()
        return reader

    async def test_many_speak_at_once_and_all_hear_all_in_one_order(self):
        names = [f"user{i}" for i in range(8)]
        peers = [await self.connect(f"topic1/{name}") for name in names]

        async def talk(peer):
            for i in range(20):
                await peer.send(str(i))
            return [await self.hear(peer) for _ in range(20 * len(names))]

        heard = await asyncio.gather(*map(talk, peers))
        for peer in peers:
            await peer.close()
        self.assertTrue(all(one == heard[0] for one in heard))
        for name in names:
            own = [line for line in heard[0] if line.startswith(name + ":")]
            self.assertEqual(own, [f"{name}:{i}" for i in range(20)])


if __name__ == "__main__":
    unittest.main()
