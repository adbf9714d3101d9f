#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""That `grove run --schema` takes what the program takes, and refuses what has a wrong shape.

    GROVE=build/release/grove tests/cli/run_schema_test.py
"""
import glob
import json
import os
import re
import subprocess
import sys
import tomllib
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from json_schema import Schema
from program import find_program

# What the loader says to wrong keys, types and verbs.
OF_SHAPE = re.compile(r"^error\[E00[235]\]", re.MULTILINE)


def read(path: str) -> dict:
    with open(path, "rb") as file:
        return tomllib.load(file)


def checked(recipe: str) -> str:
    """What the program says to it."""
    run = subprocess.run([find_program(), "run", "--check", recipe], check=False, text=True,
                         capture_output=True, timeout=20)
    return run.stderr


def golden_recipes() -> list[str]:
    return sorted(glob.glob(os.path.join(HERE, "run", "*", "given", "**", "*.toml"), recursive=True))


class RecipeSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run = subprocess.run([find_program(), "run", "--schema"], check=True, capture_output=True,
                             timeout=20)
        cls.text = json.loads(run.stdout)
        cls.schema = Schema(cls.text)

    def test_recipes_of_the_house_fit(self):
        recipes = glob.glob(os.path.join(HERE, "..", "..", "recipes", "*.toml"))
        self.assertGreater(len(recipes), 6)
        for recipe in recipes:
            self.assertEqual([], self.schema.problems(read(recipe)), recipe)

    def test_it_agrees_with_the_program(self):
        refused = 0
        for recipe in golden_recipes():
            try:
                value = read(recipe)
            except tomllib.TOMLDecodeError:
                continue
            said = checked(recipe)
            problems = self.schema.problems(value)
            if OF_SHAPE.search(said):
                refused += 1
                self.assertNotEqual([], problems, f"{recipe}\n{said}")
            elif "error[" not in said:
                self.assertEqual([], problems, f"{recipe}\n{said}")
        self.assertGreater(refused, 8)

    def test_other_readers_of_schemas_agree(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("there is no python3-jsonschema")
        jsonschema.Draft7Validator.check_schema(self.text)
        reader = jsonschema.Draft7Validator(self.text)
        for recipe in golden_recipes():
            try:
                value = read(recipe)
            except tomllib.TOMLDecodeError:
                continue
            self.assertEqual(reader.is_valid(value), not self.schema.problems(value), recipe)


if __name__ == "__main__":
    unittest.main()
