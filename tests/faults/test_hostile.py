"""Hostile posts: each is answered with a page that says so, never an error of ours."""

from __future__ import annotations

import http.client
import os
import random
import threading
from urllib.parse import quote_from_bytes

from tests.faults import visitor
from tests.faults.conftest import Site
from tests.faults.test_kill import STORED, whole
from tests.serving import Served

POSTS = int(os.environ.get("FAULT_POSTS", "5000"))
CLIENTS = 4
SEED = 20_240_602

PATHS = [visitor.FORM, visitor.FORM, visitor.FORM, f"{visitor.FORM}check/"]
FIELDS = [
    *("asking_for", "relationship", "name", "ask_for", "phone", "email", "contact_by"),
    *("best_time", "voicemail_ok", "language", "situation", "payer", "message", "consent"),
    *("key", "csrfmiddlewaretoken", "change", "website", "no_such_field"),
]
NASTY = [
    b"",
    b" ",
    b"\0",
    b"a\0b",
    "🫂🏳️‍🌈👩‍👩‍👧".encode(),
    "\u202eגניבה\u202c עזרה".encode(),
    "\ufeff\u200b\u2028\u2029".encode(),
    "e\u0301".encode() * 200,
    b"\xff\xfe\xc3\x28",
    b"\xed\xa0\x80",
    b"a" * 300,
    b"a" * 3000,
    b"9" * 400,
    b"-1",
    b"1e309",
    b"NaN",
    b"null",
    b"[]",
    b"{}",
    b"../../etc/passwd",
    b"<script>alert(1)</script>",
    b"' OR '1'='1'; --",
    b"{{ 7*7 }}{% debug %}",
    b"%s%n%00",
    b"\r\nSet-Cookie: a=b",
    b"a@b",
    b"a@" + b"b" * 300 + b".org",
    "ä@ö.org".encode(),
    b"+1 (619) 555-0142 ext. 99999999999",
    b"+" + b"1" * 60,
    b"tel:911",
    b"00000000-0000-0000-0000-000000000000",
    b"not-a-uuid",
    b"self",
    b"call",
    b"email",
]
TYPES = [
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=no-such",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "b" * 300,
    "application/json",
    "text/plain",
    "",
    "\\",
]


def hostile(chance: random.Random, form: visitor.Form) -> tuple[str, str, bytes, dict[str, str]]:
    """One request: mostly a good form with a few things wrong, at times something else."""
    fields = [
        (name.encode(), value.encode())
        for name, value in {
            "key": form.key,
            **visitor.answers("Hostile Visitor"),
        }.items()
    ]
    for _ in range(chance.randint(1, 5)):
        mutate(chance, fields)
    # Mostly right, or no request would get past the CSRF check.
    token = chance.choice(NASTY) if chance.random() < 0.05 else form.token.encode()
    fields.insert(0, (b"csrfmiddlewaretoken", token))
    body = b"&".join(_encoded(name) + b"=" + _encoded(value) for name, value in fields)
    headers = dict(form.headers)
    if chance.random() < 0.1:
        headers["Content-Type"] = chance.choice(TYPES)
    if chance.random() < 0.05:
        headers["Cookie"] = chance.choice(["", "csrftoken=", "sessionid=x; csrftoken=\xff", "=;=;"])
    if chance.random() < 0.05:
        headers["X-Forwarded-For"] = chance.choice(["", "::::", "1.2.3.4, " * 50])
    if chance.random() < 0.1:
        body = body[: chance.randint(0, len(body))]
    method = chance.choice(["PUT", "DELETE", "PATCH"]) if chance.random() < 0.03 else "POST"
    path = chance.choice(PATHS)
    if chance.random() < 0.1:
        path += "?for=" + quote_from_bytes(chance.choice(NASTY))[:2000]
    return method, path, body, headers


def mutate(chance: random.Random, fields: list[tuple[bytes, bytes]]) -> None:
    """Change, repeat, drop or add one field."""
    what = chance.random()
    value = chance.choice(NASTY) if chance.random() < 0.9 else chance.randbytes(40)
    if what < 0.6 or not fields:
        place = chance.randrange(len(fields)) if fields else 0
        name = fields[place][0] if fields else b"name"
        fields[place : place + 1] = [(name, value)]
    elif what < 0.75:
        fields.append((chance.choice(fields)[0], value))
    elif what < 0.85:
        fields.pop(chance.randrange(len(fields)))
    else:
        fields.append((chance.choice(FIELDS).encode(), value))


def _encoded(value: bytes) -> bytes:
    return quote_from_bytes(value).encode()


def send(served: Served, number: int, failures: list[str], statuses: dict[int, int]) -> None:
    chance = random.Random(SEED + number)  # noqa: S311
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    form = visitor.fetch_form(served.port)
    for count in range(POSTS // CLIENTS):
        if count % 50 == 0:
            form = visitor.fetch_form(served.port)
        method, path, body, headers = hostile(chance, form)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server closed a kept connection (they live seconds); the next request opens one.
            connection.close()
            continue
        statuses[response.status] = statuses.get(response.status, 0) + 1
        if response.status >= 500:
            failures.append(f"{response.status}: {method} {path} {headers} {body!r}")
    connection.close()


def test_no_hostile_post_is_a_server_error_or_leaves_half_a_record(
    site: Site, server: Served, capsys
):
    failures: list[str] = []
    tallies: list[dict[int, int]] = [{} for _ in range(CLIENTS)]
    threads = [
        threading.Thread(target=send, args=[server, number, failures, tallies[number]])
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = {
        status: sum(tally.get(status, 0) for tally in tallies)
        for status in sorted({status for tally in tallies for status in tally})
    }
    with capsys.disabled():
        print(f"\n{site.database_url.split(':')[0]}: {POSTS} hostile posts, by status {total}")  # noqa: T201
    assert failures[:3] == []
    assert sum(total.values()) > POSTS * 0.95
    assert "Traceback" not in server.output
    assert whole(site.rows(STORED))
