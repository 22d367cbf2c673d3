"""Programs and their parts: what happens in them, whom they suit, how long they take."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .base import (
    UNIQUE_SLUG_MESSAGE,
    ContentQuerySet,
    ContentRecord,
    PartRow,
    in_one_query,
    unique_slug,
)


class LevelOfCare(ContentRecord):
    """A step of the continuum of care, from the most intensive (first) to the least.

    `asam_code` names the level in ASAM's criteria by code and edition only; their text is
    copyrighted. `hours_min`/`hours_max` are that level's weekly hours for adults.
    Source: The ASAM Criteria, 3rd edition (level 2.1: 9-19 h; under 9 h is 1; 20 h and up is 2.5).
    """

    name = models.CharField(_("name"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    asam_code = models.CharField(_("ASAM level"), max_length=10, blank=True)
    asam_edition = models.CharField(_("ASAM edition"), max_length=40, blank=True)
    hours_min = models.PositiveSmallIntegerField(_("hours a week, at least"), null=True, blank=True)
    hours_max = models.PositiveSmallIntegerField(_("hours a week, at most"), null=True, blank=True)

    class Meta(ContentRecord.Meta):
        verbose_name = _("level of care")
        verbose_name_plural = _("levels of care")
        constraints = [
            *ContentRecord.Meta.constraints,
            unique_slug(),
            models.CheckConstraint(
                condition=Q(hours_min__isnull=True)
                | Q(hours_max__isnull=True)
                | Q(hours_min__lte=F("hours_max")),
                name="programs_levelofcare_hours_ordered",
                violation_error_message=_("The fewest hours cannot exceed the most."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Condition(ContentRecord):
    """Something that programs treat; it has a page of its own."""

    name = models.CharField(_("name"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    text = models.TextField(_("what it is"), help_text=_("Markdown."))
    how_it_helps = models.TextField(
        _("how the program helps"), blank=True, help_text=_("Markdown.")
    )
    who_for = models.TextField(_("who it is for"), blank=True, help_text=_("Markdown."))

    class Meta(ContentRecord.Meta):
        verbose_name = _("condition")
        constraints = [*ContentRecord.Meta.constraints, unique_slug()]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programs:condition", args=[self.slug])


class ProgramQuerySet(ContentQuerySet):
    def with_level(self) -> Self:
        """Each with its level of care, in the same query."""
        return self.select_related("level")


class Program(ContentRecord):
    """A program of treatment and every text of its page.

    Sessions are counted per week, hours per session; `weekly_hours` multiplies the two.
    """

    name = models.CharField(_("name"), max_length=120)
    abbreviation = models.CharField(_("abbreviation"), max_length=12, blank=True)
    level = models.ForeignKey(
        LevelOfCare, models.PROTECT, related_name="programs", verbose_name=_("level of care")
    )
    summary = models.CharField(
        _("summary"), max_length=300, help_text=_("Two sentences; also the page's description.")
    )
    overview = models.TextField(_("overview"), help_text=_("Markdown."))
    goal = models.TextField(_("goal"), help_text=_("Markdown."))
    entry_intro = models.TextField(_("introduction: ways in"), blank=True)
    local_heading = models.CharField(
        _("heading of the local paragraph"), max_length=120, blank=True
    )
    local_text = models.TextField(_("local paragraph"), blank=True, help_text=_("Markdown."))
    components_intro = models.TextField(_("introduction: what to expect"), blank=True)
    suitability_intro = models.TextField(_("introduction: who it suits"), blank=True)
    duration_intro = models.TextField(_("introduction: how long it takes"), blank=True)
    conditions_intro = models.TextField(_("introduction: what it treats"), blank=True)
    next_step = models.TextField(_("next step"), blank=True, help_text=_("Markdown."))
    sessions_min = models.PositiveSmallIntegerField(
        _("sessions a week, at least"), validators=[MinValueValidator(1), MaxValueValidator(14)]
    )
    sessions_max = models.PositiveSmallIntegerField(
        _("sessions a week, at most"), validators=[MinValueValidator(1), MaxValueValidator(14)]
    )
    session_hours_min = models.DecimalField(
        _("hours a session, at least"),
        max_digits=3,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(12))],
    )
    session_hours_max = models.DecimalField(
        _("hours a session, at most"),
        max_digits=3,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(12))],
    )
    typical_length = models.CharField(
        _("typical length"), max_length=120, blank=True, help_text=_("In words.")
    )
    conditions = models.ManyToManyField(
        Condition, related_name="programs", blank=True, verbose_name=_("conditions it treats")
    )

    objects = ProgramQuerySet.as_manager()

    class Meta(ContentRecord.Meta):
        verbose_name = _("program")
        constraints = [
            *ContentRecord.Meta.constraints,
            unique_slug(),
            models.CheckConstraint(
                condition=Q(sessions_min__lte=F("sessions_max")),
                name="programs_program_sessions_ordered",
                violation_error_message=_("The fewest sessions cannot exceed the most."),
            ),
            models.CheckConstraint(
                condition=Q(sessions_min__gte=1, sessions_max__lte=14),
                name="programs_program_sessions_in_range",
                violation_error_message=_("A week has between 1 and 14 sessions."),
            ),
            models.CheckConstraint(
                condition=Q(session_hours_min__lte=F("session_hours_max")),
                name="programs_program_hours_ordered",
                violation_error_message=_("The shortest session cannot exceed the longest."),
            ),
            models.CheckConstraint(
                condition=Q(
                    session_hours_min__gte=Decimal("0.5"), session_hours_max__lte=Decimal(12)
                ),
                name="programs_program_hours_in_range",
                violation_error_message=_("A session lasts between half an hour and 12 hours."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programs:program", args=[self.slug])

    @property
    def weekly_hours(self) -> tuple[Decimal, Decimal]:
        """The fewest and the most hours a week, as (min, max)."""
        return (
            self.sessions_min * self.session_hours_min,
            self.sessions_max * self.session_hours_max,
        )

    def leaves_level_band(self) -> bool:
        """Whether the weekly hours reach outside the band of the program's level of care."""
        fewest, most = self.weekly_hours
        low, high = self.level.hours_min, self.level.hours_max
        return (low is not None and fewest < low) or (high is not None and most > high)

    def parts(
        self,
        *models: type[ProgramPart],
        also: Sequence[ContentQuerySet] = (),
        at: datetime.datetime | None = None,
    ) -> dict[str, list[PartRow]]:
        """The live parts of the models named, by kind (the model's name). One query for all.

        `also` holds querysets of other records to read in the same query.
        """
        own = [model.objects.live(at).filter(program=self) for model in models]
        return in_one_query(*own, *also)


class ProgramPartQuerySet(ContentQuerySet):
    def reachable(self, at: datetime.datetime | None = None) -> Self:
        """Live parts of programs that are live themselves."""
        return self.live(at).filter(program__in=Program.objects.live(at))


class ProgramPart(ContentRecord):
    """A titled piece of one program: what its several kinds have in common."""

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="%(class)s_set", verbose_name=_("program")
    )
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), help_text=_("Markdown."))

    objects = ProgramPartQuerySet.as_manager()

    class Meta(ContentRecord.Meta):
        abstract = True
        constraints = [
            *ContentRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["program", "slug"],
                name="%(app_label)s_%(class)s_unique_slug_in_program",
                violation_error_message=UNIQUE_SLUG_MESSAGE,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The place on the program's page where this part stands."""
        return f"{self.program.get_absolute_url()}#{self.slug}"


class EntryPath(ProgramPart):
    """How people arrive: after another level of care, or directly."""

    from_level = models.ForeignKey(
        LevelOfCare,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="ways_on",
        verbose_name=_("from this level of care"),
        help_text=_("Leave empty for people who come directly."),
    )

    class Meta(ProgramPart.Meta):
        verbose_name = _("way in")
        verbose_name_plural = _("ways in")


class Component(ProgramPart):
    """One of the kinds of sessions that make up a program, with a page of its own.

    `text` is the short version for cards and descriptions (plain text, 300 characters at most).
    """

    what_happens = models.TextField(_("what happens"), help_text=_("Markdown."))
    how_it_helps = models.TextField(_("how it helps"), blank=True, help_text=_("Markdown."))
    who_for = models.TextField(_("who it is for"), blank=True, help_text=_("Markdown."))
    conditions = models.ManyToManyField(
        Condition,
        related_name="components",
        blank=True,
        verbose_name=_("conditions it matters for"),
        help_text=_("Their pages lead here, and this page leads to them."),
    )

    class Meta(ProgramPart.Meta):
        verbose_name = _("component")

    def get_absolute_url(self) -> str:
        return reverse("programs:component", args=[self.program.slug, self.slug])


class SuitabilityCriterion(ProgramPart):
    """A sign that the program may suit someone. `title` is the statement, `text` explains it."""

    class Reply(models.TextChoices):
        """What somebody can answer to the guide question. It is never stored."""

        YES = "yes", _("Yes")
        NO = "no", _("No")
        UNSURE = "unsure", _("Not sure")

    guide_question = models.CharField(
        _("guide question"), max_length=300, help_text=_("Asked of the reader, answered yes or no.")
    )
    reply_yes = models.TextField(
        _("what “yes” suggests"),
        blank=True,
        help_text=_("Markdown. Shown to who answers yes; the text above while it is empty."),
    )
    reply_no = models.TextField(
        _("what “no” suggests"),
        blank=True,
        help_text=_("Markdown. Never a judgement: what it may mean, and whom to talk to."),
    )
    reply_unsure = models.TextField(
        _("what “not sure” suggests"),
        blank=True,
        help_text=_("Markdown. Not being sure is a good reason to talk to somebody."),
    )

    class Meta(ProgramPart.Meta):
        verbose_name = _("suitability criterion")
        verbose_name_plural = _("suitability criteria")

    def suggestion(self, reply: SuitabilityCriterion.Reply) -> str:
        """What `reply` to the guide question suggests, as Markdown in the record's own words."""
        words: str = getattr(self, f"reply_{reply.value}")
        return words or self.text


class OtherLevelSign(ProgramPart):
    """A sign that another level of care may fit better. `title` is the sign, `text` what helps."""

    level = models.ForeignKey(
        LevelOfCare,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="signs",
        verbose_name=_("level of care that may fit better"),
        help_text=_("Leave empty for a sign that calls for help right away."),
    )

    class Meta(ProgramPart.Meta):
        verbose_name = _("sign of another level")
        verbose_name_plural = _("signs of another level")


class DurationFactor(ProgramPart):
    """Something that makes a stay longer or shorter."""

    class Meta(ProgramPart.Meta):
        verbose_name = _("duration factor")
