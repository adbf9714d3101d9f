# SPDX-License-Identifier: MIT
"""What stands between fences in a page of Markdown."""
import re

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
COMMENT = re.compile(r"(^|\s{2,})#\s.*$")
# A line that shows what a command prints, below a line with a prompt.
PROMPT = "$ "


def blocks(page: str, *languages: str) -> list[str]:
    """The blocks of these languages; the empty word is a block that names none."""
    return [text for language, text in FENCE.findall(page) if language in languages]


def commands(page: str) -> list[str]:
    """What a person would type, a command a line, without its remark.

    In a block with prompts the other lines are what is printed.
    """
    found = []
    for block in blocks(page, "", "sh", "console"):
        lines = block.splitlines()
        if any(line.startswith(PROMPT) for line in lines):
            lines = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
        found += [COMMENT.sub("", line).strip() for line in lines]
    return [command for command in found if command]
