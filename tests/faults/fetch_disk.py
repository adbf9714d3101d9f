#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Disks that are full, folders that are closed, and files that an earlier run left behind."""
import os
import unittest

from fault_case import FaultCase, offset_of
from origin_content import file_of
from program import Running, wait_until

# Runs the words after it beside a file system of 300 kB in ./full, then tells what is in there.
SMALL_DISK = """mkdir full && mount -t tmpfs -o size=300k none full || exit 99
"$@"; code=$?
find full -type f -printf '%P %s\\n' | sort > listing
exit $code"""


class FullDisk(FaultCase):
    def fetch_to_small_disk(self, *words: str):
        """(the ended run, {name: size} of what is on the disk)."""
        alone = ["--map-root-user"] if os.geteuid() != 0 else []
        command = ["unshare", "--mount", *alone, "sh", "-c", SMALL_DISK, "sh",
                   self.program, "fetch", "-o", "full/", *words]
        ended = Running(command, self.env, self.folder).wait()
        with open(self.path("listing"), encoding="utf-8") as file:
            sizes = dict(line.split() for line in file)
        return ended, {name: int(size) for name, size in sizes.items()}

    def test_file_that_does_not_fit_gets_no_final_name_and_ends_3(self):
        origin = self.origin()
        ended, sizes = self.fetch_to_small_disk(f"http://127.0.0.1:{origin.port}/file/2M/1/a")
        self.assertEqual(3, ended.code, ended)
        self.assertNotIn("a", sizes)
        self.assertIn("full/a", ended.talk)
        self.assertIn("No space left", ended.talk)

    def test_full_disk_is_not_tried_again(self):
        origin = self.origin()
        self.fetch_to_small_disk(f"http://127.0.0.1:{origin.port}/file/2M/1/a")
        self.assertEqual(1, len(origin.log.entries))

    def test_full_disk_stops_the_run(self):
        origin = self.origin()
        urls = [f"http://127.0.0.1:{origin.port}/file/200k/{n}/a{n}" for n in range(50)]
        ended, sizes = self.fetch_to_small_disk("-c", "1", *urls)
        self.assertEqual(3, ended.code, ended)
        self.assertLess(len(origin.log.entries), 5)
        self.assertEqual({"a0": 204800}, {n: s for n, s in sizes.items() if "part" not in n})

    def test_nothing_short_is_under_a_final_name_when_many_share_a_full_disk(self):
        origin = self.origin()
        urls = [f"http://127.0.0.1:{origin.port}/file/50k/{n}/a{n}" for n in range(40)]
        ended, sizes = self.fetch_to_small_disk(*urls)
        self.assertEqual(3, ended.code, ended)
        self.assertEqual({51200}, {s for n, s in sizes.items() if "part" not in n})


class ClosedFolders(FaultCase):
    def test_unwritable_folder_ends_3_and_says_so(self):
        origin = self.origin()
        by = self.as_nobody()
        os.mkdir(self.path("out"), 0o755)
        os.chmod(self.path("out"), 0o555)
        ended = self.fetch("-o", "out/", f"http://127.0.0.1:{origin.port}/file/1k/1/a", code=3,
                           before=by)
        self.assertIn("out", ended.talk)
        self.assertIn("Permission denied", ended.talk)
        self.assert_only()

    def test_folder_that_cannot_be_made_ends_3(self):
        origin = self.origin()
        by = self.as_nobody()
        os.chmod(self.folder, 0o555)
        if os.geteuid() == 0:
            os.chown(self.folder, 0, 0)
        ended = self.fetch("-o", "new/", f"http://127.0.0.1:{origin.port}/file/1k/1/a", code=3,
                           before=by)
        self.assertIn("new", ended.talk)
        self.assertIn("Permission denied", ended.talk)

    def test_file_in_the_place_of_a_folder_ends_3(self):
        origin = self.origin()
        with open(self.path("out"), "w", encoding="ascii") as file:
            file.write("mine")
        ended = self.fetch("-o", "out/", f"http://127.0.0.1:{origin.port}/file/1k/1/a", code=3)
        self.assertIn("Not a directory", ended.talk)

    def test_unwritable_list_of_failures_ends_3_before_anything_runs(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/1k/1/a"
        ended = self.fetch("--failed", "none/left", url, code=3)
        self.assertIn("none/left", ended.talk)
        self.assertEqual([], origin.log.entries)


class Resume(FaultCase):
    SIZE, HELD = "6M", 4_000_000

    def interrupted(self, origin, query="") -> str:
        """A run that was killed in the middle of /a; the URL."""
        url = f"http://127.0.0.1:{origin.port}/file/{self.SIZE}/1/a?hold={self.HELD}{query}"
        run = self.start(url)
        wait_until(lambda: self.part_size() > 1_000_000, "a megabyte is on the disk")
        run.kill()
        self.assertNotIn("a", self.names())
        return url

    def part_size(self) -> int:
        try:
            return os.path.getsize(self.path("a.part"))
        except FileNotFoundError:
            return 0

    def test_run_after_kill_9_gives_identical_bytes(self):
        origin = self.origin()
        url = self.interrupted(origin)
        part = self.part_size()
        origin.open()
        record, = self.fetch_json("--resume", url)
        self.assert_file("a", "6M/1")
        self.assert_only("a")
        last = origin.log.entries[-1]
        self.assertEqual(206, last.status)
        self.assertEqual('"6M-1-1"', last.headers["if-range"])
        self.assertEqual(part, offset_of(last.headers["range"]))
        self.assertEqual(part, record["resumed"])

    def test_sum_of_a_resumed_file_is_of_the_whole(self):
        origin = self.origin()
        url = self.interrupted(origin)
        origin.open()
        self.fetch("--resume", "--sha256", file_of("6M/1").sha256(), url)
        self.assert_file("a", "6M/1")
        self.assertEqual(206, origin.log.entries[-1].status)

    def test_file_that_changed_meanwhile_is_fetched_whole(self):
        origin = self.origin()
        url = self.interrupted(origin)
        origin.change()
        origin.open()
        self.fetch("--resume", url)
        self.assert_file("a", "6M/1/v2")
        self.assert_only("a")
        self.assertEqual(200, origin.log.entries[-1].status)

    def test_server_that_ignores_ranges_sends_the_whole(self):
        origin = self.origin()
        url = self.interrupted(origin, "&ranges=ignore")
        origin.open()
        self.fetch("--resume", url)
        self.assert_file("a", "6M/1")
        self.assert_only("a")

    def test_server_that_answers_another_range_is_not_believed(self):
        origin = self.origin()
        url = self.interrupted(origin, "&ranges=shift")
        origin.open()
        self.fetch("--resume", url)
        self.assert_file("a", "6M/1")
        self.assert_only("a")

    def test_range_that_cannot_be_met_starts_again(self):
        origin = self.origin()
        url = self.interrupted(origin, "&ranges=unsatisfied")
        origin.open()
        self.fetch("--resume", "--seed", 1, url)
        self.assert_file("a", "6M/1")
        self.assert_only("a")

    def test_part_without_a_validator_starts_from_zero(self):
        origin = self.origin()
        url = self.interrupted(origin, "&etag=none&modified=none")
        origin.open()
        self.fetch("--resume", url)
        self.assert_file("a", "6M/1")
        self.assertNotIn("range", origin.log.entries[-1].headers)

    def test_part_of_another_url_is_not_continued(self):
        origin = self.origin()
        self.interrupted(origin)
        origin.open()
        self.fetch("--resume", f"http://127.0.0.1:{origin.port}/file/6M/2/a?etag=%226M-1-1%22")
        self.assert_file("a", "6M/2")
        self.assert_only("a")

    def test_damaged_sidecar_starts_from_zero(self):
        origin = self.origin()
        url = self.interrupted(origin)
        with open(self.path("a.part.json"), "r+", encoding="ascii") as file:
            file.truncate(10)
        origin.open()
        self.fetch("--resume", url)
        self.assert_file("a", "6M/1")
        self.assert_only("a")

    def test_without_resume_the_part_is_overwritten(self):
        origin = self.origin()
        url = self.interrupted(origin)
        origin.open()
        self.fetch(url)
        self.assert_file("a", "6M/1")
        self.assert_only("a")
        self.assertNotIn("range", origin.log.entries[-1].headers)

    def test_two_programs_do_not_write_one_part(self):
        origin = self.origin()
        url = f"http://127.0.0.1:{origin.port}/file/{self.SIZE}/1/a?hold={self.HELD}"
        first = self.start(url)
        wait_until(lambda: self.part_size() > 1_000_000, "a megabyte is on the disk")
        second = self.fetch("--retries", 0, f"{url}&times=0", code=3)
        self.assertIn("a.part", second.talk)
        origin.open()
        self.assertEqual(0, first.wait().code)
        self.assert_file("a", "6M/1")

    def test_killed_again_and_again_it_comes_to_its_end(self):
        origin = self.origin()
        base = f"http://127.0.0.1:{origin.port}/file/{self.SIZE}/1/a?hold="
        for held in (1_500_000, 1_500_000, 1_500_000):
            before = self.part_size()
            run = self.start("--resume", base + str(held))
            wait_until(lambda: self.part_size() > before + 1_000_000, "another megabyte is there")
            run.kill()
        origin.open()
        self.fetch("--resume", base + "1500000")
        self.assert_file("a", "6M/1")
        self.assert_only("a")
        self.assertGreater(offset_of(origin.log.entries[-1].headers["range"]), 3_000_000)


if __name__ == "__main__":
    unittest.main()
