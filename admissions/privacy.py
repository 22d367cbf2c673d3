"""Who sees how much of a person: masked routes in lists, and the rule for messages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Subquery
from django.utils.translation import gettext as _

from .models import DeskSettings, Inquiry
from .models.querysets import InquiryQuerySet

SHOWN_DIGITS = 2
MESSAGE_BEFORE = "message before: "  # how intake.earlier_answers introduces it


def masked_phone(phone: Any) -> str:
    """Enough of a number to tell two apart, too little to call."""
    digits = str(getattr(phone, "as_e164", phone) or "")
    return _("number ending in %(digits)s") % {"digits": digits[-SHOWN_DIGITS:]} if digits else ""


def masked_email(email: Any) -> str:
    """The first letters of an address, and where it ends: r…@e….org."""
    name, at, domain = str(email or "").rpartition("@")
    if not at:
        return "…" if email else ""
    return f"{name[:1]}…@{domain[:1]}….{domain.rpartition('.')[2]}"


def with_message_rule(rows: InquiryQuerySet) -> InquiryQuerySet:
    """`rows` that bring along what `may_read_message` and reaching.py ask the desk settings for."""
    rule, days = (
        Subquery(DeskSettings.objects.values(name)[:1])
        for name in ("messages_seen_by", "days_to_try")
    )
    return rows.annotate(messages_seen_by=rule, days_to_try=days)


def may_read_message(user: User, inquiry: Inquiry) -> bool:
    """Whether `user` may see what the person wrote, as the desk settings have it.

    Leads, and those who answer requests about a person, always. One query for the others, unless
    the inquiry came by `with_message_rule`.
    """
    if user.has_perm("admissions.assign_inquiry") or user.has_perm(
        "admissions.handle_person_request"
    ):
        return True
    rule = getattr(inquiry, "messages_seen_by", None) or DeskSettings.get_solo().messages_seen_by
    if rule == DeskSettings.MessagesSeenBy.ASSIGNEE:
        return inquiry.assignee_id == user.pk
    return rule == DeskSettings.MessagesSeenBy.ALL and user.has_perm("admissions.view_inquiry")


def without_message(text: str) -> str:
    """Earlier answers (intake.earlier_answers) without the message that was among them.

    All that follows it goes, too: nothing says for sure where a message of several lines ends.
    """
    kept, begins, _message = text.partition(f"\n{MESSAGE_BEFORE}")
    return f"{kept}{begins}{_('(not for you to see)')}" if begins else text
