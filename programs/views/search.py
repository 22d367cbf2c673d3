"""The search page: a form, and what answers it."""

from __future__ import annotations

from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.views.generic import TemplateView

from .. import search
from ..search.likely import likely_pages


class SearchView(TemplateView):
    """Without `q` a page like any other; with it, an answer that nobody keeps.

    An answer costs three queries (its frame's two among them), and none when the database is
    down: then the index that is in memory answers, in a frame without the clinic's records.
    """

    template_name = "programs/search.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "q" not in request.GET:
            return self.render_to_response({"likely": likely_pages()})
        query = search.read(request.GET["q"])
        context: dict[str, Any] = {"query": query.shown, "likely": likely_pages()}
        try:
            if query.shown:
                context["answer"] = search.fresh().find(query)
            response: HttpResponse = TemplateResponse(request, self.template_name, context).render()
        except Error:
            index = search.kept()
            if index is None:
                raise
            context["answer"] = index.find(query)
            response = HttpResponse(render_to_string(self.template_name, context))
        return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """Nobody between us and the reader keeps, lists or passes on what was searched for."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # A page that is opened from the results does not learn how it was found.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
