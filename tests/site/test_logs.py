"""The log never quotes what a person wrote."""

from __future__ import annotations

import logging
import sys

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
