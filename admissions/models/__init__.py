"""The inquiry records. Import them from here."""

from .audit import AccessRecord, AuditSeal
from .consent import Consent
from .desk import DeskSettings, DutyFallback, DutyShift
from .figures import DayFigures, FiguresMark
from .history import ContactAttempt, Event, Notification
from .inquiry import Channel, Inquiry
from .inquiry_rules import SEALED
from .links import InquiryLink
from .lookup import LookupKeyMark, LookupToken
from .replies import ReplyTemplate
from .saved_view import SavedView

__all__ = [
    "SEALED",
    "AccessRecord",
    "AuditSeal",
    "Channel",
    "Consent",
    "ContactAttempt",
    "DayFigures",
    "DeskSettings",
    "DutyFallback",
    "DutyShift",
    "Event",
    "FiguresMark",
    "Inquiry",
    "InquiryLink",
    "LookupKeyMark",
    "LookupToken",
    "Notification",
    "ReplyTemplate",
    "SavedView",
]
