#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many URLs: few descriptors, bounded memory, and no more at once than was asked for."""
import array
import fcntl
import os
import resource
import socket
import termios
import threading
import time
import unittest

from fault_case import SLOWNESS, FaultCase
from program import wait_until

MB = 1 << 20


class ManyUrls(FaultCase):
    def test_20000_urls_with_256_descriptors(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        origin = self.origin()
        with open(self.path("list"), "w", encoding="ascii") as file:
            base = f"http://127.0.0.1:{origin.port}/file/100"
            file.writelines(f"{base}/{n}/{n}\n" for n in range(20000))
        by = self.as_nobody("sh", "-c", 'ulimit -n 256 && exec "$@"', "sh")
        run = self.start("-c", 1000, "--per-host", 1000, "--retries", 0, "-o", "out/", "-i", "list",
                         before=by)
        most = 0
        while run.alive():
            most = max(most, self.open_descriptors(run))
            time.sleep(0.02)
        ended = run.wait()
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(20000, len(os.listdir(self.path("out"))))
        self.assertLess(most, 256)
        self.assertGreater(origin.log.connections, 30, "the limit left room for more at once")
        self.assertIn("ulimit", ended.talk)
        for n in range(0, 20000, 500):
            self.assert_file(f"out/{n}", f"100/{n}")

    def open_descriptors(self, run) -> int:
        try:
            return run.descriptors()
        except (FileNotFoundError, ProcessLookupError):
            return 0


class Memory(FaultCase):
    """A list is fed through a pipe. Memory is read when all has been taken, before the end."""

    def feed(self, lines, *words):
        """(the run, its peak memory once all lines have been read)."""
        # What AddressSanitizer holds back of freed memory would count as the program's own.
        self.env["ASAN_OPTIONS"] = self.env.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        read_end, write_end = os.pipe()
        with open(os.devnull, "wb") as nothing:
            run = self.start(*words, "-i", "-", stdin=read_end, stdout=nothing)
        feeder = threading.Thread(target=self.write_all, args=(write_end, lines), daemon=True)
        feeder.start()
        wait_until(lambda: not run.alive() or not feeder.is_alive() and self.waiting(read_end) == 0,
                   "the list has been read")
        self.assertTrue(run.alive(), "it ended before its list did")
        peak = run.peak_memory()
        os.close(write_end)
        os.close(read_end)
        return run, peak

    def write_all(self, descriptor: int, lines):
        batch = []
        for line in lines:
            batch.append(line)
            if len(batch) == 1000:
                self.write(descriptor, "".join(batch))
                batch.clear()
        self.write(descriptor, "".join(batch))

    @staticmethod
    def write(descriptor: int, text: str):
        data = text.encode()
        while data:
            data = data[os.write(descriptor, data):]

    @staticmethod
    def waiting(descriptor: int) -> int:
        """Bytes in the pipe."""
        count = array.array("i", [0])
        fcntl.ioctl(descriptor, termios.FIONREAD, count)
        return count[0]

    def test_dry_run_of_a_million_lines(self):
        lines = (f"http://h{n % 1000}.test/some/folder/file-{n}.tar.gz\n" for n in range(1_000_000))
        run, peak = self.feed(lines, "--dry-run")
        self.assertEqual(0, run.wait().code)
        print(f"peak memory: {peak / MB:.1f} MB")
        self.assertLess(peak, 64 * MB * SLOWNESS)

    def test_memory_grows_by_little_a_line(self):
        peaks = []
        for count in (100_000, 400_000):
            lines = (f"http://h{n % 1000}.test/some/folder/file-{n}.tar.gz\n" for n in range(count))
            run, peak = self.feed(lines, "--dry-run")
            self.assertEqual(0, run.wait().code)
            peaks.append(peak)
        print(f"a line costs {(peaks[1] - peaks[0]) / 300_000:.1f} bytes")
        self.assertLess(peaks[1] - peaks[0], 300_000 * 64 * SLOWNESS)

    def test_hundred_thousand_existing_files_are_skipped(self):
        self.make_files(100_000)
        lines = (f"http://h.test/{n}\n" for n in range(100_000))
        run, peak = self.feed(lines, "--skip-existing", "-o", "out/")
        self.assertEqual(0, run.wait().code)
        print(f"peak memory: {peak / MB:.1f} MB")
        self.assertLess(peak, 64 * MB * SLOWNESS)

    def make_files(self, count: int):
        """Links to a few files: a file system allows some 65,000 a file."""
        os.mkdir(self.path("out"))
        for n in range(count):
            if n % 20_000 == 0:
                first = self.path(f"out/{n}")
                open(first, "wb").close()
            else:
                os.link(first, self.path(f"out/{n}"))

    def test_fifty_thousand_refused_items(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            lines = (f"http://127.0.0.1:{port}/{n}\n" for n in range(50_000))
            run, peak = self.feed(lines, "--retries", 0, "-q", "--failed", "left")
            self.assertEqual(1, run.wait().code)
        print(f"peak memory: {peak / MB:.1f} MB")
        self.assertLess(peak, 80 * MB * SLOWNESS)
        with open(self.path("left"), encoding="ascii") as file:
            self.assertEqual(50_000, sum(1 for _ in file))

    def test_list_of_paused_hosts_is_not_read_into_memory(self):
        origin = self.origin()
        base = f"http://127.0.0.1:{origin.port}/file/10"
        read_end, write_end = os.pipe()
        run = self.start("-i", "-", "-o", "out/", "--per-host", 1, stdin=read_end)
        lines = (f"{base}/{n}/a{n}?hold=5&x={'x' * 200}\n" for n in range(200_000))
        feeder = threading.Thread(target=self.write_until_closed, args=(write_end, lines),
                                  daemon=True)
        feeder.start()
        wait_until(lambda: origin.log.held() and self.stands_still(read_end),
                   "the list is not read on")
        peak = run.peak_memory()
        self.assertLess(peak, 64 * MB * SLOWNESS)
        run.kill()
        os.close(read_end)
        feeder.join()

    def write_until_closed(self, descriptor: int, lines):
        try:
            self.write_all(descriptor, lines)
        except BrokenPipeError:
            pass
        os.close(descriptor)

    def stands_still(self, descriptor: int) -> bool:
        """The pipe is full, and stays so for a while."""
        full = []
        for _ in range(20):
            full.append(self.waiting(descriptor))
            time.sleep(0.01)
        return len(set(full)) == 1 and full[0] > 60_000


class Politeness(FaultCase):
    def most_at_once(self, entries) -> int:
        ends = sorted([(e.start, 1) for e in entries] + [(e.end, -1) for e in entries])
        now = most = 0
        for _, step in ends:
            now += step
            most = max(most, now)
        return most

    def of_host(self, origin, host: str):
        return [e for e in origin.log.entries if e.headers["host"].startswith(host)]

    def test_no_host_gets_more_than_its_share_and_each_gets_it(self):
        origin = self.origin()
        urls = [f"http://{host}:{origin.port}/file/1k/{n}/{host}{n}?delay=30"
                for n in range(20) for host in ("127.0.0.1", "localhost")]
        self.fetch("--per-host", 3, *urls)
        self.assertEqual(40, len(self.names()))
        for host in ("127.0.0.1", "localhost"):
            self.assertEqual(3, self.most_at_once(self.of_host(origin, host)))

    def test_no_more_run_than_asked_for(self):
        origin = self.origin()
        urls = [f"http://127.0.0.1:{origin.port}/file/1k/{n}/a{n}?delay=30" for n in range(20)]
        self.fetch("-c", 4, "--per-host", 100, *urls)
        self.assertEqual(4, self.most_at_once(origin.log.entries))

    def test_default_is_eight_a_host(self):
        origin = self.origin()
        urls = [f"http://127.0.0.1:{origin.port}/file/1k/{n}/a{n}?delay=50" for n in range(30)]
        self.fetch(*urls)
        self.assertEqual(8, self.most_at_once(origin.log.entries))

    def test_hosts_take_turns(self):
        origin = self.origin()
        urls = [f"http://127.0.0.1:{origin.port}/file/1k/{n}/a{n}?delay=5" for n in range(40)]
        urls += [f"http://localhost:{origin.port}/file/1k/{n}/b{n}?delay=5" for n in range(5)]
        self.fetch("-c", 2, "--per-host", 2, *urls)
        self.assertLess(max(e.number for e in self.of_host(origin, "localhost")), 20)

    def test_rate_of_starts_is_held(self):
        origin = self.origin()
        urls = [f"http://127.0.0.1:{origin.port}/file/1k/{n}/a{n}" for n in range(8)]
        self.fetch("--rate", "10/s", *urls)
        starts = [e.start for e in origin.log.entries]
        self.assertGreaterEqual(starts[-1] - starts[0], 0.5)

    def test_rate_of_bytes_is_held(self):
        origin = self.origin()
        urls = [f"http://127.0.0.1:{origin.port}/file/500k/{n}/a{n}" for n in range(3)]
        ended = self.fetch("--limit-rate", "1M", *urls)
        self.assertGreaterEqual(ended.seconds, 1.2)
        for n in range(3):
            self.assert_file(f"a{n}", f"500k/{n}")

    def test_connections_are_kept(self):
        origin = self.origin()
        urls = [f"http://127.0.0.1:{origin.port}/file/1k/{n}/a{n}" for n in range(200)]
        self.fetch(*urls)
        self.assertLessEqual(origin.log.connections, 8)


if __name__ == "__main__":
    unittest.main()
