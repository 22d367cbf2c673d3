"""The inquiry records. Import them from here."""

from .history import ContactAttempt, Event, Notification
from .inquiry import Channel, Consent, Inquiry

__all__ = ["Channel", "Consent", "ContactAttempt", "Event", "Inquiry", "Notification"]
