"""What an editor should know about a record although it may be saved as it is."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from ..models import Clinic, LevelOfCare, Program

EXPIRY_NOTICE = 60  # days before the certification expires
ACCEPTING_GOES_STALE = 30  # days after the last check


def program_notes(program: Program) -> list[str]:
    """Whether a week of this program is outside the band of its level of care.

    Sessions times hours give the week; the band is the level's own. Source: DOMAIN.md, Clinical:
    ASAM (3rd edition) level 2.1 is 9-19 hours a week for adults, under 9 is level 1, 20 and up is
    2.5. The seed's 3-5 sessions of 2-4 hours are 6-20 hours, so the program that came with the
    site leaves its band; its numbers are the clinic's to change, hence a note and no error.
    """
    if not program.leaves_level_band():
        return []
    fewest, most = program.weekly_hours
    return [
        _(
            "These sessions come to %(hours)s hours a week. %(level)s is %(band)s hours a week. "
            "Check the numbers, or the level of care."
        )
        % {
            "hours": _span(fewest, most),
            "level": _level_name(program.level),
            "band": _span(program.level.hours_min, program.level.hours_max),
        }
    ]


def clinic_notes(clinic: Clinic, on: datetime.date | None = None) -> list[str]:
    """What about the clinic's record is out of date, or soon will be, on the day `on` (today)."""
    on = on or timezone.localdate()
    notes = []
    expires = clinic.certification_expires_on
    if expires and expires < on:
        notes.append(
            _("The state certification expired on %(day)s.") % {"day": formats.date_format(expires)}
        )
    elif expires and (expires - on).days <= EXPIRY_NOTICE:
        notes.append(
            _("The state certification expires on %(day)s.") % {"day": formats.date_format(expires)}
        )
    checked = clinic.accepting_checked_on
    if (
        clinic.accepting_new_clients is not None
        and checked
        and (on - checked).days > ACCEPTING_GOES_STALE
    ):
        notes.append(
            _("“Accepting new clients” was last checked on %(day)s. Check it again.")
            % {"day": formats.date_format(checked)}
        )
    return notes


def _level_name(level: LevelOfCare) -> str:
    if not level.asam_code:
        return level.name
    if not level.asam_edition:
        return _("ASAM level %(code)s") % {"code": level.asam_code}
    return _("ASAM level %(code)s (%(edition)s)") % {
        "code": level.asam_code,
        "edition": level.asam_edition,
    }


def _span(low: Decimal | int | None, high: Decimal | int | None) -> str:
    """“6-20”; with one end open “20 or more”, “up to 8”."""
    if high is None:
        return _("%(low)s or more") % {"low": _plain(low)}
    if low is None:
        return _("up to %(high)s") % {"high": _plain(high)}
    return f"{_plain(low)}\N{EN DASH}{_plain(high)}"


def _plain(number: Decimal | int | None) -> str:
    """A number of hours without idle zeros: 6 for 6.0, 7.5 for 7.5."""
    return f"{Decimal(number or 0).normalize():f}"
