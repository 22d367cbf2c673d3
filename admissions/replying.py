"""Replies by e-mail: who may be sent one, and what a template makes of an inquiry."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import translation

from programs.models import Clinic

from . import clock
from .models import Channel, Inquiry, ReplyTemplate
from .models.replies import PLACE, PLACES
from .protection.fields import Illegible

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
    """Whether an e-mail may go to the person: there is an address, and a consent that stands.

    One query, none without an address or when the consents were fetched with the inquiry.
    """
    if not inquiry.email or isinstance(inquiry.email, Illegible):
        return False
    return any(
        consent.channel == Channel.EMAIL and consent.revoked_at is None
        for consent in inquiry.consents.all()
    )


def fill(template: ReplyTemplate, inquiry: Inquiry) -> str:
    """The template's text for this inquiry. What the clinic left blank stays open."""
    clinic = Clinic.current()
    with translation.override(template.language):
        words = {
            "name": inquiry.name,
            "clinic": clinic.name,
            "promise": clock.promise_in_words(clinic),
        }
    return PLACE.sub(lambda place: words.get(place[1]) or place[0], template.body)


def left_open(text: str) -> str:
    """The first place in `text` that nobody has filled in, such as "{promise}"; "" for none."""
    return next((f"{{{place}}}" for place in PLACE.findall(text) if place in PLACES), "")


def offered(inquiry: Inquiry) -> models.QuerySet[ReplyTemplate]:
    """The templates, those in the person's language first."""
    other = models.Case(
        models.When(language=inquiry.language, then=0),
        default=1,
        output_field=models.IntegerField(),
    )
    return ReplyTemplate.objects.order_by(other, "name", "language")


def ensure_starters(**kwargs: Any) -> None:
    """Give a site without any templates the first ones, as drafts. Run after each migrate."""
    del kwargs  # post_migrate's
    if not ReplyTemplate.objects.exists():
        ReplyTemplate.objects.bulk_create(
            ReplyTemplate(name=name, language=language, body=body)
            for name, language, body in STARTERS
        )
