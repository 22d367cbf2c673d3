"""The admissions desk in the admin: queue, workspace, trail, outbox, roster and settings."""

from .desk import DeskSettingsAdmin, DutyFallbackAdmin, DutyShiftAdmin
from .inquiry import InquiryAdmin
from .records import EventAdmin, NotificationAdmin

__all__ = [
    "DeskSettingsAdmin",
    "DutyFallbackAdmin",
    "DutyShiftAdmin",
    "EventAdmin",
    "InquiryAdmin",
    "NotificationAdmin",
]
