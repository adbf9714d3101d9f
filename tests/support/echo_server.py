#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A TCP server for tests that sends back what it reads, or errs as it is told:

    with EchoServer(cut=10) as echo: ... echo.port

`garble` sends upper case back, `cut` closes after so many bytes of a connection.
"""
import asyncio
import ssl
import sys

sys.dont_write_bytecode = True

from loop_thread import LoopThread, end_tasks


class EchoServer(LoopThread):
    def __init__(self, tls=None, unix=None, garble=False, cut=None):
        super().__init__()
        self.port, self.unix = 0, unix
        self.garble, self.cut = garble, cut
        self._context = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*tls)
        self._server = None
        self._tasks = set()

    async def listen(self):
        if self.unix:
            self._server = await asyncio.start_unix_server(self._serve, self.unix)
            return
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self):
        self._server.close()
        await end_tasks(list(self._tasks))

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        try:
            await self._echo(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()
            self._tasks.discard(asyncio.current_task())

    async def _echo(self, reader, writer):
        left = self.cut
        while left is None or left > 0:
            data = await reader.read(1 << 16)
            if not data:
                return
            if left is not None:
                data = data[:left]
                left -= len(data)
            writer.write(data.upper() if self.garble else data)
            await writer.drain()
