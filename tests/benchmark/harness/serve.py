# SPDX-License-Identifier: MIT
"""What an answer costs, by the server's CPU time: libgrove's HTTP server beside nginx's `return 200`
and gevent's, and `grove serve FOLDER` beside nginx's open-file cache."""
import contextlib
import os
import re
import resource
import socket
import statistics
import subprocess
import time

from harness import load, origin, process
from harness.programs import BUILT, GROVE, PYWSGI, shown
from harness.samples import GROVE_NAME, Bout, Contestant

SECONDS = 3
# name of the bout -> connections of wrk, and what it asks for besides
BOUTS = {
    "serve_64": (64, []),
    "serve_1000": (1000, []),
    "serve_new": (64, ["-H", "Connection: close"]),
    "serve_file": (64, []),
}
FILE_BYTES = 1024
IDLE = 10_000
ASKED_TWICE = 200  # connections on which a second request is timed
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


def resident_memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) << 10


def idle_bout():
    """What a connection costs that has been answered once and says nothing more."""
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: idle/1.0\r\nAccept: */*\r\n\r\n"

    def measure():
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        with process.server([GROVE_HELLO]) as serving, contextlib.ExitStack() as open_ones:
            port = int(serving.stdout.readline())
            before = resident_memory(serving.pid)
            for _ in range(IDLE):
                one = open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
                one.sendall(request)
                one.recv(4096)
            each = (resident_memory(serving.pid) - before) / IDLE
        return {"serve_idle.rss": (each / 1024, "KiB a connection")}
    return Bout("serve_idle", [Contestant(GROVE_NAME, f"{shown([GROVE_HELLO])} and {IDLE} clients",
                                          measure, ([GROVE_HELLO],), at_most=1)])


def allocations(requests):
    """How often the server asks for memory while it answers so many."""
    counter = BUILT / "libcount_allocations.so"
    command = process.on_core(process.SERVER_CORE,
                              ["env", f"LD_PRELOAD={counter}", GROVE_HELLO])
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as serving:
        url = f"http://127.0.0.1:{int(serving.stdout.readline())}/"
        process.run(process.on_core(process.CLIENT_CORE,
                                    ["ab", "-k", "-q", "-c", "64", "-n", str(requests), url]))
        serving.terminate()
        return int(re.search(r"allocations\t(\d+)", serving.stderr.read())[1])


def allocations_bout():
    """Two runs, of which one is longer, tell what a request costs."""
    few, more = 50_000, 150_000

    def measure():
        each = (allocations(more) - allocations(few)) / (more - few)
        return {"serve.allocations": (each, "a request")}
    return Bout("serve_allocations", [Contestant(
        GROVE_NAME, f"{shown([GROVE_HELLO])} & ab -k -n {few} and {more}, counting", measure,
        ([GROVE_HELLO], [BUILT / "libcount_allocations.so"], ["ab"]), at_most=1)])


@contextlib.contextmanager
def printing_its_port(command):
    """A server that says hello. Result: its URL and its process."""
    with process.server(command) as serving:
        yield f"http://127.0.0.1:{int(serving.stdout.readline())}/", serving.pid


@contextlib.contextmanager
def grove_serve(folder):
    port = origin.free_port()
    with process.server([GROVE, "serve", "-q", "-p", port, folder]) as serving:
        origin.wait_until_it_listens(port, serving)
        yield f"http://127.0.0.1:{port}/", serving.pid


def hello_servers(folder, title):
    """name -> the command, and how it is started."""
    servers = {GROVE_NAME: ([GROVE_HELLO], lambda: printing_its_port([GROVE_HELLO])),
               "nginx": (["nginx"], lambda: load.nginx(folder))}
    if title == "serve_64":
        silent = [*PYWSGI, "--no-log"]
        servers["gevent"] = (PYWSGI, lambda: printing_its_port(PYWSGI))
        servers["gevent, no log"] = (silent, lambda: printing_its_port(silent))
    return servers


def file_servers(folder):
    return {GROVE_NAME: ([GROVE, "serve", "-q", folder], lambda: grove_serve(folder)),
            "nginx": (["nginx"], lambda: load.nginx(folder))}


def load_bout(title, servers, path=""):
    def contestant(name, server, start):
        def measure():
            with start() as (url, pid):
                return ask(title, pid, url + path)
        client = process.on_core(process.CLIENT_CORE, wrk(*BOUTS[title], "URL"))
        return Contestant(name, f"{shown(server)} & {shown(client)}", measure,
                          (server, client[3:]))
    return Bout(title, [contestant(name, *how) for name, how in servers.items()])


def second_request(url):
    """Microseconds from a request to its answer, on a connection that has been answered once."""
    port = int(url.rpartition(":")[2].rstrip("/"))
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), process.PATIENCE) as client:
        client.sendall(request)
        client.recv(4096)
        begun = time.perf_counter()
        client.sendall(request)
        client.recv(4096)
        return (time.perf_counter() - begun) * 1e6


def second_bout(servers):
    def contestant(name, server, start):
        def measure():
            with start() as (url, _):
                taken = [second_request(url) for _ in range(ASKED_TWICE)]
            return {"serve_second": (statistics.median(taken), "us")}
        shown_work = f"{shown(server)} & two requests on each of {ASKED_TWICE} connections"
        return Contestant(name, shown_work, measure, (server,))
    return Bout("serve_second", [contestant(name, *how) for name, how in servers.items()])


def bouts(folder):
    files = folder / "files"
    files.mkdir(exist_ok=True)
    (files / "served").write_bytes(bytes(FILE_BYTES))
    yield allocations_bout()
    yield idle_bout()
    yield second_bout(hello_servers(folder, "serve_second"))
    for title in ("serve_64", "serve_1000", "serve_new"):
        yield load_bout(title, hello_servers(folder, title))
    yield load_bout("serve_file", file_servers(folder), "files/served")
