# SPDX-License-Identifier: MIT
"""ZeroMQ between two threads over TCP: a green receiver beside a plain one. Both cores for both."""
from harness import process
from harness.programs import BUILT, shown
from harness.samples import GROVE_NAME, Bout, Contestant

PROGRAMS = {GROVE_NAME: BUILT / "green_zmq", "plain": BUILT / "plain_zmq"}


def contestant(name, workload):
    command = [PROGRAMS[name], workload]
    return Contestant(name, shown(command), lambda: process.parse(process.run(command)),
                      ([PROGRAMS[name]],))


def bouts():
    for workload in ("zmq_push_pull", "zmq_req_rep"):
        yield Bout(workload, [contestant(name, workload) for name in PROGRAMS])
