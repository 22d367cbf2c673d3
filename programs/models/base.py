"""What every content record shares: its address, its order, its publishing window, its review."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import CharField, F, Q, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import (
    build_localized_fieldname,
    get_language,
    resolution_order,
)

# Beyond it a date cannot be turned into UTC, or read back from the database.
LATEST = datetime.datetime(2200, 1, 1, tzinfo=datetime.UTC)
within_reach = MaxValueValidator(LATEST, _("Choose a day before 2200, or leave it empty."))


class PartRow(NamedTuple):
    """One live record, as `in_one_query` reads it."""

    kind: str
    slug: str
    title: str
    text: str


class ContentQuerySet(models.QuerySet):
    """Reads that every content record answers."""

    # The columns that `as_rows` takes for a record's title and its text.
    row_columns = ("title", "text")

    def live(self, at: datetime.datetime | None = None) -> Self:
        """Records that visitors see at `at` (now, when left out)."""
        at = at or timezone.now()
        return self.filter(Q(live_from__lte=at), Q(live_until__isnull=True) | Q(live_until__gt=at))

    def draft(self) -> Self:
        """Records that nobody has set a beginning for."""
        return self.filter(live_from__isnull=True)

    def scheduled(self, at: datetime.datetime | None = None) -> Self:
        """Records that will be live, but are not yet at `at` (now, when left out)."""
        return self.filter(live_from__gt=at or timezone.now())

    def ended(self, at: datetime.datetime | None = None) -> Self:
        """Records that were live and no longer are at `at` (now, when left out)."""
        at = at or timezone.now()
        return self.filter(live_from__lte=at, live_until__lte=at)

    def never_reviewed(self) -> Self:
        return self.filter(reviewed_on__isnull=True)

    def review_overdue(self, on: datetime.date | None = None) -> Self:
        """Records whose next review was due before `on` (today, when left out)."""
        return self.filter(review_due__lt=on or timezone.localdate())

    def as_rows(self) -> Self:
        """Tuples of (kind, slug, title, text, position, pk), alike for every record.

        The texts are those of the active language, or else of its fallbacks.
        """
        title, text = self.row_columns
        # modeltranslation's own values_list puts columns in the order of a set, which differs
        # from model to model: joined by a union, titles would now and then stand where texts do.
        return (
            self.rewrite(False)  # type: ignore[attr-defined]
            .order_by()  # SQLite allows no ORDER BY inside a union
            .annotate(
                kind=Value(self.model._meta.model_name, output_field=CharField()),
                local_title=_in_active_language(title),
                local_text=_in_active_language(text),
            )
            .values_list("kind", "slug", "local_title", "local_text", "position", "pk")
        )


def _in_active_language(name: str) -> Coalesce:
    """The column of a translated field to show now: the first that is filled in."""
    columns = [
        NullIf(build_localized_fieldname(name, language), Value(""))
        for language in resolution_order(get_language())
    ]
    return Coalesce(*columns, Value(""), output_field=TextField())


def in_one_query(*queries: ContentQuerySet) -> dict[str, list[PartRow]]:
    """The records of several querysets by kind (the model's name), in their order. One query.

    A page shows several kinds at once; one union keeps its query count the same however many
    kinds and records there are.
    """
    rows: dict[str, list[PartRow]] = {query.model._meta.model_name or "": [] for query in queries}
    first, *rest = [query.as_rows() for query in queries]
    for row in first.union(*rest, all=True).order_by("position", "pk"):
        rows[row[0]].append(PartRow(*row[:4]))
    return rows


class ContentRecord(models.Model):
    """A piece of the site that editors order, publish and review."""

    slug = models.SlugField(
        _("short name"),
        max_length=60,
        help_text=_("Lower-case words joined by hyphens. Addresses and links are made from it."),
    )
    position = models.PositiveIntegerField(_("position"), default=0, db_index=True)
    live_from = models.DateTimeField(
        _("live from"),
        null=True,
        blank=True,
        default=timezone.now,
        validators=[within_reach],
        help_text=_("Visitors see the record from this moment. Leave empty to keep it a draft."),
    )
    live_until = models.DateTimeField(
        _("live until"),
        null=True,
        blank=True,
        validators=[within_reach],
        help_text=_("Visitors no longer see it from this moment. Leave empty for no end."),
    )
    reviewed_by = models.CharField(
        _("reviewed by"),
        max_length=120,
        blank=True,
        help_text=_("Name and credential of the person who checked the text."),
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    review_due = models.DateField(_("next review due"), null=True, blank=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(live_until__isnull=True)
                | Q(live_from__isnull=True)
                | Q(live_until__gt=F("live_from")),
                name="%(app_label)s_%(class)s_window_ends_after_start",
                violation_error_message=_("“Live until” must be later than “live from”."),
            ),
            models.CheckConstraint(
                condition=(Q(live_from__isnull=True) | Q(live_from__lte=LATEST))
                & (Q(live_until__isnull=True) | Q(live_until__lte=LATEST)),
                name="%(app_label)s_%(class)s_window_within_reach",
                violation_error_message=_("Choose a day before 2200, or leave it empty."),
            ),
            models.CheckConstraint(
                condition=Q(reviewed_on__isnull=True, reviewed_by="")
                | (Q(reviewed_on__isnull=False) & ~Q(reviewed_by="")),
                name="%(app_label)s_%(class)s_review_has_name_and_date",
                violation_error_message=_("A review needs both who did it and the day."),
            ),
            models.CheckConstraint(
                condition=Q(review_due__isnull=True)
                | Q(reviewed_on__isnull=True)
                | Q(review_due__gt=F("reviewed_on")),
                name="%(app_label)s_%(class)s_review_due_after_review",
                violation_error_message=_("The next review must be later than the last one."),
            ),
        ]

    def get_absolute_url(self) -> str:
        """Where visitors read it. Records that every page shows stand on the home page."""
        return reverse("programs:home")

    def is_live(self, at: datetime.datetime | None = None) -> bool:
        """Whether visitors see this record at `at`; the same rule as `ContentQuerySet.live`."""
        at = at or timezone.now()
        return (
            self.live_from is not None
            and self.live_from <= at
            and (self.live_until is None or self.live_until > at)
        )

    def is_clinical(self) -> bool:
        """Whether it gives advice on health, which a clinician has to review."""
        return True

    def clean(self) -> None:
        super().clean()
        if self.reviewed_on and self.reviewed_on > timezone.localdate():
            raise ValidationError({"reviewed_on": _("A review cannot lie in the future.")})


def least_reviewed(records: Iterable[ContentRecord]) -> ContentRecord:
    """Of one or more records the one that nobody has reviewed, or else the oldest review's."""
    return min(records, key=lambda record: record.reviewed_on or datetime.date.min)


UNIQUE_SLUG_MESSAGE = _("Another record already has this short name; choose a different one.")


def unique_slug() -> models.UniqueConstraint:
    """The constraint of records whose slug is their address on the whole site."""
    return models.UniqueConstraint(
        fields=["slug"],
        name="%(app_label)s_%(class)s_unique_slug",
        violation_error_message=UNIQUE_SLUG_MESSAGE,
    )
