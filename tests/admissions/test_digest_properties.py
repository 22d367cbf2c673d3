"""However a person writes their name, number or address, the token is theirs, theirs alone."""

from __future__ import annotations

import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from admissions.protection.digests import (
    DIGEST_BYTES,
    MOST_WORDS,
    name_words,
    normal_email,
    normal_phone,
    token,
)

texts = st.text(max_size=60)
letters = st.sampled_from("abcdefghijklmnopqrstuvwxyzáéíóúñüçö")
latin_words = st.text(letters, min_size=1, max_size=12)
# Area codes and exchanges do not begin with 0 or 1, and N11 is no number.
numbers = st.from_regex(r"(619|858|760)[2-9](0[0-9]|[2-9][0-9])[0-9]{4}", fullmatch=True)
addresses = st.from_regex(r"[a-zA-Z0-9.+_-]{1,20}@[a-zA-Z0-9-]{1,20}\.(org|com)", fullmatch=True)


def words_of(*names: str) -> list[str]:
    return list(name_words(names))


@given(texts)
def test_the_words_of_a_name_are_their_own_words(name):
    words = words_of(name)
    assert words_of(" ".join(words)) == words


@given(texts)
def test_words_hold_no_accent_and_no_punctuation_and_no_name_has_many(name):
    words = words_of(name)
    assert len(words) == len(set(words)) <= MOST_WORDS
    assert all(word.isalnum() or not word.isascii() for word in words)


@given(st.lists(latin_words, min_size=1, max_size=5), st.sampled_from([" ", "-", ", ", "\u00a0 "]))
def test_case_accents_and_what_stands_between_do_not_matter(words, between):
    plain = words_of(" ".join(words))
    for name in (between.join(words).upper(), f" {between.join(words).title()}."):
        for form in ("NFC", "NFD", "NFKD"):
            assert words_of(unicodedata.normalize(form, name)) == plain


@given(latin_words, st.sampled_from("'’`´"), latin_words)
def test_an_apostrophe_does_not_part_a_word(before, mark, behind):
    assert words_of(f"{before}{mark}{behind}") == words_of(before + behind)


@given(addresses)
def test_an_address_is_the_same_in_any_case_and_with_spaces_around(address):
    normal = normal_email(address)
    assert normal_email(normal) == normal
    assert normal_email(f"  {address.upper()} ") == normal == normal_email(address.lower())


@given(addresses, addresses)
def test_two_addresses_stay_two(one, other):
    assume(one.lower() != other.lower())
    assert token("email", normal_email(one)) != token("email", normal_email(other))


@given(numbers)
def test_a_number_is_the_same_in_any_format(digits):
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    normal = normal_phone(digits)
    assert normal == f"+1{digits}"
    for typed in (
        f"({area}) {exchange}-{line}",
        f"{area}.{exchange}.{line}",
        f"1 {area} {exchange} {line}",
        f"+1-{area}-{exchange}-{line}",
        f"{area}-{exchange}-{line} x12",
        normal,
    ):
        assert normal_phone(typed) == normal


@given(numbers, numbers)
def test_two_numbers_stay_two(one, other):
    assume(one != other)
    assert token("phone", str(normal_phone(one))) != token("phone", str(normal_phone(other)))


@given(texts)
def test_any_text_is_a_number_in_its_stored_form_or_none(text):
    normal = normal_phone(text)
    assert normal is None or (normal.startswith("+") and normal_phone(normal) == normal)


@given(st.sampled_from(["phone", "email", "name"]), texts)
def test_a_token_is_as_long_whatever_it_is_of_and_tells_its_kind_apart(kind, value):
    assert len(token(kind, value).digest) == DIGEST_BYTES
    assert token(kind, value).digest != token("reference", value).digest
