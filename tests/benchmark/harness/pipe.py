# SPDX-License-Identifier: MIT
"""Processes started for items, and lines through workers that live on."""
from harness import process
from harness.programs import BUILT, GROVE, shown
from harness.samples import GROVE_NAME, Bout, Contestant

JOBS = 5_000
LINES = 2_000_000
BOTH = (process.SERVER_CORE, process.CLIENT_CORE)
WORKER = BUILT / "letters"


def timed(title, unit, count, name, command):
    """A line for the shell, on both cores; how many of `count` it does a second."""
    words = process.pinned(["sh", "-c", command], cores=BOTH)

    def measure():
        took = process.take(words)
        return {f"{title}.wall": took["wall"], f"{title}.cpu": took["cpu"],
                f"{title}.rate": (count / took["wall"][0], unit)}

    return Contestant(name, shown(command.split()), measure, ([command.split()[0]],))


def each_bout(folder):
    """The output of each is captured, where the program can, and a line is logged."""
    items = folder / "items"
    items.write_text("".join(f"{i}\n" for i in range(JOBS)))
    log = folder / "log"
    return Bout("each", [
        timed("each", "jobs/s", JOBS, GROVE_NAME,
              f"{GROVE} pipe -i {items} each -j2 --joblog {log} true"),
        timed("each", "jobs/s", JOBS, "xargs", f"xargs -a {items} -P2 -n1 true"),
        timed("each", "jobs/s", JOBS, "parallel", f"parallel -a {items} -j2 -k --joblog {log} true"),
    ])


def map_bout(folder):
    """In order, and each line its own item; parallel can do that for blocks of a MB only."""
    numbers = folder / "numbers"
    numbers.write_text("".join(f"{i}\n" for i in range(LINES)))
    return Bout("map", [
        timed("map", "lines/s", LINES, GROVE_NAME,
              f"{GROVE} pipe -i {numbers} map -j4 {WORKER} > {folder / 'mapped'}"),
        timed("map", "lines/s", LINES, "parallel",
              f"parallel -k --pipe -j4 {WORKER} < {numbers} > {folder / 'blocks'}"),
    ])


def bouts(folder):
    yield each_bout(folder)
    yield map_bout(folder)
