#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual and the completions that are built from the option tables: they are well formed, and
shells offer what `--help` tells."""
import glob
import os
import re
import shutil
import subprocess
import unittest

from page_case import PageCase

SHARE = os.environ["GROVE_SHARE"]
BASH = os.path.join(SHARE, "bash-completion", "completions", "grove")
ZSH = os.path.join(SHARE, "zsh", "site-functions", "_grove")
FISH = os.path.join(SHARE, "fish", "vendor_completions.d", "grove.fish")
VERBS = ("fetch", "serve", "poll", "pipe", "bench", "run")
# The words are in `$@`; the last of them is being typed.
ASK_BASH = f"""source {BASH}
COMP_WORDS=(grove "$@")
COMP_CWORD=$#
_grove
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


class Pages(PageCase):
    def say(self, *words: str) -> str:
        done = subprocess.run(words, cwd=self.folder, env=self.env, capture_output=True, text=True)
        self.assertEqual((0, ""), (done.returncode, done.stderr), words)
        return done.stdout

    def options_in_help(self, verb: str) -> set:
        """Those of the verb itself, before its stages."""
        text = self.say("grove", verb, "--help").split("\nStages")[0]
        return set(re.findall(r"^  (?:-\w, |    )(--[\w.-]+)", text, re.M))

    def offered(self, *words: str) -> list[str]:
        return self.say("bash", "-c", ASK_BASH, "bash", *words).split()

    def test_manual_pages_are_well_formed(self):
        pages = glob.glob(os.path.join(SHARE, "man", "man1", "*"))
        self.assertEqual({"grove.1", *(f"grove-{verb}.1" for verb in VERBS)},
                         set(map(os.path.basename, pages)))
        for page in pages:
            # All warnings but those about how full a line is.
            self.say("groff", "-man", "-Tutf8", "-ww", "-Wbreak", "-z", page)

    def test_manual_tells_every_option(self):
        for verb in VERBS:
            page = os.path.join(SHARE, "man", "man1", f"grove-{verb}.1")
            text = re.sub(".\b", "", self.say("groff", "-man", "-Tutf8", "-Wbreak", "-P-cbou", page))
            for option in self.options_in_help(verb):
                self.assertRegex(text.replace("\u2212", "-"), rf"(?m)^ +(-\w, )?{option}\b", page)

    def test_bash_offers_every_option(self):
        for verb in VERBS:
            self.assertEqual(self.options_in_help(verb), set(self.offered(verb, "-")))

    def test_bash_offers_what_can_follow(self):
        self.write("list.txt", "")
        self.assertEqual(["fetch"], self.offered("fe"))
        self.assertEqual(["auto", "always", "never"], self.offered("fetch", "--color", ""))
        self.assertEqual(["always"], self.offered("fetch", "--color", "=", "al"))
        self.assertEqual(["list.txt"], self.offered("fetch", "-i", "li"))
        self.assertEqual([], self.offered("fetch", "-c", "li"))
        self.assertEqual(["list.txt"], self.offered("poll", ":80", "--", "li"))

    def test_bash_knows_the_stages(self):
        self.assertEqual(["each"], self.offered("pipe", "-i", "x", "ea"))
        self.assertIn("--joblog", self.offered("pipe", "each", "--"))
        self.assertEqual(["input", "any"], self.offered("pipe", "each", "--order", ""))
        self.assertEqual(["then"], self.offered("pipe", "each", "x", "th"))
        self.assertEqual(["map", "match"], self.offered("pipe", "each", "x", "then", "ma"))
        self.assertEqual(["--invert"], self.offered("pipe", "each", "x", "then", "match", "--inv"))

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh here")
    def test_zsh_reads_its_completion(self):
        self.say("zsh", "-n", ZSH)

    @unittest.skipUnless(shutil.which("fish"), "there is no fish here")
    def test_fish_offers_what_can_follow(self):
        def offered(line: str) -> list[str]:
            text = self.say("fish", "--no-config", "-c", f"source {FISH}; complete -C '{line}'")
            return [row.split("\t")[0] for row in text.splitlines()]

        self.assertEqual(["fetch"], offered("grove fe"))
        self.assertEqual(["always", "auto", "never"], offered("grove fetch --color "))
        self.assertEqual(["--joblog"], offered("grove pipe each --jobl"))
        self.assertEqual(["map", "match"], offered("grove pipe each x then ma"))


if __name__ == "__main__":
    unittest.main()
