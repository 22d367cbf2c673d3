"""The public inquiry form."""

from .inquiry import InquiryForm

__all__ = ["InquiryForm"]
