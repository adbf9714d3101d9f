# SPDX-License-Identifier: MIT
"""Who may include whom: layers, cycles, the public surface, and the libraries of others."""
import re

SOURCES = (".cpp", ".hpp")

# A library of others: its headers, who may include them, and whether one file alone may.
# lib/ layers by name; `cmd` is all of cmd/.
THIRD_PARTIES = [
    ("Boost.Context", r"boost/context/", {"core"}, "one file"),
    ("epoll", r"sys/epoll\.h$", {"core"}, "one file"),
    ("Boost.URL", r"boost/url", {"net", "cmd"}, "any"),
    ("Boost.JSON", r"boost/json", {"cmd"}, "any"),
    ("OpenSSL", r"openssl/", {"io", "net"}, "any"),
    ("c-ares", r"ares(_\w+)?\.h$", {"io"}, "one file"),
    ("libcurl", r"curl/", {"net"}, "any"),
    ("fmt", r"fmt/", {"base", "core", "sync", "io", "net", "introspect", "cmd"}, "any"),
    ("CLI11", r"CLI/", {"cmd"}, "one file"),
    ("toml++", r"toml\+\+/", {"cmd"}, "one file"),
    ("RE2", r"re2/", {"cmd"}, "any"),
    ("libidn2", r"idn2\.h$", {"cmd"}, "any"),
    ("zlib", r"zlib\.h$", {"cmd"}, "any"),
]


def check_layers(tree):
    """Includes of lib/ go down, cmd/ sees <grove/...> alone, and every public header has a layer."""
    for path in tree.matching("lib/include/grove/", ends=".hpp"):
        if tree.layer(path) is None and path != "lib/include/grove/grove.hpp":
            yield f"{path}:1: a public header that lib/LAYERS does not name"
    for name in tree.layer_of_header:
        if f"lib/include/grove/{name}.hpp" not in tree.files:
            yield f"lib/LAYERS:1: names {name}, and there is no lib/include/grove/{name}.hpp"
    for path in tree.matching("lib/", ends=SOURCES):
        for line, target, _ in tree.includes(path):
            what = wrong_in_lib(tree, path, target)
            if what:
                yield f"{path}:{line}: {what}"
    for path in tree.matching("cmd/", ends=SOURCES):
        for line, target, _ in tree.includes(path):
            what = wrong_in_cmd(tree, path, target)
            if what:
                yield f"{path}:{line}: {what}"


def wrong_in_lib(tree, path, target):
    found = tree.resolve(target)
    if found is None:
        return None
    if not found.startswith("lib/"):
        return f"lib/ includes {found}"
    if path == "lib/include/grove/grove.hpp":
        return None
    if found == "lib/include/grove/grove.hpp":
        return "includes the umbrella header: include what is used"
    if path.startswith("lib/include/") and not found.startswith("lib/include/"):
        return f"a public header includes the private {target}"
    mine, theirs = tree.layer(path), tree.layer(found)
    if mine and theirs and tree.rank[theirs] > tree.rank[mine]:
        return f"includes upward: {mine} -> {theirs} ({target})"
    return None


def wrong_in_cmd(tree, path, target):
    found = tree.resolve(target)
    if found is None:
        return None
    if found.startswith("lib/") and not found.startswith("lib/include/"):
        return f"cmd/ includes the private {target}: it may see <grove/...> alone"
    if target.startswith("grove/detail/"):
        return f"cmd/ includes {target}: detail/ is for the library's own headers"
    if path.startswith("cmd/common/") and re.match(r"cmd/(?!common/)", found):
        return f"cmd/common/ includes a verb: {target}"
    return None


def check_cycles(tree):
    """No file includes itself through others."""
    graph = {path: [found for _, target, _ in tree.includes(path)
                    if (found := tree.resolve(target))]
             for path in tree.matching("lib/", "cmd/", "tests/", ends=SOURCES)}
    done = set()

    def visit(path, trail):
        if path in trail:
            yield f"{path}:1: include cycle: {' -> '.join([*trail[trail.index(path):], path])}"
        elif path not in done:
            for found in graph.get(path, []):
                yield from visit(found, [*trail, path])
            done.add(path)

    for path in graph:
        yield from visit(path, [])


def check_third_parties(tree):
    """A library of others is known to the layers it was taken for, and never on the surface."""
    for name, header, layers, extent in THIRD_PARTIES:
        users = [(path, line) for path in tree.matching("lib/", "cmd/", ends=SOURCES)
                 for line, target, _ in tree.includes(path) if re.match(header, target)]
        for path, line in users:
            layer = "cmd" if path.startswith("cmd/") else tree.layer(path)
            if path.startswith("lib/include/"):
                yield f"{path}:{line}: a public header includes {name}"
            elif layer not in layers:
                yield f"{path}:{line}: {layer} includes {name}; only {', '.join(sorted(layers))} may"
        files = sorted({path for path, _ in users})
        if extent == "one file" and len(files) > 1:
            yield f"{files[1]}:1: {name} belongs in one file, and {files[0]} has it"
