# SPDX-License-Identifier: MIT
"""`grove serve`, for tests of it and of its clients.

    with GroveServer(["/=echo"], program, env, folder) as server: ... server.port

It listens on a port of its own choice unless the words say where (`-l unix:door`), and must end
well when it is told to.
"""
import json

from program import Running, wait_until


class GroveServer:
    def __init__(self, words, program: str, env: dict, folder: str, code: int = 0):
        elsewhere = (any(word in ("-l", "--listen", "-p", "--port") for word in words)
                     or all(word.startswith("tcp://") for word in words) and words)
        self.words = ["--json", *([] if elsewhere else ["-p", "0"]), *words]
        self.port = 0
        self.ports = []  # of all that it listens on, in the order it tells them
        self.ended = None
        self._command = [program, "serve", *self.words]
        self._env, self._folder, self._code = env, folder, code
        self.run = None

    def __enter__(self):
        self.run = Running(self._command, self._env, self._folder)
        wait_until(self._listens, "the server listens")
        return self

    def __exit__(self, failure, *_):
        if self.ended is not None:
            return
        if self.run.alive():
            self.run.send(15)
        self.ended = self.run.wait()
        if failure is None and self.ended.code != self._code:
            raise AssertionError(f"the server has not ended with {self._code}:\n{self.ended}")

    def wait(self):
        """Until it ends by itself."""
        self.ended = self.run.wait()
        return self.ended

    def told(self) -> list[dict]:
        """The lines that it has written so far."""
        lines = self.run.output_so_far().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith(b"\n")]

    def _listens(self) -> bool:
        if not self.run.alive():
            raise AssertionError(f"the server has ended:\n{self.run.wait()}")
        doors = [line for line in self.told() if line.get("event") == "listening"]
        self.ports = [door["port"] for door in doors]
        self.port = self.ports[0] if doors else 0
        return bool(doors)
