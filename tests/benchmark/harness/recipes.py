# SPDX-License-Identifier: MIT
"""A recipe beside the shell script that it replaces."""
import socket
import statistics

from harness import process
from harness.programs import GROVE, shown
from harness.samples import GROVE_NAME, Bout, Contestant

RUNS = 5  # whose median is one figure
PAGES = 20

RECIPE = f"""
[[service]]
id    = "api"
exec  = "{GROVE} serve -q -p {{{{port}}}} /health=status:200 /page=httpbin"
ready = ":{{{{port}}}}/health"

[[step]]
fetch  = ":{{{{api.port}}}}/page/anything/{{{{matrix.n}}}}"
matrix = {{ n = {list(range(1, PAGES + 1))} }}
expect = ["status == 200", 'json.method == "GET"']
"""

SCRIPT = f"""
set -e -o pipefail
{GROVE} serve -q -p PORT /health=status:200 /page=httpbin &
trap 'kill $!; wait $! || true' EXIT
until curl -sf -o /dev/null http://127.0.0.1:PORT/health; do sleep 0.1; done
for n in $(seq {PAGES}); do
    curl -sf http://127.0.0.1:PORT/page/anything/$n | grep -q '"method": *"GET"'
done
"""


def timed(name, command):
    words = process.pinned(command)

    def measure():
        return {"smoke.wall": (statistics.median(
            process.take(words)["wall"][0] for _ in range(RUNS)), "s")}

    return Contestant(name, shown(command), measure, ([command[0]], ["curl"]))


def smoke_bout(folder):
    """A server is started, waited for, asked for 20 pages that must be as expected, and stopped."""
    recipe, script = folder / "smoke.toml", folder / "smoke.sh"
    recipe.write_text(RECIPE)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        script.write_text(SCRIPT.replace("PORT", str(door.getsockname()[1])))
    return Bout("smoke", [timed(GROVE_NAME, [GROVE, "run", recipe]),
                          timed("script", ["bash", script])])


def bouts(folder):
    yield smoke_bout(folder)
