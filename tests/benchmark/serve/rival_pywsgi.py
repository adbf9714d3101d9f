#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""gevent's HTTP server, which says hello as grove_hello does. Prints its port; serves until killed."""
from gevent.pywsgi import WSGIServer


def hello(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return [b"hello\n"]


if __name__ == "__main__":
    server = WSGIServer(("127.0.0.1", 0), hello, backlog=4096, log=None)
    server.start()
    print(server.server_port, flush=True)
    server.serve_forever()
