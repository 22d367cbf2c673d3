"""How an inquiry can end: which outcomes fit now, why another does not, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from . import reaching, transitions
from .models import Inquiry
from .transitions import CLOSES_FROM, QUARANTINE_OUTCOMES, Outcome


@dataclass(frozen=True)
class Ending:
    """How an inquiry ended, as one choice: "Referred on" is one for each place to go."""

    outcome: str
    referral: str = ""

    @classmethod
    def of(cls, value: str) -> Ending:
        outcome, _sep, referral = value.partition("/")
        return cls(outcome, referral)

    @property
    def value(self) -> str:
        return "/".join(part for part in (self.outcome, self.referral) if part)

    @property
    def label(self) -> Any:
        label = Outcome(self.outcome).label
        if not self.referral:
            return label
        return format_lazy("{}: {}", label, Inquiry.Referral(self.referral).label)


ENDINGS = [
    Ending(outcome.value, referral)
    for outcome in Outcome
    for referral in (Inquiry.Referral.values if outcome == Outcome.REFERRED_ON else [""])
]


def possible(inquiry: Inquiry) -> list[Outcome]:
    """The outcomes that `inquiry` can be closed with now. Two queries at most (reaching.py)."""
    return [
        outcome
        for outcome in Outcome
        if inquiry.status in CLOSES_FROM[outcome]
        and (not inquiry.is_quarantined or outcome in QUARANTINE_OUTCOMES)
        and (outcome != Outcome.COULD_NOT_REACH or reaching.tried_enough(inquiry))
    ]


def check(outcome: str, referral: str) -> None:
    """Raises ValidationError unless `referral` says where to, and only for "referred on"."""
    if outcome not in Outcome:
        raise ValidationError({"outcome": _("Choose how it ended.")})
    referred = outcome == Outcome.REFERRED_ON
    if referred and referral not in Inquiry.Referral:
        raise ValidationError({"outcome": _("Choose where the person was referred to.")})
    if referral and not referred:
        raise ValidationError({"outcome": _("Only “Referred on” says where to.")})


def why_not(outcome: Outcome, current: Inquiry) -> str:
    """The sentence for an outcome that does not fit now."""
    if outcome == Outcome.COULD_NOT_REACH and current.status in CLOSES_FROM[outcome]:
        return _("“Could not reach” needs more attempts: %(so_far)s.") % {
            "so_far": reaching.in_words(current)
        }
    return transitions.why_not_this_outcome(outcome, current)


def in_words(current: Inquiry) -> str:
    """How it ended, in words: "Referred on: out of area"."""
    return str(Ending(current.outcome, current.referral).label)
