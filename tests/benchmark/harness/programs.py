# SPDX-License-Identifier: MIT
"""Where the measured programs are, how ours are built, and which ones this machine lacks."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "tests" / "benchmark"
BUILT = ROOT / "build" / "bench"
GROVE = ROOT / "build" / "release" / "grove"

# The interpreter of the Debian package python3-gevent, whatever else is first in PATH.
PYTHON = ["/usr/bin/python3", "-B"]
GEVENT = [*PYTHON, SOURCES / "runtime" / "rival_gevent.py"]
PYWSGI = [*PYTHON, SOURCES / "serve" / "rival_pywsgi.py"]

# What a person installs to get a program that is missing; without a row it is built by the project.
PACKAGES = {
    "boost_fiber": "libboost-fiber1.81-dev",
    "rival_go": "golang-go",
    "gorilla_echo": "golang-github-gorilla-websocket-dev",
    "rival_gevent.py": "python3-gevent",
    "rival_pywsgi.py": "python3-gevent",
    "nginx": "nginx-light",
    "knotd": "knot",
    "ab": "apache2-utils",
    "h2load": "nghttp2-client",
}


def build():
    """Builds grove and all programs of this folder whose libraries are installed."""
    steps = (["cmake", "--log-level=WARNING", "--preset", "release"],
             ["cmake", "--build", "build/release", "-j", str(os.cpu_count()),
              "--target", "product", "benchmark"])
    for step in steps:
        subprocess.run(step, cwd=ROOT, check=True, stdout=sys.stderr)


def missing(command):
    """Why `command` cannot run here; empty when it can."""
    gevent = list(command[:len(PYTHON)]) == PYTHON
    program = Path(command[len(PYTHON)] if gevent else command[0])
    if gevent:
        probe = [*PYTHON, "-c", "import gevent"]
        absent = subprocess.run(probe, capture_output=True).returncode != 0
    else:
        absent = shutil.which(program) is None
    if not absent:
        return ""
    package = PACKAGES.get(program.name)
    if package is None and program.is_absolute():
        return f"{shown([program])} is not built"
    return f"{program.name} is missing (Debian package {package or program.name})"


def shown(command):
    """The command as a person in the project's folder would type it."""
    return " ".join(str(word).removeprefix(f"{ROOT}/") for word in command)
