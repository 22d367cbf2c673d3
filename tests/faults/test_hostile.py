"""Hostile posts: each is stored or answered with a page that says why not, never an error of ours.

Most of them are forms that can be stored, with hostile words in them: those go all the way into
the database. FAULT_POSTS are sent in all, other ones to each database.
"""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
from collections import Counter
from urllib.parse import quote_from_bytes
from uuid import UUID

from tests.faults import visitor
from tests.faults.conftest import Site
from tests.faults.stored import none_is_half
from tests.serving import Served

DATABASES = ("sqlite", "postgresql")
POSTS = int(os.environ.get("FAULT_POSTS", "5000")) // len(DATABASES)
CLIENTS = 8
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


WORDS = [b"name", b"ask_for", b"relationship", b"message"]
CHOICES = {
    b"asking_for": [b"self", b"family", b"professional"],
    b"phone": [b"619-555-0142 ext. 7", b"+1 (619) 555-0143", b"tel:+16195550144", b"6195550145"],
    b"best_time": [b"morning", b"midday", b"any"],
    b"situation": [b"after-detox", b"direct", b"unsure"],
    b"language": [b"en", b"es", b""],
    b"consent": [b"call", b"text", b"email"],
    b"website": [b"https://example.org/"],
    b"no_such_field": [b"1"],
}
Request = tuple[str, str, bytes, dict[str, str]]


def hostile(chance: random.Random, form: visitor.Form) -> Request:
    """One request; with a key of its own as often as with the form's."""
    fresh = str(UUID(int=chance.getrandbits(128), version=4))
    filled = form.hidden | visitor.answers("Hostile Visitor")
    if chance.random() < 0.5:
        filled["key"] = fresh
    fields = [(name.encode(), value.encode()) for name, value in filled.items()]
    if chance.random() < 0.6:
        return storable(chance, form, fields)
    return broken(chance, form, fields)


def storable(chance: random.Random, form: visitor.Form, fields: list[tuple[bytes, bytes]]):
    """A form in order, its words hostile and its choices any of those offered."""
    said = dict(fields)
    for name in chance.sample(WORDS, chance.randint(1, len(WORDS))):
        said[name] = b" ".join(chance.sample(NASTY, chance.randint(1, 2)))[:55]
    for name in chance.sample(list(CHOICES), chance.randint(0, 3)):
        said[name] = chance.choice(CHOICES[name])
    return "POST", visitor.FORM, _body(list(said.items())), form.headers


def broken(chance: random.Random, form: visitor.Form, fields: list[tuple[bytes, bytes]]):
    """A good form with a few things wrong, in the form itself or in how it is sent."""
    fields = [pair for pair in fields if pair[0] != b"csrfmiddlewaretoken"]
    for _ in range(chance.randint(1, 5)):
        mutate(chance, fields)
    # Mostly right, or no request would get past the CSRF check.
    token = chance.choice(NASTY) if chance.random() < 0.05 else form.token.encode()
    fields.insert(0, (b"csrfmiddlewaretoken", token))
    body = _body(fields)
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


def _body(fields: list[tuple[bytes, bytes]]) -> bytes:
    return "&".join("=".join(map(quote_from_bytes, pair)) for pair in fields).encode()


class Attacker(threading.Thread):
    """Sends its share of the posts over one kept connection."""

    def __init__(self, port: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.chance = random.Random(seed)  # noqa: S311
        self.statuses: Counter[int] = Counter()
        self.failures: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while (count := self.statuses.total()) < POSTS // CLIENTS and not self.failures:
            if count % 500 == 0:
                form = visitor.fetch_form(self.port)
            method, path, body, headers = hostile(self.chance, form)
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                response.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # The server closed a connection it had kept for a while; the next opens another.
                connection.close()
                continue
            except Exception as error:
                self.failures.append(f"{error!r}: {method} {path} {headers} {body!r}")
                return
            self.statuses[response.status] += 1
            if response.status >= 500:
                self.failures.append(f"{response.status}: {method} {path} {headers} {body!r}")
        connection.close()


def test_no_hostile_post_is_a_server_error_or_leaves_half_a_record(
    site: Site, server: Served, figures
):
    begun = time.monotonic()
    first = SEED + CLIENTS * DATABASES.index(site.kind)
    attackers = [Attacker(server.port, first + number) for number in range(CLIENTS)]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()
    took = time.monotonic() - begun
    statuses = sum((attacker.statuses for attacker in attackers), Counter[int]())
    tally = none_is_half(site)
    by_status = dict(sorted(statuses.items()))
    figures(
        site,
        f"{statuses.total()} hostile posts in {took:.0f} s, by status {by_status};"
        f" {tally.inquiries} inquiries stored ({tally.aside} set aside)",
    )
    assert [attacker.failures for attacker in attackers if attacker.failures] == []
    assert statuses.total() == POSTS // CLIENTS * CLIENTS
    assert tally.inquiries > POSTS * 0.1
    assert "Traceback" not in server.output
