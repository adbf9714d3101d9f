#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An HTTP/1.1 server for tests that misbehaves as the URL says (origin_routes.py).

    with Origin(tls=pair) as origin: ... origin.port, origin.log, origin.open(), origin.change()

or by hand, printing its port: tests/support/origin.py [--host A] [--port N] [--tls CERT KEY]
"""
import argparse
import asyncio
import contextlib
import json
import socket
import ssl
import struct
import sys
import time

sys.dont_write_bytecode = True

from loop_thread import LoopThread, end_tasks
from origin_log import Entry, Log
from origin_routes import Answer, REASONS, Request, Routes, http_date

LARGEST_HEAD = 1 << 20


class Gone(Exception):
    """The client has closed, or we have to."""


class Origin(LoopThread):
    def __init__(self, host="127.0.0.1", port=0, tls=None, unix=None):
        super().__init__()
        self.host, self.port, self.unix = host, port, unix
        self.log = Log()
        self.routes = Routes()
        self._context = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*tls)
        self._gate = None
        self._server = None
        self._tasks = set()

    async def listen(self):
        self._gate = asyncio.Event()
        if self.unix:
            self._server = await asyncio.start_unix_server(self._serve, self.unix)
            return
        self._server = await asyncio.start_server(
            self._serve, self.host, self.port, ssl=self._context, backlog=4096,
            limit=LARGEST_HEAD)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self):
        self._server.close()
        await end_tasks(list(self._tasks))

    def open(self):
        """Lets go what is held, now and from now on."""
        self.loop.call_soon_threadsafe(self._gate.set)

    def change(self):
        """Serves other bytes under other ETags from now on."""
        self.routes.version += 1

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        self.log.connections += 1
        connection = Connection(self, reader, writer, self.log.connections)
        try:
            await connection.run()
        except (Gone, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, TimeoutError):
            pass
        finally:
            self._tasks.discard(asyncio.current_task())
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def wait_open(self):
        await self._gate.wait()


class Connection:
    def __init__(self, origin: Origin, reader, writer, number: int):
        self.origin, self.reader, self.writer, self.number = origin, reader, writer, number

    async def run(self):
        while True:
            request = await self._read_request()
            if request is None:
                return
            if request.path.startswith("/__"):
                await self._control(request)
                continue
            entry = self.origin.log.begin(self.number, request.method, request.target,
                                          request.headers)
            state = "gone"
            try:
                state = await self._answer(request, entry)
            finally:
                self.origin.log.finish(entry, state)
            if state == "cut" or "close" in request.query or \
                    request.headers.get("connection") == "close":
                return

    async def _read_request(self) -> Request | None:
        first = await self.reader.read(1)
        if first == b"\x16":  # a TLS handshake on a plain port: no end of a head would come
            self.writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        if first in (b"", b"\x16"):
            return None
        head = first + await self.reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return Request(method, target, headers, await self._read_body(headers))

    async def _read_body(self, headers: dict) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self.reader.readexactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readuntil(b"\r\n")
        return body

    async def _control(self, request: Request):
        if request.path == "/__open":
            self.origin.open()
        if request.path == "/__change":
            self.origin.change()
        body = json.dumps(self.origin.log.as_json(), indent=1).encode() + b"\n"
        self.writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                          b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await self.writer.drain()

    async def _answer(self, request: Request, entry: Entry) -> str:
        answer = self.origin.routes.answer(request)
        if delay := request.number("delay"):
            await self.pause(delay / 1000)
        if "raw" in request.query:
            self.writer.write(request.query["raw"].encode("latin-1"))
            return "cut"
        entry.status = answer.status
        await self._send_head(request, answer)
        if request.method == "HEAD":
            return "done"
        return await Body(self, request, answer, entry).send()

    async def _send_head(self, request: Request, answer: Answer):
        reason = request.query.get("reason", REASONS.get(answer.status, "Something"))
        lines = [f"HTTP/1.1 {answer.status} {reason}", f"Date: {http_date(time.time())}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if "chunked" in request.query:
            lines.append("Transfer-Encoding: chunked")
        elif "close" not in request.query:
            lines.append(f"Content-Length: {answer.end - answer.first}")
        if "close" in request.query:
            lines.append("Connection: close")
        slow = request.number("slow-headers")
        for line in [*lines, ""] if slow else ["\r\n".join([*lines, ""])]:
            self.writer.write(line.encode("latin-1") + b"\r\n")
            await self.writer.drain()
            if slow:
                await self.pause(slow / 1000)

    async def pause(self, seconds: float):
        """Nothing may come from the client meanwhile: an end of its stream ends ours."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.reader.read(1), seconds)
            raise Gone

    async def wait_for(self, event_of_ours):
        """Waits for something of ours, or raises when the client leaves."""
        left = asyncio.ensure_future(self.reader.read(1))
        ours = asyncio.ensure_future(event_of_ours)
        try:
            await asyncio.wait({left, ours}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # A read that ran out of time has taken nothing: the next request stays whole.
            for task in (left, ours):
                task.cancel()
            await asyncio.gather(left, ours, return_exceptions=True)
        if left.done() and not left.cancelled():
            raise Gone

    def reset(self):
        """Closes with RST: what the client has not read yet is lost to it."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Body:
    """Sends a body up to where a fault is asked for, and does that."""

    def __init__(self, connection: Connection, request: Request, answer: Answer, entry: Entry):
        self.connection, self.entry, self.answer = connection, entry, answer
        self.writer = connection.writer
        self.chunked = "chunked" in request.query
        self.drip = [int(n) for n in request.query["drip"].split(",")] \
            if "drip" in request.query else None
        wanted = ((f, request.number(f)) for f in ("truncate", "reset", "stall", "hold"))
        self.faults = sorted((at, fault) for fault, at in wanted if at is not None) \
            if answer.faulty else []

    async def send(self) -> str:
        place = self.answer.first
        for at, fault in self.faults:
            stop = min(self.answer.first + at, self.answer.end)
            await self._send_slice(place, stop)
            place = stop
            if await self._break(fault):
                return "cut"
        await self._send_slice(place, self.answer.end)
        if self.chunked:
            self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()
        return "done"

    async def _send_slice(self, first: int, end: int):
        for piece in self.answer.body.pieces(first, end):
            step = self.drip[0] if self.drip else len(piece)
            for start in range(0, len(piece), step or 1):
                await self._send_piece(piece[start:start + step])

    async def _send_piece(self, piece: bytes):
        self.writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if self.chunked else piece)
        await self.writer.drain()
        self.entry.sent += len(piece)
        if self.drip:
            await self.connection.pause(self.drip[1] / 1000)

    async def _break(self, fault: str) -> bool:
        """True when nothing more may be sent."""
        if fault == "hold":
            self.entry.state = "held"
            await self.connection.wait_for(self.connection.origin.wait_open())
            return False
        if fault == "stall":
            self.entry.state = "held"
            await self.connection.wait_for(asyncio.Event().wait())
        if fault == "reset":
            self.connection.reset()
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--unix", metavar="PATH", help="listen there instead")
    words = parser.parse_args()
    with Origin(words.host, words.port, words.tls, words.unix) as origin:
        print(origin.port, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
