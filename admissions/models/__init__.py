"""The inquiry records. Import them from here."""

from .consent import Consent
from .desk import DeskSettings, DutyFallback, DutyShift
from .history import ContactAttempt, Event, Notification
from .inquiry import SEALED, Channel, Inquiry
from .lookup import LookupKeyMark, LookupToken

__all__ = [
    "SEALED",
    "Channel",
    "Consent",
    "ContactAttempt",
    "DeskSettings",
    "DutyFallback",
    "DutyShift",
    "Event",
    "Inquiry",
    "LookupKeyMark",
    "LookupToken",
    "Notification",
]
