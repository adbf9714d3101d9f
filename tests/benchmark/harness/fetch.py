# SPDX-License-Identifier: MIT
"""grove fetch beside a bare libcurl program, curl -Z and wget2, all saving to a tmpfs."""
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness import origin, process
from harness.programs import BUILT, GROVE, shown
from harness.samples import GROVE_NAME, Bout, Contestant

CURL_LIMIT = 300  # what curl 7.88 takes for --parallel-max at most; beyond, it falls back to 50


@dataclass(frozen=True)
class Job:
    """Files to download, and how many of them at once."""
    name: str
    folder: Path
    urls: list
    total_bytes: int
    concurrency: int
    buffer_bytes: int = 16 << 10  # for the bare program

    @property
    def url_list(self):
        return self.folder / f"{self.name}.urls"

    @property
    def curl_config(self):
        return self.folder / f"{self.name}.curl"

    @property
    def output(self):
        return self.folder / f"{self.name}.out"

    def write_lists(self):
        self.url_list.write_text("".join(f"{url}\n" for url in self.urls))
        self.curl_config.write_text("".join(f'url = "{url}"\n' for url in self.urls))


def jobs(source):
    small = [source.url(f"small/{i:05}.bin") for i in range(origin.SMALL_FILES)]
    large = [source.url(f"large/{i:03}.bin") for i in range(origin.LARGE_FILES)]
    delayed = [source.url(f"delayed/{i}") for i in range(origin.DELAYED)]
    huge = [source.url("huge/2gib.bin")]
    return [
        Job("small", source.folder, small, source.small_bytes, 64),
        Job("large", source.folder, large, origin.LARGE_FILES * origin.LARGE_BYTES, 16, 512 << 10),
        Job("delayed", source.folder, delayed, len("ok") * origin.DELAYED, 1000),
        Job("huge", source.folder, huge, origin.HUGE_BYTES, 1, 512 << 10),
    ]


def commands(job):
    many = str(job.concurrency)
    wget2 = ["wget2", "-q", "--no-config", "--no-hsts", f"--max-threads={many}",
             "-P", job.output, "-i", job.url_list]
    programs = {
        GROVE_NAME: [GROVE, "fetch", "-q", "-c", many, "--per-host", many,
                     "-o", f"{job.output}/", "-i", job.url_list],
        "floor": [BUILT / "multi_floor", "-c", many, "-b", str(job.buffer_bytes),
                  "-o", job.output, job.url_list],
        "curl": ["curl", "-sS", "--fail", "-Z", "--parallel-immediate",
                 "--parallel-max", str(min(job.concurrency, CURL_LIMIT)),
                 "--remote-name-all", "--output-dir", job.output, "-K", job.curl_config],
        "wget2": wget2,
    }
    pinned = {name: process.pinned(command) for name, command in programs.items()}
    # It downloads with threads: it is shown with both cores as well, the server's included.
    pinned["wget2 on 2"] = process.pinned(wget2, (process.SERVER_CORE, process.CLIENT_CORE))
    return pinned


def check(job, command):
    """A run counts only if every byte arrived."""
    sizes = [file.stat().st_size for file in job.output.iterdir()]
    if (len(sizes), sum(sizes)) != (len(job.urls), job.total_bytes):
        raise process.ProgramFailed(
            command, f"saved {len(sizes)} files with {sum(sizes)} bytes, "
                     f"not {len(job.urls)} with {job.total_bytes}")


def download(job, command):
    job.output.mkdir()
    try:
        taken = process.take(command)
        check(job, command)
    finally:
        shutil.rmtree(job.output)
    return {f"{job.name}.{what}": figure for what, figure in taken.items()}


def contestant(job, name, command):
    return Contestant(name, shown(command), lambda: download(job, command),
                      (command[:1], command[2:]))


def slow_readers(source):
    """Eight over HTTP/2, without a rival: how much of what they do not read stays in memory."""
    command = [BUILT / "grove_slow_readers",
               f"https://127.0.0.1:{source.tls_port}/large/000.bin", "8"]
    return Bout("slow_readers", [
        Contestant(GROVE_NAME, shown(process.on_core(process.CLIENT_CORE, command)),
                   lambda: process.run_client(command), (command,), at_most=1)])


def bouts(source):
    for job in jobs(source):
        job.write_lists()
        yield Bout(job.name, [contestant(job, name, command)
                              for name, command in commands(job).items()])
    yield slow_readers(source)
