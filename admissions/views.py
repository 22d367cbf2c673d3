"""The public inquiry: the form, the check of its answers, the confirmation.

Nothing a visitor typed is kept between requests: the check page posts it again. No page here may
be stored by a browser or a cache.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from programs.models import AdmissionStep, Clinic

from . import clock, intake, rate, spam
from .forms import InquiryForm
from .models import DeskSettings, Inquiry
from .networks import network_of
from .protection.keys import Unreadable

FORM_TYPES = {"", "application/x-www-form-urlencoded", "multipart/form-data"}
CONFLICT, UNSUPPORTED, UNPROCESSABLE, TOO_MANY, UNAVAILABLE = 409, 415, 422, 429, 503
RECEIPT_SECONDS = 24 * 60 * 60

RETRY_AFTER = 60  # seconds

logger = logging.getLogger(__name__)

private = cache_control(no_store=True, private=True)


def honest_without_database(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """When the database does not answer: the form, with every answer kept and what to do instead.

    Its key stays the same: should the inquiry have been stored after all, sending the form again
    is that same inquiry.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if not request.META.get("amity.database_hangs"):  # set by amity_site/page_cache.py
                return view(request, *args, **kwargs)
        except (Error, Unreadable) as error:
            # An inquiry sent again whose key is not here cannot be corrected; it is not lost.
            # The kind only: a driver's message can quote the values of the row it refused.
            logger.error("Database error on %s: %s", request.path, type(error).__name__)
        posted = request.method == "POST"
        form = InquiryForm.again(request.POST) if posted else _empty_form(request)
        known = {"clinic": Clinic.last_known(), "crisis_lines": []}
        response = _form_page(
            request, form, status=UNAVAILABLE, unreachable=True, answers_kept=posted, **known
        )
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response

    return wrapped


@private
@require_http_methods(["GET", "HEAD", "POST"])
@honest_without_database
def inquiry(request: HttpRequest) -> HttpResponse:
    """The form. A POST stores the answers, or shows them again to change one."""
    if request.method != "POST":
        return _form_page(request, _empty_form(request))
    if not _is_form(request):
        return _form_page(request, InquiryForm(), status=UNSUPPORTED)
    form, changes = InquiryForm(request.POST), "change" in request.POST
    # Sent again because its answer was lost, say: what is stored is not to be called unsent.
    if _takes_no_messages() and (changes or not _is_stored(form)):
        return _closed_page(request)
    if changes:
        return _form_page(request, InquiryForm.again(request.POST, focus=request.POST["change"]))
    if not form.is_valid():
        return _form_page(request, form, status=UNPROCESSABLE)
    return _send(request, form)


def _is_stored(form: InquiryForm) -> bool:
    return Inquiry.objects.filter(idempotency_key=form.key).exists()


def _check_page(
    request: HttpRequest, form: InquiryForm, *, status: int = 200, changed: bool = False
) -> HttpResponse:
    context = {"form": form, "clinic": Clinic.current(), "changed": changed}
    return render(request, "admissions/check.html", context, status=status)


def _empty_form(request: HttpRequest) -> InquiryForm:
    """Worded for whom the link says it is, and told from what kind of page it was opened."""
    return InquiryForm.for_audience(request.GET.get("for", ""), request.GET.get("from", ""))


def _send(request: HttpRequest, form: InquiryForm) -> HttpResponse:
    """Store valid answers and go on to the confirmation; or say why they are not stored."""
    if not form.was_checked():
        return _check_page(request, form, status=UNPROCESSABLE, changed=True)
    stored = _store(request, form)
    if stored is None:
        return _too_many(request)
    return redirect("admissions:received", token=receipt(stored.reference))


def _store(request: HttpRequest, form: InquiryForm) -> Inquiry | None:
    """The inquiry with these valid answers; None when its network has sent too many.

    What is stored already is no new inquiry, however often it is sent: a retry is never refused.
    """
    answers, suspicions = form.answers(), []
    is_new = not _is_stored(form)
    if is_new:
        network = network_of(request)
        if not rate.may_send(network):
            return None
        suspicions = spam.suspicions(
            trap=form.trap,
            opened=form.opened,
            message=answers.get("message", ""),
            names=[answers["name"], answers.get("ask_for", ""), answers.get("relationship", "")],
            asking_for=answers["asking_for"],
            network=network,
        )
    stored = intake.receive(
        key=UUID(form.key),
        consent=form.cleaned_data["consent"],
        site_language=form.site_language,
        came_from=form.came_from,
        confirmation_wanted=bool(form.cleaned_data["confirmation"]),
        suspicions=suspicions,
        **answers,
    )
    if is_new:
        spam.remember(answers.get("message", ""))
    return stored


def _too_many(request: HttpRequest) -> HttpResponse:
    """429: the form with every answer kept, when to try again, and whom to call meanwhile."""
    wait = rate.seconds_until_free(network_of(request))
    minutes = math.ceil(wait / 60)
    form = InquiryForm.again(request.POST)
    response = _form_page(request, form, status=TOO_MANY, too_many=minutes)
    response.headers["Retry-After"] = str(wait)
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
@honest_without_database
def check(request: HttpRequest) -> HttpResponse:
    """The answers in words, to be checked before they are sent. Stores nothing."""
    if request.method != "POST":
        return redirect("admissions:inquiry")
    if not _is_form(request):
        return _form_page(request, InquiryForm(), status=UNSUPPORTED)
    if _takes_no_messages():
        return _closed_page(request)
    form = InquiryForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=UNPROCESSABLE)
    return _check_page(request, form)


@private
@csrf_exempt  # it takes no POST at all: 405 is the true answer, not a missing token
@require_safe
def received(request: HttpRequest, token: str) -> HttpResponse:
    """The confirmation, from the signed reference alone: it says nothing about the person."""
    reference = read_receipt(token)
    if reference is None:
        return render(request, "admissions/received_unknown.html", status=404)
    try:
        if not request.META.get("amity.database_hangs"):
            return _received_page(request, reference, Clinic.current())
    except Error as error:
        logger.error("Database error on a confirmation: %s", type(error).__name__)
    # The inquiry is stored: that is what the signature proves, and what the person must see.
    bare = {"crisis_lines": [], "steps": [], "promise": ""}
    return _received_page(request, reference, Clinic.last_known(), **bare)


def csrf_lost(request: HttpRequest) -> HttpResponse | None:
    """For a form post whose CSRF check failed: the form with every answer kept, status 403.

    None for any other request. Stores nothing; the page carries a fresh token and cookie, so
    pressing the button again is enough.
    """
    ours = {reverse("admissions:inquiry"), reverse("admissions:check")}
    if request.method != "POST" or request.path not in ours:
        return None
    # With a key of its own: nothing was stored, and the old one may be another site's plant, with
    # which it could read and replace what this person sends.
    form = InquiryForm.again(request.POST, fresh_key=True)
    response = _form_page(request, form, status=403, unsent=True)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def receipt(reference: str) -> str:
    """The token of a confirmation page: the signed reference, good for a day."""
    return _signer().sign(reference)


def read_receipt(token: str) -> str | None:
    """The reference in `token`; None when it was altered, made up or is too old. No query."""
    try:
        return _signer().unsign(token, max_age=RECEIPT_SECONDS)
    except (signing.BadSignature, ValueError):  # SignatureExpired is one; no time in it is another
        return None


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="admissions.received")


def _received_page(
    request: HttpRequest, reference: str, clinic: Clinic, **known: Any
) -> HttpResponse:
    context = {"clinic": clinic, "reference": reference, **known}
    if not known:
        context["promise"] = clock.promise_in_words(clinic)
        # Getting in touch is what this page confirms.
        context["steps"] = AdmissionStep.objects.live().exclude(slug="reach-out")
    return render(request, "admissions/received.html", context)


def _takes_no_messages(clinic: Clinic | None = None) -> bool:
    """Whether the clinic is full and has decided not to take messages meanwhile."""
    clinic = clinic or Clinic.current()
    if clinic.accepting_new_clients is not False:
        return False
    # Not get_solo(), which writes: a page view never does. Without a row the default holds.
    return DeskSettings.objects.filter(messages_while_full=False).exists()


def _closed_page(request: HttpRequest) -> HttpResponse:
    """409: nothing is taken now. What was written is shown, so that it is not lost."""
    form = InquiryForm.again(request.POST)
    return _form_page(request, form, status=CONFLICT, written=form.written())


def _is_form(request: HttpRequest) -> bool:
    return request.content_type in FORM_TYPES


def _form_page(
    request: HttpRequest, form: InquiryForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    # Asked for now, not by the template: without a database this form must not look ready.
    if "clinic" not in more:
        more["clinic"] = Clinic.current()
        more["closed"] = _takes_no_messages(more["clinic"])
    context = {"form": form, "audiences": Inquiry.AskingFor, **more}
    return render(request, "admissions/inquiry.html", context, status=status)
