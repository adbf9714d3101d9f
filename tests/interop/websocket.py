#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""WebSockets of libgrove (the program WEBSOCKET_END) and of Debian's python3-websockets."""
import asyncio
import contextlib
import os
import ssl
import subprocess
import sys
import tempfile
import unittest

import websockets

PROGRAM = os.environ["WEBSOCKET_END"]
LIMIT = 1 << 20


def certificate(folder):
    """(certificate, key) of 127.0.0.1, signed by itself."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key


@contextlib.asynccontextmanager
async def our_server(*tls):
    """The address of an echo server of ours, without its scheme."""
    server = await asyncio.create_subprocess_exec(
        PROGRAM, "serve", *tls, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    try:
        yield f"127.0.0.1:{int(await server.stdout.readline())}/"
    finally:
        server.stdin.close()
        await server.wait()


async def our_client(url, *lines, ca=()):
    """What our client prints, line by line, when it is told to say these."""
    client = await asyncio.create_subprocess_exec(
        PROGRAM, "connect", url, *ca, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    said = "".join(line + "\n" for line in lines).encode()
    out, _ = await asyncio.wait_for(client.communicate(said), 40)
    return out.decode().splitlines()


@contextlib.asynccontextmanager
async def their_server(handler, **options):
    scheme = "wss" if "ssl" in options else "ws"
    async with websockets.serve(handler, "127.0.0.1", 0, **options) as server:
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def echo(peer, *_):
    async for message in peer:
        await peer.send(message)


class websocket(unittest.IsolatedAsyncioTestCase):
    async def test_their_client_gets_its_messages_back(self):
        async with our_server() as at, websockets.connect("ws://" + at) as peer:
            for sent in ("hello", "", "\u20ac \U0001f333", b"", b"\0\xff" * 1000,
                         "x" * 70000, b"y" * LIMIT):
                await peer.send(sent)
                self.assertEqual(await peer.recv(), sent)
            self.assertEqual(peer.extensions, [])

    async def test_their_client_sends_fragments(self):
        async with our_server() as at, websockets.connect("ws://" + at) as peer:
            await peer.send(["one ", "", "two ", "\u20ac"])
            self.assertEqual(await peer.recv(), "one two \u20ac")
            await peer.send([b"x" * 50000] * 10)
            self.assertEqual(await peer.recv(), b"x" * 500000)

    async def test_their_client_pings(self):
        async with our_server() as at, websockets.connect("ws://" + at) as peer:
            pongs = [await peer.ping(payload) for payload in (b"", b"a", b"x" * 125)]
            await asyncio.wait_for(asyncio.gather(*pongs), 10)

    async def test_their_client_closes(self):
        async with our_server() as at, websockets.connect("ws://" + at) as peer:
            await peer.close(4000, "enough")
            self.assertEqual((peer.close_code, peer.close_reason), (4000, ""))

    async def test_their_client_is_told_that_its_message_is_too_large(self):
        async with our_server() as at, websockets.connect("ws://" + at) as peer:
            with self.assertRaises(websockets.ConnectionClosed) as failure:
                await peer.send("x" * (LIMIT + 1))
                await peer.recv()
            self.assertEqual(failure.exception.rcvd.code, 1009)

    async def test_their_client_chooses_a_subprotocol(self):
        async with our_server() as at:
            async with websockets.connect("ws://" + at, subprotocols=["v1", "chat"]) as peer:
                self.assertEqual(peer.subprotocol, "chat")

    async def test_their_client_of_another_origin_is_refused(self):
        async with our_server() as at:
            with self.assertRaises(websockets.InvalidStatusCode) as failure:
                await websockets.connect("ws://" + at, origin="https://evil.test")
            self.assertEqual(failure.exception.status_code, 403)
            async with websockets.connect("ws://" + at, origin="https://example.com"):
                pass

    async def test_two_hundred_of_their_clients_at_once(self):
        async def talk(at, number):
            async with websockets.connect("ws://" + at) as peer:
                for turn in range(5):
                    await peer.send(f"{number} {turn}")
                    self.assertEqual(await peer.recv(), f"{number} {turn}")

        async with our_server() as at:
            await asyncio.gather(*(talk(at, number) for number in range(200)))

    async def test_their_client_through_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            pair = certificate(folder)
            trust = ssl.create_default_context(cafile=pair[0])
            async with our_server(*pair) as at:
                async with websockets.connect("wss://" + at, ssl=trust) as peer:
                    await peer.send("x" * 300000)
                    self.assertEqual(await peer.recv(), "x" * 300000)

    async def test_our_client_gets_its_messages_back(self):
        async with their_server(echo, subprotocols=["chat"]) as url:
            said = await our_client(url, "hello", "\u20ac \U0001f333", "large 4097", "large 300000",
                                    "close 3000")
        self.assertEqual(said, ["subprotocol chat", "text hello", "text \u20ac \U0001f333",
                                "binary of 4097", "binary of 300000", "pongs 0", "ended 3000 bye"])

    async def test_our_client_pings_and_answers_pings(self):
        async def ping_and_echo(peer, *_):
            await asyncio.wait_for(await peer.ping(b"there?"), 10)
            await echo(peer)

        async with their_server(ping_and_echo) as url:
            said = await our_client(url, "ping", "hello", "close 1000")
        self.assertEqual(said, ["subprotocol ", "text hello", "pongs 1", "ended 1000 bye"])

    async def test_our_client_takes_fragments(self):
        async def send(peer, *_):
            await peer.recv()
            await peer.send(["one ", "two ", "three"])
            await peer.close(4001, "over")

        async with their_server(send) as url:
            said = await our_client(url, "go")
        self.assertEqual(said[1:], ["text one two three", "pongs 0", "ended 4001 over"])

    async def test_our_client_is_told_that_its_message_is_too_large(self):
        async with their_server(echo, max_size=1000) as url:
            said = await our_client(url, "large 1001")
        self.assertEqual(said[1:], ["pongs 0", "ended 1009 "])

    async def test_our_client_is_refused(self):
        async with their_server(echo, origins=["https://example.com"]) as url:
            said = await our_client(url)
        self.assertEqual(said, ["failed answered 403 Forbidden: "
                                "the server did not open a WebSocket"])

    async def test_our_client_through_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = certificate(folder)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert, key)
            async with their_server(echo, ssl=context) as url:
                said = await our_client(url, "large 300000", "close 1000", ca=[cert])
                refused = await our_client(url)
        self.assertEqual(said[1:], ["binary of 300000", "pongs 0", "ended 1000 bye"])
        self.assertIn("certificate", refused[0])


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
