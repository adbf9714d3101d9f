# SPDX-License-Identifier: MIT
"""Who runs against whom, by turns, and the figures that come of it."""
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Callable

GROVE_NAME = "grove"


@dataclass(frozen=True)
class Contestant:
    name: str
    command: str  # as a person would type it
    measure: Callable  # () -> {metric: (value, unit)}
    needs: tuple  # the commands that must be there
    at_most: int = 1000  # rounds: for those so slow that a few must do


@dataclass(frozen=True)
class Bout:
    """One piece of work and those who do it."""
    title: str
    contestants: list


@dataclass
class Samples:
    units: dict = field(default_factory=dict)
    commands: dict = field(default_factory=dict)  # (metric, contestant) -> command
    values: dict = field(default_factory=lambda: defaultdict(dict))  # metric -> contestant -> list

    def add(self, contestant, metrics):
        for metric, (value, unit) in metrics.items():
            self.units[metric] = unit
            self.commands[metric, contestant.name] = contestant.command
            self.values[metric].setdefault(contestant.name, []).append(value)

    def median(self, metric, name=GROVE_NAME):
        values = self.values.get(metric, {}).get(name)
        return statistics.median(values) if values else None

    def ratio(self, metric, rival):
        """The median of grove's figure over the rival's, round by round."""
        of = self.values.get(metric, {})
        pairs = [(ours, theirs) for ours, theirs in zip(of.get(GROVE_NAME, ()), of.get(rival, ()))
                 if theirs != 0]
        return statistics.median(ours / theirs for ours, theirs in pairs) if pairs else None


def fight(bout, pairs, samples):
    """A round to warm up, then `pairs` rounds; each begins with another contestant."""
    for turn in range(-1, pairs):
        first = turn % max(len(bout.contestants), 1)
        for contestant in bout.contestants[first:] + bout.contestants[:first]:
            if turn >= min(pairs, contestant.at_most):
                continue
            progress(f"{bout.title}: round {turn + 1} of {pairs}, {contestant.name}")
            metrics = contestant.measure()
            if turn >= 0:
                samples.add(contestant, metrics)
    progress("")


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
