#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`grove pipe` on Redis streams: consumers that are killed, a server that restarts, a stream that
is trimmed."""
import os
import random
import signal
import socket
import subprocess
import time
import unittest

from fault_case import SLOWNESS, FaultCase
from program import wait_until

ITEMS = int(50_000 / SLOWNESS)


class Redis:
    """A server on a port of its own, which appends what it is told to a file."""

    def __init__(self, folder: str):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder,
             "--appendonly", "yes", "--appendfsync", "no", "--save", ""],
            stdout=subprocess.DEVNULL)
        wait_until(self.answers, "the server answers")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def answers(self) -> bool:
        try:
            return self.ask("PING") == b"+PONG"
        except OSError:
            return False

    def ask(self, *words) -> bytes:
        """The first line of the reply."""
        with socket.create_connection(("127.0.0.1", self.port)) as peer:
            peer.sendall(self.command(*words))
            return peer.makefile("rb").readline().rstrip()

    def fill(self, stream: str, count: int):
        with socket.create_connection(("127.0.0.1", self.port)) as peer:
            answers = peer.makefile("rb")
            for first in range(0, count, 1000):
                some = range(first, min(count, first + 1000))
                peer.sendall(b"".join(self.command("XADD", stream, "*", "item", i) for i in some))
                for _ in some:
                    answers.readline()
                    answers.readline()

    @staticmethod
    def command(*words) -> bytes:
        texts = [str(word).encode() for word in words]
        return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%s\r\n" % (len(t), t) for t in texts)

    def url(self, stream: str, query: str = "") -> str:
        return f"redis://127.0.0.1:{self.port}/{stream}?{query}"


class PipeRedis(FaultCase):
    verb = "pipe"

    def setUp(self):
        super().setUp()
        folder = os.path.join(self.home, "redis")
        os.mkdir(folder)
        self.redis = Redis(folder)
        self.addCleanup(self.redis.stop)

    def consumer(self, out, *query: str):
        """Slow enough to be killed in the middle: every hundredth item takes a while."""
        worker = "while read -r x; do case $x in *00) sleep 0.005;; esac; echo $x; done"
        query = "&".join(["group=g", "lease=1s", "until=empty", *query])
        return self.start(self.redis.url("jobs", query), "map", "-j2", "sh", "-c", worker,
                          stdout=out)

    def seen(self) -> set:
        with open(self.path("all"), "rb") as file:
            return set(file.read().split())

    def test_killed_consumers_lose_nothing(self):
        self.redis.fill("jobs", ITEMS)
        chance = random.Random(3)
        with open(self.path("all"), "ab") as out:
            for _ in range(10):
                run = self.consumer(out)
                time.sleep(chance.uniform(0.05, 0.3))
                run.kill()
            for run in [self.consumer(out), self.consumer(out)]:
                ended = run.wait()
                self.assertEqual(0, ended.code, ended)
        self.assertEqual({str(i).encode() for i in range(ITEMS)}, self.seen())
        self.assertEqual(b":0", self.pending())

    def pending(self) -> bytes:
        """How many entries are pending, as the server writes a number."""
        with socket.create_connection(("127.0.0.1", self.redis.port)) as peer:
            peer.sendall(self.redis.command("XPENDING", "jobs", "g"))
            answer = peer.makefile("rb")
            answer.readline()
            return answer.readline().rstrip()

    def test_items_of_a_killed_consumer_are_taken_when_its_lease_is_over(self):
        self.redis.fill("jobs", 3)
        held = self.start(self.redis.url("jobs", "group=g&lease=1s"), "each", "sh", "-c",
                          "echo > begun; sleep 1000")
        wait_until(lambda: os.path.exists(self.path("begun")), "an item has begun")
        held.kill()
        began = time.monotonic()
        ended = self.start(self.redis.url("jobs", "group=g&lease=1s&until=empty")).wait()
        self.assertEqual(b"0\n1\n2\n", ended.stdout)
        self.assertLess(time.monotonic() - began, 2 + SLOWNESS)

    def test_lease_of_a_slow_item_is_renewed(self):
        self.redis.fill("jobs", 1)
        slow = self.start(self.redis.url("jobs", "group=g&lease=300ms&until=empty"), "each",
                          "sh", "-c", "echo > begun; sleep 1.5; echo $1", "sh", "{}")
        wait_until(lambda: os.path.exists(self.path("begun")), "the item has begun")
        other = self.start(self.redis.url("jobs", "group=g&lease=300ms&until=empty")).wait()
        self.assertEqual(b"", other.stdout, "the item was taken from who works on it")
        self.assertEqual(b"0\n", slow.wait().stdout)

    def test_own_items_come_first_under_the_same_name(self):
        self.redis.fill("jobs", 2)
        url = self.redis.url("jobs", "group=g&lease=1h&until=empty&consumer=one")
        held = self.start(url, "each", "sh", "-c", "echo > begun; sleep 1000")
        wait_until(lambda: os.path.exists(self.path("begun")), "an item has begun")
        held.kill()
        self.assertEqual(b"0\n1\n", self.start(url).wait().stdout)

    def test_sink_waits_for_readers_that_are_behind(self):
        self.redis.ask("XGROUP", "CREATE", "jobs", "g", "$", "MKSTREAM")
        numbers = b"".join(b"%d\n" % i for i in range(300))
        reading, writing = os.pipe()
        os.write(writing, numbers)
        os.close(writing)
        run = self.start("then", self.redis.url("jobs", "lag=100"), stdin=reading)
        os.close(reading)
        wait_until(lambda: "waits" in run.talk_so_far(), "it says that it waits")
        self.assertEqual(b":100", self.redis.ask("XLEN", "jobs"))
        readers = self.start(self.redis.url("jobs", "group=g"))
        self.assertEqual(0, run.wait().code)
        wait_until(lambda: readers.output_so_far() == numbers, "all has come")
        readers.send(signal.SIGINT)
        self.assertEqual(130, readers.wait().code)

    def test_server_that_restarts_is_waited_for(self):
        self.redis.fill("jobs", ITEMS)
        with open(self.path("all"), "ab") as out:
            run = self.consumer(out)
            wait_until(lambda: os.path.getsize(self.path("all")) > 0, "items come")
            self.redis.stop()
            self.redis.start()
            ended = run.wait()
        self.assertEqual(0, ended.code, ended)
        self.assertIn("is away", ended.talk)
        self.assertEqual({str(i).encode() for i in range(ITEMS)}, self.seen())

    def test_trimmed_entries_are_reported_and_end_1(self):
        self.redis.fill("jobs", 5)
        held = self.start(self.redis.url("jobs", "group=g&lease=300ms"), "each", "sh", "-c",
                          "echo > begun; sleep 1000")
        wait_until(lambda: os.path.exists(self.path("begun")), "an item has begun")
        held.kill()
        self.redis.ask("XTRIM", "jobs", "MAXLEN", "2")
        ended = self.start(self.redis.url("jobs", "group=g&lease=300ms&until=empty")).wait()
        self.assertEqual(1, ended.code, ended)
        self.assertEqual(b"3\n4\n", ended.stdout)
        self.assertIn("3 entries of jobs were trimmed away before they were dealt with", ended.talk)

    def test_entry_that_kills_its_consumers_is_put_aside(self):
        self.redis.fill("jobs", 1)
        url = self.redis.url("jobs", "group=g&lease=1h&until=empty&consumer=one&deliveries=2")
        for _ in range(2):
            held = self.start(url, "each", "sh", "-c", "echo > begun; sleep 1000")
            wait_until(lambda: os.path.exists(self.path("begun")), "the item has begun")
            held.kill()
            os.remove(self.path("begun"))
        ended = self.start(url).wait()
        self.assertEqual(1, ended.code, ended)
        self.assertEqual(b"", ended.stdout)
        self.assertIn("it is in jobs:dead", ended.talk)
        self.assertEqual(b":1", self.redis.ask("XLEN", "jobs:dead"))

    def test_entries_that_were_read_ahead_of_one_that_kills_are_not_put_aside(self):
        self.redis.fill("jobs", 20)
        words = [self.redis.url("jobs", "group=g&lease=1h&until=empty&consumer=one&deliveries=4"),
                 "each", "-j1", "sh", "-c", "[ $1 = 3 ] && kill -9 $PPID; echo $1", "sh", "{}"]
        with open(self.path("all"), "ab") as out:
            for _ in range(6):
                ended = self.start(*words, stdout=out).wait()
                if ended.code == 1:
                    break
        self.assertIn("it is in jobs:dead", ended.talk)
        self.assertEqual(b":1", self.redis.ask("XLEN", "jobs:dead"))
        self.assertEqual({str(i).encode() for i in range(20) if i != 3}, self.seen())
        self.assertEqual(b":0", self.pending())

    def test_item_that_fails_is_tried_again_and_put_aside_at_last(self):
        self.redis.fill("jobs", 3)
        url = self.redis.url("jobs", "group=g&lease=1h&until=empty&consumer=one&deliveries=2")
        for _ in range(2):
            ended = self.start(url, "each", "sh", "-c", "[ $1 != 1 ]", "sh", "{}").wait()
            self.assertEqual(1, ended.code, ended)
            self.assertIn("its entry stays pending", ended.talk)
            self.assertEqual(b":1", self.pending())
        ended = self.start(url, "each", "false").wait()
        self.assertIn("it is in jobs:dead", ended.talk)
        self.assertEqual(b":0", self.pending())

    def test_item_that_fails_is_dealt_with_where_it_is_kept(self):
        self.redis.fill("jobs", 2)
        url = self.redis.url("jobs", "group=g&until=empty")
        self.start("--dead", "dead", url, "each", "false").wait()
        self.assertEqual(b":0", self.pending())
        with open(self.path("dead"), "rb") as file:
            self.assertEqual(2, len(file.readlines()))

    def test_item_that_fails_in_a_later_stage_is_put_aside(self):
        self.redis.fill("jobs", 2)
        url = self.redis.url("jobs", "group=g&until=empty")
        self.start(url, "match", "1", "then", "each", "false").wait()
        self.assertEqual(b":0", self.pending())
        self.assertEqual(b":1", self.redis.ask("XLEN", "jobs:dead"))

    def test_entries_trimmed_before_they_were_read_are_reported_once(self):
        self.redis.fill("jobs", 5)
        url = self.redis.url("jobs", "group=g&until=empty")
        self.assertEqual(0, self.start(url).wait().code)
        self.redis.fill("jobs", 95)
        self.redis.ask("XTRIM", "jobs", "MAXLEN", "10")
        ended = self.start(url, "count").wait()
        self.assertEqual(b"10\n", ended.stdout)
        self.assertEqual(1, ended.code, ended)
        self.assertIn("85 entries of jobs were trimmed away before the group g has read them",
                      ended.talk)
        self.redis.fill("jobs", 1)
        self.assertEqual(0, self.start(url).wait().code)

    def test_file_keeps_what_was_acknowledged(self):
        self.redis.fill("jobs", 3)
        words = [self.redis.url("jobs", "group=g&until=empty&lease=1h&consumer=one"), "each", "-j1",
                 "sh", "-c", "[ $1 != 2 ] || mkdir begun 2> end || sleep 1000; echo $1", "sh", "{}",
                 "then", "file", "out"]
        os.mkdir(self.path("begun"))
        run = self.start(*words)
        wait_until(lambda: os.path.exists(self.path("end")), "the last item has begun")
        wait_until(lambda: self.pending() == b":1", "two entries are acknowledged")
        run.kill()
        os.rmdir(self.path("begun"))
        with open(self.path("out.grove-part"), "ab") as file:
            file.write(b"a torn li")
        ended = self.start(*words).wait()
        self.assertIn("out.grove-part is gone on with", ended.talk)
        with open(self.path("out"), "rb") as file:
            self.assertEqual(b"0\n1\n2\n", file.read())

    def test_what_a_stage_lets_through_slowly_goes_on_between_two_streams(self):
        self.redis.fill("jobs", 40)
        run = self.start(self.redis.url("jobs", "group=g"), "each", "-j4", "--order", "any",
                         "sh", "-c", "[ $1 != 39 ] || sleep 1000; echo $1", "sh", "{}",
                         "then", self.redis.url("done"))
        wait_until(lambda: self.redis.ask("XLEN", "done") == b":39", "all but one are there")
        self.assertEqual(b":1", self.pending())
        run.kill()

    def test_stages_between_two_streams_add_each_item_once_though_they_are_killed(self):
        count = int(20_000 / SLOWNESS)
        self.redis.fill("jobs", count)
        chance = random.Random(5)
        words = [self.redis.url("jobs", "group=g&lease=500ms&until=empty"), "map", "-j2", "sh", "-c",
                 "while read -r x; do case $x in *00) sleep 0.005;; esac; echo $x; done",
                 "then", self.redis.url("done")]
        for _ in range(10):
            run = self.start(*words)
            time.sleep(chance.uniform(0.05, 0.2))
            run.kill()
        ended = self.start(*words).wait()
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(b":%d" % count, self.redis.ask("XLEN", "done"))
        self.assertEqual(b":0", self.pending())

    def test_results_without_an_end_are_an_entry_each(self):
        with open(self.path("in"), "w", encoding="ascii") as file:
            file.write("".join(f"{i}\n" for i in range(20)))
        run = self.start("-i", "in", "each", "-j2", "printf", "%s", "{}",
                         "then", self.redis.url("jobs"))
        self.assertEqual(0, run.wait().code)
        self.assertEqual(b":20", self.redis.ask("XLEN", "jobs"))

    def test_items_go_to_a_stream(self):
        numbers = "".join(f"{i}\n" for i in range(2000))
        with open(self.path("in"), "w", encoding="ascii") as file:
            file.write(numbers)
        self.assertEqual(0, self.start("-i", "in", "then", self.redis.url("jobs")).wait().code)
        self.assertEqual(b":2000", self.redis.ask("XLEN", "jobs"))
        ended = self.start(self.redis.url("jobs", "group=g&until=empty")).wait()
        self.assertEqual(numbers.encode(), ended.stdout)


if __name__ == "__main__":
    unittest.main()
