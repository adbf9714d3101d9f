# SPDX-License-Identifier: MIT
"""A server that stops for a second in a run at a steady rate: what load generators say of it.

The truth follows from the plan and from how long the server says it stood still: requests were due
evenly, and each that was due meanwhile waited until the end of the stop.
"""
import json
import re
import subprocess

from harness import process
from harness.programs import BUILT, GROVE, shown
from harness.samples import GROVE_NAME, Bout, Contestant

RATE = 2000
SECONDS = 6
FREEZE_AFTER = 2000  # ms
FREEZE = 1000  # ms
CONNECTIONS = 64
SHOWN = (90, 99)


def latencies(frozen):
    """Seconds, of each request of the plan."""
    begin = FREEZE_AFTER / 1000
    due = (i / RATE for i in range(RATE * SECONDS))
    return sorted(begin + frozen - at if begin <= at < begin + frozen else 0.0 for at in due)


def percentile(values, percent):
    return values[min(len(values) - 1, int(len(values) * percent / 100))]


def of_grove(words, _):
    found = json.loads(next(line for line in words.splitlines() if line.startswith("{")))
    return {p: found["latency"][f"p{p}"] for p in SHOWN}


def of_wrk(words, _):
    unit = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
    found = {p: re.search(rf"{p}%\s+([\d.]+)(us|ms|s)\b", words) for p in SHOWN}
    return {p: float(match[1]) * unit[match[2]] for p, match in found.items()}


def of_hey(words, _):
    return {p: float(re.search(rf"{p}% in ([\d.]+) secs", words)[1]) for p in SHOWN}


def of_h2load(_, log):
    values = sorted(int(line.split("\t")[2]) / 1e6 for line in log.read_text().splitlines())
    return {p: percentile(values, p) for p in SHOWN}


def generators(url, log):
    many, each = str(CONNECTIONS), RATE / CONNECTIONS
    return {
        GROVE_NAME: ([GROVE, "bench", "-q", "--json", "-c", many, "--rate", f"{RATE}/s",
                      "-z", f"{SECONDS}s", url], of_grove),
        "wrk": (["wrk", "-t1", f"-c{many}", f"-d{SECONDS}s", "--latency", url], of_wrk),
        "hey": (["hey", "-c", many, "-q", str(each), "-z", f"{SECONDS}s", url], of_hey),
        "h2load": (["h2load", "--h1", "-c", many, "--rps", str(round(each)), "-D", str(SECONDS),
                    f"--log-file={log}", url], of_h2load),
    }


def measure(folder, name):
    log = folder / "h2load.log"
    log.unlink(missing_ok=True)
    server = [BUILT / "freezing_server", str(FREEZE_AFTER), str(FREEZE)]
    with subprocess.Popen(process.on_core(process.SERVER_CORE, server), text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as serving:
        port = serving.stdout.readline().split("\t")[1]
        command, read = generators(f"http://127.0.0.1:{port}/", log)[name]
        _, words = process.take_with_words(process.pinned(command))
        serving.stdin.close()
        frozen = process.parse(serving.stdout.read())["frozen"][0]
    truth, said = latencies(frozen), read(words, log)
    return {f"truth.p{p}": (said[p] / percentile(truth, p), "of the truth") for p in SHOWN}


def bout(folder):
    def contestant(name, command):
        return Contestant(name, shown(process.on_core(process.CLIENT_CORE, command)),
                          lambda: measure(folder, name), (command, [BUILT / "freezing_server"]))
    return Bout("truth", [contestant(name, command)
                          for name, (command, _) in generators("URL", folder / "log").items()])
