#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`grove poll` and the first words of Redis and PostgreSQL, of servers that are not ready."""
import struct
import unittest

from fault_case import FaultCase

from scripted_server import ScriptedServer


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def error(code: bytes, text: bytes) -> bytes:
    return message(b"E", b"SFATAL\0C" + code + b"\0M" + text + b"\0\0")


LOGGED_IN = message(b"R", struct.pack("!I", 0))
ASKS_PASSWORD = message(b"R", struct.pack("!I", 5) + b"salt")
SETTING = message(b"S", b"server_version\x0015\0")
READY = message(b"Z", b"I")


class Greetings(FaultCase):
    verb = "poll"

    def what(self, scheme: str, answers: list, path="", code=0) -> str:
        """What is told of a server with these answers."""
        with ScriptedServer(answers) as server:
            self.heard = server.heard
            url = f"{scheme}127.0.0.1:{server.port}{path}"
            seen = self.fetch_json("-n", 1, "-q", url, code=code)
        return seen[0]["what"]

    def test_redis_that_answers_is_up(self):
        self.assertEqual("PONG", self.what("redis://", [b"+PONG\r\n"]))
        self.assertEqual([b"*1\r\n$4\r\nPING\r\n"], self.heard)

    def test_redis_that_loads_is_not_up(self):
        loading = b"-LOADING Redis is loading the dataset in memory\r\n"
        self.assertEqual(loading[1:-2].decode(), self.what("redis://", [loading], code=1))

    def test_redis_that_wants_a_password_says_so(self):
        wants = b"-NOAUTH Authentication required.\r\n"
        self.assertEqual(wants[1:-2].decode(), self.what("redis://", [wants], code=1))

    def test_redis_is_given_the_password(self):
        self.assertEqual("PONG", self.what("redis://ann:pw@", [b"+OK\r\n", b"+PONG\r\n"]))
        self.assertEqual(b"*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$2\r\npw\r\n", self.heard[0])

    def test_redis_that_closes_is_not_up(self):
        self.assertEqual("closed without an answer", self.what("redis://", [None], code=1))

    def test_postgres_that_is_ready_is_up(self):
        self.assertEqual("it is ready", self.what("postgres://ann@", [LOGGED_IN + SETTING + READY],
                                                  "/app"))
        startup = self.heard[0]
        self.assertEqual(struct.pack("!II", len(startup), 3 << 16), startup[:8])
        self.assertEqual(b"user\0ann\0database\0app\0\0", startup[8:])

    def test_postgres_that_asks_for_a_password_is_up(self):
        self.assertEqual("it asks for a password", self.what("postgres://", [ASKS_PASSWORD]))

    def test_postgres_that_refuses_the_user_is_up(self):
        refused = error(b"28000", b"no pg_hba.conf entry")
        self.assertEqual("no pg_hba.conf entry", self.what("postgres://", [refused]))

    def test_postgres_that_starts_is_not_up(self):
        starts = error(b"57P03", b"the database system is starting up")
        self.assertEqual("the database system is starting up",
                         self.what("postgres://", [starts], code=1))

    def test_postgres_without_the_database_is_not_up(self):
        missing = error(b"3D000", b"database \"app\" does not exist")
        self.assertEqual("database \"app\" does not exist",
                         self.what("postgres://", [LOGGED_IN + missing], "/app", code=1))

    def test_what_is_no_postgres_is_told(self):
        told = self.what("postgres://", [b"HTTP/1.1 400 Bad Request\r\n\r\n"], code=1)
        self.assertEqual("bad message", told)

    def test_postgres_that_cuts_a_message_off_is_not_up(self):
        self.assertIn("reset", self.what("postgres://", [ASKS_PASSWORD[:7], None], code=1))


if __name__ == "__main__":
    unittest.main()
