# SPDX-License-Identifier: MIT
"""What the tests of the pages share: the machine that a page is typed on, made of stand-ins."""
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from dns_server import DnsServer
from grove_server import GroveServer
from program import Ended, Running, environment, find_program, scratch_folder, wait_until

# Sanitizers cost time: upper bounds grow by this.
SLOWNESS = float(os.environ.get("GROVE_TEST_SLOWNESS", 1))
SITE = ["/health=status:200", "/orders=status:201", "/feed=sse", "/files=files",
        '/=json:{"ready":true}']
# What the commands name, and what it does here.
PROGRAMS = {
    ".bin/npm": 'echo "npm $*"',
    ".bin/optipng": 'echo "optipng $1"',
    ".bin/ssh": 'echo "$1 $2"',
    "work/classify": 'while read -r item; do echo "{\\"of\\":$item}"; done',
    "work/index": 'echo "{\\"size\\":$(stat -c %s "$1")}"',
    "work/job": 'echo "did $1"',
    "work/e2e.sh": 'echo "tests passed"',
}


class PageCase(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.home = self.enterContext(scratch_folder())
        self.folder = os.path.join(self.home, "work")
        os.mkdir(self.folder)
        self.program = find_program()
        self.env = environment(self.home, self.program)
        for name, text in PROGRAMS.items():
            self.write_program(os.path.join(self.home, name), text)
        for name in ("a", "b"):
            self.write(f"files/{name}", f"file {name}\n")
        shutil.copy(os.path.join(HERE, "stand_ins", "api"), self.folder)

    @staticmethod
    def write_program(path: str, text: str):
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/bash\n{text}\n")
        os.chmod(path, 0o755)

    def write(self, name: str, text: str):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name: str) -> str:
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def site(self) -> int:
        """The port of what the pages call `:8080` and the like."""
        server = GroveServer(SITE, self.program, self.env, self.folder)
        return self.enterContext(server).port

    def free_port(self) -> int:
        """One that nobody else is given until the test ends: bound, and never listening."""
        taken = self.enterContext(socket.socket())
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]

    def dns(self) -> int:
        return self.enterContext(DnsServer(["example.org?a=127.0.0.1"])).port

    def redis(self) -> int:
        """A Redis server with a stream `jobs` of one entry."""
        port = self.free_port()
        server = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir",
             self.home], stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        ask = ["redis-cli", "-p", str(port)]
        wait_until(lambda: subprocess.run([*ask, "PING"], capture_output=True).returncode == 0,
                   "redis-server answers")
        subprocess.run([*ask, "XADD", "jobs", "*", "item", "one"], check=True,
                       stdout=subprocess.DEVNULL)
        return port

    def sum_of(self, name: str) -> str:
        return hashlib.sha256(self.read(name).encode()).hexdigest()

    @staticmethod
    def end(run: Running):
        """What is left of a command whose test has failed."""
        if run.alive():
            run.kill()

    @staticmethod
    def interrupt(run: Running):
        """As Ctrl-C does: to all of the foreground."""
        os.killpg(run.pid, signal.SIGINT)

    def start(self, command: str) -> Running:
        return Running(command, self.env, self.folder, shell=True)
