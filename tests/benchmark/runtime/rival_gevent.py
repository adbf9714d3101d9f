#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The rival whose semantics grove follows: gevent on CPython.

rival_gevent.py WORKLOAD [COUNT] prints `metric<TAB>value<TAB>unit`; `echo` serves until killed.
"""
import sys
import time

import gevent
from gevent.event import Event
from gevent.lock import Semaphore
from gevent.queue import Channel, Queue
from gevent.server import StreamServer

PAGE = 4096


def report(metric, value, unit):
    print(f"{metric}\t{value:.3f}\t{unit}", flush=True)


def nanoseconds_each(count, body):
    start = time.perf_counter_ns()
    body()
    return (time.perf_counter_ns() - start) / count


def yield_ring(name, count, size):
    def turn():
        for _ in range(count // size):
            gevent.sleep(0)

    ring = [gevent.spawn(turn) for _ in range(size)]
    report(name, nanoseconds_each(count, lambda: gevent.joinall(ring)), "ns")


def nothing():
    pass


def spawn_join(name, count, batch):
    def body():
        for _ in range(count // batch):
            gevent.joinall([gevent.spawn(nothing) for _ in range(batch)])

    report(name, nanoseconds_each(count, body), "ns")


def spawn_join_one(name, count):
    def body():
        for _ in range(count):
            gevent.spawn(nothing).join()

    report(name, nanoseconds_each(count, body), "ns")


def channel(name, count):
    requests, answers = Channel(), Channel()

    def answer():
        for _ in range(count // 2):
            answers.put(requests.get())

    def ask():
        for _ in range(count // 2):
            requests.put(1)
            answers.get()

    pair = [gevent.spawn(answer), gevent.spawn(ask)]
    report(name, nanoseconds_each(count, lambda: gevent.joinall(pair)), "ns")


def queue_128(name, count):
    queue = Queue(128)

    def produce():
        for i in range(count):
            queue.put(i)
        queue.put(StopIteration)

    pair = [gevent.spawn(produce), gevent.spawn(lambda: sum(queue))]
    report(name, nanoseconds_each(count, lambda: gevent.joinall(pair)), "ns")
    if pair[1].get() != count * (count - 1) // 2:
        sys.exit("the queue lost a value")


def timeout(name, count):
    def body():
        for _ in range(count):
            with gevent.Timeout(30):
                pass

    report(name, nanoseconds_each(count, body), "ns")


def semaphore(name, count):
    one = Semaphore(1)

    def body():
        for _ in range(count):
            one.acquire()
            one.release()

    report(name, nanoseconds_each(count, body), "ns")


def footprint():
    with open("/proc/self/statm") as statm, open("/proc/self/maps") as maps:
        return int(statm.read().split()[1]) * PAGE, len(maps.readlines())


def parked(_name, count):
    gate = Event()
    everyone = []

    def body():
        everyone.extend(gevent.spawn(gate.wait) for _ in range(count))
        gevent.sleep(0)

    before = footprint()
    create = nanoseconds_each(count, body)
    after = footprint()
    report("parked.count", count, "greenlets")
    report("parked.memory", (after[0] - before[0]) / count, "B")
    report("parked.create", create, "ns")
    report("parked.mappings", after[1] - before[1], "mappings")
    gate.set()
    gevent.joinall(everyone)


def serve_echo(peer, _address):
    try:
        while data := peer.recv(4096):
            peer.sendall(data)
    except ConnectionResetError:
        pass  # the client ends with requests in flight


def echo(_name, _count):
    server = StreamServer(("127.0.0.1", 0), serve_echo, backlog=1024)
    server.start()
    report("echo.port", server.server_port, "port")
    server.serve_forever()


WORKLOADS = {
    "yield_2": (200_000, lambda name, count: yield_ring(name, count, 2)),
    "yield_1000": (200_000, lambda name, count: yield_ring(name, count, 1000)),
    "spawn_join_1000": (20_000, lambda name, count: spawn_join(name, count, 1000)),
    "spawn_join_1": (20_000, spawn_join_one),
    "spawn_million": (100_000, lambda name, count: spawn_join(name, count, count)),
    "channel": (100_000, channel),
    "queue_128": (500_000, queue_128),
    "timeout": (100_000, timeout),
    "semaphore": (1_000_000, semaphore),
    "parked": (100_000, parked),
    "echo": (0, echo),
}


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in WORKLOADS:
        sys.exit(f"usage: {sys.argv[0]} WORKLOAD [COUNT]\nworkloads: {' '.join(WORKLOADS)}")
    count, run = WORKLOADS[sys.argv[1]]
    run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else count)


if __name__ == "__main__":
    main()
