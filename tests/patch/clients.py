#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Unmodified C clients against their real servers, with the patch library preloaded and without.

BLOCKING_CLIENTS and PATCH_LIBRARY name the program and the library.
"""
import errno
import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from origin import Origin  # noqa: E402
from program import wait_until  # noqa: E402

CLIENTS = os.environ["BLOCKING_CLIENTS"]
LIBRARY = os.environ["PATCH_LIBRARY"]


def run_clients(kind, where, what, patched):
    """What the program says, as a dictionary of its lines."""
    environment = {**os.environ, **({"LD_PRELOAD": LIBRARY} if patched else {})}
    done = subprocess.run([CLIENTS, kind, where, what], env=environment, capture_output=True,
                          text=True, timeout=50, check=False)
    if done.returncode != 0:
        raise AssertionError(f"it ended with {done.returncode}: {done.stderr}")
    print(f"{kind} {what} {'patched' if patched else 'unpatched'}: {done.stdout.strip()}")
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


class Server:
    """A server in a folder of its own in memory, ended with the test."""

    def __init__(self, user=None):
        place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = tempfile.mkdtemp(prefix="grove-", dir=place)
        self._as = ["setpriv", "--pdeathsig=TERM"]
        if user and os.getuid() == 0:
            account = pwd.getpwnam(user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as += [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}",
                         "--clear-groups"]
        os.chmod(self.folder, 0o755)
        self._log = tempfile.TemporaryFile()
        self._process = None

    def run(self, *words):
        subprocess.run([*self._as, *words], cwd=self.folder, check=True,
                       stdout=self._log, stderr=self._log)

    def start(self, *words, answers):
        self._process = subprocess.Popen([*self._as, *words], cwd=self.folder,
                                         stdin=subprocess.DEVNULL,
                                         stdout=self._log, stderr=self._log)

        def is_up():
            if self._process.poll() is not None:
                raise AssertionError("the server ended: " + self.said())
            return answers()

        wait_until(is_up, "the server answers", 30)

    def said(self):
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")[-4000:]

    def stop(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # PostgreSQL: do not wait for the clients
            self._process.wait(20)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def redis():
    server = Server()
    path = os.path.join(server.folder, "socket")
    server.start("redis-server", "--port", "0", "--unixsocket", path, "--save", "",
                 answers=lambda: os.path.exists(path))
    return server, path


def postgres():
    tools = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    server = Server(user="postgres")
    data = os.path.join(server.folder, "data")
    server.run(f"{tools}/initdb", "-D", data, "-A", "trust", "-U", "grove", "--no-sync",
               "--no-locale", "-E", "UTF8")
    server.start(f"{tools}/postgres", "-D", data, "-k", server.folder, "-c", "listen_addresses=",
                 "-c", "max_connections=200", "-c", "fsync=off",
                 answers=lambda: subprocess.run([f"{tools}/pg_isready", "-q", "-h", server.folder],
                                                check=False).returncode == 0)
    return server, server.folder


class Matrix:
    """The same claims for each client."""
    own_error = os.strerror(errno.ETIMEDOUT)

    def test_a_hundred_calls_take_as_long_as_a_few(self):
        took = float(run_clients(self.kind, self.where, "100", patched=True)["seconds"])
        self.assertGreaterEqual(took, 0.1)
        self.assertLess(took, 0.6)

    def test_a_timeout_ends_a_call_with_the_clients_own_error(self):
        told = run_clients(self.kind, self.where, "limit", patched=True)
        self.assertTrue(50 <= float(told["milliseconds"]) < 90, told)
        self.assertEqual(told["error"].strip(), self.own_error)
        self.assertEqual(told["then"], "thrown")


class Unpatched:
    """What the library is for; takes as long as it says."""

    def test_without_the_library_each_waits_for_the_one_before(self):
        took = float(run_clients(self.kind, self.where, "100", patched=False)["seconds"])
        self.assertGreaterEqual(took, 10.0)


class Redis:
    kind = "redis"

    @classmethod
    def setUpClass(cls):
        cls.server, cls.where = redis()
        cls.addClassCleanup(cls.server.stop)


class Postgres:
    kind = "postgres"
    own_error = f"select() failed: {os.strerror(errno.ETIMEDOUT)}"

    @classmethod
    def setUpClass(cls):
        cls.server, cls.where = postgres()
        cls.addClassCleanup(cls.server.stop)


class Http:
    @classmethod
    def setUpClass(cls):
        cls.where = str(cls.enterClassContext(Origin()).port)


class Curl(Http):
    kind = "curl"
    own_error = "A libcurl function was given a bad argument"  # what it says when poll(2) fails


class Plain(Http):
    kind = "plain"


class clients_hiredis(Redis, Matrix, unittest.TestCase):
    pass


class clients_libpq(Postgres, Matrix, unittest.TestCase):
    pass


class clients_libcurl(Curl, Matrix, unittest.TestCase):
    pass


class clients_plain(Plain, Matrix, unittest.TestCase):
    pass


class unpatched_hiredis(Redis, Unpatched, unittest.TestCase):
    pass


class unpatched_libpq(Postgres, Unpatched, unittest.TestCase):
    pass


class unpatched_libcurl(Curl, Unpatched, unittest.TestCase):
    pass


class unpatched_plain(Plain, Unpatched, unittest.TestCase):
    pass


if __name__ == "__main__":
    unittest.main()
