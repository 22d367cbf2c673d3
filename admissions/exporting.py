"""A list of inquiries as a file, CSV or XLSX, a row at a time: memory stays flat at any length.
CSV is sent as it is made; XLSX is put together on disk first.

What people wrote is never in it. Whom it is about only when that was asked for. A cell that a
spreadsheet could take for a formula is made plain text (CWE-1236).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export import resources
from import_export.fields import Field
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from . import workflow
from .models import Inquiry

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 500  # rows read at once
# An XLSX file is whole before its first byte goes out. 3,500 rows a second were measured on a busy
# core, so this many take some 7 of the 35 seconds that nginx waits (deploy/nginx.conf).
MOST_XLSX = 25_000
PERSON = ("name", "ask_for", "phone", "email", "best_time", "voicemail_ok")


class Format(models.TextChoices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel (XLSX)")


class Reason(models.TextChoices):
    """Why a list is taken away. A choice, so that the record of it says nothing about a person."""

    STATISTICS = "statistics", _("Statistics of our own")
    SUPERVISION = "supervision", _("A report to a licensing or paying authority")
    LEGAL = "legal", _("A court’s or lawyer’s request")
    OUTAGE = "outage", _("To work from while the desk is out of order")
    MOVE = "move", _("To hand the work to another clinic or system")


class InquiryResource(resources.ModelResource):
    """The columns of the file."""

    received_at = Field(column_name="received")
    due_at = Field(column_name="due")
    first_attempt_at = Field(column_name="first attempt")
    first_contact_at = Field(column_name="first contact")
    assessment_at = Field(column_name="assessment")
    closed_at = Field(column_name="closed")
    assignee = Field(column_name="assignee")

    class Meta:
        model = Inquiry
        fields = export_order = (
            *("reference", "received_at", "source", "asking_for", "language", "situation"),
            *("payer", "came_from", "contact_by", "status", "outcome", "referral", "priority"),
            *("assignee", "due_at", "first_attempt_at", "first_contact_at", "assessment_at"),
            *("follow_up_on", "closed_at"),
        )

    def dehydrate_assignee(self, inquiry: Inquiry) -> str:
        return workflow.shown_name(inquiry.assignee) if inquiry.assignee else ""

    def dehydrate_received_at(self, inquiry: Inquiry) -> str:
        return _local(inquiry.received_at)

    def dehydrate_due_at(self, inquiry: Inquiry) -> str:
        return _local(inquiry.due_at)

    def dehydrate_first_attempt_at(self, inquiry: Inquiry) -> str:
        return _local(inquiry.first_attempt_at)

    def dehydrate_first_contact_at(self, inquiry: Inquiry) -> str:
        return _local(inquiry.first_contact_at)

    def dehydrate_assessment_at(self, inquiry: Inquiry) -> str:
        return _local(inquiry.assessment_at)

    def dehydrate_closed_at(self, inquiry: Inquiry) -> str:
        return _local(inquiry.closed_at)


def table(inquiries: models.QuerySet[Inquiry], *, with_person: bool) -> Iterator[list[str]]:
    """The heading, and then a row for each inquiry, in the order they are given."""
    resource = InquiryResource()
    yield [*resource.get_export_headers(), *(PERSON if with_person else ())]
    for inquiry in inquiries.select_related("assignee").iterator(chunk_size=CHUNK):
        row = resource.export_resource(inquiry)
        yield [plain(value) for value in (*row, *(_person(inquiry) if with_person else ()))]


def plain(value: Any) -> str:
    """The cell's text, such that no spreadsheet calculates it."""
    text = (
        "" if value is None else ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", str(value))
    )
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def as_csv(rows: Iterable[list[str]]) -> Iterator[str]:
    """The lines of a CSV file. The mark before the first tells Excel that it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)


def as_xlsx(rows: Iterable[list[str]]) -> IO[bytes]:
    """An XLSX file at its beginning. It is on disk without a name, and gone when it is closed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Inquiries")
    for row in rows:
        sheet.append(row)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


class _Echo:
    """What csv writes comes back as the value of `writerow`."""

    def write(self, line: str) -> str:
        return line


def _local(moment: Any) -> str:
    """San Diego's time, as a spreadsheet reads it."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _person(inquiry: Inquiry) -> list[Any]:
    phone = (
        inquiry.phone.as_national if inquiry.phone and not isinstance(inquiry.phone, str) else ""
    )
    return [
        *(inquiry.name, inquiry.ask_for, phone, inquiry.email),
        *(", ".join(inquiry.best_time), "yes" if inquiry.voicemail_ok else "no"),
    ]
