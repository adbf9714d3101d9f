# SPDX-License-Identifier: MIT
"""What the test's HTTP server answers. The path says what is there:

    /file/SIZE/SEED[/name]    SIZE bytes (300, 64k, 10M) that follow from SEED
    /redirect?to=URL          302, or what status= says
    /hops/N[/name]            a redirect to /hops/N-1, and so on; /hops/0 is a small file
    /loop                     a redirect to itself
    /echo[?show=NAME,...]     the request as JSON, or only these of it, a line each
    /text?body=TEXT           TEXT
    /__log /__open /__change  the log as JSON; let go what is held; serve other bytes from now on

and the query says how it goes wrong, on any of them:

    status=N reason=TEXT retry-after=N|date:N   this status instead; a date N seconds ahead
    truncate=N  reset=N  stall=N  hold=N   after N bytes of the body: close; RST; silence; wait for
                                           /__open and go on
    times=N                   all of the above only for the first N requests of this target
    delay=MS slow-headers=MS  before the head; between its lines
    drip=BYTES,MS             so many bytes, so often
    chunked close gzip        how the body is sent
    etag=TEXT|none|weak modified=TEXT|none ranges=none|ignore|shift|unsatisfied
    change=N                  other bytes and another ETag after the N-th request of this target
    disposition=VALUE type=VALUE set-cookie=VALUE header=LINE   headers of the answer
    auth=NAME:PASS            401 without these
    raw=BYTES                 this instead of HTTP, then close
"""
import base64
import collections
import dataclasses
import email.utils
import gzip
import json
import re
import time
import urllib.parse

from origin_content import Content, Text, file_of

MODIFIED = 1767607200  # 5 January 2026, 10:00:00 GMT
REASONS = {200: "OK", 206: "Partial Content", 301: "Moved Permanently", 302: "Found",
           303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
           308: "Permanent Redirect", 401: "Unauthorized", 404: "Not Found",
           416: "Range Not Satisfiable", 429: "Too Many Requests",
           500: "Internal Server Error", 503: "Service Unavailable"}


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: dict              # names in lower case
    body: bytes = b""

    def __post_init__(self):
        self.path, _, query = self.target.partition("?")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, encoding="latin-1")
        self.query = dict(pairs)

    def number(self, name: str) -> int | None:
        return int(self.query[name]) if name in self.query else None


@dataclasses.dataclass
class Answer:
    status: int
    body: Content | Text
    headers: list = dataclasses.field(default_factory=list)
    first: int = 0             # the part of the body that is sent
    end: int | None = None
    faulty: bool = False       # the query's faults apply to this request

    def __post_init__(self):
        self.end = self.body.size if self.end is None else self.end


def http_date(seconds: float) -> str:
    return email.utils.formatdate(seconds, usegmt=True)


class Routes:
    def __init__(self):
        self.version = 1
        self.asked = collections.Counter()

    def answer(self, request: Request) -> Answer:
        """The answer to a request; counts it."""
        self.asked[request.target] += 1
        times = request.number("times")
        faulty = times is None or self.asked[request.target] <= times
        if "auth" in request.query and not authorized(request):
            answer = plain(401, "who are you?\n", [("WWW-Authenticate", 'Basic realm="test"')])
        elif "status" in request.query and faulty and not request.path.startswith("/redirect"):
            answer = plain(int(request.query["status"]), f"status {request.query['status']}\n")
        else:
            answer = self._find(request)(request)
        answer.faulty = faulty
        if faulty and "retry-after" in request.query:
            answer.headers.append(("Retry-After", retry_after(request.query["retry-after"])))
        answer.headers += chosen_headers(request)
        return answer

    def _find(self, request: Request):
        known = {"file": self._file, "redirect": redirect, "hops": hops, "loop": loop,
                 "echo": echo, "text": text}
        return known.get(request.path.split("/")[1], missing)

    def _version_of(self, request: Request) -> int:
        change = request.number("change")
        changed = change is not None and self.asked[request.target] > change
        return self.version + (1 if changed else 0)

    def _file(self, request: Request) -> Answer:
        size, seed, *_ = [*request.path.split("/")[2:], "", ""]
        if not seed or not re.fullmatch(r"\d+[kMG]?", size):
            return missing(request)
        version = self._version_of(request)
        content = file_of(f"{size}/{seed}" + (f"/v{version}" if version > 1 else ""))
        headers, etag = validators(request, f'"{size}-{seed}-{version}"', version)
        if request.query.get("ranges") != "none":
            headers.append(("Accept-Ranges", "bytes"))
        if "gzip" in request.query and "gzip" in request.headers.get("accept-encoding", ""):
            packed = gzip.compress(content.whole(), mtime=0)
            return Answer(200, Text(packed), headers + [("Content-Encoding", "gzip")])
        return ranged(request, content, headers, etag)


def validators(request: Request, own: str, version: int):
    etag = request.query.get("etag", own)
    etag = {"none": "", "weak": f"W/{own}"}.get(etag, etag)
    modified = request.query.get("modified", http_date(MODIFIED + 86400 * version))
    headers = [("ETag", etag)] if etag else []
    headers += [("Last-Modified", modified)] if modified != "none" else []
    return headers, etag or modified


def ranged(request: Request, content: Content, headers: list, validator: str) -> Answer:
    """RFC 9110 section 14, for one range, and the ways in which servers get it wrong."""
    mode = request.query.get("ranges", "")
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if not asked or mode in ("none", "ignore"):
        return Answer(200, content, headers)
    if request.headers.get("if-range", validator) != validator:
        return Answer(200, content, headers)
    first = int(asked[1])
    end = min(int(asked[2]) + 1 if asked[2] else content.size, content.size)
    if first >= content.size or mode == "unsatisfied":
        return plain(416, "no such range\n", [("Content-Range", f"bytes */{content.size}")])
    if mode == "shift":
        first -= 1
    place = ("Content-Range", f"bytes {first}-{end - 1}/{content.size}")
    return Answer(206, content, headers + [place], first, end)


def plain(status: int, body: str, headers=()) -> Answer:
    return Answer(status, Text(body.encode("latin-1")), [*headers])


def missing(request: Request) -> Answer:
    return plain(404, f"there is no {request.path}\n")


def text(request: Request) -> Answer:
    return plain(200, request.query.get("body", ""))


def redirect(request: Request) -> Answer:
    return plain(request.number("status") or 302, "over there\n",
                 [("Location", request.query["to"])])


def hops(request: Request) -> Answer:
    left, *name = request.path.split("/")[2:]
    if int(left) == 0:
        return plain(200, "arrived\n")
    return plain(302, "on\n", [("Location", "/".join(["/hops", str(int(left) - 1), *name]))])


def loop(request: Request) -> Answer:
    return plain(302, "again\n", [("Location", request.target)])


def echo(request: Request) -> Answer:
    body = request.body.decode("latin-1")
    if "show" not in request.query:
        seen = {"method": request.method, "target": request.target,
                "headers": request.headers, "body": body}
        return plain(200, json.dumps(seen, indent=1) + "\n", [("Content-Type", "application/json")])
    values = {"method": request.method, "body": body, **request.headers}
    names = request.query["show"].split(",")
    return plain(200, "".join(f"{name}: {values.get(name, '(none)')}\n" for name in names))


def authorized(request: Request) -> bool:
    wanted = base64.b64encode(request.query["auth"].encode()).decode()
    return request.headers.get("authorization") == "Basic " + wanted


def retry_after(wish: str) -> str:
    # A date has no fractions: one second more, so that it is not over before it is read.
    return http_date(time.time() + int(wish[5:]) + 1) if wish.startswith("date:") else wish


def chosen_headers(request: Request) -> list:
    names = {"disposition": "Content-Disposition", "type": "Content-Type",
             "set-cookie": "Set-Cookie"}
    headers = [(names[key], request.query[key]) for key in names if key in request.query]
    if "header" in request.query:
        name, _, value = request.query["header"].partition(":")
        headers.append((name, value.strip()))
    return headers
