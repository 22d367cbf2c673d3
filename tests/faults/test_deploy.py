"""The files of deploy/ in use: nginx in front of the site under https, and systemd's own check."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
import yaml
from bs4 import BeautifulSoup

from tests.faults import visitor
from tests.faults.front import Front, fetch, nginx
from tests.serving import ROOT, Served, copy_project, eventually, free_port, manage

# What the site's own pages may hold, and more: nothing at all.
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
TOKEN = "0123456789abcdef_secret"
TYPED = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory) -> Path:
    folder = copy_project(tmp_path_factory.mktemp("deployed"))
    assert manage(folder, "prepare").returncode == 0
    return folder


@pytest.fixture(scope="module")
def front(deployed: Path, tmp_path_factory) -> Iterator[Front]:
    served = Served(
        deployed,
        [
            sys.executable,
            *("-m", "gunicorn", "-c", "python:amity_site.gunicorn_conf"),
            "amity_site.wsgi",
        ],
        SITE_URL="https://example.org",
    )
    try:
        served.wait_until_it_answers()
        with nginx(tmp_path_factory.mktemp("nginx"), site=served.port) as front:
            yield front
    finally:
        served.end()


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Iterator[Front]:
    """A front whose site nobody started."""
    with nginx(tmp_path_factory.mktemp("alone"), site=free_port()) as front:
        yield front


def test_a_page_comes_through_with_the_headers_of_https(front):
    response = front.ask("/")
    assert response.status == 200
    assert response.getheader("Strict-Transport-Security")
    assert "default-src 'none'" in response.getheader("Content-Security-Policy")
    assert response.getheader("Set-Cookie") is None


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/admissions/"])
@pytest.mark.parametrize("accepted", ["gzip, br", "gzip", "identity"])
def test_nginx_hands_on_a_page_as_the_site_packed_it(front, path, accepted):
    accept = {"Accept-Encoding": accepted}
    through, direct = front.ask(path, **accept), front.ask_site(path, **accept)
    for name in ("Content-Encoding", "Content-Length", "ETag", "Vary", "Cache-Control"):
        assert through.getheader(name) == direct.getheader(name), name
    assert through.body == direct.body


@pytest.mark.parametrize("accepted", ["gzip, br", "gzip", "identity"])
def test_a_page_is_known_again_through_nginx(front, accepted):
    tag = front.ask("/", **{"Accept-Encoding": accepted}).getheader("ETag")
    again = front.ask("/", **{"Accept-Encoding": accepted, "If-None-Match": tag})
    assert again.status == 304


def test_a_browser_that_takes_brotli_gets_brotli(front):
    packed = front.ask("/", **{"Accept-Encoding": "gzip, br"})
    assert packed.getheader("Content-Encoding") == "br"


# Each of these nginx answers without the site: the request, and the status it keeps.
REFUSED = {
    "an address that cannot be read": (b"GET /%00 HTTP/1.1", 400),
    "an address of 9,000 characters": (b"GET /" + b"a" * 9_000 + b" HTTP/1.1", 414),
    "a cookie of 40,000 characters": (b"GET / HTTP/1.1\r\nCookie: " + b"c" * 40_000, 400),
    "a method that is not for the web": (b"TRACE / HTTP/1.1", 405),
    "a message over 16 MB": (b"POST / HTTP/1.1\r\nContent-Length: 17000000", 413),
    "an unknown encoding": (b"POST / HTTP/1.1\r\nTransfer-Encoding: odd", 501),
    "an unknown version of HTTP": (b"GET / HTTP/3.9", 505),
    "the address of nginx's own page": (b"GET /amity-away HTTP/1.1", 404),
}


@pytest.mark.parametrize(("request_line", "status"), REFUSED.values(), ids=REFUSED)
def test_what_nginx_refuses_keeps_its_status_and_gets_the_whole_page(alone, request_line, status):
    answer = alone.send(request_line + b"\r\nHost: example.org\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition("\r\n\r\n")
    assert head.split()[1] == str(status)
    assert_own_page(head, body, title="That did not get through")


def test_plain_http_on_the_https_port_gets_the_whole_page(alone):
    connection = http.client.HTTPConnection("127.0.0.1", alone.https, timeout=20)
    response = fetch(connection, "GET", "/", None, {})
    assert response.status == 400
    assert_own_page(str(response.headers), response.text, title="That did not get through")


def test_too_many_posts_get_429_and_the_whole_page(alone):
    answers = [alone.ask(visitor.FORM, "POST", b"", **TYPED) for _ in range(30)]
    assert {answer.status for answer in answers} == {503, 429}
    last = next(answer for answer in answers if answer.status == 429)
    assert_own_page(str(last.headers), last.text, title="That did not get through")


@pytest.mark.parametrize("path", ["/help-now/", "/static/css/site.css"])
def test_while_the_site_is_away_nginx_says_so_with_the_whole_page(alone, path):
    response = alone.ask(path)
    assert response.status == 503
    assert response.getheader("Retry-After") == "30"
    assert_own_page(str(response.headers), response.text, title="The site is away for a moment")


def assert_own_page(head: str, body: str, *, title: str) -> None:
    """A page that nginx made: valid, whole in itself, with the headers of the site's pages."""
    html5lib.HTMLParser(strict=True).parse(body)
    page = BeautifulSoup(body, "html5lib")
    assert page.html["lang"] == "en"
    assert page.title.text == f"{title} | Amity San Diego"
    assert [heading.text for heading in page.select("h1")] == [title]
    assert not page.select("style, script, link, img, [style], [src], [class]")
    for line in (
        "Content-Type: text/html; charset=utf-8",
        f"Content-Security-Policy: {NOTHING}",
        "Strict-Transport-Security: max-age=31536000; includeSubDomains",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
    ):
        name, _, value = line.partition(": ")
        assert re.findall(rf"^{name}: (.*?)\r?$", head, re.MULTILINE) == [value]


def test_nginx_promises_https_for_as_long_as_the_site_does(front):
    name = "Strict-Transport-Security"
    assert front.ask("/%00").getheader(name) == front.ask("/").getheader(name)


OWN_PAGES = pytest.mark.parametrize("path", ["/%00", "/"], ids=["refused", "away"])


@OWN_PAGES
def test_nginxs_own_pages_have_the_crisis_lines_of_the_content(alone, path):
    page = BeautifulSoup(alone.ask(path).text, "html5lib")
    items = [(item.text, targets(item)) for item in page.select("li")]
    content = yaml.safe_load((ROOT / "programs" / "content" / "clinic.yaml").read_text())
    lines = content["crisis_lines"]
    assert [found for _, found in items] == [wanted(line) for line in lines]
    for (text, _), line in zip(items, lines, strict=True):
        for shown in ("phone", "text_number", "tty"):
            assert str(line.get(shown, "")) in text
        assert line["phone"] == 911 or line["name"] in text
    assert "English and Spanish" in items[2][0]


def wanted(line: dict[str, Any]) -> list[str]:
    """The addresses behind the ways to reach a line of the content file, in their order."""
    ways = [f"tel:{dialled(line['phone'])}"]
    if "text_number" in line:
        ways.append(f"sms:{line['text_number']}")
    if "chat_url" in line:
        ways.append(line["chat_url"])
    if "tty" in line:
        ways.append(f"tel:{dialled(line['tty'])}")
    return ways


def dialled(number: str | int) -> str:
    digits = re.sub(r"\D", "", str(number))
    return digits if len(digits) == 3 else f"+1{digits[-10:]}"


def targets(part) -> list[str]:
    return [link["href"] for link in part.select("a")]


@OWN_PAGES
def test_nginxs_own_pages_warn_of_what_is_dangerous_and_lead_on(alone, path):
    page = BeautifulSoup(alone.ask(path).text, "html5lib")
    assert "Nobody watches this website for emergencies" in page.text
    assert "Stopping alcohol or benzodiazepines all at once can be dangerous" in page.text
    assert {"/", "/help-now/"} <= set(targets(page))


def test_plain_http_is_sent_to_https(front):
    response = front.ask_plain("/help-now/?for=family")
    assert response.status == 301
    assert response.getheader("Location") == "https://example.org/help-now/?for=family"


def test_plain_http_never_leads_to_another_name(front):
    response = front.ask_plain("/help-now/", Host="elsewhere.example")
    assert response.getheader("Location") == "https://example.org/help-now/"


@pytest.mark.parametrize("path", ["/%00", "/" + "a" * 9_000], ids=["unreadable", "long"])
def test_plain_http_that_cannot_be_read_leads_to_the_home_page(front, path):
    response = front.ask_plain(path, Host="elsewhere.example")
    assert response.status == 302
    assert response.getheader("Location") == "https://example.org/"


def test_an_inquiry_is_sent_over_https(front):
    page = front.ask(visitor.FORM)
    cookie = page.getheader("Set-Cookie")
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    form = visitor.Form(cookie.split(";")[0], visitor.hidden_inputs(page.text))
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
    response = front.ask(visitor.FORM, "POST", b"message=" + b"a" * 10_000_000, **TYPED)
    assert response.status == 413
    assert "988" in response.text


def test_the_log_holds_neither_who_asked_nor_what_for(front):
    front.ask("/admissions/inquiry/?for=family")
    assert eventually(lambda: '"GET /admissions/inquiry/" 200' in front.log)
    assert "for=family" not in front.log
    assert "127.0.0.1" not in front.log


@pytest.mark.parametrize(
    "path",
    [
        f"{visitor.RECEIVED}{TOKEN}/",
        f"{visitor.RECEIVED}{TOKEN}",
        f"/admissions/inquiry/%72eceived/{TOKEN}/",
        f"/admissions//inquiry/./received//{TOKEN}/",
        f"{visitor.RECEIVED}%2F{TOKEN}/?a=b",
    ],
)
def test_the_log_holds_no_address_of_a_confirmation(front, path):
    before = len(front.log)
    front.ask(path)
    front.ask_plain(path)
    shown = '"GET /admissions/inquiry/received/..."'
    assert eventually(lambda: front.log[before:].count(shown) == 2)
    for log in front.folder.glob("*.log"):
        assert TOKEN not in log.read_text()


def test_the_log_holds_no_confirmation_while_the_site_is_away(alone):
    before = len(alone.log)
    alone.ask(f"{visitor.RECEIVED}{TOKEN}/")
    assert eventually(lambda: " 503 " in alone.log[before:])
    for log in alone.folder.glob("*.log"):
        assert TOKEN not in log.read_text()


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
