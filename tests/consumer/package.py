#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the Debian package of a build folder, unpacks it into a folder of its own, and uses what
is there."""
import glob
import pathlib
import re
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1])
WANTED = ("usr/bin/grove", "usr/share/man/man1/grove.1", "usr/share/man/man1/grove-fetch.1",
          "usr/share/bash-completion/completions/grove", "usr/share/zsh/vendor-completions/_grove",
          "usr/share/fish/vendor_completions.d/grove.fish", "usr/include/grove/greenlet.hpp",
          "usr/lib/**/libgrove.so.0", "usr/lib/**/libgrove-patch.so", "usr/lib/**/pkgconfig/grove.pc",
          "usr/lib/**/cmake/grove/groveConfig.cmake")


def call(*words) -> str:
    done = subprocess.run([str(w) for w in words], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout}")
    return done.stdout


with tempfile.TemporaryDirectory() as name:
    place = pathlib.Path(name)
    call("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", place / "made",
         "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip")
    package, = glob.glob(str(place / "made" / "*.deb"))
    depends = call("dpkg-deb", "-f", package, "Depends")
    for library in ("libc6", "libcurl4", "libssl3", "libboost-context1.81.0"):
        if not re.search(rf"\b{re.escape(library)}\b", depends):
            sys.exit(f"it does not depend on {library}: {depends}")
    root = place / "root"
    call("dpkg-deb", "-x", package, root)
    for path in WANTED:
        if not glob.glob(str(root / path), recursive=True):
            sys.exit(f"{path} is not in it:\n{call('dpkg-deb', '-c', package)}")
    if not call(root / "usr/bin/grove", "--version").startswith("grove "):
        sys.exit("the program does not say its version")
    left = [path for path in call("dpkg-deb", "-c", package).split() if path.startswith("./")
            and not path.startswith("./usr/") and path != "./"]
    if left:
        sys.exit(f"outside of /usr: {left}")
