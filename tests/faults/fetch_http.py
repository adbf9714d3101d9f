#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Servers that break off, refuse, dawdle or are not who they should be."""
import unittest

from fault_case import SLOWNESS, FaultCase
from program import wait_until


class BrokenBodies(FaultCase):
    def test_truncated_body_is_fetched_again(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/2M/1/a?truncate=1000000&times=2"
        self.fetch("--seed", 1, url)
        self.assert_file("a", "2M/1")
        self.assert_only("a")
        self.assertEqual(3, len(origin.log.entries))

    def test_second_attempt_asks_only_for_the_rest(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/2M/1/a?truncate=1000000&times=1"
        self.fetch("--seed", 1, url)
        self.assert_file("a", "2M/1")
        self.assertEqual("bytes=1000000-", origin.log.entries[1].headers.get("range"))
        self.assertEqual('"2M-1-1"', origin.log.entries[1].headers.get("if-range"))

    def test_body_that_stays_truncated_gets_no_final_name(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1M/1/a?truncate=500000"
        record, = self.fetch_json("--retries", 0, url, code=1)
        self.assert_failure(record, "truncated")
        self.assertNotIn("a", self.names())

    def test_truncated_chunked_body_is_a_failure(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1M/1/a?truncate=500000&chunked"
        record, = self.fetch_json("--retries", 0, url, code=1)
        self.assertIn(record["error"]["class"], ("truncated", "protocol"), record)
        self.assertNotIn("a", self.names())

    def test_truncated_body_of_stdout_is_not_repeated(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1M/1/a?truncate=500000"
        ended = self.fetch("-o", "-", url, code=1)
        self.assertEqual(1, len(origin.log.entries), ended.talk)
        self.assertEqual(500000, len(ended.stdout))

    def test_reset_in_mid_body_is_fetched_again(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/2M/1/a?reset=700000&times=1"
        self.fetch("--seed", 1, url)
        self.assert_file("a", "2M/1")
        self.assert_only("a")

    def test_body_that_is_always_reset_gets_no_final_name(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1M/1/a?reset=500000"
        record, = self.fetch_json("--retries", 0, url, code=1)
        self.assertIn(record["error"]["class"], ("reset", "truncated"), record)
        self.assertNotIn("a", self.names())

    def test_answer_that_is_not_http_is_a_failure(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/a?raw=SSH-2.0-nothing%0D%0A"
        record, = self.fetch_json("--retries", 0, url, code=1)
        self.assert_failure(record, "protocol")
        self.assert_only()

    def test_part_of_another_size_is_not_joined(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/2M/1/a?truncate=1000000&times=1&ranges=shift"
        self.fetch("--seed", 1, url)
        self.assert_file("a", "2M/1")
        self.assert_only("a")

    def test_weak_validator_starts_from_zero(self):
        origin = self.origin()
        url = (f"http://127.0.0.1:{origin.port}/file/2M/1/a?truncate=1000000&times=1"
               "&etag=weak&modified=none")
        self.fetch("--seed", 1, url)
        self.assert_file("a", "2M/1")
        self.assertNotIn("range", origin.log.entries[1].headers)

    def test_file_that_changes_between_attempts_is_whole(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/2M/1/a?truncate=1000000&times=1&change=1"
        self.fetch("--seed", 1, url)
        self.assert_file("a", "2M/1/v2")
        self.assert_only("a")


class SlowServers(FaultCase):
    def test_server_that_drips_is_not_stalled(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/60/1/a?drip=1,20"
        self.fetch("--stall-timeout", "1s", "--retries", 0, url)
        self.assert_file("a", "60/1")

    def test_server_that_falls_silent_is_left(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1M/1/a?stall=500000"
        record, = self.fetch_json("--stall-timeout", "300ms", "--retries", 0, url, code=1)
        self.assert_failure(record, "stall")
        self.assertGreaterEqual(record["time"]["total"], 0.3)
        self.assertNotIn("a", self.names())

    def test_server_that_falls_silent_once_is_asked_again(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1M/1/a?stall=500000&times=1"
        self.fetch("--stall-timeout", "300ms", "--seed", 1, url)
        self.assert_file("a", "1M/1")
        self.assert_only("a")

    def test_server_that_never_answers_is_left(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1M/1/a?delay=600000"
        record, = self.fetch_json("--stall-timeout", "300ms", "--retries", 0, url, code=1)
        self.assertIn(record["error"]["class"], ("stall", "timeout"), record)
        self.assert_only()

    def test_dripping_head_counts_as_life_and_timeout_ends_it(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1k/1/a?slow-headers=100"
        self.fetch("--stall-timeout", "1s", "--retries", 0, url)
        self.assert_file("a", "1k/1")
        record, = self.fetch_json("--timeout", "250ms", "--retries", 0, "-o", "b", url, code=1)
        self.assert_failure(record, "timeout")

    def test_slow_transfers_do_not_hold_up_others(self):
        origin = self.origin()
        base = f"http://127.0.0.1:{origin.port}/file/1k"
        slow = self.start("--per-host", 8, *(f"{base}/{n}/slow{n}?hold=10" for n in range(4)),
                          *(f"{base}/{n}/quick{n}" for n in range(20)))
        self.wait_for_names(20)
        origin.open()
        self.assertEqual(0, slow.wait().code)
        self.assertEqual(24, len(self.names()))

    def wait_for_names(self, count: int):
        wait_until(lambda: sum("quick" in n and "part" not in n for n in self.names()) == count,
                   f"{count} quick files are there")


class BusyServers(FaultCase):
    def test_retry_after_in_seconds_is_waited_for(self):
        self.check_retry_after("2", 2.0)

    def test_retry_after_as_a_date_is_waited_for(self):
        self.check_retry_after("date:2", 2.0)

    def check_retry_after(self, wish: str, seconds: float):
        origin = self.origin()
        url = (f"http://127.0.0.1:{origin.port}/file/64k/1/a"
               f"?status=503&times=1&retry-after={wish}")
        self.fetch(url)
        self.assert_file("a", "64k/1")
        first, second = origin.log.entries
        self.assertGreaterEqual(second.start - first.start, seconds - 0.01)

    def test_busy_host_pauses_as_a_whole_and_others_go_on(self):
        busy, calm = self.origin(), self.origin()
        base = f"http://127.0.0.1:{busy.port}/file/1k"
        other = f"http://127.0.0.1:{calm.port}/file/1k"
        urls = [f"{base}/1/a?status=429&times=1&retry-after=1",
                *(f"{base}/{n}/b{n}" for n in range(4)),
                *(f"{other}/{n}/c{n}?delay=100" for n in range(5))]
        self.fetch("--per-host", 1, *urls)
        first, *later = busy.log.entries
        self.assertEqual(429, first.status)
        self.assertGreaterEqual(min(e.start for e in later) - first.start, 0.99)
        self.assertLess(max(e.start for e in calm.log.entries), 0.9 * SLOWNESS + 0.5)
        self.assertEqual(10, len(self.names()))

    def test_absurd_retry_after_does_not_outlast_the_deadline(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1k/1/a?status=503&retry-after=86400"
        self.fetch("--deadline", "500ms", url, code=124)
        self.assertEqual(1, len(origin.log.entries))
        self.assert_only()

    def test_server_that_stays_busy_is_given_up(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1k/1/a?status=503&retry-after=0"
        record, = self.fetch_json("--retries", 2, "--seed", 1, url, code=1)
        self.assert_failure(record, "status")
        self.assertEqual(3, record["attempts"])
        self.assertEqual(3, len(origin.log.entries))


class WrongServers(FaultCase):
    def test_certificate_of_another_name_is_refused_without_a_request(self):
        origin = self.origin(tls="other-name")
        authority = self.certificates().authority
        url = f"https://localhost:{origin.port}/file/1k/1/a"
        record, = self.fetch_json("--cacert", authority, url, code=1)
        self.assert_failure(record, "tls")
        self.assertEqual(1, record["attempts"])
        self.assertIn("localhost", record["error"]["text"])
        self.assertEqual([], origin.log.entries)
        self.assert_only()

    def test_tls_on_a_plain_port_is_a_tls_failure(self):
        origin = self.origin()
        record, = self.fetch_json("--retries", 0, f"https://localhost:{origin.port}/a", code=1)
        self.assert_failure(record, "tls")

    def test_truncated_body_over_tls_gets_no_final_name(self):
        origin = self.origin(tls="good")
        authority = self.certificates().authority
        url = f"https://localhost:{origin.port}/file/1M/1/a?truncate=500000"
        record, = self.fetch_json("--cacert", authority, "--retries", 0, url, code=1)
        self.assertIn(record["error"]["class"], ("truncated", "reset", "tls"), record)
        self.assertNotIn("a", self.names())


if __name__ == "__main__":
    unittest.main()
