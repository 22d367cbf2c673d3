"""References: said over the phone, typed by hand, and still the right one or none."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from admissions.reference import ALPHABET, LENGTH, new_reference, read_reference

references = st.builds(new_reference)
SAME = {"I": "1", "L": "1", "O": "0"}


def test_a_reference_looks_as_designed() -> None:
    for _n in range(200):
        reference = new_reference()
        assert re.fullmatch(
            r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}", reference
        )
        assert len(reference) == LENGTH


def test_references_do_not_repeat() -> None:
    assert len({new_reference() for _n in range(5000)}) == 5000


@given(references)
def test_a_reference_reads_back_as_itself(reference) -> None:
    assert read_reference(reference) == reference


@given(references, st.sampled_from(["", " ", "-", " - "]))
def test_case_spaces_and_hyphens_do_not_matter(reference, between) -> None:
    spoken = f" {between.join(reference.replace('-', '')).lower()} "
    assert read_reference(spoken) == reference


@given(references)
def test_letters_that_look_like_digits_are_read_as_those(reference) -> None:
    assert read_reference(reference.replace("1", "I").replace("0", "O")) == reference
    assert read_reference(reference.replace("1", "l").replace("0", "o")) == reference


@given(references, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(reference, place, wrong) -> None:
    plain = list(reference.replace("-", ""))
    same = plain[place] == wrong
    plain[place] = wrong
    assert (read_reference("".join(plain)) is None) != same


@given(references, st.integers(0, 9))
def test_a_character_too_few_or_too_many_is_noticed(reference, place) -> None:
    plain = reference.replace("-", "")
    assert read_reference(plain[:place] + plain[place + 1 :]) is None
    assert read_reference(plain[:place] + "7" + plain[place:]) is None


@given(st.text())
def test_any_text_is_a_reference_in_its_stored_form_or_none(text) -> None:
    read = read_reference(text)
    assert read is None or read_reference(read) == read
