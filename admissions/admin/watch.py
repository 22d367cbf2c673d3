"""One page shown, one access record: no page of the desk shows an inquiry and leaves no trace.

`watched` goes around every address of an admin. A view says what it did with `note`; one that says
nothing is recorded as what its answer shows: a list, a search, a page. What leads elsewhere shows
nothing. A step refused by the workflow has been recorded there; a refusal for want of a permission,
and of what the page does not do (a method that is none of its own, a key of nothing or of somebody
else's, a column that cannot be asked about), is recorded here. The row is written before the answer
is rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple, cast

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern

from .. import audit
from ..models import AccessRecord, Inquiry
from ..row_key import read_key

Action = AccessRecord.Action
View = Callable[..., HttpResponse]
SHOWS = {200, 422}  # a page, or a form that comes back with what is to be mended
REFUSES = {403, 404, 405}


class Note(NamedTuple):
    """What is to be recorded of a request."""

    action: Action
    inquiries: Sequence[Inquiry] = ()
    detail: str = ""
    number: int | None = None  # of rows


def note(
    request: HttpRequest,
    action: Action,
    *inquiries: Inquiry,
    detail: str = "",
    count: int | None = None,
) -> None:
    """Say what this request did, in place of what its answer would be taken for."""
    request.audit_note = Note(action, inquiries, detail, count)  # type: ignore[attr-defined]


def watched(desk: ModelAdmin[Any], patterns: Sequence[URLPattern]) -> list[URLPattern]:
    """The addresses of `desk`, each recorded. What has no name only leads to another address."""
    prefix = f"{desk.opts.app_label}_{desk.opts.model_name}_"
    return [
        URLPattern(
            pattern.pattern,
            _watch(pattern.callback, pattern.name.removeprefix(prefix), desk),
            pattern.default_args,
            pattern.name,
        )
        if pattern.name
        else pattern
        for pattern in patterns
    ]


def _watch(view: View, page: str, desk: ModelAdmin[Any]) -> View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.is_watched = True  # type: ignore[attr-defined]  # read by AmityAdminSite
        if not desk.admin_site.has_permission(request):
            if request.user.is_authenticated:  # an account that is not staff any more
                _refused(request, Action.DENIED, page, kwargs, desk)
            return view(request, *args, **kwargs)
        before = audit.refused_so_far()
        try:
            response = view(request, *args, **kwargs)
        except (PermissionDenied, Http404, SuspiciousOperation) as error:
            if not audit.was_recorded(error):
                denied = isinstance(error, PermissionDenied)
                action = Action.DENIED if denied else Action.REFUSED
                _refused(request, action, page, kwargs, desk)
            raise
        noted = _record(request, response, page)
        if response.status_code in REFUSES and not noted and audit.refused_so_far() == before:
            _refused(request, Action.REFUSED, page, kwargs, desk)
        return response

    return wrapper


def _record(request: HttpRequest, response: HttpResponse, page: str) -> bool:
    """Write down what was noted or shown; whether there was anything."""
    noted = getattr(request, "audit_note", None)
    if noted is None and response.status_code in SHOWS:
        noted = _what_it_shows(getattr(response, "context_data", None) or {}, page)
    if noted is not None:
        actor = cast(User, request.user)
        audit.record(actor, noted.action, *noted.inquiries, detail=noted.detail, count=noted.number)
    return noted is not None


def _what_it_shows(context: dict[str, Any], page: str) -> Note:
    shown = context.get("cl")
    if shown is not None:
        tab = getattr(shown, "tab", None)
        return Note(
            Action.SEARCHED if getattr(shown, "query", "") else Action.LISTED,
            detail=tab.name if tab else shown.opts.model_name,
            number=len(shown.result_list),
        )
    inquiry = context.get("inquiry") or getattr(context.get("original"), "inquiry", None)
    detail = "workspace" if page == "change" and "inquiry" in context else page
    return Note(Action.VIEWED, [inquiry] if inquiry else [], detail)


def _refused(
    request: HttpRequest, action: Action, page: str, kwargs: dict[str, Any], desk: ModelAdmin[Any]
) -> None:
    """A refusal, with the inquiry that was asked for when there is such a one."""
    key = read_key(str(kwargs.get("pk", kwargs.get("object_id", ""))))
    asked_for = Inquiry.objects.only("pk").filter(pk=key) if key and desk.model is Inquiry else ()
    audit.record(cast(User, request.user), action, *asked_for, detail=page)
