# SPDX-License-Identifier: MIT
"""What grove must reach: targets, which are reported, and gates, which decide under --gate."""
from dataclasses import dataclass

# One raw switch on the machine that the limits in nanoseconds were set on. Where the same program
# measures more on the same day, those limits grow by the same factor (yield_2's gate of 8 ns is
# 1.8 raw switches).
REFERENCE_SWITCH_NS = 8 / 1.8

TARGET = "target"
GATE = "gate"


@dataclass(frozen=True)
class Limit:
    metric: str
    kind: str
    bound: float
    against: str = ""  # a rival: the bound is on the ratio to it; empty: on grove's own median
    at_least: bool = False
    grows: bool = False  # on a slower machine

    def here(self, samples):
        """The bound on this machine today."""
        switch = samples.median("yield_2", "raw") if self.grows else None
        return self.bound * max(1, switch / REFERENCE_SWITCH_NS) if switch else self.bound

    def value(self, samples):
        """What to hold against the bound; None when it was not measured."""
        if self.against:
            return samples.ratio(self.metric, self.against)
        return samples.median(self.metric)

    @property
    def sign(self):
        return ">=" if self.at_least else "<="

    def holds(self, samples):
        value = self.value(samples)
        if value is None:
            return None
        return value >= self.bound if self.at_least else value <= self.here(samples)


def nanoseconds(metric, target, gate=None):
    yield Limit(metric, TARGET, target, grows=True)
    if gate is not None:
        yield Limit(metric, GATE, gate, grows=True)


LIMITS = [
    *nanoseconds("yield_2", 8, 8),
    *nanoseconds("yield_1000", 10, 10),
    *nanoseconds("spawn_join_1000", 20, 25),
    *nanoseconds("spawn_join_1", 45, 60),
    *nanoseconds("spawn_million", 120),
    *nanoseconds("channel", 22, 25),
    *nanoseconds("queue_128", 4, 5),
    *nanoseconds("timeout", 30, 35),
    *nanoseconds("semaphore", 1.5),
    *nanoseconds("parked.create", 2500),
    Limit("parked.memory", GATE, 4.8 * 1024),
    Limit("parked.memory", TARGET, 4.8 * 1024),
    Limit("parked.mappings", GATE, 64),
    Limit("echo_100.cpu", TARGET, 1.05, "floor"),
    Limit("echo_1000.cpu", TARGET, 1.12, "floor"),
    Limit("static_whole", GATE, 1000),
    Limit("static_whole.allocations", GATE, 0.001),
    Limit("websocket_64.rate", TARGET, 1.2, "gorilla", at_least=True),
    Limit("websocket_64.rate", GATE, 1.1, "gorilla", at_least=True),
    Limit("websocket_64.cpu", TARGET, 1 / 1.2, "gorilla"),
    Limit("websocket_64.cpu", GATE, 1 / 1.1, "gorilla"),
    Limit("zmq_push_pull", TARGET, 1.0, "plain"),
    Limit("zmq_push_pull", GATE, 1 / 0.7, "plain"),
    Limit("zmq_req_rep", TARGET, 1.0, "plain"),
    Limit("small.wall", TARGET, 1.2, "floor"),
    Limit("small.wall", GATE, 1.25, "floor"),
    Limit("small.wall", GATE, 1.0, "curl"),
    Limit("small.wall", GATE, 1.0, "wget2"),
    Limit("large.wall", TARGET, 1.0, "wget2 on 2"),
    Limit("large.wall", GATE, 1.1, "wget2"),
    Limit("large.rss", GATE, 30),
    Limit("delayed.wall", TARGET, 1.25, "floor"),
    Limit("delayed.wall", GATE, 1.3, "floor"),
    Limit("delayed.rss", TARGET, 45),
    Limit("delayed.rss", GATE, 48),
    Limit("huge.wall", TARGET, 1 / 1.4, "curl"),
    Limit("slow_readers.rss", TARGET, 16),
    Limit("load.cpu", TARGET, 0.9, "wrk"),
    Limit("load.cpu", GATE, 1.0, "wrk"),
    Limit("load.rate", TARGET, 1.05, "wrk", at_least=True),
    Limit("load.rate", GATE, 1.0, "wrk", at_least=True),
    Limit("load.allocations", GATE, 0.001),
    Limit("truth.p90", GATE, 0.95, at_least=True),
    Limit("truth.p90", GATE, 1.05),
    Limit("truth.p99", GATE, 0.95, at_least=True),
    Limit("truth.p99", GATE, 1.05),
    Limit("serve_64.cpu", GATE, 1.1, "nginx"),
    Limit("serve_64.cpu", GATE, 1 / 15, "gevent"),
    Limit("serve_1000.cpu", GATE, 1.15, "nginx"),
    Limit("serve_new.cpu", GATE, 1.2, "nginx"),
    Limit("serve_file.cpu", GATE, 1.15, "nginx"),
    Limit("serve_second", GATE, 1000),
    Limit("serve_1000.rss", GATE, 20),
    Limit("serve.allocations", GATE, 0.001),
    Limit("serve_idle.rss", GATE, 12),
    Limit("load_dns.rate", TARGET, 0.95, "dnsperf", at_least=True),
    Limit("hosts.wall", TARGET, 1.4, "literal"),
    Limit("dns.cold", TARGET, 200_000, at_least=True),
    Limit("dns.cold", TARGET, 0.8, "dnsperf", at_least=True),
    Limit("dns.cached", TARGET, 5_000_000, at_least=True),
    Limit("each.wall", GATE, 1, "xargs"),
    Limit("each.rate", GATE, 5, "parallel", at_least=True),
    Limit("each.wall", TARGET, 0.8, "xargs"),
    Limit("map.rate", GATE, 2_000_000, at_least=True),
    Limit("map.rate", TARGET, 5_000_000, at_least=True),
    Limit("poll_start.wall", GATE, 1.2, "curl"),
    Limit("poll_late.late", GATE, 0.010),
    Limit("poll_many.share", GATE, 6),
    Limit("poll_many.rss", GATE, 24),
    Limit("poll_many.share", TARGET, 5),
    Limit("poll_many.rss", TARGET, 20),
    Limit("smoke.wall", TARGET, 1, "script"),
]
