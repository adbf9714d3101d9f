# SPDX-License-Identifier: MIT
"""Bytes that follow from a size and a seed, so that both ends of a test know them."""
import hashlib

BLOCK = 65536
UNITS = {"k": 1024, "M": 1024 ** 2, "G": 1024 ** 3}


def parse_size(text: str) -> int:
    """`300`, `64k`, `10M`."""
    return int(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else int(text)


class Content:
    """`size` bytes out of `seed`. No two blocks are alike: a piece in the wrong place shows."""

    def __init__(self, size: int, seed: str):
        self.size = size
        self.seed = seed

    def _block(self, number: int) -> bytes:
        left = min(BLOCK, self.size - number * BLOCK)
        return hashlib.shake_128(f"{self.seed}:{number}".encode()).digest(left)

    def read(self, first: int, count: int) -> bytes:
        """The bytes from `first` on, at most `count` and at most to the end of a block."""
        number, offset = divmod(first, BLOCK)
        return self._block(number)[offset:offset + count]

    def pieces(self, first: int, end: int):
        while first < end:
            piece = self.read(first, end - first)
            yield piece
            first += len(piece)

    def whole(self) -> bytes:
        return b"".join(self.pieces(0, self.size))

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for piece in self.pieces(0, self.size):
            digest.update(piece)
        return digest.hexdigest()


class Text:
    """The same interface for bytes that are there already."""

    def __init__(self, text: bytes):
        self.text = text
        self.size = len(text)

    def read(self, first: int, count: int) -> bytes:
        return self.text[first:first + count]

    def pieces(self, first: int, end: int):
        yield self.text[first:end]


def file_of(words: str) -> Content:
    """`64k/7`: what the origin serves under /file/64k/7; `64k/7/v2`: after it has changed."""
    size, seed, *version = words.split("/")
    return Content(parse_size(size), seed + ("/" + version[0] if version else ""))
