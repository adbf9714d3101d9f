#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Programs that know nothing of grove run as ever with the library preloaded (PATCH_LIBRARY)."""
import os
import subprocess
import sys
import unittest

LIBRARY = os.environ["PATCH_LIBRARY"]

TALK = """
import os, select, socket, subprocess, threading, time
door = socket.create_server(("127.0.0.1", 0))
def serve():
    peer, _ = door.accept()
    with peer: peer.sendall(peer.recv(100).upper())
threading.Thread(target=serve).start()
with socket.create_connection(door.getsockname()) as client:
    client.sendall(b"hello")
    select.select([client], [], [], 10)
    print(client.recv(100).decode())
read, write = os.pipe()
os.write(write, b"x"); os.close(write)
print(os.read(read, 10), os.read(read, 10))
time.sleep(0.01)
print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout.strip())
print(socket.getaddrinfo("127.0.0.1", 80)[0][4])
"""


def preloaded(*words):
    return subprocess.run(words, env={**os.environ, "LD_PRELOAD": LIBRARY}, capture_output=True,
                          text=True, timeout=50, check=False)


class preload(unittest.TestCase):
    def test_an_interpreter_with_threads_sockets_pipes_and_children(self):
        done = preloaded(sys.executable, "-c", TALK)
        self.assertEqual(done.stdout, "HELLO\nb'x' b''\nchild\n('127.0.0.1', 80)\n", done.stderr)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_shell_and_its_pipeline(self):
        done = preloaded("/bin/sh", "-c", "seq 1 100000 | tail -n 1; sleep 0.01; exit 3")
        self.assertEqual((done.stdout, done.returncode, done.stderr), ("100000\n", 3, ""))


if __name__ == "__main__":
    unittest.main()
