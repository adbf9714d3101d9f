# SPDX-License-Identifier: MIT
"""The figures as a table or as one JSON document, each with the command that produced it."""
import json
import os
import platform

from harness.limits import GATE, LIMITS, TARGET
from harness.samples import GROVE_NAME

HEADINGS = ("metric", "who", "median", "unit", "grove/it", "pairs", "target", "gate", "command")
RIGHT = {"median", "grove/it", "pairs"}


def number(value):
    """Three figures that matter, no exponent."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def verdict(metric, who, kind, samples):
    """`<= 8 ok` for the limits of that kind on this row."""
    words = []
    for limit in LIMITS:
        if (limit.metric, limit.kind, limit.against or GROVE_NAME) != (metric, kind, who):
            continue
        holds = limit.holds(samples)
        if holds is None:
            continue
        times = "x" if limit.against else ""
        words.append(f"{limit.sign} {number(limit.here(samples))}{times} {'ok' if holds else 'over'}")
    return ", ".join(words)


def rows(samples):
    for metric, contestants in samples.values.items():
        for who, values in sorted(contestants.items(), key=lambda item: item[0] != GROVE_NAME):
            yield {
                "metric": metric,
                "who": who,
                "median": samples.median(metric, who),
                "unit": samples.units[metric],
                "grove/it": None if who == GROVE_NAME else samples.ratio(metric, who),
                "pairs": len(values),
                "target": verdict(metric, who, TARGET, samples),
                "gate": verdict(metric, who, GATE, samples),
                "command": samples.commands[metric, who],
                "samples": values,
            }


def table(samples):
    """One line a figure; commands are long and shared, so a line names its command by number."""
    numbers = {}
    lines = [HEADINGS]
    last = None
    for row in rows(samples):
        mark = numbers.setdefault(row["command"], f"[{len(numbers) + 1}]")
        shown = {**row, "median": number(row["median"]), "grove/it": number(row["grove/it"]),
                 "command": mark, "metric": "" if row["metric"] == last else row["metric"]}
        last = row["metric"]
        lines.append(tuple(str(shown[heading]) for heading in HEADINGS))
    widths = [max(map(len, column)) for column in zip(*lines)]
    text = ["  ".join(cell.rjust(width) if heading in RIGHT else cell.ljust(width)
                      for cell, width, heading in zip(line, widths, HEADINGS)).rstrip()
            for line in lines]
    return "\n".join([*text, "", *(f"{mark} {command}" for command, mark in numbers.items())])


def machine():
    with open("/proc/cpuinfo") as cpuinfo:
        model = next((line.partition(":")[2].strip() for line in cpuinfo
                      if line.startswith(("model name", "Hardware"))), "unknown processor")
    load = os.getloadavg()[0]
    return (f"{model}, {os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, "
            f"load {load:.2f}")


def gates(samples):
    """Result: those that hold, those that do not, both as limits that were measured."""
    measured = [limit for limit in LIMITS
                if limit.kind == GATE and limit.value(samples) is not None]
    return ([limit for limit in measured if limit.holds(samples)],
            [limit for limit in measured if not limit.holds(samples)])


def describe(limit, samples):
    of = f"{limit.metric} against {limit.against}" if limit.against else limit.metric
    return f"{of}: {number(limit.value(samples))}, must be {limit.sign} {number(limit.here(samples))}"


def summary(samples, left_out):
    """What stands under the table."""
    kept, broken = gates(samples)
    lines = [f"machine: {machine()}", f"gates: {len(kept)} hold, {len(broken)} do not"]
    lines += [f"  over: {describe(limit, samples)}" for limit in broken]
    lines += [f"left out: {reason}" for reason in left_out]
    scaled = max(limit.here(samples) / limit.bound for limit in LIMITS)
    if scaled > 1:
        lines.append(f"a raw switch takes {number(samples.median('yield_2', 'raw'))} ns here: "
                     f"the limits in ns are {number(scaled)} times those of the reference machine")
    return "\n".join(lines)


def document(samples, left_out):
    return json.dumps({
        "machine": machine(),
        "left_out": left_out,
        "rows": list(rows(samples)),
        "limits": [{"metric": limit.metric, "kind": limit.kind, "against": limit.against,
                    "bound": limit.bound, "bound_here": limit.here(samples),
                    "value": limit.value(samples), "holds": limit.holds(samples)}
                   for limit in LIMITS if limit.value(samples) is not None],
    }, indent=1)
