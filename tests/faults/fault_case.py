# SPDX-License-Identifier: MIT
"""What the fault tests share: servers, runs of the program, and what is asserted.

Each test has a folder of its own (`self.folder`), in which the program runs.
"""
import json
import os
import re
import shutil
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from certificates import Certificates
from dns_server import DnsServer
from origin import Origin
from origin_content import file_of
from program import Ended, Running, environment, find_program, scratch_folder

NOBODY = 65534
# Sanitizers cost time and memory: upper bounds grow by this.
SLOWNESS = float(os.environ.get("GROVE_TEST_SLOWNESS", 1))


class FaultCase(unittest.TestCase):
    verb = "fetch"
    maxDiff = 4000

    def setUp(self):
        self.home = self.enterContext(scratch_folder())
        self.folder = os.path.join(self.home, "work")
        os.mkdir(self.folder)
        self.program = find_program()
        self.env = environment(self.home, self.program)
        self._certificates = None

    # Servers.

    def origin(self, host="127.0.0.1", port=0, tls=None) -> Origin:
        pair = self.certificates().pair(tls) if tls else None
        return self.enterContext(Origin(host, port, pair))

    def dns(self, *rules: str) -> DnsServer:
        return self.enterContext(DnsServer(rules))

    def certificates(self) -> Certificates:
        if self._certificates is None:
            folder = os.path.join(self.home, ".certificates")
            os.mkdir(folder)
            self._certificates = Certificates(folder)
        return self._certificates

    # Runs.

    def start(self, *words, before=(), **streams) -> Running:
        """Starts `grove VERB WORDS`; `before` is what it is run by: strace, setpriv."""
        command = [*before, self.program, self.verb, *map(str, words)]
        return Running(command, self.env, self.folder, **streams)

    def fetch(self, *words, code=0, **how) -> Ended:
        """Runs it to its end, which must have this code."""
        ended = self.start(*words, **how).wait()
        self.assertEqual(code, ended.code, ended)
        return ended

    def fetch_json(self, *words, code=0, **how) -> list[dict]:
        """The objects of a run with --json."""
        return [json.loads(line) for line in
                self.fetch("--json", *words, code=code, **how).stdout.splitlines()]

    def as_nobody(self, *before: str) -> tuple:
        """What to run the program by so that permissions and limits count as for a person."""
        if os.geteuid() != 0:
            return before
        # It may be built below a folder that only root can enter.
        copy = os.path.join(self.home, "grove")
        shutil.copy(self.program, copy)
        self.program = copy
        os.chown(self.folder, NOBODY, NOBODY)
        ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return ("setpriv", *ids, "--", *before)

    # Claims.

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def names(self) -> list[str]:
        """All files below the folder."""
        return sorted(os.path.relpath(os.path.join(place, name), self.folder)
                      for place, _, names in os.walk(self.folder) for name in names)

    def assert_file(self, name: str, words: str):
        """The file holds what the origin serves under /file/WORDS."""
        self.assertTrue(os.path.exists(self.path(name)), f"no {name} among {self.names()}")
        with open(self.path(name), "rb") as file:
            got = file.read()
        want = file_of(words).whole()
        shorter = min(len(got), len(want))
        same = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), shorter)
        self.assertTrue(got == want, f"{name}: {len(got)} bytes, {len(want)} expected; "
                                     f"the first difference is at {same}")

    def assert_only(self, *names: str):
        self.assertEqual(sorted(names), self.names())

    def assert_failure(self, record: dict, kind: str):
        self.assertFalse(record["ok"], record)
        self.assertEqual(kind, record["error"]["class"], record)


def offset_of(value: str) -> int:
    """Where `Range: bytes=N-` starts."""
    return int(re.fullmatch(r"bytes=(\d+)-", value)[1])
