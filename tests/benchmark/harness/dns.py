# SPDX-License-Identifier: MIT
"""Names a second beside dnsperf, and 10,000 hosts by name beside the same hosts by address."""
import re

from harness import nameserver, process
from harness.fetch import Job, contestant
from harness.programs import BUILT, GROVE, shown
from harness.samples import GROVE_NAME, Bout, Contestant

HOSTS = 10_000
IN_FLIGHT = 100


def resolve_bout(folder, port):
    names = folder / "names"
    queries = folder / "queries"
    names.write_text("".join(f"{nameserver.name(i)}\n" for i in range(nameserver.NAMES)))
    queries.write_text("".join(f"{nameserver.name(i)} A\n" for i in range(nameserver.NAMES)))
    grove = [BUILT / "grove_dns", f"127.0.0.1:{port}", str(IN_FLIGHT), names]
    dnsperf = ["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-n", "1", "-q", str(IN_FLIGHT),
               "-d", queries]

    def run_dnsperf():
        text = process.run(process.on_core(process.CLIENT_CORE, dnsperf))
        answered = re.search(r"Queries completed:\s+(\d+)", text)
        rate = re.search(r"Queries per second:\s+([\d.]+)", text)
        if not rate or int(answered[1]) != nameserver.NAMES:
            raise process.ProgramFailed(dnsperf, "not every query was answered")
        return {"dns.cold": (float(rate[1]), "names/s")}

    on_client_core = [shown(process.on_core(process.CLIENT_CORE, command))
                      for command in (grove, dnsperf)]
    return Bout("dns", [
        Contestant(GROVE_NAME, on_client_core[0], lambda: process.run_client(grove), (grove,)),
        Contestant("dnsperf", on_client_core[1], run_dnsperf, (dnsperf,)),
    ])


def hosts_bout(source, port):
    """Both with a connection of its own for each host, so that only the names differ."""
    def hosts_contestant(name, folder_name, host):
        urls = [source.url(f"tiny/{i}", host(i)) for i in range(HOSTS)]
        job = Job("hosts", source.folder / folder_name, urls, len("ok") * HOSTS, 64)
        job.folder.mkdir()
        job.write_lists()
        return contestant(job, name, process.pinned(
            [GROVE, "fetch", "-q", "-c", "64", "--dns-server", f"127.0.0.1:{port}",
             "-o", f"{job.output}/", "-i", job.url_list]))

    return Bout("hosts", [
        hosts_contestant(GROVE_NAME, "by_name", nameserver.name),
        hosts_contestant("literal", "by_address", nameserver.address),
    ])
