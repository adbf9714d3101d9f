# SPDX-License-Identifier: MIT
"""Certificates for tests, made with the openssl program: an authority and what it signed.

    made = Certificates(folder)
    made.authority            path of the authority's certificate, for --cacert
    made.pair("good")         (certificate, key) for localhost, 127.0.0.1 and *.grove.test
    made.pair("other-name")   for other.example
    made.pair("expired")      for localhost, until last year
    made.pair("self-signed")  for localhost, signed by itself
"""
import os
import subprocess

NAMES = {"good": "DNS:localhost,DNS:*.grove.test,IP:127.0.0.1",
         "expired": "DNS:localhost,IP:127.0.0.1",
         "self-signed": "DNS:localhost,IP:127.0.0.1",
         "other-name": "DNS:other.example"}

# `openssl ca` is the subcommand that can set both ends of a validity in OpenSSL 3.0.
CA_CONFIG = """[ca]
default_ca = test
[test]
new_certs_dir = {folder}
database = {folder}/index.txt
rand_serial = yes
default_md = sha256
policy = anything
copy_extensions = copy
unique_subject = no
[anything]
commonName = supplied
"""


class Certificates:
    def __init__(self, folder: str):
        self.folder = folder
        self.authority = os.path.join(folder, "authority.pem")
        with open(os.path.join(folder, "ca.conf"), "w", encoding="ascii") as file:
            file.write(CA_CONFIG.format(folder=folder))
        open(os.path.join(folder, "index.txt"), "w", encoding="ascii").close()
        self._openssl("req", "-x509", *self._new_key("authority"), "-days", "2",
                      "-subj", "/CN=authority of a test", "-out", self.authority)

    def pair(self, kind: str) -> tuple[str, str]:
        certificate = os.path.join(self.folder, kind + ".pem")
        if not os.path.exists(certificate):
            self._make(kind, certificate)
        return certificate, os.path.join(self.folder, kind + ".key")

    def _make(self, kind: str, certificate: str):
        about = ["-subj", f"/CN=grove test {kind}", "-addext", f"subjectAltName={NAMES[kind]}"]
        if kind == "self-signed":
            self._openssl("req", "-x509", *self._new_key(kind), "-days", "2", *about,
                          "-out", certificate)
            return
        request = os.path.join(self.folder, kind + ".csr")
        self._openssl("req", *self._new_key(kind), *about, "-out", request)
        span = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"] \
            if kind == "expired" else ["-days", "2"]
        self._openssl("ca", "-batch", "-notext", "-config", os.path.join(self.folder, "ca.conf"),
                      "-cert", self.authority, "-keyfile", self.folder + "/authority.key",
                      *span, "-in", request, "-out", certificate)

    def _new_key(self, name: str) -> list[str]:
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", os.path.join(self.folder, name + ".key")]

    @staticmethod
    def _openssl(*words: str):
        ran = subprocess.run(["openssl", *words], stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, check=False)
        if ran.returncode != 0:
            raise RuntimeError(f"openssl {' '.join(words)}: {ran.stderr}")
