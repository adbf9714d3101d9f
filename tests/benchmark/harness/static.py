# SPDX-License-Identifier: MIT
"""What it costs to know the answer to a request for a file, beside opening and looking at it."""
from harness import process
from harness.programs import BUILT, shown
from harness.samples import GROVE_NAME, Bout, Contestant

PROGRAM = BUILT / "grove_static_files"
WORKLOADS = ("static_whole", "static_opened", "static_part", "static_unchanged")


def contestant(name, workload):
    command = [PROGRAM, workload]
    return Contestant(name, shown(process.on_core(process.CLIENT_CORE, command)),
                      lambda: process.run_client(command), ([PROGRAM],))


def bouts():
    for workload in WORKLOADS:
        rivals = [contestant("looked up", "looked_up")] if workload == "static_whole" else []
        yield Bout(workload, [contestant(GROVE_NAME, workload), *rivals])
