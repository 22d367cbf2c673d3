"""The clinic's own record, and the crisis lines."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from solo.admin import SingletonModelAdmin

from amity_site.admin_widgets import MOMENTS

from ..models import AcceptedPayer, Clinic, ClosedDay, CrisisLine, OpeningHours
from .base import ContentAdmin, VersionedAdmin, both, columns, sections
from .notes import clinic_notes


class OpeningHoursFormSet(forms.BaseInlineFormSet):
    """Also compares the rows sent with each other; the model compares each with those stored."""

    def clean(self) -> None:
        super().clean()
        spans = sorted(
            (row["weekday"], row["opens"], row["closes"])
            for row in (getattr(form, "cleaned_data", {}) for form in self.forms)
            if not row.get("DELETE")
            and None not in (row.get("weekday"), row.get("opens"), row.get("closes"))
        )
        for (day, _opens, closes), (next_day, next_opens, _closes) in pairwise(spans):
            if day == next_day and next_opens < closes:
                raise forms.ValidationError(_("Two of these hours overlap on the same day."))


class RowInline(admin.StackedInline):
    """One line for each row, every field with its label: Django's table gives them none."""

    extra = 1


class OpeningHoursInline(RowInline):
    model = OpeningHours
    formset = OpeningHoursFormSet
    fields = [("weekday", "opens", "closes")]


class ClosedDayInline(RowInline):
    model = ClosedDay
    fields = [("date", "reason")]


class AcceptedPayerInline(RowInline):
    model = AcceptedPayer
    fields = [("payer", "verified_on")]


@admin.register(Clinic)
class ClinicAdmin(VersionedAdmin, SingletonModelAdmin):
    """One form and no list; nobody adds or deletes a clinic. Blank values do not show."""

    inlines = [OpeningHoursInline, ClosedDayInline, AcceptedPayerInline]
    readonly_fields = ["notes"]

    def get_fieldsets(self, request: HttpRequest, obj: Clinic | None = None) -> Any:
        notes = [(_("Out of date"), {"fields": ["notes"]})] if obj and clinic_notes(obj) else []
        return [
            *notes,
            (None, {"fields": ["name", ("phone", "text_phone"), "email", "security_contact"]}),
            (_("Address"), {"fields": ["street", ("city", "postal_code")]}),
            (_("Answering"), {"fields": ["call_back_minutes"]}),
            (
                _("New clients"),
                {"fields": [("accepting_new_clients", "accepting_checked_on"), "languages"]},
            ),
            (
                _("State certification"),
                {"fields": [("certification_number", "certification_expires_on")]},
            ),
        ]

    @admin.display(description=_("to check"))
    def notes(self, clinic: Clinic) -> str:
        return format_html_join("", "<p>{}</p>", ((note,) for note in clinic_notes(clinic)))

    def save_model(self, request: HttpRequest, obj: Clinic, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for note in clinic_notes(obj):
            messages.warning(request, note)


@admin.register(CrisisLine)
class CrisisLineAdmin(ContentAdmin):
    title_field = "name"
    list_display = columns("phone", "text_number")
    formfield_overrides = {**MOMENTS, models.URLField: {"assume_scheme": "https"}}
    fieldsets = sections(
        (
            None,
            [
                both("name"),
                both("when_to_use"),
                ("phone", "text_number", "tty"),
                ("chat_url", "finds_care"),
            ],
        )
    )
