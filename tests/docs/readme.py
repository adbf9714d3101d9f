#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Types every command of README.md, with stand-ins for what it names outside of this machine, and
looks at what a person would see. A command that has no row here must end with 0."""
import dataclasses
import os
import re
import unittest
import urllib.request

from fenced import blocks, commands
from page_case import SLOWNESS, TREE, PageCase
from program import Running, wait_until

with open(os.path.join(TREE, "README.md"), encoding="utf-8") as page:
    PAGE = page.read()
COMMANDS = commands(PAGE)

# What names a place outside, or takes longer than a test may, and what is typed instead.
INSTEAD = {
    r"'\./api' :8080": "'./api --port {own}' :{own}",
    r" URL$": " http://127.0.0.1:{site}/files/a",
    r"https://m/": "http://127.0.0.1:{site}/files/",
    r"\bdb:5432\b": "127.0.0.1:{site}",
    r"(?<= ):8080\b": ":{site}",
    r"dns://127\.0\.0\.1/": "dns://127.0.0.1:{dns}/",
    r"redis://h/": "redis://127.0.0.1:{redis}/",
    r"-z (1m|10s)\b": "-z 200ms",
    r"p99 < 20ms": f"p99 < {20 * SLOWNESS:.0f}ms",
    r"-p 3000\b": "-p 0",
    r"tcp://:5000=": "tcp://:0=",
}
SERVER = r"serving on (http://127\.0\.0\.1:\d+)/"


@dataclasses.dataclass
class Row:
    """What a command shows."""
    shows: str = "^"                  # a pattern, of what it prints
    makes: str = ""                   # a file
    more: str = ""                    # words that let it end sooner, or listen on a free port
    interrupted: int | None = None    # its code after Ctrl-C, typed when it has shown its pattern
    answers: str = ""                 # the path that this server answers


ROWS = {
    "make run": Row("run recipes/quickstart.toml"),
    "make test": Row("ctest --preset release"),

    "grove fetch URL": Row(makes="a"),
    "grove fetch -i urls.txt -o out/": Row(makes="out/b"),
    "grove fetch -i SHA256SUMS --base https://m/ -o out/ --resume": Row(makes="out/a"),
    "grove fetch -d @order.json --expect 'status == 201' :8080/orders": Row("saved orders", "orders"),

    "grove serve": Row(SERVER, more="-p 0", interrupted=0, answers="/order.json"),
    "grove serve ./dist -p 3000 --spa --cors": Row(SERVER, interrupted=0, answers="/any/page"),
    "grove serve /=echo /ws=ws-echo /feed=sse '/v1/user=json:{\"id\":1}' tcp://:5000=lines":
        Row(SERVER, more="-p 0", interrupted=0, answers="/v1/user"),
    "grove serve ./dist --fault 'chance=5% reset'": Row(SERVER, more="-p 0", interrupted=0),
    "grove serve /chat=chat:lobby,help": Row(SERVER, more="-p 0", interrupted=0, answers="/chat"),

    "grove poll :8080/health": Row("is up"),
    "grove poll db:5432 :8080 --deadline 30s -- npm test": Row("npm test"),
    "grove poll db:5432 :8080/health -- npm test": Row("npm test"),
    "grove poll :8080 --expect json.ready==true --streak 3": Row("is up"),
    "grove poll --follow :8080/feed": Row('"n":1', interrupted=130),
    "grove poll --watch -i hosts.txt --every 5s": Row('"state":"up"', interrupted=130),
    "grove poll --start './api' :8080 -- ./e2e.sh": Row("tests passed"),

    "ls *.png | grove pipe each -j8 optipng {}": Row("^optipng 1.png\noptipng 2.png\n$"),
    "grove pipe -i hosts each -j32 --timeout 10s ssh {} uptime": Row("one uptime\ntwo uptime"),
    "grove pipe -i in.jsonl map -j4 ./classify then file out.jsonl": Row(makes="out.jsonl"),
    "grove pipe --journal j --resume -i in.jsonl map -j4 ./classify then file out.jsonl":
        Row(makes="out.jsonl"),
    "grove pipe 'redis://h/jobs?group=g' each ./job {}": Row("did one", interrupted=130),

    "grove bench :8080/": Row("p99", more="-z 200ms"),
    "grove bench --rate 2000/s -z 1m --expect 'p99 < 20ms' :8080/": Row("p99"),
    "grove bench --rate 2000/s -z 10s :8080/": Row("p99"),
    "grove bench dns://127.0.0.1/example.org": Row("p99", more="-z 200ms"),
    "grove bench hub": Row("spawn_million"),

    "grove run": Row("2 ok"),
    "grove run smoke.toml --set rate=100": Row("2 ok"),
    "grove run smoke.toml": Row("2 ok"),
    "grove run --check smoke.toml": Row("smoke.toml"),
}
GIVEN = {
    "urls.txt": "http://127.0.0.1:{site}/files/a\nhttp://127.0.0.1:{site}/files/b\n",
    "hosts.txt": ":{site}/health\n",
    "order.json": '{"of": 3}',
    "dist/index.html": "<p>a page</p>\n",
    "1.png": "", "2.png": "",
    "hosts": "one\ntwo\n",
    "in.jsonl": '{"id":1}\n{"id":2}\n',
}


PLACE = re.compile(r"\{(site|dns|redis|own)\}")


class Readme(PageCase):
    def setUp(self):
        super().setUp()
        self.ports = {}
        for name, text in GIVEN.items():
            self.write(name, self.with_ports(text))

    def with_ports(self, text: str) -> str:
        """Starts what is named there."""
        def port(match: re.Match) -> str:
            name = match.group(1)
            if name not in self.ports:
                start = {"site": self.site, "dns": self.dns, "redis": self.redis,
                         "own": self.free_port}[name]
                self.ports[name] = str(start())
            return self.ports[name]
        return PLACE.sub(port, text)

    def type_all(self, verb: str):
        typed = [command for command in COMMANDS if f"grove {verb}" in command]
        self.assertNotEqual([], typed)
        for command in typed:
            with self.subTest(command):
                self.type(command, ROWS.get(command, Row()))

    def type(self, command: str, row: Row):
        for pattern, instead in INSTEAD.items():
            command = re.sub(pattern, instead, command)
        run = self.start(f"{self.with_ports(command)} {row.more}")
        self.addCleanup(self.end, run)
        if row.interrupted is not None:
            self.interrupt_when_shown(run, row)
        ended = run.wait()
        self.assertEqual(row.interrupted or 0, ended.code, ended)
        self.assertRegex(ended.stdout.decode() + ended.talk, row.shows, ended)
        if row.makes:
            self.assertNotEqual("", self.read(row.makes), ended)

    def interrupt_when_shown(self, run: Running, row: Row):
        def shown():
            self.assertTrue(run.alive(), "it has ended by itself")
            return re.search(row.shows, run.output_so_far().decode() + run.talk_so_far())

        found = wait_until(shown, f"{run.words} shows {row.shows}")
        if row.answers:
            with urllib.request.urlopen(f"{found.group(1)}{row.answers}") as answer:
                self.assertEqual(200, answer.status)
        self.interrupt(run)

    def test_rows_are_of_commands_that_the_page_has(self):
        self.assertEqual(set(), set(ROWS) - set(COMMANDS))
        unused = [old for old in INSTEAD if not any(re.search(old, each) for each in COMMANDS)]
        self.assertEqual([], unused)

    def test_every_command_is_typed(self):
        verbs = ("fetch", "serve", "poll", "pipe", "bench", "run")
        untyped = [each for each in COMMANDS if not each.startswith("make ")
                   and not any(f"grove {verb}" in each for verb in verbs)]
        self.assertEqual([], untyped)

    def test_measurements_can_be_repeated(self):
        with open(os.path.join(TREE, "tests", "benchmark", "README.md"), encoding="utf-8") as file:
            suites = {suite: bouts for suite, bouts in re.findall(r"^\| (\w+) \|(.*)", file.read(), re.M)}
        named = re.findall(r"`(\w+) --only (\w+)`", PAGE)
        self.assertEqual(6, len(named))
        for suite, bout in named:
            self.assertIn(f"`{bout}`", suites[suite])

    def test_picture_is_of_the_steps_that_are_run(self):
        picture = os.path.join(TREE, *re.search(r"!\[[^]]*\]\((.*?)\)", PAGE).group(1).split("/"))
        recipe = picture.replace(".svg", ".toml")
        with open(picture, encoding="utf-8") as shown, open(recipe, encoding="utf-8") as said:
            ended = set(re.findall(r"ok(?:\xa0)+([\w-]+)", shown.read()))
            steps = set(re.findall(r'^\[\[step\]\]\nid += "([\w-]+)"', said.read(), re.M))
        self.assertEqual(steps, ended)

    def test_make(self):
        """What make would do: building grove is not for a test of grove."""
        for command in [each for each in COMMANDS if each.startswith("make ")]:
            with self.subTest(command):
                run = self.start(command.replace("make", f"make --no-print-directory -nC {TREE}", 1))
                ended = run.wait()
                self.assertEqual(0, ended.code, ended)
                self.assertRegex(ended.stdout.decode(), ROWS.get(command, Row()).shows)

    def test_fetch(self):
        self.write("SHA256SUMS", f"{self.sum_of('files/a')}  a\n")
        self.type_all("fetch")

    def test_serve(self):
        self.type_all("serve")

    def test_poll(self):
        self.type_all("poll")

    def test_pipe(self):
        self.type_all("pipe")

    def test_bench(self):
        self.type_all("bench")

    def test_run(self):
        """Its recipe is the one that the page shows."""
        recipe, = blocks(PAGE, "toml")
        for old, new in {'"10s"': '"100ms"', "20ms": f"{20 * SLOWNESS:.0f}ms"}.items():
            self.assertIn(old, recipe)
            recipe = recipe.replace(old, new)
        for name in ("grove.toml", "smoke.toml"):
            self.write(name, recipe)
        self.type_all("run")


if __name__ == "__main__":
    unittest.main()
