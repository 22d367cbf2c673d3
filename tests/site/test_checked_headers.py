"""Headers that anybody may get are checked once, and every other header as ever."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.http import wsgi
from gunicorn.http.errors import InvalidResponseHeader

from amity_site import checked_headers, gunicorn_conf

PUBLIC = [
    ("Content-Type", "text/html"),
    ("Cache-Control", "public, max-age=0, s-maxage=60"),
    ("Connection", "close"),
    ("Content-Length", "5"),
]
REQUEST = SimpleNamespace(method="GET", version=(1, 1), should_close=lambda: False)


@pytest.fixture(autouse=True)
def nothing_remembered():
    checked_headers._checked.clear()
    yield
    checked_headers._checked.clear()


def answered(headers, kind=checked_headers.Response):
    answer = kind(REQUEST, None, Config())
    answer.start_response("200 OK", list(headers))
    return answer


def state(answer):
    """All that an answer knows of itself, the settings aside."""
    return {name: value for name, value in vars(answer).items() if name != "cfg"}


def test_the_servers_answers_are_of_this_kind():
    assert gunicorn_conf.gunicorn.http.wsgi.Response is checked_headers.Response


def test_a_remembered_answer_is_in_all_what_gunicorn_would_make_of_it():
    unremembering = checked_headers.Response.__base__
    anew = state(answered(PUBLIC, unremembering))
    assert state(answered(PUBLIC)) == anew
    assert state(answered(PUBLIC)) == anew


def test_public_headers_are_looked_at_once(monkeypatch):
    answered(PUBLIC)
    monkeypatch.setattr(wsgi, "HEADER_VALUE_RE", None)
    assert answered(PUBLIC).response_length == 5
    with pytest.raises(AttributeError):
        answered([*PUBLIC[:-1], ("Content-Length", "6")])


def test_one_answer_cannot_change_what_the_next_one_sends():
    answered(PUBLIC)
    answered(PUBLIC).headers.clear()
    assert answered(PUBLIC).headers == [pair for pair in PUBLIC if pair[0] != "Connection"]


@pytest.mark.parametrize("times", [1, 2])
def test_a_line_break_in_a_value_is_refused_each_time(times):
    for _time in range(times):
        with pytest.raises(InvalidResponseHeader):
            answered([*PUBLIC, ("X-Name", "a\r\nSet-Cookie: b=c")])


@pytest.mark.parametrize(
    "private",
    [
        [("Cache-Control", "private, no-store"), ("Location", "/received/token/")],
        [("Location", "/received/token/")],
        [*PUBLIC, ("Set-Cookie", "sessionid=secret")],
    ],
)
def test_nothing_of_a_persons_own_answer_is_remembered(private):
    answered(private)
    assert not checked_headers._checked


def test_what_is_remembered_stays_small(monkeypatch):
    monkeypatch.setattr(checked_headers, "REMEMBERED", 3)
    for number in range(10):
        answered([*PUBLIC, ("ETag", f'"{number}"')])
        assert len(checked_headers._checked) <= 3
