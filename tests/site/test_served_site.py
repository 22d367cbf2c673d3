"""The served site, as a visitor and a coordinator meet it: real gunicorn, no browser."""

from __future__ import annotations

import http.cookiejar
import re
import socket
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.faults import visitor
from tests.pages import FORM, PUBLIC_PAGES
from tests.serving import Served, copy_project, manage, serving

MAKE_COORDINATOR = """
from django.contrib.auth.models import Group, User
user = User.objects.create_user('cora', password='a-long-passphrase-1', is_staff=True)
user.groups.add(Group.objects.get(name='Coordinators'))
"""
FACTS = {
    "/": ["Amity San Diego", "3 to 5", "2 to 4"],
    "/programs/intensive-outpatient/": [
        "Group Therapy",
        "Life Skills Coaching",
        "After detoxification",
        "Co-occurring disorders",
    ],
    "/help-now/": ["988", "1-800-662-4357", "888-724-7240"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return copy_project(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def served(folder):
    yield from serving(folder)


@pytest.fixture
def person(served):
    """A client with a cookie jar: `person(path, **data)` gets, or posts when there is data."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(jar)

    def ask(path: str, **data: str) -> tuple[str, str]:
        body = urllib.parse.urlencode(data).encode() if data else None
        url = path if path.startswith("http") else f"http://127.0.0.1:{served.port}{path}"
        with opener.open(url, body, timeout=20) as response:
            return response.url, response.read().decode()

    return ask


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, "/sitemap.xml", "/robots.txt", "/readyz"])
def test_every_address_answers_with_its_facts(person, path):
    _url, body = person(path)
    for fact in FACTS.get(path, []):
        assert fact in body


def hidden(body: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]+)"', body)
    assert found, name
    return found.group(1)


def test_an_inquiry_posted_twice_stands_once_in_a_coordinators_queue(person, folder, served):
    _url, form = person(FORM)
    answers = visitor.answers("Ana Ejemplo") | {
        "csrfmiddlewaretoken": hidden(form, "csrfmiddlewaretoken"),
        "key": hidden(form, "key"),
    }
    references = set()
    for _time in range(2):
        url, page = person(FORM, **answers)
        assert "/received/" in url
        references.add(re.search(r'id="inquiry-reference">([^<]+)<', page).group(1))
    [reference] = references

    assert manage(folder, "shell", "-v0", "-c", MAKE_COORDINATOR).returncode == 0
    _url, login = person("/admin/login/?next=/admin/admissions/inquiry/")
    _url, queue = person(
        "/admin/login/?next=/admin/admissions/inquiry/",
        csrfmiddlewaretoken=hidden(login, "csrfmiddlewaretoken"),
        username="cora",
        password="a-long-passphrase-1",
        next="/admin/admissions/inquiry/",
    )
    assert queue.count(f">{reference}<") == 1


def test_a_confirmations_address_stays_out_of_the_log(served):
    request = urllib.request.Request(
        f"http://127.0.0.1:{served.port}{FORM}received/ABCD-EFGH-JK:made:up/"
    )
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=10)
    time.sleep(0.2)
    assert "/received/…" in served.output
    assert "ABCD-EFGH-JK" not in served.output


def test_a_sender_who_stops_in_the_middle_does_not_hold_a_thread(served: Served):
    """More of them than the server has threads; it answers others once their patience is spent."""
    head = (
        f"POST {FORM} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\na="
    )
    silent = []
    for _ in range(12):
        connection = socket.create_connection(("127.0.0.1", served.port))
        connection.sendall(head.encode())
        connection.settimeout(45)
        silent.append(connection)
    answered = [connection.recv(64) for connection in silent]
    for connection in silent:
        connection.close()
    assert {answer[:12] for answer in answered} == {b"HTTP/1.1 400"}, served.output


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (f"GET /{'long' * 2000} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (f"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {'c' * 9000}\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n", 400),
        ("what is this\r\n\r\n", 400),
    ],
)
def test_what_the_web_server_refuses_is_a_page_with_a_way_on(served, request_text, status):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(request_text.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    head, _, page = answer.partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "default-src 'none'" in head and "no-store" in head
    assert 'href="tel:988"' in page and 'href="/help-now/"' in page
    assert "long" not in page.partition("<main")[2].partition("</main>")[0].replace("too long", "")
