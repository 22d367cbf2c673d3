"""Replies by e-mail: who may be sent one, and what a template makes of an inquiry."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from programs.models import Clinic

from . import clock
from .models import Channel, Inquiry, ReplyTemplate
from .models.replies import LONGEST_REPLY, PLACE, PLACES
from .protection.fields import Illegible

OFFERS = "admissions.reply-templates"  # in the cache: texts of the clinic, of nobody else
CLINIC = "admissions.reply-words"
KEPT_FOR = 60  # seconds

# (name, language, text): what a fresh site begins with, each a draft until somebody has read it.
STARTERS = [
    (
        "How to reach us",
        "en",
        "Hello {name},\n\nthank you for writing. We are glad to answer your questions. "
        "When would a call suit you? Reply with a day and a time, or call us whenever you like.\n\n"
        "{clinic}\n",
    ),
    (
        "How to reach us",
        "es",
        "Hola, {name}:\n\nGracias por escribirnos. Con gusto respondemos a sus preguntas. "
        "¿Cuándo le conviene que le llamemos? Conteste con un día y una hora, o llámenos cuando "
        "quiera.\n\n{clinic}\n",
    ),
    (
        "We tried to call",
        "en",
        "Hello {name},\n\nwe tried to reach you and will try again. "
        "If another time or another way is better for you, reply to tell us.\n\n{clinic}\n",
    ),
    (
        "We tried to call",
        "es",
        "Hola, {name}:\n\nIntentamos comunicarnos con usted y volveremos a intentarlo. "
        "Si le conviene otra hora u otra manera, conteste a este mensaje.\n\n{clinic}\n",
    ),
]


def is_possible(inquiry: Inquiry) -> bool:
    """Whether an e-mail can go to the person now. Queries as `may_be_sent`."""
    return not why_not(inquiry)


def why_not(inquiry: Inquiry) -> str:
    """The sentence for a reply that cannot go out; "" when it can. Queries as `may_be_sent`."""
    if not settings.EMAIL_CONFIGURED:
        return _("This site sends no e-mail at present. Choose another way to reach the person.")
    if not may_be_sent(inquiry):
        return _("This person has given no consent to e-mail that still stands.")
    return ""


def may_be_sent(inquiry: Inquiry) -> bool:
    """Whether the person may be written to: there is an address, and a consent that stands.

    One query, none without an address or when the consents were fetched with the inquiry.
    """
    if not inquiry.email or isinstance(inquiry.email, Illegible):
        return False
    return any(
        consent.channel == Channel.EMAIL and consent.revoked_at is None
        for consent in inquiry.consents.all()
    )


def fill(template: Offer | ReplyTemplate, inquiry: Inquiry) -> str:
    """The template's text for this inquiry. What the clinic left blank stays open."""
    words = {"name": inquiry.name, **_clinic_in_words(template.language)}
    return PLACE.sub(lambda place: words.get(place[1]) or place[0], template.body)


def _clinic_in_words(language: str) -> dict[str, str]:
    """What the clinic says of itself in a reply, at most a minute old (`forget_offers`)."""

    def read() -> dict[str, str]:
        clinic = Clinic.current()
        with translation.override(language):
            return {"clinic": clinic.name, "promise": clock.promise_in_words(clinic)}

    return cache.get_or_set(f"{CLINIC}.{language}", read, KEPT_FOR) or {}


def left_open(text: str) -> str:
    """The first place in `text` that nobody has filled in, such as "{promise}"; "" for none."""
    return next((f"{{{place}}}" for place in PLACE.findall(text) if place in PLACES), "")


def check(text: str) -> None:
    """Raises ValidationError unless that can be sent."""
    if not text.strip():
        raise ValidationError({"text": _("Write the reply, or choose a template.")})
    if len(text) > LONGEST_REPLY:
        raise ValidationError({"text": _("A reply has 4,000 characters at most.")})
    if place := left_open(text):
        raise ValidationError({"text": _("Fill in %(place)s first.") % {"place": place}})


class Offer(NamedTuple):
    """A template as the workspace lists and fills it."""

    pk: int
    name: str
    language: str
    reviewed: bool
    body: str

    @property
    def label(self) -> str:
        return f"{self.name} ({Inquiry.Language(self.language).label})"


def offered(inquiry: Inquiry) -> list[Offer]:
    """The templates, those in the person's language first. They change seldom and every workspace
    asks: they are read once a minute, or when one was changed here.
    """
    columns = ReplyTemplate.objects.values_list(*Offer._fields)
    rows = cache.get_or_set(OFFERS, lambda: list(columns), KEPT_FOR) or []
    return sorted((Offer(*row) for row in rows), key=lambda one: one.language != inquiry.language)


def forget_offers(**kwargs: Any) -> None:
    """A template, or what the clinic says of itself, has changed (a signal's receiver too)."""
    del kwargs
    kept = [OFFERS, *(f"{CLINIC}.{language}" for language in Inquiry.Language.values)]
    cache.delete_many(kept)
    transaction.on_commit(partial(cache.delete_many, kept))  # read anew by somebody before that


def ensure_starters(**kwargs: Any) -> None:
    """Give a site without any templates the first ones, as drafts. Run after each migrate."""
    del kwargs  # post_migrate's
    if not ReplyTemplate.objects.exists():
        ReplyTemplate.objects.bulk_create(
            ReplyTemplate(name=name, language=language, body=body)
            for name, language, body in STARTERS
        )
