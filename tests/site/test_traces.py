"""The search for left-behind words finds what it is there to find."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote_plus

import pytest

from tests.traces import Traces

WORD, PHONE = "Ñandúwicker", "+16195550187"
TRACES = Traces([f"to {WORD}"], [PHONE], ["kitchen+lamp@flimworthy.example"])

WRITTEN = {
    "as typed": WORD.encode(),
    "in capitals": WORD.upper().encode(),
    "without accents": b"nanduwicker",
    "decomposed": "n\u0303andu\u0301wicker".encode(),
    "as UTF-16": WORD.encode("utf-16"),
    "as Latin-1": WORD.encode("latin-1"),
    "in an address": quote_plus(f"q {WORD.lower()}").encode(),
    "as JSON": json.dumps({"name": WORD}).encode(),
    "as HTML": b"&#209;and&#250;wicker",
    "in hexadecimal": WORD.encode().hex().encode(),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_word_is_found_however_it_is_written(form):
    assert TRACES.found_in(b"before " + WRITTEN[form] + b" behind") == {WORD}


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_word_is_found_wherever_it_stands_in_base64(before):
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert TRACES.found_in(encode(f"{before}{WORD} and more".encode())) == {WORD}


@pytest.mark.parametrize(
    "number",
    ["+16195550187", "16195550187", "6195550187", "619-555-0187", "(619) 555-0187", "619.555.0187"],
)
def test_a_number_is_found_however_it_is_written(number):
    assert TRACES.found_in(f"call {number} today".encode()) == {PHONE}


def test_an_address_is_found_whole_and_escaped():
    for text in ("kitchen+lamp@flimworthy.example", "kitchen%2Blamp%40flimworthy.example"):
        assert TRACES.found_in(text.encode()) == {"kitchen+lamp@flimworthy.example"}


def test_other_words_and_short_ones_are_not_found():
    assert TRACES.found_in(b"to and fro, 619-555-0188, Nandu Wicker") == set()


def test_the_file_that_holds_a_word_is_named(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text(f"GET /?q={WORD}")
    (tmp_path / "other").write_text("nothing")
    assert TRACES.found_below(tmp_path) == [f"{tmp_path / 'deep' / 'log'}: {WORD}"]
