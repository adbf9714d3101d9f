# SPDX-License-Identifier: MIT
"""libgrove's HTTP server beside nginx's `return 200`: what an answer costs, by the server's CPU time."""
import os
import re

from harness import load, process
from harness.programs import BUILT, shown
from harness.samples import GROVE_NAME, Bout, Contestant

SECONDS = 3
# name of the bout -> connections of wrk, and what it asks for besides
BOUTS = {
    "serve_64": (64, []),
    "serve_1000": (1000, []),
    "serve_new": (64, ["-H", "Connection: close"]),
}
GROVE_HELLO = BUILT / "grove_hello"


def cpu_seconds(pid):
    """User and system time that the process has taken so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def highest_memory(pid):
    """Bytes that were resident at most."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) << 10


def wrk(connections, asking, url):
    return ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", *asking, url]


def ask(title, pid, url):
    command = process.on_core(process.CLIENT_CORE, wrk(*BOUTS[title], url))
    before = cpu_seconds(pid)
    words = process.run(command)
    taken = cpu_seconds(pid) - before
    answers = int(re.search(r"(\d+) requests in", words)[1])
    if answers == 0 or "Non-2xx" in words:
        raise process.ProgramFailed(command, "wrong answers: " + words[-500:])
    return {f"{title}.cpu": (taken / answers * 1e6, "us"),
            f"{title}.rate": (answers / SECONDS, "requests/s"),
            f"{title}.rss": (highest_memory(pid) / (1 << 20), "MiB")}


def bouts(folder):
    def of_grove(title):
        with process.server([GROVE_HELLO]) as serving:
            port = int(serving.stdout.readline())
            return ask(title, serving.pid, f"http://127.0.0.1:{port}/")

    def of_nginx(title):
        with load.nginx(folder) as (url, pid):
            return ask(title, pid, url)

    def contestant(name, server, measure, title):
        client = process.on_core(process.CLIENT_CORE, wrk(*BOUTS[title], "URL"))
        return Contestant(name, f"{shown(server)} & {shown(client)}", lambda: measure(title),
                          (server, client[3:]))

    for title in BOUTS:
        yield Bout(title, [contestant(GROVE_NAME, [GROVE_HELLO], of_grove, title),
                           contestant("nginx", ["nginx"], of_nginx, title)])
