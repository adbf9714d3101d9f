#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""gevent's HTTP server, which says hello as grove_hello does: as it comes, with a line of log a
request, here to /dev/null; or with --no-log. Prints its port; serves until killed."""
import os
import sys

from gevent.pywsgi import WSGIServer


def hello(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return [b"hello\n"]


if __name__ == "__main__":
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        log = None if "--no-log" in sys.argv else nowhere
        server = WSGIServer(("127.0.0.1", 0), hello, backlog=4096, log=log)
        server.start()
        print(server.server_port, flush=True)
        server.serve_forever()
