# SPDX-License-Identifier: MIT
"""What a test's HTTP server saw: one entry a request, kept in the order in which they came."""
import dataclasses
import time

LOGGED_HEADERS = ("host", "range", "if-range", "authorization", "cookie", "user-agent", "referer",
                  "accept-encoding")


@dataclasses.dataclass
class Entry:
    number: int
    connection: int
    method: str
    target: str
    headers: dict
    start: float              # seconds since the server started
    end: float | None = None
    status: int = 0
    sent: int = 0             # bytes of the body
    state: str = "running"    # then `held` while it waits for the test, `done`, `cut`, `gone`
    together: int = 1         # requests that ran when this one came, itself included

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Log:
    def __init__(self):
        self.entries: list[Entry] = []
        self.connections = 0
        self.running = 0
        self._began = time.monotonic()

    def now(self) -> float:
        return time.monotonic() - self._began

    def begin(self, connection: int, method: str, target: str, headers: dict) -> Entry:
        self.running += 1
        kept = {name: headers[name] for name in LOGGED_HEADERS if name in headers}
        entry = Entry(len(self.entries), connection, method, target, kept, self.now(),
                      together=self.running)
        self.entries.append(entry)
        return entry

    def finish(self, entry: Entry, state: str):
        self.running -= 1
        entry.state = state
        entry.end = self.now()

    def of(self, part: str) -> list[Entry]:
        """The requests whose target contains `part`."""
        return [entry for entry in list(self.entries) if part in entry.target]

    def held(self) -> list[Entry]:
        return [entry for entry in list(self.entries) if entry.state == "held"]

    @property
    def most_together(self) -> int:
        return max((entry.together for entry in self.entries), default=0)

    def as_json(self) -> dict:
        return {"connections": self.connections, "most_together": self.most_together,
                "requests": [dataclasses.asdict(entry) for entry in self.entries]}
