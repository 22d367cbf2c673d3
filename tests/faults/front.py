"""nginx in front of the site, as deploy/nginx.conf sets it up."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import ROOT, eventually, free_port


@dataclass
class Front:
    """nginx as deploy/nginx.conf sets it up, on ports and paths of the test's own."""

    folder: Path
    site: int  # the port of the site behind nginx
    plain: int
    https: int

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str):
        """The response to a request over https, its body in `.body` and, if readable, `.text`."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.https, timeout=20, context=self.trusting
        )
        return fetch(connection, method, path, body, headers)

    def ask_plain(self, path: str, **headers: str):
        """The response to a request over http."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=20)
        return fetch(connection, "GET", path, None, headers)

    def ask_site(self, path: str, **headers: str):
        """What the site says to nginx, before nginx touches it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site, timeout=20)
        headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
        return fetch(connection, "GET", path, None, headers)

    def send(self, request: bytes) -> str:
        """The whole answer to `request`, which need not be HTTP as it should be."""
        with (
            socket.create_connection(("127.0.0.1", self.https), timeout=20) as bare,
            self.trusting.wrap_socket(bare, server_hostname="example.org") as connection,
        ):
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()

    @property
    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        context.check_hostname = False  # the certificate is example.org's
        return context

    @property
    def log(self) -> str:
        return (self.folder / "amity.log").read_text()


def fetch(connection, method: str, path: str, body: bytes | None, headers: dict[str, str]):
    connection.request(method, path, body, {"Host": "example.org"} | headers)
    response = connection.getresponse()
    response.body = response.read()
    response.text = response.body.decode(errors="replace")
    connection.close()
    return response


@contextmanager
def nginx(folder: Path, site: int) -> Iterator[Front]:
    """nginx in front of the port `site`, ended with the block."""
    front = Front(folder, site, plain=free_port(), https=free_port())
    command = ["nginx", "-c", configure(front), "-e", "stderr"]
    subprocess.run([*command, "-t", "-q"], check=True)
    process = subprocess.Popen(command)
    try:
        assert eventually(lambda: speaks(front.https))
        yield front
    finally:
        process.terminate()
        process.wait(10)


def configure(front: Front) -> str:
    """deploy/nginx.conf as it is, but for the addresses and paths of this machine."""
    folder = front.folder
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=example.org", "-addext", "subjectAltName=DNS:example.org"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    site = (ROOT / "deploy" / "nginx.conf").read_text()
    for pattern, replacement in [
        (r"listen 80;", f"listen 127.0.0.1:{front.plain};"),
        (r"listen 443 ssl http2;", f"listen 127.0.0.1:{front.https} ssl http2;"),
        (r"\n *listen \[::\]:.*", ""),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{front.site}"),
        (r"/etc/letsencrypt/\S+/fullchain.pem", str(folder / "cert.pem")),
        (r"/etc/letsencrypt/\S+/privkey.pem", str(folder / "key.pem")),
        (r"/var/log/nginx/", f"{folder}/"),
    ]:
        site, times = re.subn(pattern, replacement, site)
        assert times, pattern
    wanted = folder / "nginx.conf"
    # Started by root, nginx gives its workers an account that cannot reach this folder.
    account = "user root;\n" if os.geteuid() == 0 else ""
    wanted.write_text(
        f"{account}daemon off;\npid {folder}/nginx.pid;\nerror_log stderr crit;\n"
        # Debian's own http block says "gzip on"; many a guide adds every type.
        f"events {{}}\nhttp {{\ngzip on;\ngzip_types *;\nclient_body_temp_path {folder}/body;\n"
        f"proxy_temp_path {folder}/proxy;\nfastcgi_temp_path {folder}/fastcgi;\n"
        f"uwsgi_temp_path {folder}/uwsgi;\nscgi_temp_path {folder}/scgi;\n{site}\n}}\n"
    )
    return str(wanted)


def speaks(port: int) -> bool:
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=2).connect()
    except OSError:
        return False
    return True
