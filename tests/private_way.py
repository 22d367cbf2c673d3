"""An inquiry's whole life on a running site, with words in it that are found nowhere else.

The visitor meets every page that their answers come back on, errors included; a coordinator finds
the inquiry and works it. `TRACES` then says whether any of it was left where it can be read.
"""

from __future__ import annotations

import json
import socket
import time
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import uuid4

from admissions import spam
from tests.pages import FORM
from tests.person import Person, Shown, fields_of
from tests.serving import Served
from tests.traces import Traces

ADMIN = "/admin/"
CHECK = f"{FORM}check/"
PASSWORD = "a-long-passphrase-1"
PHONE, OTHER_PHONE = "+16195550187", "+16195550193"
EXTENSION = "48213790"
# The same number, as people write it.
FORMATS = [
    "(619) 555-0187 ext. 48213790",
    "619.555.0187 x48213790",
    "+1 619 555 0187 ext 48213790",
    "6195550187;ext=48213790",
    "1-619-555-0187 extension 48213790",
]
EMAIL = "quillanthe+kitchenlamp@flimworthy.example"
ANSWERS = {
    "asking_for": "family",
    "relationship": "Stepgrandniece Yolmarchesa",
    "name": "Quillanthe Oxbrovsky-Ñandúwicker",
    "ask_for": "Zephyrjoyce O’Threlkeldsson",
    "phone": FORMATS[0],
    "email": EMAIL,
    "contact_by": "call",
    "best_time": ["evening"],
    "voicemail_ok": "no",
    "language": "es",
    "message": "Flumdrakes vexingly\r\nÜberflörpen <zwischenzupf>\r\n"
    "“Plimsollwarts” & 逃げ水逃げ水逃げ水",
    "consent": ["email"],
    "confirmation": ["yes"],
}
CORRECTED = {
    "name": "Quillanthe Brackenthwaite",
    "message": "Snorklebatting overmorrow",
    "phone": "619-555-0193",
}
# What staff write and type: of the person, too.
NOTE = "Grimblehaven voicemailed Wuthermoss"
REMARK = "Tanglewhistle relocated"
AGENT = "Wibblefoxen/7.3 Gramophonic"
NETWORK = "203.0.113.77"

TRACES = Traces(
    [
        *(ANSWERS[name] for name in ("relationship", "name", "ask_for", "email", "message")),
        *(CORRECTED["name"], CORRECTED["message"], NOTE, REMARK, AGENT),
    ],
    phones=[PHONE, OTHER_PHONE],
    wholes=[EMAIL, NETWORK, EXTENSION],
)


def visit(server: Served) -> str:
    """All that a visitor does; the reference of what they sent."""
    person = Person(server.port, **{"User-Agent": AGENT, "X-Forwarded-For": NETWORK})
    said = ANSWERS
    person.get("/search/", q=said["name"])
    person.get("/no-such-page/", q=said["message"])
    person.get("/healthz", q=said["message"])
    form = person.get(FORM, **{"for": "family", "name": said["name"]})
    meet_mistakes(person, form)
    for phone in FORMATS:
        check = person.submit(form, CHECK, **said | {"phone": phone})
        assert check.status == 200, check.words
    time.sleep(spam.FASTEST)  # or it is set aside, and nobody is told of it
    changed = person.submit(check, FORM, change="message")
    assert changed.status == 200 and changed.form(CHECK)
    check = person.submit(changed, CHECK)
    sent = person.submit(check, FORM)
    reference = sent.soup.find(id="inquiry-reference").get_text()
    # Other answers than those that were checked have to be checked first.
    unchecked = person.submit(check, FORM, **CORRECTED)
    again = person.submit(unchecked, FORM)
    shown = again.soup.find(id="inquiry-reference")
    assert shown is not None and shown.get_text() == reference, again.words
    person.get(sent.url, q=said["name"])
    return reference


def meet_mistakes(person: Person, form: Shown) -> None:
    """Each way in which the site refuses what was sent, the words in hand."""
    said = ANSWERS
    wrong = {"phone": f"{PHONE} {EXTENSION}77777", "email": f"{EMAIL} {said['name']}"}
    hidden = {"name": f"{said['name']}\0", "message": said["message"] * 200}
    for path in (CHECK, FORM):
        assert person.submit(form, CHECK, **said | wrong).status == 422
        answers = fields_of(form.form(CHECK)) | said | hidden
        assert person.post(path, answers).status == 422
        assert person.post(path, answers | {"csrfmiddlewaretoken": "x"}).status == 403
        told = {"Content-Type": "application/json"}
        token = {"X-CSRFToken": str(answers["csrfmiddlewaretoken"][0])}
        assert person.ask(path, json.dumps(said).encode(), **told, **token).status == 415
        assert person.post(path, answers | {"message": said["message"] * 3000}).status == 413
    assert person.post("/search/", said).status in {403, 405}
    assert person.get("/search/", q=said["message"] * 99).status == 414
    leave_in_the_middle(person, FORM)


def leave_in_the_middle(person: Person, path: str) -> None:
    """A post that ends half-way, its words on the wire."""
    body = urlencode(ANSWERS).encode()
    address = urlsplit(person.origin)
    with socket.create_connection((address.hostname, address.port), timeout=20) as wire:
        head = f"POST {path}?{urlencode(ANSWERS)} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        wire.sendall(f"{head}{kind}Content-Length: {len(body) * 2}\r\n\r\n".encode() + body)


def send_too_many(server: Served, most: int = 80) -> bool:
    """Post until the site says that it was enough; whether it did."""
    person = Person(server.port, **{"User-Agent": AGENT})
    fields = fields_of(person.get(FORM).form(CHECK)) | ANSWERS
    return any(person.post(FORM, fields | {"key": str(uuid4())}).status == 429 for _ in range(most))


def work(server: Served, username: str, reference: str) -> None:
    """All that a coordinator does with the inquiry."""
    person = log_in(server, username)
    queue = f"{ADMIN}admissions/inquiry/"
    words = [reference, CORRECTED["name"], OTHER_PHONE, CORRECTED["phone"], EMAIL]
    for looked_for in words:
        found = person.submit(person.get(queue), "/inquiry/", words=looked_for)
        links = found.soup.find_all("a", string=lambda text: text and text.strip() == reference)
        assert links, f"{looked_for!r} does not find the inquiry"
    person.get(queue, q=NOTE, name__icontains=NOTE)
    page = person.get(urljoin(found.url, links[0]["href"]).removeprefix(person.origin))
    assert CORRECTED["message"] in page.soup.get_text()
    page = person.submit(page, "/claim/")
    stale = person.submit(page, "/attempt/", outcome="", note=NOTE)
    assert stale.status == 422
    page = person.submit(page, "/attempt/", outcome="no-answer", note=NOTE)
    page = person.submit(page, "/note/", text=NOTE)
    closed = person.submit(page, "/close/", outcome="withdrew", reason=REMARK)
    assert person.submit(page, "/note/", version="1", text=NOTE).status in {200, 409}
    assert person.submit(closed, "/reopen/", reason=REMARK).status == 200


def edit(server: Served, username: str, marker: str) -> None:
    """Write `marker` into a page, so that there is a revision and a log entry to look through."""
    person = log_in(server, username)
    questions = person.get(f"{ADMIN}programs/question/")
    change = questions.soup.select_one('#result_list a[href*="/change/"]')["href"]
    page = person.get(change)
    saved = person.submit(page, question_en=f"What is {marker}?", _save="Save")
    assert saved.status == 200 and "errorlist" not in str(saved.soup), saved.words


def log_in(server: Served, username: str) -> Person:
    """Signed in, after one try with the words where they do not belong."""
    person = Person(server.port, **{"User-Agent": f"{username}'s browser"})
    login = person.get(f"{ADMIN}login/", next=ADMIN)
    login = person.submit(login, username=ANSWERS["name"], password=ANSWERS["message"])
    inside = person.submit(login, username=username, password=PASSWORD)
    assert inside.url.endswith(ADMIN), inside.words
    return person


MAKE_STAFF = f"""
from django.contrib.auth.models import Group, User
from admissions import access
for name, group in (("cora", access.COORDINATORS), ("edith", access.EDITORS)):
    user, _made = User.objects.get_or_create(
        username=name, defaults={{"email": f"{{name}}@staff.example", "is_staff": True}}
    )
    user.set_password({PASSWORD!r})
    user.save()
    user.groups.add(Group.objects.get(name=group))
"""
# What lies in the database encoded or compressed, as JSON.
DECODED = """
import json
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from reversion.models import Version
print(json.dumps({
    "sessions": [session.get_decoded() for session in Session.objects.all()],
    "log": [(str(e), e.object_repr, e.change_message) for e in LogEntry.objects.all()],
    "revisions": list(Version.objects.values_list("serialized_data", "object_repr")),
}))
"""
