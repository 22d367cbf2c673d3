"""The admissions desk in the admin: queue, workspace, trail, outbox, roster and settings."""

from .access_records import AccessRecordAdmin
from .desk import DeskSettingsAdmin, DutyFallbackAdmin, DutyShiftAdmin, ReplyTemplateAdmin
from .inquiry import InquiryAdmin
from .lead import LeadAdmin
from .records import EventAdmin, NotificationAdmin

__all__ = [
    "AccessRecordAdmin",
    "DeskSettingsAdmin",
    "DutyFallbackAdmin",
    "DutyShiftAdmin",
    "EventAdmin",
    "InquiryAdmin",
    "LeadAdmin",
    "NotificationAdmin",
    "ReplyTemplateAdmin",
]
