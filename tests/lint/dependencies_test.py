#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs .ci/dependencies on a machine made of stand-ins, and reads what it asked of them."""
import os
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".ci", "dependencies")
COMMANDS = ["bash", "env", "grep", "sed", "true", "sort", "tr", "tee", "chmod", "rm", "cat"]

STAND_INS = {
    "id": 'echo "$USER_ID"',
    "dpkg-query": 'grep -qx "$4" "$WORLD/installed" && printf installed',
    "apt-cache": 'printf "  Candidate: %s\\n" "$(cat "$WORLD/candidate")"',
    "sudo": 'echo "sudo $*" >>"$WORLD/log"; exec "$@"',
    "update-rc.d": 'echo "update-rc.d $*" >>"$WORLD/log"',
    "apt-get": r'''
echo "apt-get $*" >>"$WORLD/log"
case " $* " in
    *" -s "*) cat "$WORLD/plan"; exit "$(cat "$WORLD/plan-status")" ;;
    *" update "*) echo 1.0 >"$WORLD/candidate"; rm -f "$WORLD/stale" ;;
    *) [ ! -e "$POLICY_RC_D" ] || echo "services held" >>"$WORLD/log"
       [ ! -e "$WORLD/stale" ] || exit 100 ;;
esac''',
}


class dependency_script(unittest.TestCase):
    def setUp(self):
        self.world = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.world)
        self.bin = os.path.join(self.world, "bin")
        os.mkdir(self.bin)
        for command in COMMANDS:
            os.symlink(shutil.which(command), os.path.join(self.bin, command))
        for name, body in STAND_INS.items():
            self.write(f"bin/{name}", f"#!/bin/sh\n{body}\n")
            os.chmod(os.path.join(self.bin, name), 0o755)
        for name, content in [("installed", ""), ("candidate", "1.0\n"), ("plan", ""),
                              ("plan-status", "0\n"), ("log", "")]:
            self.write(name, content)

    def write(self, name, content):
        with open(os.path.join(self.world, name), "w", encoding="utf-8") as f:
            f.write(content)

    def without(self, command):
        os.remove(os.path.join(self.bin, command))

    def run_script(self, *tasks, user=0):
        """(status, what it said, what it asked of the stand-ins)"""
        done = subprocess.run(["bash", SCRIPT, *tasks], capture_output=True, text=True, check=False,
                              env={"PATH": self.bin, "WORLD": self.world, "USER_ID": str(user),
                                   "POLICY_RC_D": os.path.join(self.world, "policy-rc.d")})
        with open(os.path.join(self.world, "log"), encoding="utf-8") as f:
            return done.returncode, done.stdout + done.stderr, f.read()

    def everything_for(self, task):
        asked = self.run_script(task)[2].splitlines()[-1].split()
        self.write("log", "")
        return [word for word in asked[asked.index("install"):] if not word.startswith("-")][1:]

    def test_says_nothing_and_asks_for_nothing_when_all_is_there(self):
        self.write("installed", "\n".join(self.everything_for("build")) + "\n")
        self.without("sudo")
        self.assertEqual(self.run_script("build", user=1000), (0, "", ""))

    def test_a_command_from_elsewhere_counts(self):
        self.write("installed",
                   "\n".join(p for p in self.everything_for("build") if p != "cmake") + "\n")
        os.symlink("/bin/true", os.path.join(self.bin, "cmake"))
        self.assertEqual(self.run_script("build"), (0, "", ""))

    def test_installs_only_what_is_missing_and_says_it_first(self):
        self.write("installed", "\n".join(self.everything_for("build")[1:]) + "\n")
        missing = self.everything_for("build")
        status, said, asked = self.run_script("build")
        self.assertEqual(status, 0)
        self.assertEqual(len(missing), 1)
        self.assertIn(f"1 Debian package(s) that are not installed:\n  {missing[0]}\n", said)
        self.assertIn(f"install -y --no-install-recommends --no-remove {missing[0]}\n", asked)
        self.assertNotIn("update", asked)

    def test_goes_through_sudo_as_another_user(self):
        status, _, asked = self.run_script("build", user=1000)
        self.assertEqual(status, 0)
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get", asked)

    def test_without_root_and_sudo_says_what_to_run(self):
        self.without("sudo")
        status, said, asked = self.run_script("build", user=1000)
        self.assertEqual((status, asked), (1, ""))
        self.assertIn("As root, run:\n  apt-get install", said)

    def test_where_sudo_refuses_says_what_to_run(self):
        self.write("bin/sudo", "#!/bin/sh\nexit 1\n")
        status, said, asked = self.run_script("build", user=1000)
        self.assertEqual((status, asked), (1, ""))
        self.assertIn("As root, run:\n  apt-get install", said)

    def test_refuses_a_conflict_and_names_it(self):
        self.write("plan", "Remv libboost1.74-dev [1.74.0+ds1-21]\nInst libboost1.81-dev\n")
        status, said, asked = self.run_script("build")
        self.assertEqual(status, 1)
        self.assertIn("in the way:  libboost1.74-dev", said)
        self.assertIn("Nothing was changed", said)
        self.assertNotIn(" -y ", asked)

    def test_names_the_conflict_when_apt_only_says_no(self):
        self.write("plan", "E: Unable to correct problems, you have held broken packages.\n")
        self.write("plan-status", "100\n")
        self.write("installed", "libcurl4-gnutls-dev\n")
        status, said, _ = self.run_script("build")
        self.assertEqual(status, 1)
        self.assertIn("in the way:  libcurl4-gnutls-dev", said)

    def test_shows_what_apt_says_when_nothing_known_is_in_the_way(self):
        self.write("plan", "E: held broken packages\n")
        self.write("plan-status", "100\n")
        status, said, _ = self.run_script("build")
        self.assertEqual(status, 1)
        self.assertIn("E: held broken packages", said)

    def test_fetches_the_package_lists_when_they_are_empty(self):
        self.write("candidate", "(none)\n")
        status, _, asked = self.run_script("build")
        self.assertEqual(status, 0)
        self.assertLess(asked.index("update"), asked.index("install -y"))

    def test_fetches_the_package_lists_when_they_are_stale(self):
        self.write("stale", "")
        status, said, asked = self.run_script("build")
        self.assertEqual(status, 0)
        self.assertIn("fresh package lists", said)
        self.assertEqual(asked.count("install -y"), 2)

    def test_holds_the_servers_it_installs_and_leaves_no_trace_of_that(self):
        status, _, asked = self.run_script("test")
        self.assertEqual(status, 0)
        self.assertIn("services held", asked)
        self.assertIn("update-rc.d nginx disable", asked)
        self.assertFalse(os.path.exists(os.path.join(self.world, "policy-rc.d")))

    def test_keeps_a_policy_that_was_there(self):
        self.write("policy-rc.d", "mine\n")
        self.assertEqual(self.run_script("test")[0], 0)
        with open(os.path.join(self.world, "policy-rc.d"), encoding="utf-8") as f:
            self.assertEqual(f.read(), "mine\n")

    def test_names_the_libraries_where_there_is_no_apt(self):
        self.without("apt-get")
        status, said, _ = self.run_script("build")
        self.assertEqual(status, 0)
        self.assertIn("Boost 1.81", said)

    def test_an_unknown_task_is_wrong_usage(self):
        self.assertEqual(self.run_script("everything")[0], 2)


if __name__ == "__main__":
    unittest.main()
