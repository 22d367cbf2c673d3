"""The log never quotes what a person wrote."""

from __future__ import annotations

import logging
import sys

from django.test import RequestFactory

from amity_site.logs import PrivateFormatter

SECRET = "someone@example.org"


def _record(level: int) -> logging.LogRecord:
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError:
        return logging.LogRecord("site", level, __file__, 1, "It broke", (), sys.exc_info())


def test_an_error_names_its_kinds_and_its_lines_of_code_but_not_its_message():
    text = PrivateFormatter().format(_record(logging.ERROR))
    assert SECRET not in text
    assert "KeyError" in text
    assert "ValueError" in text
    assert "test_logs.py" in text


def test_a_clients_mistake_is_one_line():
    assert PrivateFormatter().format(_record(logging.WARNING)) == "It broke"


def test_the_sites_own_settings_write_the_log_this_way(settings):
    formatters = settings.LOGGING["formatters"].values()
    assert {one["()"] for one in formatters} == {"amity_site.logs.PrivateFormatter"}


def _suspicious(name: str) -> logging.LogRecord:
    record = logging.LogRecord(
        f"django.security.{name}", logging.ERROR, __file__, 1, f"Not {SECRET}", (), None
    )
    record.request = RequestFactory().get(f"/admin/%0A/?{SECRET}=1")
    return record


def test_a_suspicious_request_is_one_line_without_its_words():
    text = PrivateFormatter("{name}: {message}", style="{").format(_suspicious("Lookup"))
    assert text == "django.security.Lookup: Refused: /admin/%0A/"


def test_a_host_that_is_not_ours_is_no_line_at_all(client, capfd):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert "evil.example" not in "".join(capfd.readouterr())
