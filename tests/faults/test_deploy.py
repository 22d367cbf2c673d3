"""The files of deploy/ in use: nginx in front of the site under https, and systemd's own check."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import visitor
from tests.serving import ROOT, Served, copy_project, eventually, free_port, manage


@dataclass
class Front:
    """nginx as deploy/nginx.conf sets it up, on ports and paths of the test's own."""

    plain: int
    https: int
    folder: Path

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str):
        """The response to a request over https, with its body read into `.text`."""
        trusting = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        trusting.check_hostname = False  # the certificate is example.org's
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.https, timeout=20, context=trusting
        )
        connection.request(method, path, body, {"Host": "example.org"} | headers)
        response = connection.getresponse()
        response.text = response.read().decode()
        connection.close()
        return response


@pytest.fixture(scope="module")
def deployed(tmp_path_factory) -> Path:
    folder = copy_project(tmp_path_factory.mktemp("deployed"))
    assert manage(folder, "prepare").returncode == 0
    return folder


@pytest.fixture(scope="module")
def front(deployed: Path, tmp_path_factory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    served = Served(
        deployed,
        [
            sys.executable,
            *("-m", "gunicorn", "-c", "python:amity_site.gunicorn_conf"),
            "amity_site.wsgi",
        ],
        SITE_URL="https://example.org",
    )
    front = Front(free_port(), free_port(), folder)
    nginx = None
    try:
        served.wait_until_it_answers()
        configuration = configure(front, served.port)
        subprocess.run(["nginx", "-t", "-q", "-c", configuration, "-e", "stderr"], check=True)
        nginx = subprocess.Popen(["nginx", "-c", configuration, "-e", "stderr"])
        assert eventually(lambda: speaks(front.https))
        yield front
    finally:
        if nginx is not None:
            nginx.terminate()
            nginx.wait(10)
        served.end()


def configure(front: Front, upstream: int) -> str:
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
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{upstream}"),
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
        f"events {{}}\nhttp {{\nclient_body_temp_path {folder}/body;\n"
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


def test_a_page_comes_through_with_the_headers_of_https(front):
    response = front.ask("/")
    assert response.status == 200
    assert response.getheader("Strict-Transport-Security")
    assert "default-src 'none'" in response.getheader("Content-Security-Policy")
    assert response.getheader("Set-Cookie") is None


def test_a_page_comes_compressed_through_nginx_and_is_known_again(front):
    packed = ask_packed(front, "/")
    assert packed.getheader("Content-Encoding") == "br"
    again = ask_packed(front, "/", **{"If-None-Match": packed.getheader("ETag")})
    assert again.status == 304


def ask_packed(front: Front, path: str, **headers: str):
    """The response to a browser that takes brotli; its body stays unread."""
    trusting = ssl.create_default_context(cafile=str(front.folder / "cert.pem"))
    trusting.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", front.https, context=trusting)
    connection.request(
        "GET", path, None, {"Host": "example.org", "Accept-Encoding": "gzip, br"} | headers
    )
    return connection.getresponse()


def test_a_request_that_nginx_refuses_gets_a_page_with_the_crisis_lines(front):
    response = front.ask("/", Cookie="c" * 40_000)
    assert response.status == 400
    assert "text/html" in response.getheader("Content-Type")
    for target in ("tel:911", "tel:988", "tel:+18006624357", "tel:+18887247240", "/"):
        assert f'href="{target}"' in response.text


def test_while_the_site_is_away_nginx_says_so_with_the_crisis_lines(tmp_path):
    # A front whose site nobody started.
    alone = Front(free_port(), free_port(), tmp_path)
    configuration = configure(alone, upstream=free_port())
    nginx = subprocess.Popen(["nginx", "-c", configuration, "-e", "stderr"])
    try:
        assert eventually(lambda: speaks(alone.https))
        response = alone.ask("/help-now/")
    finally:
        nginx.terminate()
        nginx.wait(10)
    assert response.status == 503
    assert response.getheader("Retry-After") == "30"
    assert "tel:988" in response.text and "it did not reach us" in response.text


def test_plain_http_is_sent_to_https(front):
    connection = http.client.HTTPConnection("127.0.0.1", front.plain, timeout=20)
    connection.request("GET", "/help-now/", headers={"Host": "example.org"})
    response = connection.getresponse()
    assert response.status == 301
    assert response.getheader("Location") == "https://example.org/help-now/"


def test_an_inquiry_is_sent_over_https(front):
    page = front.ask(visitor.FORM)
    cookie = page.getheader("Set-Cookie")
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    form = visitor.Form(
        cookie.split(";")[0],
        visitor.value(page.text, "csrfmiddlewaretoken"),
        visitor.value(page.text, "key"),
    )
    sent = front.ask(
        visitor.FORM,
        "POST",
        form.body(visitor.answers("Test Visitor")),
        Referer=f"https://example.org{visitor.FORM}",
        **form.headers,
    )
    assert sent.status in {302, 303}
    assert sent.getheader("Location").startswith(visitor.RECEIVED)


def test_a_ten_megabyte_message_gets_the_sites_own_page(front):
    response = front.ask(
        visitor.FORM,
        "POST",
        b"message=" + b"a" * 10_000_000,
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert response.status == 413
    assert "988" in response.text


def test_the_log_holds_neither_who_asked_nor_what_for(front):
    front.ask("/admissions/inquiry/?for=family")
    log = front.folder / "amity.log"
    assert eventually(lambda: "/admissions/inquiry/" in log.read_text())
    assert "for=family" not in log.read_text()
    assert "127.0.0.1" not in log.read_text()


@pytest.mark.parametrize("unit", ["amity-web.service", "amity-worker.service"])
def test_systemd_finds_no_fault_with_a_unit(deployed: Path, tmp_path: Path, unit):
    (tmp_path / "site").symlink_to(deployed)
    if not (deployed / ".venv").exists():
        (deployed / ".venv").symlink_to(sys.prefix)
    text = (ROOT / "deploy" / unit).read_text().replace("/srv/amity", str(tmp_path / "site"))
    (tmp_path / unit).write_text(text)
    result = subprocess.run(
        [shutil.which("systemd-analyze") or "systemd-analyze", "verify", tmp_path / unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
