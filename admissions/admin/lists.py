"""The queue's lists as a whole: bulk steps on chosen rows, a file, a sheet to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import exporting, rights
from ..exporting import MOST_XLSX, Format
from ..list_forms import BULK, BulkForm, TakeAwayForm
from ..models import AccessRecord, Inquiry
from ..row_key import read_key
from ..workflow import WorkflowError
from . import place
from .page import UNPROCESSABLE, DeskPages
from .queue import QueueList
from .view import View
from .watch import note
from .wording import Row

EXPORT = "admissions.export_inquiry"
MOST = 100  # rows of a page, and so of a bulk step
Action = AccessRecord.Action


@dataclass(frozen=True)
class Chosen:
    """An inquiry of the list, and the version that the list showed."""

    inquiry: Inquiry
    version: int

    @property
    def value(self) -> str:
        return f"{self.inquiry.pk}:{self.version}"


@dataclass(frozen=True)
class Result:
    """What became of one inquiry. `refused` says why nothing was done; "" when it was."""

    inquiry: Inquiry
    refused: str = ""


class ListSteps(DeskPages):
    """The part of the inquiry's admin that deals with many at once."""

    def get_urls(self) -> list[URLPattern]:
        views = [
            ("bulk/", "bulk", self.bulk_view),
            ("file/", "file", self.file_view),
            ("sheet/", "sheet", self.sheet_view),
        ]
        return [
            path(route, self.admin_site.admin_view(view), name=f"admissions_inquiry_{name}")
            for route, name, view in views
        ] + super().get_urls()

    # Bulk steps

    def bulk_view(self, request: HttpRequest) -> HttpResponse:
        """What would be done to how many; then, confirmed, what became of each."""
        user = cast(User, request.user)
        if not user.has_perm(BulkForm.permission):
            raise PermissionDenied
        here = place.read(request)
        if request.method != "POST":
            return redirect(here.queue)
        form_class = BULK.get(request.POST.get("step", ""))
        chosen = _chosen(request.POST.getlist("chosen"))
        if form_class is None or not chosen:
            missing = _("Choose a step.") if chosen else _("Choose at least one inquiry.")
            messages.warning(request, missing)
            return redirect(here.queue)
        confirmed = "confirm" in request.POST
        form = form_class(request.POST if confirmed else None)
        context = {
            "title": form.title,
            "step": request.POST["step"],
            "form": form,
            "place": here,
        }
        if confirmed and form.is_valid():
            results = [take(form, one, user) for one in chosen]
            done = sum(not result.refused for result in results)
            note(request, Action.LISTED, detail="bulk", count=len(results))
            return self.show_page(
                request, "bulk_done", {**context, "results": results, "done": done}
            )
        status = UNPROCESSABLE if confirmed else 200
        note(request, Action.LISTED, detail="bulk", count=len(chosen))
        rows = [
            (
                one,
                Row(one.inquiry, timezone.now()),
                rights.why_not(user, form.action, one.inquiry, one.version),
            )
            for one in chosen
        ]
        impossible = sum(bool(why_not) for _one, _row, why_not in rows)
        context |= {"chosen": rows, "impossible": impossible, "left": len(rows) - impossible}
        return self.show_page(request, "bulk", context, status=status)

    # A file

    def file_view(self, request: HttpRequest) -> HttpResponseBase:
        """The whole of the list that the address names, as a file, for a reason that is kept."""
        if not cast(User, request.user).has_perm(EXPORT):
            raise PermissionDenied
        shown = cast(QueueList, self.get_changelist_instance(request))
        whole = shown.view.whole()  # the pages of a filter look at its tab's first rows only
        sent = request.method == "POST"  # what is taken away is counted to the last
        count = whole.count() if sent else shown.view.how_many(MOST_XLSX + 1)
        form = TakeAwayForm(request.POST or None, count=count)
        if request.method != "POST" or not form.is_valid():
            status = UNPROCESSABLE if request.method == "POST" else 200
            note(request, Action.LISTED, detail="file", count=count)
            context = {
                "title": _("Take a list away"),
                "form": form,
                "cl": shown,
                "count": count,
                "more_than": f"{MOST_XLSX:,}" if not sent and count > MOST_XLSX else "",
                "place": place.read(request),
            }
            return self.show_page(request, "file", context, status=status)
        with_person = form.cleaned_data["with_person"]
        kind = f"file-{form.cleaned_data['reason']}" + ("-names" if with_person else "")
        note(request, Action.EXPORTED, detail=_detail(kind, shown.view), count=count)
        rows = exporting.table(whole, with_person=with_person)
        name = f"inquiries-{timezone.localdate()}"
        if form.cleaned_data["format"] == Format.XLSX:
            return FileResponse(
                exporting.as_xlsx(rows), as_attachment=True, filename=f"{name}.xlsx"
            )
        return StreamingHttpResponse(
            exporting.as_csv(rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
        )

    # A sheet

    def sheet_view(self, request: HttpRequest) -> HttpResponse:
        """The page of the list that the address names, to be printed. No numbers, no addresses."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown = cast(QueueList, self.get_changelist_instance(request))
        rows = [Row(inquiry, timezone.now()) for inquiry in shown.result_list]
        note(request, Action.PRINTED, detail=_detail("sheet", shown.view), count=len(rows))
        context = {
            "title": shown.tab.label,
            "rows": rows,
            "made_at": timezone.now(),
            "cl": shown,
            "place": place.read(request),
        }
        return self.show_page(request, "sheet", context)


def _detail(kind: str, of: View) -> str:
    """What a record says of a list that was taken along: "sheet-open", or "sheet-all-search"."""
    return f"{kind}-{of.tab.name}" + ("-search" if of.words else "")


def _chosen(values: list[str]) -> list[Chosen]:
    """What was ticked: "key:version". What is no such pair, or no inquiry, is passed over."""
    wanted: dict[int, int] = {}
    for value in values[:MOST]:
        before, _sep, after = value.partition(":")
        key, version = read_key(before), read_key(after)
        if key is not None and version is not None:
            wanted[key] = version
    rows = Inquiry.objects.select_related("assignee").in_bulk(list(wanted))
    return [Chosen(rows[key], version) for key, version in wanted.items() if key in rows]


def take(form: BulkForm, one: Chosen, actor: User) -> Result:
    """The step on one inquiry; what refuses it leaves the others alone."""
    try:
        form.take(one.inquiry, actor, one.version)
    except (PermissionDenied, WorkflowError) as error:
        return Result(one.inquiry, str(error))
    except ValidationError as error:
        return Result(one.inquiry, " ".join(error.messages))
    return Result(one.inquiry)
