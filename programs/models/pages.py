"""Texts that are not a program's: pages and their sections, questions, admission steps."""

from __future__ import annotations

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from .base import UNIQUE_SLUG_MESSAGE, ContentQuerySet, ContentRecord, unique_slug


class AdmissionStep(ContentRecord):
    """One step of what happens after an inquiry, in order."""

    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), help_text=_("Markdown."))

    class Meta(ContentRecord.Meta):
        verbose_name = _("admission step")
        constraints = [*ContentRecord.Meta.constraints, unique_slug()]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('programs:admissions')}#{self.slug}"


class QuestionQuerySet(ContentQuerySet):
    row_columns = ("question", "answer")

    def answered(self) -> Self:
        """Questions that have an answer; the others wait for the clinic and are not shown."""
        return self.exclude(Q(answer="") | Q(answer__isnull=True))

    def on_home(self) -> Self:
        """Answered questions that the home page shows too."""
        return self.answered().filter(on_home=True)

    def asked_by(self, audience: str) -> Self:
        """Answered questions of one audience."""
        return self.answered().filter(audience=audience)

    def unanswered(self) -> Self:
        return self.filter(Q(answer="") | Q(answer__isnull=True))


class Question(ContentRecord):
    """A frequent question of one audience. Without an answer it does not show."""

    class Audience(models.TextChoices):
        CLIENT = "client", _("People thinking about treatment")
        FAMILY = "family", _("Families and friends")
        PROFESSIONAL = "professional", _("Professionals who refer")

    audience = models.CharField(_("audience"), max_length=20, choices=Audience)
    question = models.CharField(_("question"), max_length=200)
    answer = models.TextField(
        _("answer"),
        blank=True,
        help_text=_("Markdown. The question shows on the site once it has an answer."),
    )
    on_home = models.BooleanField(
        _("also on the home page"),
        default=False,
        help_text=_("Four or five in all are enough there."),
    )

    objects = QuestionQuerySet.as_manager()

    class Meta(ContentRecord.Meta):
        verbose_name = _("question")
        constraints = [
            *ContentRecord.Meta.constraints,
            unique_slug(),
            models.CheckConstraint(
                condition=Q(audience__in=["client", "family", "professional"]),
                name="programs_question_known_audience",
                violation_error_message=_("Choose one of the audiences listed."),
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return f"{reverse('programs:questions')}#{self.slug}"


# Pages about the site, its forms and the law.
NOT_CLINICAL = {"admissions", "privacy", "notices", "rights", "accessibility", "language-help"}


class Page(ContentRecord):
    """The words of one page of the site. `slug` names the page's address in programs/urls.py."""

    title = models.CharField(
        _("title"), max_length=70, help_text=_("Of the browser's tab and of search results.")
    )
    description = models.CharField(
        _("description"), max_length=160, help_text=_("For search results: one or two sentences.")
    )
    heading = models.CharField(_("heading"), max_length=120)
    lead = models.TextField(_("lead"), blank=True, help_text=_("Below the heading. Markdown."))
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown."))

    class Meta(ContentRecord.Meta):
        verbose_name = _("page")
        constraints = [*ContentRecord.Meta.constraints, unique_slug()]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self._address() or reverse("programs:home")

    def is_clinical(self) -> bool:
        return self.slug not in NOT_CLINICAL

    def has_address(self) -> bool:
        """Whether programs/urls.py shows a page under this record's short name."""
        return self._address() is not None

    def _address(self) -> str | None:
        try:
            return reverse(f"programs:{self.slug}")
        except NoReverseMatch:
            return None


# Languages written from right to left: Arabic, Dari and Persian, Hebrew, Pashto, Sorani, Urdu.
RIGHT_TO_LEFT = {"ar", "fa", "prs", "he", "ps", "ckb", "ur"}
language_tag = RegexValidator(
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", _("Write the language's short code, such as es or vi.")
)


class PageSectionQuerySet(ContentQuerySet):
    def filled(self) -> Self:
        """Sections that have a text; an empty slot waits (for counsel, say) and is not shown."""
        return self.exclude(Q(text="") | Q(text__isnull=True))

    def shown_on(self, page: Page) -> Self:
        """The live sections of one page."""
        return self.live().filled().filter(page=page)

    def waiting(self) -> Self:
        """Slots whose text somebody still has to supply."""
        return self.filter(Q(text="") | Q(text__isnull=True))


class PageSection(ContentRecord):
    """A titled section of a page, or a slot that waits for its text."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="sections", verbose_name=_("page"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(
        _("text"), blank=True, help_text=_("Markdown. Shows once it is filled in.")
    )
    note_for_staff = models.CharField(
        _("note for staff"),
        max_length=300,
        blank=True,
        help_text=_("What belongs here and who supplies it. Never shown to visitors."),
    )
    language = models.CharField(
        _("language of this section"),
        max_length=12,
        blank=True,
        validators=[language_tag],
        help_text=_(
            "Only where it is not the page's: es, vi, tl, ko, ar, zh-Hant. Screen readers then "
            "read it in its own voice."
        ),
    )

    objects = PageSectionQuerySet.as_manager()

    class Meta(ContentRecord.Meta):
        verbose_name = _("section")
        constraints = [
            *ContentRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["page", "slug"],
                name="programs_pagesection_unique_slug_in_page",
                violation_error_message=UNIQUE_SLUG_MESSAGE,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.page.get_absolute_url()}#{self.slug}"

    @property
    def direction(self) -> str:
        """`rtl` or `ltr` where the section has a language of its own, else nothing."""
        if not self.language:
            return ""
        return "rtl" if self.language.split("-")[0] in RIGHT_TO_LEFT else "ltr"
