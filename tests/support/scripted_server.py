# SPDX-License-Identifier: MIT
"""A TCP server for tests that answers with given bytes, whatever it is asked.

    with ScriptedServer([b"+PONG\r\n"]) as server: ... server.port

Each connection gets the answers one by one, one for each piece that it sends. Instead of an answer,
None closes: at once behind another one, else when something has come. `heard` is what came.
"""
import base64
import contextlib
import hashlib
import socket
import threading


class ScriptedServer:
    def __init__(self, answers: list):
        self.answers = answers
        self.heard = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._guests = []
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                guest, _ = self._door.accept()
                with guest, contextlib.suppress(OSError):
                    self._talk(guest)

    def _talk(self, guest: socket.socket):
        guest.settimeout(20)
        for i, answer in enumerate(self.answers):
            if answer is None and i > 0:
                return
            self.heard.append(guest.recv(65536))
            if answer is None:
                return
            guest.sendall(answer)
        guest.recv(65536)


class WebSocketServer(ScriptedServer):
    """Opens the handshake, sends the messages, and cuts the connection off. With `goodbye` all but
    the first are closed with that code instead."""

    def __init__(self, messages: list, goodbye: int | None = None):
        super().__init__([])
        self.messages = messages
        self.goodbye = goodbye

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
        if self.goodbye and len(self.heard) > 1:
            guest.sendall(b"\x88\x02" + self.goodbye.to_bytes(2, "big"))
            guest.recv(65536)
