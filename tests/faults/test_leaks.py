"""Whatever goes wrong, what was written about a person is readable in no file and no mail."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests import private_way
from tests.faults.cluster import PostgresCluster
from tests.faults.conftest import Site
from tests.faults.postbox import Postbox
from tests.faults.stored import DUE
from tests.pages import FORM
from tests.person import Person
from tests.private_way import TRACES
from tests.serving import Served, eventually
from tests.traces import Traces

MARKER = "marmaladeklaxon"
MARKERS = Traces([MARKER])
BROKEN = Path(__file__).with_name("broken_wsgi.py")


class KeptMail(Postbox):
    """Refuses everybody at first, by address; keeps what it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[tuple[list[str], bytes]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address not in self.refused:
            self.refused.add(address)
            return f"451 <{address}> try later"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope) -> str:
        self.letters.append((list(envelope.rcpt_tos), envelope.content))
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def site(folder: Path, database_url: str) -> Site:
    """With temporary files below its own folder, and a rate that one person can go over."""
    (folder / "tmp").mkdir(exist_ok=True)
    site = Site(folder, database_url, {"TMPDIR": str(folder / "tmp"), "INQUIRY_RATE": "60/h"})
    site.manage("shell", "-v0", "-c", private_way.MAKE_STAFF)
    return site


@pytest.fixture
def mail(site: Site) -> Iterator[KeptMail]:
    box = KeptMail()
    site.variables["EMAIL_URL"] = box.url
    yield box
    box.close()


@pytest.fixture
def places(site: Site, request) -> list[Path]:
    """The folders that hold every byte of the site."""
    if site.kind == "sqlite":
        return [site.folder, Path(site.database_url.removeprefix("sqlite:///")).parent]
    cluster: PostgresCluster = request.getfixturevalue("cluster")
    return [site.folder, cluster.folder]


def test_no_file_and_no_mail_holds_a_word_or_number(site, mail, server, places, tmp_path):
    worker = site.start_worker()
    try:
        reference = private_way.visit(server)
        # Nobody is told of what is closed already, as it is for a moment in the course of `work`.
        assert eventually(lambda: mail.refused - {private_way.EMAIL}, seconds=60), worker.output
        private_way.work(server, "cora", reference)
        private_way.edit(server, "edith", MARKER)
        Person(server.port).get("/questions/")
        assert private_way.send_too_many(server)
        assert eventually(lambda: private_way.EMAIL in mail.refused, seconds=60), worker.output
        site.execute(DUE)
        assert eventually(lambda: mail_reached(mail), seconds=90), worker.output
        dump(site, tmp_path)
        assert TRACES.found_below(*places, tmp_path) == []
        assert [letter for letter in mail.letters if TRACES.found_in(private(*letter))] == []
        decoded = site.ask(private_way.DECODED)
        assert TRACES.found_in(json.dumps(decoded).encode()) == set()
        # What may be there is found, or none of this would prove anything.
        assert all(MARKERS.found_below(place) for place in (*places, tmp_path))
    finally:
        worker.end()


def mail_reached(mail: KeptMail) -> bool:
    """Whether both the sender and somebody of the staff have had a letter."""
    reached = {address for recipients, _letter in mail.letters for address in recipients}
    return private_way.EMAIL in reached and len(reached) > 1


def dump(site: Site, folder: Path) -> None:
    """The whole database as text."""
    if site.kind == "sqlite":
        lines = [repr(row) for (table,) in site.rows(TABLES) for row in site.rows(ALL % table)]
        (folder / "dump").write_text("\n".join(lines), errors="surrogatepass")
        return
    program = shutil.which("pg_dump")
    assert program
    with (folder / "dump").open("wb") as file:
        subprocess.run([program, "--data-only", site.database_url], stdout=file, check=True)


TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
ALL = 'SELECT * FROM "%s"'


def private(recipients: list[str], letter: bytes) -> bytes:
    """What of a letter must not say whom it is about: a sender's own may be addressed to them."""
    if recipients != [private_way.EMAIL]:
        return letter
    return b"\n".join(line for line in letter.splitlines() if not line.startswith(b"To: "))


@pytest.fixture
def broken(site: Site) -> Iterator[Served]:
    shutil.copy2(BROKEN, site.folder / BROKEN.name)
    gunicorn = ["-m", "gunicorn", "-c", "python:amity_site.gunicorn_conf", BROKEN.stem]
    variables = site.variables | {"DATABASE_URL": site.database_url}
    served = Served(site.folder, [sys.executable, *gunicorn], **variables)
    try:
        served.wait_until_it_answers()
        yield served
    finally:
        served.end()


def test_an_error_with_the_words_in_hand_leaves_none_of_them_in_the_log(site, broken, places):
    said = private_way.ANSWERS
    person = Person(broken.port)
    form = person.get(FORM)
    assert person.submit(form, private_way.CHECK, **said).status == 500
    answers = private_way.fields_of(form.form(private_way.CHECK)) | said
    assert person.post(FORM, answers).status == 500
    staff = private_way.log_in(broken, "cora")
    queue = staff.get("/admin/admissions/inquiry/")
    assert staff.submit(queue, "/inquiry/", words=said["name"]).status == 500
    assert person.post(f"/beyond-django/?{urlencode({'q': said['name']})}", said).status == 500

    def told() -> bool:
        return all(kind in broken.output for kind in ("RuntimeError", "KeyError", "ValueError"))

    assert eventually(told), broken.output
    assert TRACES.found_below(*places) == []
