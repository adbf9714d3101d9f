# SPDX-License-Identifier: MIT
"""Starting the measured programs: servers on one core, clients on another."""
import contextlib
import subprocess

from harness.programs import BUILT, shown

SERVER_CORE = 0
CLIENT_CORE = 1
PATIENCE = 120  # seconds that one measured run may take


class ProgramFailed(Exception):
    """A measured program ended badly or did not do its work."""

    def __init__(self, command, reason):
        super().__init__(f"{shown(command)}: {reason}")


def on_core(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def parse(text):
    """Lines of `metric<TAB>value<TAB>unit`. Result: metric -> (value, unit)."""
    rows = (line.split("\t") for line in text.splitlines() if line.count("\t") == 2)
    return {metric: (float(value), unit) for metric, value, unit in rows}


def run(command):
    """Runs to the end. Result: what it printed on stdout."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise ProgramFailed(command, f"not done after {PATIENCE} s") from None
    if done.returncode != 0:
        last_words = done.stderr.strip()[-500:] or "it said nothing"
        raise ProgramFailed(command, f"exit status {done.returncode}: {last_words}")
    return done.stdout


def run_client(command):
    """Runs on the client's core. Result: its metrics."""
    return parse(run(on_core(CLIENT_CORE, command)))


def pinned(command, cores=(CLIENT_CORE,)):
    return [BUILT / "pinned", ",".join(map(str, cores)), *map(str, command)]


def take(command):
    """Runs a command made by `pinned`. Result: what it took: `wall`, `cpu` and `rss`."""
    return parse(run(command))


def take_with_words(command):
    """As `take`. Result: what it took, and what the command itself printed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise ProgramFailed(command, f"not done after {PATIENCE} s") from None
    if done.returncode != 0:
        raise ProgramFailed(command, f"exit status {done.returncode}: {done.stderr[-500:]}")
    return parse(done.stdout), done.stderr


@contextlib.contextmanager
def server(command):
    """A server on its core for as long as the block lasts; its stdout is a pipe."""
    process = subprocess.Popen(on_core(SERVER_CORE, command), stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
