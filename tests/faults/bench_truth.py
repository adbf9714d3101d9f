#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `grove bench` says of a server that stands still for a while, beside the truth."""
import json
import os
import subprocess
import unittest

from fault_case import SLOWNESS, FaultCase

RATE = 500
SECONDS = 3
FREEZE_AFTER = 1000  # ms
FREEZE = 500  # ms


def true_latency(frozen: float, percent: float) -> float:
    """Seconds: requests are due evenly, and those due in the stop wait for its end."""
    return frozen - SECONDS * (100 - percent) / 100


class Truth(FaultCase):
    verb = "bench"

    def freezing_server(self):
        command = [os.environ["FREEZING_SERVER"], str(FREEZE_AFTER), str(FREEZE)]
        return self.enterContext(subprocess.Popen(
            command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE))

    def test_what_a_stop_costs_is_told_within_5_percent(self):
        server = self.freezing_server()
        port = server.stdout.readline().split("\t")[1]
        ended = self.start("-q", "--json", "-c", 64, "--rate", f"{RATE}/s", "-z", f"{SECONDS}s",
                           f"http://127.0.0.1:{port}/").wait()
        server.stdin.close()
        frozen = float(server.stdout.readline().split("\t")[1])
        self.assertEqual(0, ended.code, ended)
        said = json.loads(ended.stdout)
        for percent in (90, 99):
            truth = true_latency(frozen, percent)
            self.assertAlmostEqual(truth, said["latency"][f"p{percent}"],
                                   delta=0.05 * SLOWNESS * truth, msg=ended)
        # As sent, only those that were on the way know of the stop: one a connection.
        self.assertLess(said["raw"]["p90"], 0.1 * true_latency(frozen, 90) * SLOWNESS, ended)


if __name__ == "__main__":
    unittest.main()
