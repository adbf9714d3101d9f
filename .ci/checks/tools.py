# SPDX-License-Identifier: MIT
"""What other tools see: the compiler, nm, ctags, clang-format and clang-tidy."""
import glob
import json
import os
import re
import shutil
import subprocess

from checks.tree import once_per_content

LONGEST_FUNCTION = 60

# Symbols of others that a layer's objects must not need. A layer above knows what those below may.
FOREIGN = {
    "base": r"curl_|ares_|SSL_|EVP_|zmq_|epoll_|jump_fcontext|make_fcontext",
    "core": r"curl_|ares_|SSL_|EVP_|zmq_",
    "sync": r"curl_|ares_|SSL_|EVP_|zmq_|epoll_|jump_fcontext|make_fcontext",
    "io": r"curl_|zmq_|epoll_|jump_fcontext|make_fcontext",
    "net": r"ares_|epoll_|jump_fcontext|make_fcontext",
}


def run(command, tree):
    return subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)


def tool(*names):
    for name in names:
        if shutil.which(name):
            return name
    raise SystemExit(f"lint: {names[0]} is not installed: `.ci/dependencies lint` installs it")


def check_symbols(tree, build):
    """Objects need no symbol of a library that their layer must not know."""
    for layer, foreign in FOREIGN.items():
        pattern = os.path.join(build, "lib", "CMakeFiles", f"grove_{layer}.dir", layer, "*.o")
        sources = [source for source in tree.matching(f"lib/{layer}/", ends=".cpp")
                   if os.path.dirname(source) == f"lib/{layer}"]  # those of its target
        objects = [o for o in sorted(glob.glob(pattern))
                   if f"lib/{layer}/{os.path.basename(o)[:-2]}" in sources]
        if len(objects) < len(sources):
            yield f"lib/{layer}:1: {len(sources) - len(objects)} sources are not built in {build}"
        for path in objects:
            for line in run(["nm", "-u", path], tree).stdout.splitlines():
                symbol = line.split()[-1]
                if re.match(foreign, symbol):
                    yield f"lib/{layer}/{os.path.basename(path)[:-2]}:1: {layer} needs {symbol}"


def begins_its_source(tree, header):
    """Is it the first thing of the source of its name, whose build shows that it compiles alone?"""
    source = header.removesuffix("hpp") + "cpp"
    first = tree.includes(source)[:1] if source in tree.files else []
    return any(tree.resolve(target) == header for _, target, _ in first)


def check_headers(tree):
    """Every header compiles alone; a public one with nothing but lib/include beside it."""
    compiler = os.environ.get("CXX", "g++")
    version = run([compiler, "--version"], tree).stdout.split("\n")[0]

    def compile_alone(path):
        public = path.startswith("lib/include/")
        folders = ["lib/include"] if public else ["lib/include", "lib", "."]
        done = run([compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                    *(f"-I{folder}" for folder in folders), "-include", path,
                    "-x", "c++", os.devnull], tree)
        if done.returncode == 0:
            return []
        first = next((l for l in done.stderr.split("\n") if "error" in l), done.stderr.strip())
        return [f"{path}:1: does not compile alone: {first}"]

    headers = [h for h in tree.matching("lib/", "cmd/", "tests/", ends=".hpp")
               if not begins_its_source(tree, h)]
    yield from once_per_content(tree, "headers", headers, [version], compile_alone)


def check_functions(tree):
    """No function above the limit."""
    files = tree.matching("lib/", "cmd/", "tests/", "recipes/", ".ci/",
                          ends=(".cpp", ".hpp", ".c", ".py", "/lint"))
    if not files:
        return
    rows = run([tool("ctags"), "--options=NONE", "--quiet", "-x", "--languages=C++,C,Python",
                "--kinds-C++=f", "--kinds-C=f", "--kinds-Python=fm", "--fields=+ne",
                "--_xformat=%F\t%N\t%n\t%e", *files], tree).stdout
    for row in rows.splitlines():
        path, name, first, last = row.split("\t")
        if last.isdigit() and int(last) - int(first) + 1 > LONGEST_FUNCTION:
            yield f"{path}:{first}: {name}() runs {int(last) - int(first) + 1} lines"


def check_format(tree):
    """clang-format 14 would change nothing."""
    formatter = tool("clang-format-14", "clang-format")
    version = run([formatter, "--version"], tree).stdout + tree.text(".clang-format")

    def dry_run(path):
        said = run([formatter, "--dry-run", "-Werror", path], tree).stderr
        first = re.search(r":(\d+):\d+: error", said)
        return [f"{path}:{first.group(1)}: not as clang-format writes it"] if first else []

    files = tree.matching("lib/", "cmd/", "tests/", "recipes/", ends=(".cpp", ".hpp"))
    yield from once_per_content(tree, "format", files, [version], dry_run)


def check_tidy(tree, build):
    """clang-tidy 14 has nothing to say about the sources of lib/ and cmd/."""
    tidy = tool("clang-tidy-14", "clang-tidy")
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
        known = {os.path.relpath(entry["file"], tree.root) for entry in json.load(f)}
    files = [p for p in tree.matching("lib/", "cmd/", ends=".cpp") if p in known]

    def look(path):
        said = run([tidy, "--quiet", "-p", build, "--extra-arg=-Wno-unknown-warning-option",
                    "--extra-arg=-Wno-unused-command-line-argument", path], tree).stdout
        found = re.findall(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", said, re.M)
        return [f"{os.path.relpath(p, tree.root)}:{line}: {text}" for p, line, text in found]

    # A header's finding comes once from each source that includes it.
    seen = set()
    for finding in once_per_content(tree, "tidy", files, [tree.text(".clang-tidy")], look):
        if finding not in seen:
            seen.add(finding)
            yield finding
