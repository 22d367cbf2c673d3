"""docs/data.md says of every column of the inquiry records how long it is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from admissions.models import SEALED

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "data.md"
MODELS = [model.__name__ for model in apps.get_app_config("admissions").get_models()]


def _rows(model: str) -> list[str]:
    """The table rows below the heading that names `model`."""
    for part in re.split(r"^##+ ", DOCUMENT.read_text(), flags=re.M):
        heading, _, text = part.partition("\n")
        if model in heading.split(", "):
            return [line for line in text.splitlines() if line.startswith("| `")]
    return []


def _named(rows: list[str]) -> set[str]:
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


@pytest.mark.parametrize("model", MODELS)
def test_every_column_is_named_with_how_long_it_is_kept(model):
    rows = _rows(model)
    columns = {f.name for f in apps.get_model("admissions", model)._meta.concrete_fields}
    assert columns - _named(rows) == set()
    assert all(row.rstrip("| ").split("|")[-1].strip() for row in rows)


def test_no_column_is_named_that_is_gone():
    columns = {
        field.name
        for model in apps.get_app_config("admissions").get_models()
        for field in model._meta.concrete_fields
    }
    assert _named([row for model in MODELS for row in _rows(model)]) <= columns


def test_exactly_the_sealed_columns_are_said_to_be_sealed():
    sealed = [row for row in _rows("Inquiry") if "**sealed**" in row]
    assert _named(sealed) == set(SEALED)
