# SPDX-License-Identifier: MIT
"""grove bench beside wrk, ab, h2load and hey on nginx, and beside dnsperf on knot."""
import contextlib
import json
import re
import subprocess

from harness import nameserver, origin, process
from harness.programs import BUILT, GROVE, shown
from harness.samples import GROVE_NAME, Bout, Contestant

SECONDS = 3
CONNECTIONS = 64
REQUESTS = 400_000  # for ab, which knows no time without a limit of 50,000
QUERIES_AT_ONCE = 100

CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/load.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    open_file_cache max=1000 inactive=1h;
    open_file_cache_valid 1h;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ default_type text/plain; return 200 "hello\\n"; }}
        location /files/ {{ root {folder}; }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(folder):
    """Answers every path for as long as the block lasts, and below /files/ what is there in
    `folder`. Result: its URL and its process."""
    port = origin.free_port()
    configuration = folder / "load.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port))
    with process.server(["nginx", "-c", configuration, "-e", "stderr"]) as serving:
        origin.wait_until_it_listens(port, serving)
        yield f"http://127.0.0.1:{port}/", serving.pid


def answers_of_grove(text):
    return json.loads(next(line for line in text.splitlines() if line.startswith("{")))["answers"]


def answers_by(pattern):
    def answers(text):
        return int(re.search(pattern, text)[1])
    return answers


def answers_of_hey(text):
    return sum(int(count) for count in re.findall(r"\[\d+\]\s+(\d+) responses", text))


def generators(url):
    """name -> the command, and how to find in its words how many answers it got."""
    many, time = str(CONNECTIONS), f"{SECONDS}s"
    return {
        GROVE_NAME: ([GROVE, "bench", "-q", "--json", "-c", many, "-z", time, url],
                     answers_of_grove),
        "wrk": (["wrk", "-t1", f"-c{many}", f"-d{time}", url], answers_by(r"(\d+) requests in")),
        "ab": (["ab", "-k", "-q", "-n", str(REQUESTS), "-c", many, url],
               answers_by(r"Complete requests:\s+(\d+)")),
        "h2load": (["h2load", "--h1", "-c", many, "-D", str(SECONDS), url],
                   answers_by(r"(\d+) succeeded")),
        "hey": (["hey", "-c", many, "-z", time, url], answers_of_hey),
    }


def generate(title, command, answers):
    taken, words = process.take_with_words(process.pinned(command))
    count = answers(words)
    if not count:
        raise process.ProgramFailed(command, "not an answer: " + words[-500:])
    return {f"{title}.cpu": (taken["cpu"][0] / count * 1e6, "us"),
            f"{title}.rate": (count / taken["wall"][0], "requests/s")}


def http_bout(url):
    def contestant(name, command, answers):
        return Contestant(name, shown(process.on_core(process.CLIENT_CORE, command)),
                          lambda: generate("load", command, answers), (command,))
    return Bout("load", [contestant(name, *how) for name, how in generators(url).items()])


def dns_bout(folder, port):
    names, queries = folder / "load_names", folder / "load_queries"
    names.write_text("".join(f"{nameserver.name(i)}\n" for i in range(nameserver.NAMES)))
    queries.write_text("".join(f"{nameserver.name(i)} A\n" for i in range(nameserver.NAMES)))
    grove = [GROVE, "bench", "-q", "--json", "-c", str(QUERIES_AT_ONCE), "-z", f"{SECONDS}s",
             f"dns://127.0.0.1:{port}/{{{{line {names}}}}}"]
    dnsperf = ["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-T", "1",
               "-q", str(QUERIES_AT_ONCE), "-l", str(SECONDS), "-d", queries]
    programs = {GROVE_NAME: (grove, answers_of_grove),
                "dnsperf": (dnsperf, answers_by(r"Queries completed:\s+(\d+)"))}

    def contestant(name, command, answers):
        return Contestant(name, shown(process.on_core(process.CLIENT_CORE, command)),
                          lambda: generate("load_dns", command, answers), (command,))
    return Bout("load_dns", [contestant(name, *how) for name, how in programs.items()])


def allocations_bout(url):
    """How often a request of a long run asks for memory: two runs, of which one is longer."""
    few, more = 50_000, 250_000
    counter = BUILT / "libcount_allocations.so"

    def allocations(count):
        command = ["env", f"LD_PRELOAD={counter}", GROVE, "bench", "-q", "--json",
                   "-c", str(CONNECTIONS), "-n", str(count), url]
        done = subprocess.run(process.on_core(process.CLIENT_CORE, command), capture_output=True,
                              text=True, timeout=process.PATIENCE)
        found = re.search(r"allocations\t(\d+)", done.stderr)
        if done.returncode != 0 or not found:
            raise process.ProgramFailed(command, done.stderr[-500:])
        return int(found[1])

    def measure():
        each = (allocations(more) - allocations(few)) / (more - few)
        return {"load.allocations": (each, "a request")}
    return Bout("load_allocations", [Contestant(
        GROVE_NAME, f"grove bench -n {few} and {more}, counting", measure, ([GROVE], [counter]),
        at_most=1)])
