#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Names and addresses: name servers that fail, addresses where nobody listens."""
import os
import unittest

from fault_case import SLOWNESS, FaultCase
from program import wait_until


class RefusedAddresses(FaultCase):
    def connect_time(self, addresses: str, scheme="http", tls=None) -> float:
        """The best of five: the seconds to the good one of three addresses."""
        origin = self.origin(tls=tls)
        dns = self.dns(f"*.grove.test?a={addresses}")
        trust = ["--cacert", self.certificates().authority] if tls else []
        times = []
        for n in range(5):
            url = f"{scheme}://n{n}.grove.test:{origin.port}/file/1k/{n}/a{n}"
            record, = self.fetch_json("--dns-server", f"127.0.0.1:{dns.port}", *trust,
                                      "--retries", 0, url)
            self.assertEqual("127.0.0.1", record["ip"])
            times.append(record["time"]["connect"])
        return min(times)

    def test_first_two_of_three_addresses_refuse(self):
        self.assertLessEqual(self.connect_time("127.0.0.2,127.0.0.3,127.0.0.1"), 0.05 * SLOWNESS)

    def test_first_of_two_addresses_refuses(self):
        self.assertLessEqual(self.connect_time("127.0.0.2,127.0.0.1"), 0.05 * SLOWNESS)

    def test_first_two_of_three_addresses_refuse_before_tls(self):
        took = self.connect_time("127.0.0.2,127.0.0.3,127.0.0.1", "https", "good")
        self.assertLessEqual(took, 0.05 * SLOWNESS)

    def test_refused_ipv6_before_ipv4(self):
        origin = self.origin()
        dns = self.dns("both.test?a=127.0.0.1&aaaa=::1")
        by = ["--dns-server", f"127.0.0.1:{dns.port}", "--retries", 0]
        records = [self.fetch_json(*by, f"http://both.test:{origin.port}/file/1k/1/a{n}")[0]
                   for n in range(3)]
        self.assertLessEqual(min(r["time"]["connect"] for r in records), 0.05 * SLOWNESS)

    def test_three_refused_addresses_fail_at_once(self):
        closed = self.origin(host="127.0.0.9")
        dns = self.dns("a.test?a=127.0.0.2,127.0.0.3,127.0.0.4")
        record, = self.fetch_json("--dns-server", f"127.0.0.1:{dns.port}", "--retries", 0,
                                  f"http://a.test:{closed.port}/x", code=1)
        self.assert_failure(record, "connect")
        self.assertLess(record["time"]["total"], 2 * SLOWNESS)


class NameServers(FaultCase):
    def by(self, *servers) -> list[str]:
        return [word for s in servers for word in ("--dns-server", f"127.0.0.1:{s.port}")]

    def test_dead_server_ends_in_an_error_in_time(self):
        dns = self.dns("*.test?mode=dead")
        record, = self.fetch_json(*self.by(dns), "--connect-timeout", "1s", "--retries", 0,
                                  "http://a.test:1/x", code=1)
        self.assertIn(record["error"]["class"], ("dns", "timeout"), record)
        self.assertLess(record["time"]["total"] or 0, 3 * SLOWNESS)
        self.assertGreaterEqual(dns.asked("a.test"), 1)

    def test_dead_first_server_costs_one_timeout_not_one_a_name(self):
        origin = self.origin()
        dead, good = self.dns("*.test?mode=dead"), self.dns("*.test?a=127.0.0.1")
        urls = [f"http://n{n}.test:{origin.port}/file/10/{n}/a{n}" for n in range(20)]
        ended = self.fetch(*self.by(dead, good), "-c", 1, "--retries", 0, *urls)
        self.assertEqual(20, len(self.names()))
        self.assertLess(ended.seconds, 10 * SLOWNESS)

    def test_lost_query_is_repeated(self):
        origin = self.origin()
        dns = self.dns("a.test?a=127.0.0.1&mode=dead&times=2")
        self.fetch(*self.by(dns), "--retries", 0, f"http://a.test:{origin.port}/file/10/1/a")
        self.assert_file("a", "10/1")

    def test_slow_server_is_waited_for(self):
        origin = self.origin()
        dns = self.dns("a.test?a=127.0.0.1&delay=400")
        record, = self.fetch_json(*self.by(dns), "--retries", 0,
                                  f"http://a.test:{origin.port}/file/10/1/a")
        self.assertGreaterEqual(record["time"]["dns"], 0.39)

    def test_slow_name_does_not_hold_up_others(self):
        origin = self.origin()
        dns = self.dns("slow.test?mode=dead", "*.test?a=127.0.0.1")
        urls = [f"http://slow.test:{origin.port}/file/10/1/slow",
                *(f"http://n{n}.test:{origin.port}/file/10/{n}/a{n}" for n in range(10))]
        run = self.start(*self.by(dns), "--retries", 0, "--connect-timeout", "20s", *urls)
        wait_until(lambda: len(self.names()) == 10, "ten files are there")
        self.assertTrue(run.alive())
        run.kill()

    def test_answer_with_another_id_is_not_believed(self):
        origin = self.origin()
        liar = self.origin(host="127.0.0.9", port=origin.port)
        dns = self.dns("a.test?a=127.0.0.1&mode=wrong-id&lie=127.0.0.9",
                       "b.test?a=127.0.0.1&mode=other-name&lie=127.0.0.9")
        self.fetch(*self.by(dns), f"http://a.test:{origin.port}/file/10/1/a",
                   f"http://b.test:{origin.port}/file/10/2/b")
        self.assert_file("a", "10/1")
        self.assert_file("b", "10/2")
        self.assertEqual([], liar.log.entries)

    def test_server_that_only_lies_is_a_dead_server(self):
        liar = self.origin(host="127.0.0.9")
        dns = self.dns("a.test?a=127.0.0.1&mode=only-wrong-id&lie=127.0.0.9")
        record, = self.fetch_json(*self.by(dns), "--connect-timeout", "1s", "--retries", 0,
                                  f"http://a.test:{liar.port}/x", code=1)
        self.assertIn(record["error"]["class"], ("dns", "timeout"), record)
        self.assertEqual([], liar.log.entries)

    def test_truncated_answer_is_asked_for_over_tcp(self):
        origin = self.origin()
        dns = self.dns("a.test?a=127.0.0.1&mode=truncate")
        self.fetch(*self.by(dns), "--retries", 0, f"http://a.test:{origin.port}/file/10/1/a")
        self.assert_file("a", "10/1")
        self.assertGreaterEqual(dns.asked("a.test", ("tcp",)), 1)

    def test_name_that_does_not_exist_is_not_asked_for_again(self):
        dns = self.dns("b.test?a=127.0.0.1")
        record, = self.fetch_json(*self.by(dns), "http://a.test:1/x", code=1)
        self.assert_failure(record, "no_name")
        self.assertEqual(1, record["attempts"])

    def test_failing_server_is_passed_over(self):
        origin = self.origin()
        bad, good = self.dns("*.test?rcode=servfail"), self.dns("*.test?a=127.0.0.1")
        ended = self.fetch(*self.by(bad, good), "--retries", 0,
                           f"http://a.test:{origin.port}/file/10/1/a")
        self.assertLess(ended.seconds, 2 * SLOWNESS)

    def test_alias_is_followed(self):
        origin = self.origin()
        dns = self.dns("www.test?cname=real.test", "real.test?a=127.0.0.1")
        self.fetch(*self.by(dns), f"http://www.test:{origin.port}/file/10/1/a")
        self.assert_file("a", "10/1")

    def test_one_name_is_asked_once_for_many_items(self):
        origin = self.origin()
        dns = self.dns("a.test?a=127.0.0.1&delay=100")
        urls = [f"http://a.test:{origin.port}/file/10/{n}/a{n}?close" for n in range(40)]
        self.fetch(*self.by(dns), "--per-host", 20, *urls)
        self.assertEqual(40, len(self.names()))
        kinds = [q.type for q in dns.queries]
        self.assertEqual(len(set(kinds)), len(kinds), "a type was asked twice")

    def test_localhost_needs_no_name_server(self):
        origin = self.origin()
        dns = self.dns("*.test?mode=dead")
        self.fetch(*self.by(dns), f"http://localhost:{origin.port}/file/10/1/a")
        self.assertEqual([], dns.queries)


class Threads(FaultCase):
    """libcurl would make a thread a name; the pool's own threads are few, whatever is fetched."""

    MOST = 8

    def threads_made(self, *words) -> int:
        # Leak checks and a tracer exclude each other.
        self.env["ASAN_OPTIONS"] = self.env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        trace = os.path.join(self.home, "trace")
        by = ("strace", "-f", "-qq", "-e", "trace=clone,clone3,vfork", "-o", trace)
        self.fetch("--retries", 0, *words, before=by)
        with open(trace, encoding="latin-1") as file:
            return sum("clone" in line or "vfork" in line for line in file
                       if "resumed" not in line)

    def urls(self, count: int, port: int, path: str) -> list[str]:
        return [f"http://n{n}.test:{port}{path.format(n=n)}" for n in range(count)]

    def check(self, path: str, requests: int):
        origin, dns = self.origin(), self.dns("*.test?a=127.0.0.1")
        path = path.replace("PORT", str(origin.port))
        by = ("--dns-server", f"127.0.0.1:{dns.port}")
        few = self.threads_made(*by, "-o", "few/", *self.urls(2, origin.port, path))
        many = self.threads_made(*by, "-o", "many/", *self.urls(50, origin.port, path))
        print(f"threads made: {few} for 2 names, {many} for 50")
        self.assertEqual(52, len(self.names()))
        self.assertEqual(52 * requests, len(origin.log.entries))
        self.assertGreaterEqual(len({q.name for q in dns.queries}), 50)
        self.assertLessEqual(many, self.MOST)

    def test_pool_of_the_system_resolver_is_seen_and_small(self):
        origin = self.origin()
        urls = [f"http://localhost:{origin.port}/file/1k/{n}/a{n}?close" for n in range(50)]
        made = self.threads_made("--dns", "system", *urls)
        self.assertGreaterEqual(made, 1, "the trace does not see threads")
        self.assertLessEqual(made, self.MOST)

    def test_fifty_names_make_no_thread_of_their_own(self):
        self.check("/file/1k/{n}/a{n}", 1)

    def test_redirects_to_fifty_new_hosts_make_no_thread_of_their_own(self):
        self.check("/redirect?to=http://m{n}.test:PORT/file/1k/{n}/a{n}", 2)


if __name__ == "__main__":
    unittest.main()
