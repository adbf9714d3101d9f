#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A name server for tests, on UDP and TCP, that errs as its rules say. A rule is a word:

    NAME?a=127.0.0.1,127.0.0.2&aaaa=::1&ttl=60     the answer; `*.test` is any name below test;
                                                    ttl is 60 if nothing is said
    NAME?rcode=nxdomain|servfail|refused
    NAME?mode=dead                                  never answers
    NAME?mode=dead&times=N                          not to the first N queries
    NAME?mode=wrong-id&lie=127.0.0.9                first an answer with another id and the address
                                                    `lie`, then the right one
    NAME?mode=only-wrong-id&lie=127.0.0.9           the former alone
    NAME?mode=other-name&lie=127.0.0.9              the same, with the right id and another question
    NAME?mode=truncate                              TC over UDP, the answer over TCP
    NAME?delay=MS                                   answers late
    NAME?cname=OTHER                                an alias; OTHER's addresses are added

    with DnsServer(["a.test?a=127.0.0.1"]) as dns: ... dns.port, dns.queries

or by hand, printing its port: tests/support/dns_server.py [--port N] RULE...
"""
import argparse
import asyncio
import contextlib
import dataclasses
import ipaddress
import struct
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True

from loop_thread import LoopThread, end_tasks

A, CNAME, AAAA = 1, 5, 28
RCODES = {"nxdomain": 3, "servfail": 2, "refused": 5}
RESPONSE, TRUNCATED, RECURSION = 0x8000, 0x0200, 0x0180


@dataclasses.dataclass
class Query:
    name: str
    type: int
    transport: str   # `udp` or `tcp`
    time: float      # seconds since the server started


def encode_name(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".") if part) + b"\0"


def decode_question(message: bytes):
    """(name, type, bytes of the question) of a query."""
    labels, at = [], 12
    while size := message[at]:
        labels.append(message[at + 1:at + 1 + size].decode("latin-1"))
        at += 1 + size
    type_ = struct.unpack("!H", message[at + 1:at + 3])[0]
    return ".".join(labels).lower(), type_, message[12:at + 5]


class Rule:
    def __init__(self, word: str):
        self.name, _, query = word.partition("?")
        values = dict(urllib.parse.parse_qsl(query))
        self.addresses = {A: split(values.get("a", "")), AAAA: split(values.get("aaaa", ""))}
        self.ttl = int(values.get("ttl", 60))
        self.rcode = RCODES[values["rcode"]] if "rcode" in values else 0
        self.mode = values.get("mode", "")
        self.times = int(values.get("times", 1 << 30))
        self.delay = int(values.get("delay", 0)) / 1000
        self.lie = values.get("lie", "")
        self.cname = values.get("cname", "")
        self.asked = 0

    def matches(self, name: str) -> bool:
        return name == self.name or self.name.startswith("*.") and name.endswith(self.name[1:])


def split(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def record(name: bytes, type_: int, ttl: int, data: bytes) -> bytes:
    return name + struct.pack("!HHIH", type_, 1, ttl, len(data)) + data


class DnsServer(LoopThread):
    def __init__(self, rules, port=0):
        super().__init__()
        self.rules = [Rule(word) for word in rules]
        self.port = port
        self.queries: list[Query] = []
        self._began = time.monotonic()
        self._udp = self._tcp = None
        self._tasks = set()

    async def listen(self):
        # The same port for both: TCP picks one, which UDP may have lost to somebody else.
        for _ in range(50):
            tcp = await asyncio.start_server(self._serve_tcp, "127.0.0.1", self.port)
            port = tcp.sockets[0].getsockname()[1]
            try:
                self._udp, _ = await self.loop.create_datagram_endpoint(
                    lambda: Datagrams(self), local_addr=("127.0.0.1", port))
            except OSError:
                tcp.close()
                continue
            self._tcp, self.port = tcp, port
            return
        raise OSError("no port is free on both UDP and TCP")

    async def shut(self):
        self._udp.close()
        self._tcp.close()
        await end_tasks(list(self._tasks))

    def asked(self, name: str, transport=("udp", "tcp")) -> int:
        return sum(q.name == name and q.transport in transport for q in list(self.queries))

    def start(self, work):
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def answers(self, message: bytes, transport: str) -> list[bytes]:
        """What is sent back for a query: nothing, one message, or a lie and the truth."""
        name, type_, question = decode_question(message)
        self.queries.append(Query(name, type_, transport, time.monotonic() - self._began))
        rule = self._rule(name)
        if rule is None:
            return [reply(message, question, [], RCODES["nxdomain"])]
        rule.asked += 1
        if rule.delay:
            await asyncio.sleep(rule.delay)
        truth = reply(message, question, self._records(rule, question, type_), rule.rcode)
        return self._spoil(rule, message, question, transport, truth)

    def _spoil(self, rule: Rule, message: bytes, question: bytes, transport: str, truth: bytes):
        if not rule.mode or rule.asked > rule.times:
            return [truth]
        if rule.mode == "dead":
            return []
        if rule.mode == "truncate":
            if transport == "tcp":
                return [truth]
            return [reply(message, question, [], 0, TRUNCATED)]
        return self._lies(rule, message, question, truth)

    def _lies(self, rule: Rule, message: bytes, question: bytes, truth: bytes):
        fake = reply(message, question, [record(b"\xc0\x0c", A, 60, packed(rule.lie))], 0)
        wrong_id = struct.pack("!H", struct.unpack("!H", message[:2])[0] ^ 0x5555) + fake[2:]
        if rule.mode == "only-wrong-id":
            return [wrong_id]
        if rule.mode == "wrong-id":
            return [wrong_id, truth]
        other = encode_name("other.test") + question[-4:]
        return [reply(message, other, [record(b"\xc0\x0c", A, 60, packed(rule.lie))], 0), truth]

    def _rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.matches(name)), None)

    def _records(self, rule: Rule, question: bytes, type_: int) -> list[bytes]:
        name, records = b"\xc0\x0c", []
        if rule.cname:
            records.append(record(name, CNAME, rule.ttl, encode_name(rule.cname)))
            name, rule = encode_name(rule.cname), self._rule(rule.cname) or rule
        addresses = rule.addresses.get(type_, [])
        return records + [record(name, type_, rule.ttl, packed(a)) for a in addresses]

    async def _serve_tcp(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                size = struct.unpack("!H", await reader.readexactly(2))[0]
                for answer in await self.answers(await reader.readexactly(size), "tcp"):
                    writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        self._tasks.discard(asyncio.current_task())
        writer.close()


def packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


def reply(message: bytes, question: bytes, records: list, rcode: int, flags: int = 0) -> bytes:
    head = message[:2] + struct.pack("!HHHHH", RESPONSE | RECURSION | flags | rcode, 1,
                                     len(records), 0, 0)
    return head + question + b"".join(records)


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer):
        self.server, self.transport = server, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.server.start(self._answer(data, addr))

    async def _answer(self, data, addr):
        for message in await self.server.answers(data, "udp"):
            self.transport.sendto(message, addr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("rule", nargs="+")
    words = parser.parse_args()
    with DnsServer(words.rule, words.port) as server:
        print(server.port, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
