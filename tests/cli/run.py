#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs command lines that are described by files, and compares what they do.

    tests/cli/run.py --grove build/release/grove [CASE...]      all, or these folders
    tests/cli/run.py --accept CASE...      writes what came as what is expected: read the diff then

A case is a folder SUBCOMMAND/CASE; its name is a claim in words. All but `cmd` may be left out:

    cmd             what is typed, for bash; `grove` is the program, the current folder is empty
    given/          what is in the current folder before
    stdin           the command's input
    server          a line a server: `NAME: origin [--tls KIND] [--host A] [--unix FILE]`,
                    `NAME: dns RULE...`, `NAME: closed`,
                    `NAME: serve WORD...` (grove serve, in the case's folder;
                    {NAME2} is the port of its second door, and so on),
                    `NAME: echo [--tls KIND] [--unix FILE] [--garble] [--cut BYTES]`; without the file `port: origin`
    code            the exit code; 0 without the file
    stdout, stderr  the exact output; nothing without the file
    stdout_contains, stderr_contains   instead or besides: each line must be somewhere in it
    files           a line `NAME<TAB>WHAT` for each file that is new or changed: `file:SIZE/SEED`
                    as the origin serves it, `text:TEXT` or `any`; nothing else may be left behind
    log, log.NAME   the requests that the origin `port` (or NAME) saw: `GET /echo 200`

In all of them {port} (or any other server's NAME) is its port, {ca} the certificate authority of
the test, {tmp} the folder above the current one; in what is expected {any} {n} {number} {time}
{size} {rate} fit what differs from run to run. What servers can be told is in
../support/origin_routes.py and ../support/dns_server.py.
"""
import argparse
import contextlib
import hashlib
import os
import re
import shlex
import shutil
import stat
import socket
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from certificates import Certificates
from dns_server import DnsServer
from echo_server import EchoServer
from grove_server import GroveServer
from expected_text import difference, missing_parts
from origin import Origin
from origin_content import file_of
from program import Running, environment, find_program, scratch_folder


class Case:
    def __init__(self, folder: str):
        self.folder = os.path.abspath(folder)
        self.name = os.path.relpath(self.folder, HERE).replace(os.sep, ".")
        self.program = ""
        self.values = {}     # what stands for {name} in the case's files
        self.servers = {}

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def has(self, name: str) -> bool:
        return os.path.exists(self.path(name))

    def text(self, name: str, default: str = "") -> str:
        """A file of the case with {port} and the like filled in."""
        if not self.has(name):
            return default
        with open(self.path(name), encoding="utf-8", newline="") as file:
            text = file.read()
        for key, value in self.values.items():
            # {{port}} is a recipe's own.
            text = re.sub(r"(?<!\{)\{" + key + r"\}(?!\})", lambda _: value, text)
        return text

    def write(self, name: str, text: str):
        """Writes a file of the case, with {port} for the port; none for an empty text."""
        for key, value in self.values.items():
            text = text.replace(value, "{" + key + "}")
        if text:
            with open(self.path(name), "w", encoding="utf-8", newline="") as file:
                file.write(text)
        elif self.has(name):
            os.remove(self.path(name))


@contextlib.contextmanager
def servers(case: Case, folder: str):
    """Starts what the file `server` names; without one, an origin called `port`."""
    with contextlib.ExitStack() as stack:
        for line in case.text("server", "port: origin\n").splitlines():
            for key, value in case.values.items():
                line = line.replace("{" + key + "}", value)
            name, _, words = line.partition(":")
            start(case, stack, folder, name, *shlex.split(words))
        yield


def start(case: Case, stack, folder: str, name: str, kind: str, *words: str):
    if kind == "closed":
        # Bound and never listening: refused, and nobody else's.
        taken = stack.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))
        case.values[name] = str(taken.getsockname()[1])
        return
    kinds = {"dns": dns, "echo": echo, "origin": origin, "serve": serve}
    server = kinds[kind](case, folder, *words)
    case.servers[name] = stack.enter_context(server)
    case.values[name] = str(getattr(server, "unix", None) or server.port)
    for i, port in enumerate(getattr(server, "ports", [])[1:], 2):
        case.values[f"{name}{i}"] = str(port)


def serve(case: Case, folder: str, *words: str) -> GroveServer:
    return GroveServer(words, case.program, environment(folder, case.program),
                       os.path.join(folder, "work"))


def dns(_, __, *words: str) -> DnsServer:
    return DnsServer(words)


def certificates(case: Case, folder: str, kind: str | None):
    """The files of a server's certificate, or None; {ca} becomes who has signed it."""
    if not kind:
        return None
    made = Certificates(os.path.join(folder, ".certificates"))
    case.values["ca"] = made.authority
    return made.pair(kind)


def echo(case: Case, folder: str, *words: str) -> EchoServer:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", metavar="KIND")
    parser.add_argument("--unix", metavar="NAME")
    parser.add_argument("--garble", action="store_true")
    parser.add_argument("--cut", type=int, metavar="BYTES")
    chosen = parser.parse_args(words)
    return EchoServer(tls=certificates(case, folder, chosen.tls),
                      unix=chosen.unix and os.path.join(folder, chosen.unix),
                      garble=chosen.garble, cut=chosen.cut)


def origin(case: Case, folder: str, *words: str) -> Origin:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--tls", metavar="KIND")
    parser.add_argument("--unix", metavar="NAME")
    chosen = parser.parse_args(words)
    tls = certificates(case, folder, chosen.tls)
    unix = os.path.join(folder, chosen.unix) if chosen.unix else None
    return Origin(chosen.host, tls=tls, unix=unix)


def listing(folder: str) -> dict:
    """Path -> bytes of what is in a folder; of a folder that is empty: None."""
    found = {}
    for place, folders, names in os.walk(folder):
        for name in names:
            if stat.S_ISSOCK(os.stat(os.path.join(place, name)).st_mode):
                continue
            with open(os.path.join(place, name), "rb") as file:
                found[os.path.relpath(os.path.join(place, name), folder)] = file.read()
        if not folders and not names and place != folder:
            found[os.path.relpath(place, folder) + "/"] = None
    return found


def expected_bytes(word: str) -> bytes:
    kind, _, value = word.partition(":")
    if kind == "file":
        return file_of(value).whole()
    if kind == "text":
        return value.encode().decode("unicode_escape").encode("latin-1")
    raise SystemExit(f"files: `{word}` is neither file:SIZE/SEED nor text:TEXT nor any")


def check_files(case: Case, before: dict, after: dict) -> str:
    """All that is new or changed must be named in `files`, and the other way round."""
    wanted = {}
    for line in case.text("files").splitlines():
        name, _, word = line.partition("\t")
        wanted[name] = word
    new = {name: data for name, data in after.items() if before.get(name, b"\0none") != data}
    wrong = [f"there is {name}, which was not expected\n" for name in new if name not in wanted]
    for name, word in wanted.items():
        if name not in after:
            there = " ".join(sorted(after)) or "no files"
            wrong.append(f"there is no {name}; there are: {there}\n")
        elif word not in ("any", "") and after[name] != expected_bytes(word):
            digest = hashlib.sha256(after[name] or b"").hexdigest()
            wrong.append(f"{name} is not {word}: {len(after[name] or b'')} bytes, "
                         f"sha256 {digest}: {(after[name] or b'')[:200]!r}\n")
    wrong += [f"{name} is gone\n" for name in before if name not in after]
    return "".join(wrong)


def requests(server: Origin) -> str:
    return "".join(f"{e.method} {e.target} {e.status}\n" for e in server.log.entries)


def make_work_folder(case: Case, folder: str):
    """What the command and `grove serve` run in."""
    work = os.path.join(folder, "work")
    if case.has("given"):
        shutil.copytree(case.path("given"), work)
    else:
        os.mkdir(work)


def execute(case: Case, program: str, folder: str):
    """Runs the command in its folder; (what came, files before, files after)."""
    work = os.path.join(folder, "work")
    if case.has("given"):
        for name in [name for name in os.listdir(work) if os.path.isfile(os.path.join(work, name))]:
            text = case.text(os.path.join("given", name))
            with open(os.path.join(work, name), "w", encoding="utf-8", newline="") as file:
                file.write(text)
    before = listing(work)
    stdin = None
    if case.has("stdin"):
        with open(os.path.join(folder, ".stdin"), "w", encoding="utf-8", newline="") as file:
            file.write(case.text("stdin"))
        stdin = open(os.path.join(folder, ".stdin"), "rb")
    command = Running(case.text("cmd"), environment(folder, program), work, stdin=stdin, shell=True)
    ended = command.wait()
    if stdin:
        stdin.close()
    return ended, before, listing(work)


def judge(case: Case, ended, before: dict, after: dict) -> str:
    code = int(case.text("code", "0"))
    out = ended.stdout.decode("utf-8", "backslashreplace")
    wrong = "" if ended.code == code else f"code: {ended.code}, expected {code}\n"
    for name, text in (("stdout", out), ("stderr", ended.talk)):
        if case.has(name) or not case.has(name + "_contains"):
            wrong += difference(name, case.text(name), text)
        wrong += missing_parts(name, case.text(name + "_contains"), text)
    wrong += check_files(case, before, after)
    for name, server in case.servers.items():
        file = "log" if name == "port" else "log." + name
        if case.has(file) and isinstance(server, Origin):
            wrong += difference(file, case.text(file), requests(server))
    return wrong


def accept(case: Case, ended):
    case.write("code", f"{ended.code}\n" if ended.code else "")
    case.write("stdout", ended.stdout.decode("utf-8", "backslashreplace"))
    if not case.has("stderr_contains"):
        case.write("stderr", ended.talk)


def run_case(case: Case, program: str, accepting: bool) -> bool:
    with scratch_folder() as folder:
        os.mkdir(os.path.join(folder, ".certificates"))
        case.values["tmp"] = folder
        case.program = program
        make_work_folder(case, folder)
        try:
            with servers(case, folder):
                ended, before, after = execute(case, program, folder)
                wrong = "" if accepting else judge(case, ended, before, after)
                if accepting:
                    accept(case, ended)
        except AssertionError as error:
            wrong = f"{error}\n"
        command = case.text("cmd")
    print(f"{'FAILED' if wrong else 'ok'}: {case.name}")
    if wrong:
        print(f"command: {command}{wrong}", end="\n")
    return not wrong


def all_cases() -> list[str]:
    found = [place for place, _, names in os.walk(HERE) if "cmd" in names]
    return sorted(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--grove", metavar="PATH", help="the program; else $GROVE")
    parser.add_argument("--accept", action="store_true", help="write what came as expected")
    parser.add_argument("case", nargs="*", help="folders of cases; else all")
    words = parser.parse_args()
    program = find_program(words.grove)
    results = [run_case(Case(folder), program, words.accept)
               for folder in words.case or all_cases()]
    if len(results) > 1:
        print(f"{sum(results)} of {len(results)} cases passed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
