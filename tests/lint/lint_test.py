#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plants one fault in a small tree and expects .ci/lint to name it; the tree alone is clean."""
import os
import subprocess
import sys
import tempfile
import unittest

LINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".ci", "lint")
LICENCE = "// SPDX-License-Identifier: MIT\n"

SOUND = {
    "lib/LAYERS": "# comment: with a colon\nbase: deadline\ncore: hub detail/waiter\nsync:\n",
    "lib/include/grove/deadline.hpp": LICENCE + "#pragma once\n\nstruct deadline {};\n",
    "lib/include/grove/hub.hpp":
        LICENCE + "#pragma once\n\n#include <grove/deadline.hpp>\n\nstruct hub {};\n",
    "lib/include/grove/detail/waiter.hpp": LICENCE + "#pragma once\n",
    "lib/core/hub.cpp": LICENCE + '#include "core/poller.hpp"\n\n#include <grove/hub.hpp>\n',
    "lib/core/poller.hpp": LICENCE + "#pragma once\n",
    "cmd/main.cpp": LICENCE + "#include <grove/hub.hpp>\n\nint main() {}\n",
    "cmd/common/output.cpp":
        LICENCE + '#include <cstdio>\n\nint say() {\n    return std::puts("");\n}\n',
}

TEXT_CHECKS = ["layers", "cycles", "third-parties", "top-level", "rules", "output"]


class small_tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def lint(self, changes, *checks):
        """Runs the checks on the sound tree with `changes`, {path: text}; (status, findings)."""
        for path, content in (SOUND | changes).items():
            full = os.path.join(self.folder.name, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as f:
                f.write(content)
        done = subprocess.run([sys.executable, LINT, "--root", self.folder.name, *checks],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def expect(self, finding, changes, *checks):
        status, found = self.lint(changes, *checks)
        self.assertIn(finding, found)
        self.assertEqual(status, 1)


class planted_fault(small_tree):
    def test_a_sound_tree_has_none(self):
        self.assertEqual(self.lint({}, *TEXT_CHECKS, "headers", "functions"), (0, ""))

    def test_an_upward_include_of_a_public_header(self):
        self.expect("lib/include/grove/deadline.hpp:3: includes upward: base -> core",
                    {"lib/include/grove/deadline.hpp":
                     LICENCE + "#pragma once\n#include <grove/hub.hpp>\n"}, "layers")

    def test_an_upward_include_of_a_private_header(self):
        self.expect("lib/base/a.cpp:2: includes upward: base -> core",
                    {"lib/base/a.cpp": LICENCE + '#include "core/poller.hpp"\n'}, "layers")

    def test_a_public_header_without_a_layer(self):
        self.expect("lib/include/grove/queue.hpp:1: a public header that lib/LAYERS does not name",
                    {"lib/include/grove/queue.hpp": LICENCE + "#pragma once\n"}, "layers")

    def test_a_layer_that_names_a_missing_header(self):
        self.expect("names event", {"lib/LAYERS": SOUND["lib/LAYERS"] + "io: event\n"}, "layers")

    def test_a_public_header_that_needs_a_private_one(self):
        self.expect("a public header includes the private core/poller.hpp",
                    {"lib/include/grove/hub.hpp":
                     LICENCE + '#pragma once\n#include "core/poller.hpp"\n'}, "layers")

    def test_a_verb_that_reaches_into_the_library(self):
        self.expect("cmd/fetch/a.cpp:2: cmd/ includes the private core/poller.hpp",
                    {"cmd/fetch/a.cpp": LICENCE + '#include "core/poller.hpp"\n'}, "layers")

    def test_what_all_verbs_share_knows_no_verb(self):
        self.expect("cmd/common/ includes a verb",
                    {"cmd/fetch/a.hpp": LICENCE + "#pragma once\n",
                     "cmd/common/b.cpp": LICENCE + '#include "cmd/fetch/a.hpp"\n'}, "layers")

    def test_a_cycle_of_two_headers(self):
        self.expect("include cycle: lib/core/a.hpp -> lib/core/b.hpp -> lib/core/a.hpp",
                    {"lib/core/a.hpp": LICENCE + '#pragma once\n#include "core/b.hpp"\n',
                     "lib/core/b.hpp": LICENCE + '#pragma once\n#include "core/a.hpp"\n'},
                    "cycles")

    def test_a_third_party_on_the_surface(self):
        self.expect("a public header includes libcurl",
                    {"lib/include/grove/hub.hpp":
                     LICENCE + "#pragma once\n#include <curl/curl.h>\n"}, "third-parties")

    def test_a_third_party_in_the_wrong_layer(self):
        self.expect("lib/sync/a.cpp:2: sync includes OpenSSL",
                    {"lib/sync/a.cpp": LICENCE + "#include <openssl/ssl.h>\n"}, "third-parties")

    def test_a_second_file_that_knows_epoll(self):
        epoll = LICENCE + "#include <sys/epoll.h>\n"
        self.expect("epoll belongs in one file",
                    {"lib/core/a.cpp": epoll, "lib/core/b.cpp": epoll}, "third-parties")

    def test_a_top_level_entry_of_its_own(self):
        self.expect("tools:1: a top-level entry", {"tools/x.sh": ""}, "top-level")

    def test_unfinished_work(self):
        self.expect("lib/core/a.cpp:2: TO" "DO in the tree",
                    {"lib/core/a.cpp": LICENCE + "// TO" "DO: later\n"}, "rules")

    def test_a_file_without_a_licence_line(self):
        self.expect("lib/core/a.cpp:1: has no SPDX", {"lib/core/a.cpp": "int a;\n"}, "rules")

    def test_a_header_without_a_guard(self):
        self.expect("has no #pragma once", {"lib/core/a.hpp": LICENCE}, "rules")

    def test_a_file_named_for_nothing(self):
        self.expect("lib/core/utils.cpp:1: a name that says nothing",
                    {"lib/core/utils.cpp": LICENCE}, "rules")

    def test_a_file_too_long(self):
        self.expect("502 lines, more than 500",
                    {"lib/core/a.cpp": LICENCE + "int f();\n" * 501}, "rules")

    def test_a_comment_too_wide(self):
        self.expect("lib/core/a.cpp:2: a comment of more than 100 columns",
                    {"lib/core/a.cpp": LICENCE + "    // " + "x" * 100 + "\n"}, "rules")

    def test_a_write_to_stdout_beside_the_output(self):
        for statement in ('std::printf("x")', "std::cout << 1", 'puts("x")', "fflush(stdout)",
                          'fmt::print("x")'):
            self.expect("cmd/fetch/a.cpp:2: writes to stdout",
                        {"cmd/fetch/a.cpp": LICENCE + f"void f() {{ {statement}; }}\n"}, "output")

    def test_words_about_stdout_are_not_writes(self):
        harmless = ('// std::cout\nauto a = "stdout";\nint b = fprintf(stderr, "x");\n'
                    'auto c = snprintf(d, 1, "x");\nvoid e() { fmt::print(stderr, "x"); }\n')
        self.assertEqual(self.lint({"cmd/fetch/a.cpp": LICENCE + harmless}, "output"), (0, ""))

    def test_an_end_of_the_process_beside_the_exit_code(self):
        self.expect("cmd/fetch/a.cpp:2: ends the process",
                    {"cmd/fetch/a.cpp": LICENCE + "void f() { std::exit(3); }\n"}, "output")

    def test_a_function_too_long(self):
        self.expect("lib/core/a.cpp:2: f() runs 63 lines",
                    {"lib/core/a.cpp": LICENCE + "void f() {\n" + "g();\n" * 61 + "}\n"},
                    "functions")

    def test_a_header_that_does_not_compile_alone(self):
        self.expect("lib/core/a.hpp:1: does not compile alone",
                    {"lib/core/a.hpp": LICENCE + "#pragma once\nstd::string f();\n"}, "headers")

    def test_a_fault_in_an_included_header_counts_again(self):
        user = {"lib/core/a.hpp": LICENCE + '#pragma once\n#include "core/b.hpp"\nusing t = b;\n'}
        sound = {"lib/core/b.hpp": LICENCE + "#pragma once\nstruct b {};\n"}
        self.assertEqual(self.lint(user | sound, "headers"), (0, ""))
        self.expect("lib/core/a.hpp:1: does not compile alone",
                    user | {"lib/core/b.hpp": LICENCE + "#pragma once\n"}, "headers")

    def test_a_foreign_symbol_in_core(self):
        objects = os.path.join(self.folder.name, "b", "lib", "CMakeFiles", "grove_core.dir", "core")
        os.makedirs(objects)
        subprocess.run(["g++", "-x", "c++", "-c", "-o", os.path.join(objects, "hub.cpp.o"), "-"],
                       input='extern "C" void curl_easy_init(); void f() { curl_easy_init(); }',
                       text=True, check=True)
        self.expect("lib/core/hub.cpp:1: core needs curl_easy_init", {},
                    "--build", os.path.join(self.folder.name, "b"), "symbols")

    def test_a_source_that_was_not_built(self):
        self.expect("lib/core:1: 1 sources are not built", {},
                    "--build", os.path.join(self.folder.name, "b"), "symbols")


class planted_format(small_tree):
    """Needs clang-format, which only `make lint` installs and runs this for."""

    def test_a_file_of_another_format(self):
        style = "BasedOnStyle: Google\n"
        self.expect("lib/core/a.cpp:2: not as clang-format writes it",
                    {".clang-format": style, "lib/core/a.cpp": LICENCE + "int   a;\n"}, "format")


if __name__ == "__main__":
    unittest.main()
