#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs grove into a folder of its own, builds a project outside of the tree with what is
there, and runs it."""
import pathlib
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1])
COMPILER = sys.argv[2]
PROJECT = pathlib.Path(__file__).parent / "project"


def call(*words, **how) -> str:
    done = subprocess.run([str(w) for w in words], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **how)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout}")
    return done.stdout


with tempfile.TemporaryDirectory() as name:
    place = pathlib.Path(name)
    prefix = place / "prefix"
    call("cmake", "--install", BUILD, "--prefix", prefix)
    call("cmake", "-G", "Ninja", "-S", PROJECT, "-B", place / "build",
         f"-DCMAKE_CXX_COMPILER={COMPILER}", f"-DCMAKE_PREFIX_PATH={prefix}")
    call("cmake", "--build", place / "build")
    for kind in ("", "patched_", "zeromq_"):
        for program in (kind + "by_cmake", kind + "by_pkg_config"):
            said = call(place / "build" / program)
            if said != "30\n":
                sys.exit(f"{program} said {said!r}")
    # The installed program runs where it was put.
    call(prefix / "bin" / "grove", "--version")
