"""Editors at work, for the tests of this folder."""

from __future__ import annotations

import pytest

from . import rows


@pytest.fixture
def desk(client, editor):
    """A browser in which the editor is signed in."""
    client.force_login(editor)
    return client


@pytest.fixture
def iop(db):
    """The program as the seed has it: 3 to 5 sessions of 2 to 4 hours, level 2.1."""
    program = rows.program(slug="intensive-outpatient", name="Intensive Outpatient Program")
    program.save()
    return program
