"""The admissions desk in the admin: the queue, the workspace, the trail and the outbox."""

from .inquiry import InquiryAdmin
from .records import EventAdmin, NotificationAdmin

__all__ = ["EventAdmin", "InquiryAdmin", "NotificationAdmin"]
