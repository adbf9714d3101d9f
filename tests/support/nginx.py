# SPDX-License-Identifier: MIT
"""nginx on a Unix socket, for what the origin does not speak: HTTP/2.

    with Nginx(folder, certificates.pair("good")) as server: ... server.socket, server.requests()

It serves `folder`/files, under /slow/ at 1 MB/s, with TLS. A socket, for it cannot choose a port.
"""
import os
import socket
import subprocess

from program import wait_until

CONFIG = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    log_format seen '$connection $server_protocol $status $request_uri';
    access_log {folder}/nginx.log seen;
    server {{
        listen unix:{folder}/nginx.socket ssl http2;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        root {folder}/files;
        location /slow/ {{ alias {folder}/files/; limit_rate 1m; }}
    }}
}}
"""


class Nginx:
    def __init__(self, folder: str, pair: tuple[str, str]):
        self.folder = folder
        self.socket = os.path.join(folder, "nginx.socket")
        self._pair = pair
        self._process = None

    def __enter__(self):
        os.makedirs(os.path.join(self.folder, "files"), exist_ok=True)
        config = os.path.join(self.folder, "nginx.conf")
        with open(config, "w", encoding="utf-8") as file:
            certificate, key = self._pair
            file.write(CONFIG.format(folder=self.folder, certificate=certificate, key=key))
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        self._process = subprocess.Popen(
            ["nginx", "-c", config, "-e", self.folder + "/nginx.error"],
            env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._answers, "nginx takes connections", 15)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()

    def write(self, name: str, content: bytes):
        with open(os.path.join(self.folder, "files", name), "wb") as file:
            file.write(content)

    def requests(self) -> list[list[str]]:
        """[connection, protocol, status, target] of each request that has ended."""
        with open(os.path.join(self.folder, "nginx.log"), encoding="utf-8") as file:
            return [line.split() for line in file]

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(f"nginx ended with {self._process.returncode}")
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.socket) == 0
