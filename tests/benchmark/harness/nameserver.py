# SPDX-License-Identifier: MIT
"""An authoritative DNS server (knot) on the server's core, with 100,000 names."""
import contextlib
import socket
import struct
import time

from harness import process
from harness.origin import free_port

ZONE = "bench.test"
NAMES = 100_000

CONFIGURATION = """\
server:
    rundir: {folder}
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: error
database:
    storage: {folder}
zone:
  - domain: {zone}
    storage: {folder}
    file: zone
"""


def name(i):
    return f"n{i}.{ZONE}"


def address(i):
    """Another one of 127.0.0.0/8 for each name: each is a host of its own, and all lead here."""
    return f"127.{1 + (i >> 16)}.{i >> 8 & 255}.{i & 255}"


def write_zone(path):
    with open(path, "w") as zone:
        zone.write(f"$ORIGIN {ZONE}.\n$TTL 3600\n"
                   "@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n")
        zone.writelines(f"n{i} A {address(i)}\n" for i in range(NAMES))


def query(host):
    """A question for the address of `host` (RFC 1035, section 4)."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in host.split("."))
    return struct.pack("!6H", 1, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)


def wait_until_it_answers(port, serving, patience=30):
    end = time.monotonic() + patience
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        probe.connect(("127.0.0.1", port))
        while time.monotonic() < end and serving.poll() is None:
            with contextlib.suppress(ConnectionRefusedError, TimeoutError):
                probe.send(query(name(NAMES - 1)))
                if probe.recv(512)[7] == 1:  # one answer: the zone is loaded
                    return
            time.sleep(0.05)
    raise process.ProgramFailed(serving.args, f"does not answer on port {port}")


@contextlib.contextmanager
def knot(folder):
    """Answers for as long as the block lasts. Result: its port."""
    folder.mkdir()
    write_zone(folder / "zone")
    port = free_port(socket.SOCK_DGRAM)
    configuration = folder / "knot.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port, zone=ZONE))
    with process.server(["knotd", "-c", configuration]) as serving:
        wait_until_it_answers(port, serving)
        yield port
