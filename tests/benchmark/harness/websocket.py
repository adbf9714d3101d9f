# SPDX-License-Identifier: MIT
"""Servers that echo WebSocket messages, each on a core of its own, under the same load."""
from harness import process
from harness.programs import BUILT, shown
from harness.samples import GROVE_NAME, Bout, Contestant

SERVERS = {
    GROVE_NAME: [BUILT / "grove_websocket_echo"],
    "gorilla": [BUILT / "gorilla_echo"],
}
SECONDS = 2

# Connections, and messages in flight on each.
WORKLOADS = {"websocket_64": (64, 1), "websocket_1000": (1000, 1), "websocket_burst": (64, 16)}


def client(workload, port, pid):
    return [BUILT / "websocket_load", workload, port, *WORKLOADS[workload], SECONDS, pid]


def contestant(name, workload):
    def measure():
        with process.server(SERVERS[name]) as serving:
            port, _ = process.parse(serving.stdout.readline())["websocket.port"]
            return process.run_client(client(workload, int(port), serving.pid))

    serve = process.on_core(process.SERVER_CORE, SERVERS[name])
    load = process.on_core(process.CLIENT_CORE, client(workload, "PORT", "PID"))
    return Contestant(name, f"{shown(serve)} & {shown(load)}", measure,
                      (SERVERS[name], client(workload, 0, 0)))


def bouts():
    for workload in WORKLOADS:
        yield Bout(workload, [contestant(name, workload) for name in SERVERS])
