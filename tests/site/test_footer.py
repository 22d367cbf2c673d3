"""The foot of every page says what is true today, and true without a script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from programs.models import Clinic
from tests.pages import read


@pytest.mark.parametrize(("days", "shown"), [(0, True), (-1, False)])
def test_a_certification_is_named_through_its_last_day(client, site, days, shown):
    Clinic.objects.update(
        certification_number="370000AP",
        certification_expires_on=timezone.localdate() + timedelta(days),
    )
    assert ("370000AP" in read(client, "/").footer.get_text()) is shown


def test_the_keys_that_need_a_script_are_spoken_of_by_the_script_alone(client, site):
    footer = read(client, "/").footer
    footer.find(hidden=True).decompose()
    assert "weather site" in footer.get_text()
    assert "Shift" not in footer.get_text()
