#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the short recipes that the description of recipes gives, as they are written there, with
stand-ins for the service, the database and make."""
import os
import unittest

from page_case import HERE, SLOWNESS, PageCase
from program import Ended

from scripted_server import ScriptedServer

# Authentication ok, and ready for a query.
POSTGRES_IS_READY = b"R\0\0\0\x08\0\0\0\0" b"Z\0\0\0\x05I"


class RecipesPage(PageCase):
    def run_recipe(self, name: str, **instead: str) -> Ended:
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            text = file.read()
        for old, new in instead.items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.write("grove.toml", text)
        ended = self.start("grove run").wait()
        self.assertEqual(0, ended.code, ended)
        return ended

    def test_the_small_case(self):
        # Ten seconds say no more than a tenth of one, and a sanitizer takes its time.
        ended = self.run_recipe("small_case.toml", **{
            '"10s"': '"100ms"', "20ms": f"{20 * SLOWNESS:.0f}ms"})
        self.assertIn("3 ok", ended.talk)

    def test_the_one_line_forms(self):
        self.write_program(os.path.join(self.home, ".bin", "make"), 'echo "make $*"')
        for name, text in ("b.gz", "bb"), ("a.gz", "a"), ("notes", ""):
            self.write(f"dl/{name}", text)
        with ScriptedServer([POSTGRES_IS_READY]) as server:
            ended = self.run_recipe("one_line_forms.toml",
                                    **{"//db": f"//127.0.0.1:{server.port}"})
        self.assertIn("4 ok", ended.talk)
        self.assertEqual('{"size":1}\n{"size":2}\n', self.read("out.jsonl"))
        self.assertEqual("make check\n", self.read("log"))


if __name__ == "__main__":
    unittest.main()
