# SPDX-License-Identifier: MIT
"""What is downloaded: files on a tmpfs behind one nginx worker on the server's core."""
import contextlib
import random
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from harness import process

SMALL_FILES = 10_000
LARGE_FILES = 100
LARGE_BYTES = 10_000_000
HUGE_BYTES = 2 << 30
BLOCK = 1 << 20
DELAYED = 1000
CONNECTIONS = 24_000  # at once: 10,000 hosts with a connection each on both sides of the run
ECHO_MODULE = "/usr/lib/nginx/modules/ngx_http_echo_module.so"

CONFIGURATION = """\
load_module {module};
daemon off;
master_process off;
worker_rlimit_nofile {descriptors};
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    open_file_cache max=20000 inactive=1h;
    open_file_cache_valid 1h;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 0.0.0.0:{port} backlog=4096;  # for any address of 127.0.0.0/8
        listen 127.0.0.1:{tls_port} ssl http2;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        allow 127.0.0.0/8;
        deny all;
        root {folder}/files;
        location /delayed/ {{ echo_sleep 0.1; echo_duplicate 1 "ok"; }}
        location /tiny/ {{ echo_duplicate 1 "ok"; }}
    }}
}}
"""


@dataclass(frozen=True)
class Origin:
    folder: Path
    port: int
    tls_port: int
    small_bytes: int

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.port}/{path}"


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_certificate(folder):
    process.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                 "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"])


def write_files(folder):
    """The same bytes in every run. Result: how many the small files have together."""
    chance = random.Random(1)
    block = chance.randbytes(BLOCK)
    for kind in ("small", "large", "huge"):
        (folder / kind).mkdir(parents=True)
    small_bytes = 0
    for i in range(SMALL_FILES):
        size = chance.randint(1 << 10, 16 << 10)
        start = chance.randrange(BLOCK - size)
        (folder / "small" / f"{i:05}.bin").write_bytes(block[start:start + size])
        small_bytes += size
    for i in range(LARGE_FILES):
        whole, rest = divmod(LARGE_BYTES, BLOCK)
        (folder / "large" / f"{i:03}.bin").write_bytes(block * whole + block[:rest])
    with open(folder / "huge" / "2gib.bin", "wb") as huge:
        for _ in range(HUGE_BYTES // BLOCK):
            huge.write(block)
    return small_bytes


def wait_until_it_listens(port, serving, patience=10):
    end = time.monotonic() + patience
    while time.monotonic() < end and serving.poll() is None:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), patience).close()
            return
        time.sleep(0.01)
    raise process.ProgramFailed(serving.args, f"does not listen on port {port}")


@contextlib.contextmanager
def nginx(folder):
    """Serves for as long as the block lasts. Result: the origin."""
    small_bytes = write_files(folder / "files")
    write_certificate(folder)
    port, tls_port = free_port(), free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(
        folder=folder, port=port, tls_port=tls_port, module=ECHO_MODULE, connections=CONNECTIONS,
        descriptors=CONNECTIONS + 1000))
    with process.server(["nginx", "-c", configuration, "-e", "stderr"]) as serving:
        wait_until_it_listens(port, serving)
        yield Origin(folder, port, tls_port, small_bytes)
