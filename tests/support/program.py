# SPDX-License-Identifier: MIT
"""Runs the program under test as a person would, with a time limit and nothing left behind."""
import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
import tempfile
import time
from typing import Callable

DEADLINE = float(os.environ.get("GROVE_TEST_DEADLINE", 50))  # seconds; below ctest's own limit
KEPT = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "GROVE_SCHEDULE")


def find_program(given: str | None = None) -> str:
    """The program that was built: as given, or as the environment variable GROVE says."""
    path = given or os.environ.get("GROVE")
    if not path:
        raise SystemExit("which program? give --grove PATH or set GROVE")
    if not os.access(path, os.X_OK):
        raise SystemExit(f"{path} is no program: build it first")
    return os.path.abspath(path)


def environment(home: str, program: str) -> dict:
    """A small environment in which `grove` is the program: no proxy, no colour wish, no locale."""
    folder = os.path.join(home, ".bin")
    os.makedirs(folder, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.symlink(program, os.path.join(folder, "grove"))
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = folder + ":" + os.environ.get("PATH", "/usr/bin:/bin")
    return {**kept, "PATH": path, "HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@contextlib.contextmanager
def scratch_folder():
    folder = tempfile.mkdtemp(prefix="grove-test-")
    os.chmod(folder, 0o755)  # also for the other users that tests run the program as
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(condition: Callable, what: str, seconds: float = DEADLINE):
    """Gives what `condition` gives once that is true; looks every few milliseconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        time.sleep(0.005)


@dataclasses.dataclass
class Ended:
    words: object
    code: int            # as a shell tells it: 128 + N for a death by signal N
    stdout: bytes
    stderr: bytes
    seconds: float

    @property
    def talk(self) -> str:
        return self.stderr.decode("utf-8", "replace")

    def __str__(self):
        return (f"command: {self.words}\ncode: {self.code} after {self.seconds:.2f} s\n"
                f"stdout: {self.stdout[:4000]!r}\nstderr:\n{self.talk[:8000]}")


class Running:
    """A command that runs in a session of its own, so that what it leaves behind is found."""

    def __init__(self, words, env: dict, cwd: str, stdin=None, stdout=None, stderr=None,
                 shell=False):
        self.words = words
        self._began = time.monotonic()
        self._out = tempfile.TemporaryFile()
        self._err = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            words, env=env, cwd=cwd, shell=shell, executable="/bin/bash" if shell else None,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=self._out if stdout is None else stdout,
            stderr=self._err if stderr is None else stderr,
            start_new_session=True)

    @property
    def pid(self) -> int:
        return self.process.pid

    def switches(self) -> int:
        """How often it has gone to sleep: two more than before, and it has looked at all news."""
        return self._status("voluntary_ctxt_switches")

    def talk_so_far(self) -> str:
        """Of a run that writes its stderr here, whose place in the file this does not move."""
        return os.pread(self._err.fileno(), 1 << 20, 0).decode("utf-8", "replace")

    def send(self, number: int):
        self.process.send_signal(number)

    def send_again(self, number: int):
        """For a run that has noticed the first signal: another within 100 ms is the same wish."""
        time.sleep(0.11)
        self.send(number)

    def alive(self) -> bool:
        return self.process.poll() is None

    def peak_memory(self) -> int:
        """Bytes; of the program image that runs now, not of what it was forked from."""
        return self._status("VmHWM") * 1024

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _status(self, name: str) -> int:
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))

    def output_so_far(self) -> bytes:
        """What it has written to stdout, unless that was given to it."""
        return os.pread(self._out.fileno(), 1 << 20, 0)

    def wait(self, seconds: float = DEADLINE) -> Ended:
        """Waits for the end. Raises when the time is over or a process stays behind."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            result = self._result(-9)
            self.kill()
            raise AssertionError(f"not at its end after {seconds} s:\n{result}") from None
        result = self._result(code)
        left = self._session()
        if left:
            time.sleep(0.2)  # the kernel may not be done with who was killed
            left = self._session()
        self._kill_session(left)
        if left:
            raise AssertionError(f"processes are left behind: {left}\n{result}")
        return result

    def kill(self):
        """kill -9, of all of its session."""
        self._kill_session([self.pid, *self._session()] if self.alive() else self._session())
        self.process.wait()
        self._out.close()
        self._err.close()

    def _result(self, code: int) -> Ended:
        texts = []
        for file in (self._out, self._err):
            file.seek(0)
            texts.append(file.read())
            file.close()
        code = code if code >= 0 else 128 - code
        return Ended(self.words, code, *texts, time.monotonic() - self._began)

    def _session(self) -> list[int]:
        """The living processes of the command's session: its number is our child's pid."""
        found = []
        for entry in os.listdir("/proc"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{int(entry)}/stat", encoding="latin-1") as file:
                    state, _, _, session = file.read().rpartition(")")[2].split()[:4]
                if int(session) == self.pid and int(entry) != self.pid and state != "Z":
                    found.append(int(entry))
        return found

    @staticmethod
    def _kill_session(pids: list[int]):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
