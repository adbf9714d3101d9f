# SPDX-License-Identifier: MIT
"""Adds up an interval log: `TAG intervals values`, after HdrHistogram's V2 encoding."""
import base64, struct, sys, zlib


def count(packed):
    cookie, size = struct.unpack(">II", packed[:8])
    assert cookie == 0x1C849314 and size == len(packed) - 8
    inside = zlib.decompress(packed[8:])
    cookie, size, offset, digits, lowest, highest, _ = struct.unpack(">IIIIQQd", inside[:40])
    assert (cookie, offset, digits, lowest) == (0x1C849313, 0, 3, 1) and highest == 3600 * 10**9
    total, bits, shift = 0, 0, 0
    for byte in inside[40:]:
        bits |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            total += 0 if bits & 1 else bits >> 1
            bits = shift = 0
    return total


sums = {}
for line in open(sys.argv[1]):
    if line[0] in '#"':
        continue
    tag, fields = "-", line.strip().split(",")
    if fields[0].startswith("Tag="):
        tag = fields.pop(0)[4:]
    intervals, values = sums.get(tag, (0, 0))
    assert abs(float(fields[0]) - intervals) < 0.0015, line
    sums[tag] = (intervals + 1, values + count(base64.b64decode(fields[3])))
for tag, (intervals, values) in sorted(sums.items()):
    print(tag, intervals >= 2, values)
