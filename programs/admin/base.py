"""What the screens of every content record share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import reversion
from adminsortable2.admin import CustomInlineFormSet, SortableAdminMixin, SortableStackedInline
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminIntegerFieldWidget, AdminTextareaWidget
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline
from modeltranslation.utils import get_translation_fields
from reversion.admin import VersionAdmin
from reversion.models import Version

from amity_site.admin_widgets import MOMENTS

from ..models import ContentRecord
from .filters import ReviewFilter, StateFilter
from .ordering import rearrange, stepped

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

SENTENCES = 300  # characters: from this length on a field holds sentences, not a title
STATE_FILTERS = [StateFilter, ReviewFilter]


def columns(*own: str) -> list[Any]:
    """A list's columns: drag handle, title, the record's own, and where it stands."""
    return ["position", "__str__", *own, "state", "review"]


def both(name: str) -> tuple[str, ...]:
    """A translated field in all its languages, side by side where there is room."""
    return tuple(get_translation_fields(name))


def sections(*own: tuple[Any, Sequence[Any]], fold: bool = False) -> list[Any]:
    """A form's fieldsets: (title, fields) for each of the record's own, then what all share.

    `fold` puts what is shared into <details>, which open without JavaScript.
    """
    classes = ["collapse"] if fold else []
    shared = [
        (_("Publishing"), [("live_from", "live_until"), ("slug", "position")]),
        (_("Review"), [("reviewed_by", "reviewed_on", "review_due")]),
    ]
    return [
        *((title, {"fields": list(fields)}) for title, fields in own),
        *((title, {"fields": fields, "classes": classes}) for title, fields in shared),
    ]


class ContentForm(forms.ModelForm):
    """Lets `position` be left empty: a new record then goes last, an old one stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
            if self.instance._state.adding:
                self.initial["position"] = None

    def clean_position(self) -> int:
        position: int | None = self.cleaned_data["position"]
        return self.instance.position if position is None else position


class LanguagesMixin:
    """Labels each translated field with its language's name and marks up its language.

    Mixed in before modeltranslation's classes, which call the field “title [es]”. Fields that hold
    sentences get room for them.
    """

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if isinstance(db_field, models.CharField) and (db_field.max_length or 0) >= SENTENCES:
            kwargs.setdefault("widget", AdminTextareaWidget(attrs={"rows": 3}))
        field: forms.Field | None = super().formfield_for_dbfield(  # type: ignore[misc]
            db_field, request, **kwargs
        )
        language = getattr(db_field, "language", None)
        if field and language:
            original = db_field.translated_field  # type: ignore[attr-defined]
            name = get_language_info(language)["name_translated"]
            field.label = f"{capfirst(original.verbose_name)} ({name})"
            # Screen readers and spelling checkers then use the right language.
            field.widget.attrs["lang"] = language
        return field


class VersionedAdmin(VersionAdmin):
    """reversion's admin, with a version also of what it would not see.

    Records come from `load_content` without one, so the first change keeps what was there before
    it, and deleting keeps what is deleted.
    """

    history_latest_first = True

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST":
            self._keep_first_version(request, object_id)
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    def _keep_first_version(self, request: HttpRequest, object_id: str) -> None:
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_change_permission(request, obj):
            return
        if not Version.objects.get_for_object(obj).exists():
            keep_version(obj, _("As it was before the first change in the admin."))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        keep_version(obj, _("As it was when it was deleted."), user=request.user)
        super().delete_model(request, obj)


class ContentAdmin(LanguagesMixin, SortableAdminMixin, VersionedAdmin, TranslationAdmin):
    """A content record's list and form.

    The order of the bases matters: adminsortable2's list template extends whatever template the
    next base names, so reversion's “Recover deleted” and the drag handles are on one page.
    """

    form = ContentForm
    formfield_overrides = {
        **MOMENTS,
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }
    title_field = "title"
    list_display = columns()
    list_display_links = ["__str__"]
    list_filter = [*STATE_FILTERS]
    list_per_page = 100
    actions = ["move_up", "move_down"]

    class Media:
        css = {"all": ["css/content_admin.css"]}

    # The list

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Every text of the record, in every language."""
        return [
            field.name
            for field in self.model._meta.fields
            if hasattr(field, "translated_field") or field.name == "slug"
        ]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Number the rows shown 1, 2, 3, … or, turned round, … 3, 2, 1.

        The script that drags sends these numbers back, and cannot tell up from down when rows
        share one. `rearrange` reads them as an order, not as positions.
        """
        cl = super().get_changelist_instance(request)
        if self.enable_sorting:
            rows = list(cl.result_list)
            descending = (self.order_by or "").startswith("-")
            for index, row in enumerate(rows):
                row.position = len(rows) - index if descending else index + 1
            cl.result_list = rows
        return cl

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without adminsortable2's moves between pages, and without deleting in bulk.

        Only the confirmation page of a single record keeps a version of what it deletes.
        """
        actions = admin.ModelAdmin.get_actions(self, request)
        actions.pop("delete_selected", None)
        return actions

    @admin.display(description=_("state"), ordering="live_from")
    def state(self, record: ContentRecord) -> StrOrPromise:
        if record.is_live():
            return _("Live")
        if record.live_from is None:
            return _("Draft")
        if record.live_from > timezone.now():
            return _("From %(day)s") % {"day": _day(record.live_from)}
        return _("Ended")

    @admin.display(description=_("review"), ordering="review_due")
    def review(self, record: ContentRecord) -> StrOrPromise:
        """When it was reviewed and when it will be, in words; what is late stands out."""
        last = next_ = ""
        if record.reviewed_on:
            last = _("Reviewed %(day)s") % {"day": formats.date_format(record.reviewed_on)}
        if record.review_due and record.review_due < timezone.localdate():
            due = _("Overdue since %(day)s") % {"day": formats.date_format(record.review_due)}
            next_ = format_html("<strong>{}</strong>", due)
        elif record.review_due:
            next_ = _("Next %(day)s") % {"day": formats.date_format(record.review_due)}
        parts = [(part,) for part in (last, next_) if part]
        return format_html_join(mark_safe("<br>"), "{}", parts) or self.get_empty_value_display()

    # Moving: by dragging, or by these two actions from the keyboard and without JavaScript

    @admin.action(description=_("Move up"), permissions=["change"])
    def move_up(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._step(request, queryset, up=True)

    @admin.action(description=_("Move down"), permissions=["change"])
    def move_down(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._step(request, queryset, up=False)

    def _step(self, request: HttpRequest, queryset: models.QuerySet, *, up: bool) -> None:
        listed = self.get_changelist_instance(request).get_queryset(request)
        order = list(listed.order_by("position", "pk").values_list("pk", flat=True))
        wanted = stepped(order, set(queryset.values_list("pk", flat=True)), up=up)
        if wanted == order:
            self.message_user(request, _("There was nothing to move."), messages.INFO)
            return
        rearrange(self.model, wanted)
        reversion.set_comment(str(_("Order changed.")))
        self.message_user(request, _("The order has changed."), messages.SUCCESS)

    def update_order(self, request: HttpRequest) -> HttpResponse:
        """Where the drag handles report to."""
        with self.create_revision(request):
            reversion.set_comment(str(_("Order changed.")))
            response: HttpResponse = super().update_order(request)
        return response

    def _update_order(self, updated_items: Any, extra_model_filters: Any) -> int:
        items = sorted(updated_items, key=lambda item: int(item[1]))
        return rearrange(self.model, [int(pk) for pk, _place in items])

    # The form

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Only for a new record: a slug is an address, which does not follow a change of title."""
        return {} if obj else {"slug": [f"{self.title_field}_en"]}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and not obj.position:
            obj.position = self.get_max_order(request) + 1
        # Past adminsortable2's own, which overwrites a position that the editor chose.
        super(SortableAdminMixin, self).save_model(request, obj, form, change)


def keep_version(obj: models.Model, comment: Any, user: Any = None) -> None:
    """Save a version of `obj` and the parts that follow it, changing nothing else."""
    with transaction.atomic(), reversion.create_revision():
        reversion.add_to_revision(obj)
        reversion.set_comment(str(comment))
        if user is not None:
            reversion.set_user(user)


class VisiblePositionFormSet(CustomInlineFormSet):
    """adminsortable2's formset with its position shown.

    The script that drags writes into the same field, so that what is shown stays true; without
    the script, and from the keyboard, the number is the way to reorder.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.form.base_fields[self.default_order_field]
        field.widget = AdminIntegerFieldWidget(attrs={"class": "_reorder_", "min": 0})
        field.is_hidden = False


class ContentInline(LanguagesMixin, SortableStackedInline, TranslationStackedInline):
    """The parts of a record, in its form: sortable, folded, in both languages."""

    form = ContentForm
    formfield_overrides = MOMENTS
    formset = VisiblePositionFormSet
    extra = 0
    classes = ["collapse"]
    show_change_link = True

    prepopulated_fields = {"slug": ["title"]}


def _day(moment: Any) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")
