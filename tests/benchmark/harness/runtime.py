# SPDX-License-Identifier: MIT
"""Switches, spawns, queues, timers, parked memory and echo servers beside other runtimes."""
from harness import process
from harness.programs import BUILT, GEVENT, shown
from harness.samples import GROVE_NAME, Bout, Contestant

GO = [BUILT / "rival_go"]
PROGRAMS = {
    GROVE_NAME: [BUILT / "grove_runtime"],
    "raw": [BUILT / "raw_context"],
    "go": GO,
    "boost.fiber": [BUILT / "boost_fiber"],
    "gevent": GEVENT,
}
ALL = frozenset(PROGRAMS)

# Who can do it: raw contexts only switch, Boost.Fiber has no timeout scope.
WORKLOADS = {
    "yield_2": ALL,
    "yield_1000": ALL,
    "spawn_join_1000": ALL - {"raw"},
    "spawn_join_1": ALL - {"raw"},
    "channel": ALL - {"raw"},
    "queue_128": ALL - {"raw"},
    "timeout": ALL - {"raw", "boost.fiber"},
    "semaphore": ALL - {"raw"},
    "spawn_million": ALL - {"raw"},
}
SLOW = {"spawn_million": {"boost.fiber", "gevent"}, "parked": {"boost.fiber", "gevent"}}

ECHO_SERVERS = {
    GROVE_NAME: [BUILT / "grove_echo"],
    "floor": [BUILT / "epoll_echo"],
    "go": [*GO, "echo"],
    "gevent": [*GEVENT, "echo"],
}
ECHO_SECONDS = 2


def micro_contestant(name, workload):
    command = [*PROGRAMS[name], workload]
    return Contestant(name, shown(process.on_core(process.CLIENT_CORE, command)),
                      lambda: process.run_client(command), (PROGRAMS[name],),
                      2 if name in SLOW.get(workload, ()) else 1000)


def micro_bouts():
    for workload, able in WORKLOADS.items():
        yield Bout(workload,
                   [micro_contestant(name, workload) for name in PROGRAMS if name in able])


def memory_bouts():
    names = [name for name in PROGRAMS if name != "raw"]
    yield Bout("parked", [micro_contestant(name, "parked") for name in names])


def echo_client(port, connections, pid):
    return [BUILT / "echo_client", port, connections, ECHO_SECONDS, pid]


def echo_contestant(name, connections):
    def measure():
        with process.server(ECHO_SERVERS[name]) as serving:
            port, _ = process.parse(serving.stdout.readline())["echo.port"]
            return process.run_client(echo_client(int(port), connections, serving.pid))

    serve = process.on_core(process.SERVER_CORE, ECHO_SERVERS[name])
    load = process.on_core(process.CLIENT_CORE, echo_client("PORT", connections, "PID"))
    return Contestant(name, f"{shown(serve)} & {shown(load)}", measure,
                      (ECHO_SERVERS[name], echo_client(0, 0, 0)))


def echo_bouts():
    for connections in (100, 1000):
        yield Bout(f"echo_{connections}",
                   [echo_contestant(name, connections) for name in ECHO_SERVERS])
