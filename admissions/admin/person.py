"""Requests about a person: find what is held, give a copy, correct it, erase it, keep it.

What is looked for and chosen is posted, so that no address and no log holds it. Copies and
confirmations are answers to a POST too; nothing here is ever stored by a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import export, merging, person_requests, retention
from ..ledger import LedgerUnavailable
from ..models import AccessRecord, Inquiry
from ..person_forms import AmendForm, EraseForm, FindForm, HoldForm
from ..row_key import read_key
from ..workflow import StaleInquiry, WorkflowError
from . import place
from .correcting import differences, kept_of_theirs, last_change
from .page import CONFLICT, UNPROCESSABLE, DeskPages
from .watch import note

MOST = 50  # matches on a page, and inquiries handled at once
REQUESTS = "admin:admissions_inquiry_person"
Action = AccessRecord.Action

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Refused:
    """Why something was not done, and the answer's status."""

    message: str
    status: int


def for_requests(view: View) -> View:
    """Only for those who may handle requests about a person."""

    @wraps(view)
    def wrapped(self: PersonRequests, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not cast(User, request.user).has_perm(retention.PERMISSION):
            raise PermissionDenied
        return view(self, request, **kwargs)

    return wrapped


class PersonRequests(DeskPages):
    """The part of the inquiry's admin that answers requests about a person."""

    def get_urls(self) -> list[URLPattern]:
        views: list[tuple[str, str, View]] = [
            ("person/", "person", self.person_view),
            ("person/export/", "export", self.export_view),
            ("person/erase/", "erase", self.erase_view),
            ("<int:pk>/correct/", "correct", self.correct_view),
            ("<int:pk>/hold/", "hold", self.hold_view),
            ("<int:pk>/revoke/", "revoke", self.revoke_view),
        ]
        return [
            path(route, self.admin_site.admin_view(view), name=f"admissions_inquiry_{name}")
            for route, name, view in views
        ] + super().get_urls()

    # Finding

    @for_requests
    def person_view(self, request: HttpRequest) -> HttpResponse:
        """The look-up. A POST answers with what it finds."""
        if request.method != "POST":
            return self._person_page(request, FindForm())
        return self._found(request)

    def _found(self, request: HttpRequest, problem: str = "") -> HttpResponse:
        form = FindForm(request.POST)
        if not form.is_valid():
            return self._person_page(request, form, status=UNPROCESSABLE)
        rows = list(person_requests.find(form.cleaned_data["who"])[: MOST + 1])
        note(request, Action.LOOKED_UP, detail="person", count=len(rows[:MOST]))
        return self._person_page(
            request,
            form,
            status=UNPROCESSABLE if problem else 200,
            searched=True,
            matches=rows[:MOST],
            more=len(rows) > MOST,
            problem=problem,
        )

    def _person_page(
        self, request: HttpRequest, form: FindForm, *, status: int = 200, **found: Any
    ) -> HttpResponse:
        context = {"form": form, "title": _("Requests about a person"), **found}
        return self.show_page(request, "person", context, status=status)

    # A copy

    @for_requests
    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Everything held in the chosen inquiries: a JSON file, or a page to print."""
        if request.method != "POST":
            return redirect(REQUESTS)
        chosen = self._chosen(request)
        if not chosen:
            return self._found(request, _("Choose at least one inquiry."))
        try:
            copies = person_requests.export_all(chosen, actor=_user(request))
        except WorkflowError as error:
            # What was recorded inside went when all was undone.
            note(request, Action.REFUSED, error.current, detail="request")
            messages.warning(request, _said(error))
            return redirect(REQUESTS)
        as_file = request.POST.get("as") == "file"
        note(request, Action.EXPORTED if as_file else Action.PRINTED, *chosen, detail="person")
        if as_file:
            return _file(copies)
        context = {"copies": copies, "title": _("What is held"), "made_at": timezone.now()}
        return self.show_page(request, "export", context)

    # Erasing

    @for_requests
    def erase_view(self, request: HttpRequest) -> HttpResponse:
        """First what would be erased and what stays; then, with the word typed, the erasing."""
        if request.method != "POST":
            return redirect(REQUESTS)
        chosen = self._chosen(request)
        if not chosen:
            return self._found(request, _("Choose at least one inquiry."))
        if "confirm" not in request.POST:
            return self._erase_page(request, chosen, EraseForm())
        form = EraseForm(request.POST)
        if not form.is_valid():
            return self._erase_page(request, chosen, form, status=UNPROCESSABLE)
        self._erase(request, chosen)
        return redirect(REQUESTS)

    def _erase_page(
        self, request: HttpRequest, chosen: Sequence[Inquiry], form: EraseForm, *, status: int = 200
    ) -> HttpResponse:
        going = [row for row in chosen if not row.legal_hold and row.erased_at is None]
        note(request, Action.VIEWED, *chosen, detail="erase")
        context = {
            "form": form,
            "going": going,
            "staying": [row for row in chosen if row not in going],
            "title": _("Erase this person"),
        }
        return self.show_page(request, "erase", context, status=status)

    def _erase(self, request: HttpRequest, chosen: Sequence[Inquiry]) -> None:
        """Each in a transaction of its own; what became of them is in the messages."""
        erased = []
        for inquiry in chosen:
            version = read_key(request.POST.get(f"version-{inquiry.pk}", ""))
            try:
                # Without the version it was shown with it was not shown.
                retention.erase(inquiry, actor=_user(request), version=version or 0)
            except WorkflowError as error:
                messages.warning(request, _said(error))
            except LedgerUnavailable:
                messages.error(
                    request,
                    _(
                        "%(reference)s was not erased: the erasure ledger cannot be written. "
                        "Tell whoever runs the server."
                    )
                    % {"reference": inquiry.reference},
                )
            else:
                erased.append(inquiry.reference)
        if erased:
            text = ngettext(
                "One inquiry is erased: %(references)s.",
                "%(count)d inquiries are erased: %(references)s.",
                len(erased),
            )
            references = {"count": len(erased), "references": ", ".join(erased)}
            messages.success(request, text % references)

    # Correcting

    @for_requests
    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The person's answers in a form, checked as the public one is."""
        inquiry = self._one(request, pk)
        if isinstance(inquiry, HttpResponse):
            return inquiry
        if request.method != "POST":
            return self._correct_page(request, inquiry, AmendForm(inquiry=inquiry))
        form = AmendForm(request.POST, inquiry=inquiry)
        if not form.is_valid():
            return self._correct_page(request, inquiry, form, status=UNPROCESSABLE)
        try:
            _current, changed = person_requests.amend(
                inquiry=inquiry,
                actor=_user(request),
                version=form.cleaned_data["version"],
                answers=kept_of_theirs(request.POST.getlist("theirs"), inquiry, form.answers()),
            )
        except WorkflowError as error:
            return self._correct_conflict(request, form, error)
        reference = {"reference": inquiry.reference}
        if changed:
            messages.success(request, _("%(reference)s is corrected.") % reference)
        else:
            messages.info(request, _("%(reference)s says the same already.") % reference)
        return redirect(inquiry)

    def _correct_conflict(
        self, request: HttpRequest, form: AmendForm, error: WorkflowError
    ) -> HttpResponse:
        """What was typed, for the inquiry as it is now, beside what that says.

        What only the colleague changed is taken over; where both did, the person chooses.
        """
        current, data = error.current, request.POST.copy()
        merged = merging.merge(form.cleaned_data["was"], form.answers(), current)
        again = AmendForm(inquiry=current)
        if isinstance(error, StaleInquiry):
            data["version"] = str(current.version)
            data["was"] = again.initial["was"]
            for name in merged.theirs:
                value = again.initial[name]
                data.setlist(name, value if isinstance(value, list) else [value])
        return self._correct_page(
            request,
            current,
            AmendForm(data, inquiry=current),
            status=CONFLICT,
            refused=str(error),
            changed_by=last_change(current),
            differences=differences(current, form, merged.both),
            taken_over=differences(current, form, merged.theirs),
        )

    def _correct_page(
        self,
        request: HttpRequest,
        inquiry: Inquiry,
        form: AmendForm,
        *,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        title = _("Correct %(reference)s") % {"reference": inquiry.reference}
        context = {"form": form, "inquiry": inquiry, "title": title, **more}
        return self.show_page(request, "correct", context, status=status)

    # Legal hold

    @for_requests
    def hold_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set or end the legal hold, whichever the inquiry's state leaves to do."""
        inquiry = self._one(request, pk)
        if isinstance(inquiry, HttpResponse):
            return inquiry
        if request.method != "POST":
            form = HoldForm(initial={"version": inquiry.version})
            return self._hold_page(request, inquiry, form)
        form = HoldForm(request.POST)
        if not form.is_valid():
            return self._hold_page(request, inquiry, form, status=UNPROCESSABLE)
        ending = request.POST.get("hold") == "end"
        change, done = (
            (retention.end_hold, _("The legal hold on %(reference)s has ended."))
            if ending
            else (retention.hold, _("%(reference)s is on legal hold."))
        )
        try:
            change(inquiry=inquiry, actor=_user(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self._hold_page(request, inquiry, form, status=UNPROCESSABLE)
        except WorkflowError as error:
            again = HoldForm(
                initial={"version": error.current.version, "reason": request.POST["reason"]}
            )
            return self._hold_page(
                request, error.current, again, status=CONFLICT, refused=str(error)
            )
        messages.success(request, done % {"reference": inquiry.reference})
        return redirect(inquiry)

    def _hold_page(
        self,
        request: HttpRequest,
        inquiry: Inquiry,
        form: HoldForm,
        *,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        title = _("Legal hold on %(reference)s") % {"reference": inquiry.reference}
        context = {"form": form, "inquiry": inquiry, "title": title, **more}
        return self.show_page(request, "hold", context, status=status)

    # A consent taken back

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One click for each channel, for everybody who works inquiries."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        inquiry = self._one(request, pk, "revoke")
        if isinstance(inquiry, HttpResponse):
            return inquiry
        if request.method == "POST":
            channel = request.POST.get("channel", "")
            try:
                person_requests.revoke_consent(
                    inquiry=inquiry, actor=_user(request), channel=channel
                )
            except WorkflowError as error:
                messages.warning(request, _said(error))
            else:
                done = _("A consent of %(reference)s is revoked.")
                messages.success(request, done % {"reference": inquiry.reference})
        return redirect(inquiry.get_absolute_url() + place.read(request).behind)

    # Shared

    def _one(
        self, request: HttpRequest, pk: int, detail: str = "request"
    ) -> Inquiry | HttpResponse:
        """The inquiry; where there is none, or an erased one, the page to go to instead: refused,
        and recorded.
        """
        inquiry = Inquiry.objects.filter(pk=pk).first()
        if inquiry is None:
            note(request, Action.REFUSED, detail=detail)
            messages.warning(request, _("There is no inquiry at this address."))
            return redirect(REQUESTS)
        if inquiry.erased_at is not None:
            note(request, Action.REFUSED, inquiry, detail=detail)
            messages.warning(
                request, _("%(reference)s was erased.") % {"reference": inquiry.reference}
            )
            return redirect(inquiry)
        return inquiry

    def _chosen(self, request: HttpRequest) -> list[Inquiry]:
        """The inquiries ticked, in the order of their receipt."""
        numbers = [read_key(text) for text in request.POST.getlist("inquiry")[:MOST]]
        rows = Inquiry.objects.filter(pk__in=[n for n in numbers if n is not None])
        return list(rows.order_by("received_at", "pk"))


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _said(error: WorkflowError) -> str:
    return f"{error.current.reference}: {error}"


def _file(copies: Sequence[export.Copy]) -> HttpResponse:
    """The copies as a file, named by references alone."""
    first, rest = copies[0].reference, len(copies) - 1
    name = f"{first}-and-{rest}-more" if rest else first
    document = {
        "made_at": timezone.localtime(),
        "inquiries": [copy.as_json() for copy in copies],
    }
    return JsonResponse(
        document,
        encoder=DjangoJSONEncoder,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={
            "Content-Disposition": f'attachment; filename="{name}.json"',
            "Cache-Control": "no-store, private",
        },
    )
