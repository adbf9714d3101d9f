# SPDX-License-Identifier: MIT
"""As much of JSON Schema (draft 7) as grove's own schemas use; another keyword is an error."""
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool,
         "integer": int, "number": (int, float)}
COMMENTS = {"$schema", "title", "description", "definitions"}


def is_of(value, name: str) -> bool:
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


class Schema:
    def __init__(self, root: dict):
        self.root = root

    def problems(self, value, schema=None, at="") -> list[str]:
        """What is wrong with it, each with its place; of several ways the one that fits best."""
        schema = self.root if schema is None else schema
        found = []
        for keyword, rule in schema.items():
            if keyword not in COMMENTS:
                found += getattr(self, "check_" + keyword.strip("$"))(value, rule, schema, at)
        return found

    def check_ref(self, value, rule, schema, at):
        return self.problems(value, self.root["definitions"][rule.rpartition("/")[2]], at)

    def check_type(self, value, rule, schema, at):
        names = rule if isinstance(rule, list) else [rule]
        return [] if any(is_of(value, one) for one in names) else [f"{at}: no {' or '.join(names)}"]

    def check_enum(self, value, rule, schema, at):
        return [] if value in rule else [f"{at}: {value!r} is none of {rule}"]

    def check_pattern(self, value, rule, schema, at):
        fits = not isinstance(value, str) or re.search(rule, value)
        return [] if fits else [f"{at}: {value!r} does not match {rule}"]

    def check_minimum(self, value, rule, schema, at):
        return [f"{at}: below {rule}"] if is_of(value, "number") and value < rule else []

    def check_maximum(self, value, rule, schema, at):
        return [f"{at}: above {rule}"] if is_of(value, "number") and value > rule else []

    def check_minProperties(self, value, rule, schema, at):
        return [f"{at}: too few keys"] if isinstance(value, dict) and len(value) < rule else []

    def check_maxProperties(self, value, rule, schema, at):
        return [f"{at}: too many keys"] if isinstance(value, dict) and len(value) > rule else []

    def check_required(self, value, rule, schema, at):
        missing = [key for key in rule if isinstance(value, dict) and key not in value]
        return [f"{at}: no {key}" for key in missing]

    def check_properties(self, value, rule, schema, at):
        known = [key for key in value if key in rule] if isinstance(value, dict) else []
        return [one for key in known for one in self.problems(value[key], rule[key], f"{at}.{key}")]

    def check_additionalProperties(self, value, rule, schema, at):
        others = set(value) - set(schema.get("properties", {})) if isinstance(value, dict) else ()
        if rule is False:
            return [f"{at}: unknown key {key}" for key in sorted(others)]
        return [one for key in others for one in self.problems(value[key], rule, f"{at}.{key}")]

    def check_items(self, value, rule, schema, at):
        items = value if isinstance(value, list) else []
        return [one for n, item in enumerate(items) for one in self.problems(item, rule, f"{at}[{n}]")]

    def check_anyOf(self, value, rule, schema, at):
        return min((self.problems(value, one, at) for one in rule), key=len)

    def check_oneOf(self, value, rule, schema, at):
        ways = [self.problems(value, one, at) for one in rule]
        fits = sum(not way for way in ways)
        return min(ways, key=len) if fits < 2 else [f"{at}: {fits} ways fit"]
