#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `grove bench --compare` says of servers of which the truth is known: a small version of
tests/benchmark/compare_trial."""
import json
import os
import subprocess
import unittest

from fault_case import FaultCase

SERVICE = 1000  # us, of a request
RUN = "150ms"


class Compare(FaultCase):
    verb = "bench"

    def server(self, service):
        """Result: its URL. It ends with the test."""
        command = [os.environ["FREEZING_SERVER"], "0", "0", str(service)]
        serving = self.enterContext(subprocess.Popen(
            command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        self.addCleanup(serving.stdin.close)
        return f"http://127.0.0.1:{serving.stdout.readline().split(chr(9))[1]}/"

    def said(self, base, other):
        """Of `other` beside `base`, both in microseconds."""
        ended = self.start("-q", "--json", "-c", 8, "-z", RUN, "--compare", self.server(base),
                           self.server(other)).wait()
        said = json.loads(ended.stdout.splitlines()[-1])["comparison"]
        self.assertEqual(int(said["worse"]), ended.code, ended)
        self.assertEqual((5, 5, True), (said["runs"], said["base_runs"], said["interleaved"]))
        return said

    def test_a_server_twice_as_slow_is_found_and_one_twice_as_fast(self):
        slower = self.said(SERVICE, 2 * SERVICE)["figures"]["p50"]
        self.assertEqual("worse", slower["verdict"], slower)
        self.assertGreater(slower["change"], 0.3)
        faster = self.said(2 * SERVICE, SERVICE)["figures"]["p50"]
        self.assertEqual("better", faster["verdict"], faster)
        self.assertLess(faster["change"], -0.2)

    def test_equal_servers_are_not_all_told_apart(self):
        alarms = [said["worse"] or said["better"]
                  for said in (self.said(SERVICE, SERVICE) for _ in range(3))]
        # By the rule one in thirty at most; two of three would be one in three hundred.
        self.assertLessEqual(sum(alarms), 1)


if __name__ == "__main__":
    unittest.main()
