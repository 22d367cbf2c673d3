"""The site with mistakes in it: each raises with the visitor's words in hand.

gunicorn loads it in place of amity_site.wsgi; a copy of it stands beside the project's files.
"""

from __future__ import annotations

from io import BytesIO

from amity_site.wsgi import application as site  # isort: skip - loads the apps
from admissions import intake, related
from admissions.forms import InquiryForm


def receive(**answers: object) -> None:
    raise RuntimeError(f"cannot store {answers}")


def rows(self: InquiryForm) -> None:
    raise KeyError(str(self.cleaned_data))


def find(text: str) -> None:
    raise ValueError(text)


intake.receive, related.find, InquiryForm.rows = receive, find, rows


def application(environ, start_response):
    if environ["PATH_INFO"] == "/beyond-django/":
        body = BytesIO(environ["wsgi.input"].read()).getvalue()
        raise RuntimeError(f"{environ['QUERY_STRING']} {body.decode()}")
    return site(environ, start_response)
