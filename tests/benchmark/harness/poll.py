# SPDX-License-Identifier: MIT
"""Waiting for servers: how long it takes when one is up, how late it is told, and many at once."""
import contextlib
import json
import random
import socket
import statistics
import subprocess
import time

from harness import process
from harness.programs import GROVE, shown
from harness.samples import GROVE_NAME, Bout, Contestant

STARTS = 21      # of a program, whose median is one figure
WAITS = 3        # likewise
HOSTS = 1000
ROUNDS = 8       # of all of them, one a second
PATIENCE = 20    # seconds


@contextlib.contextmanager
def web_server():
    """Answers on any address of 127.0.0.0/8. Gives its port."""
    command = [GROVE, "serve", "--json", "-l", "0.0.0.0:0", '/=json:{"ok":true}']
    with process.server(command) as running:
        yield json.loads(running.stdout.readline())["port"]


def start_of(name, command):
    words = process.pinned(command)

    def measure():
        return {"poll_start.wall": (statistics.median(
            process.take(words)["wall"][0] for _ in range(STARTS)), "s")}

    return Contestant(name, shown(command), measure, ([command[0]],))


def start_bout(port):
    url = f"http://localhost:{port}/"
    return Bout("poll_start", [
        start_of(GROVE_NAME, [GROVE, "poll", "-q", url]),
        start_of("curl", ["curl", "-s", url]),
        start_of("wait-for-it", ["wait-for-it", "-q", f"localhost:{port}"]),
    ])


def lateness(command_for):
    """From the moment a server listens to the end of who waits for it, in seconds."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", 0))  # and does not listen: refused
        command = command_for(door.getsockname()[1])
        with subprocess.Popen(process.on_core(process.CLIENT_CORE, command)) as waiting:
            time.sleep(1 + random.random())
            door.listen()
            began = time.monotonic()
            try:
                code = waiting.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                waiting.kill()
                raise process.ProgramFailed(command, "it does not see the server") from None
            late = time.monotonic() - began
        if code != 0:
            raise process.ProgramFailed(command, f"exit status {code}")
        return late


def late_of(name, command_for):
    def measure():
        return {"poll_late.late": (statistics.median(
            lateness(command_for) for _ in range(WAITS)), "s")}

    return Contestant(name, shown(command_for("PORT")), measure, ([command_for("PORT")[0]],))


def late_bout():
    return Bout("poll_late", [
        late_of(GROVE_NAME, lambda port: [GROVE, "poll", "-q", f"tcp://localhost:{port}"]),
        late_of("wait-for-it", lambda port: ["wait-for-it", "-q", "-t", str(PATIENCE),
                                             f"localhost:{port}"]),
    ])


def many_bout(folder, port):
    """A thousand servers, each asked once a second."""
    hosts = folder / "hosts"
    hosts.write_text("".join(f"http://127.0.{1 + i // 250}.{1 + i % 250}:{port}/\n"
                             for i in range(HOSTS)))
    command = [GROVE, "poll", "--watch", "-i", hosts, "--every", "1s", "-n", ROUNDS]
    words = process.pinned(command)

    def measure():
        took = process.take(words)
        return {"poll_many.share": (took["cpu"][0] / took["wall"][0] * 100, "%"),
                "poll_many.rss": took["rss"]}

    return Bout("poll_many", [Contestant(GROVE_NAME, shown(command), measure, ([GROVE],))])


def bouts(folder, port):
    yield start_bout(port)
    yield late_bout()
    yield many_bout(folder, port)
