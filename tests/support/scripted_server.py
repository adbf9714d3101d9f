# SPDX-License-Identifier: MIT
"""A TCP server for tests that answers with given bytes, whatever it is asked.

    with ScriptedServer([b"+PONG\r\n"]) as server: ... server.port

Each connection gets the answers one by one, one for each piece that it sends. Instead of an answer,
None closes: at once behind another one, else when something has come. `heard` is what came.
"""
import contextlib
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
