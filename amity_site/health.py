"""`/healthz` and `/readyz`, answered before host checks and HTTPS redirects.

`/healthz`: this process serves. `/readyz`: it can do its work, which means the database answers
and no migration is missing; otherwise 503. Warnings never make it unready.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from .errors import HANGING

if TYPE_CHECKING:
    from admissions.models.history import NotificationQuerySet

FREE_DISK_WARNING = 500 * 1024 * 1024  # bytes
OUTBOX_AGE_WARNING = 10 * 60  # seconds
SEAL_AGE_WARNING = 10 * 60  # seconds
EXPIRY_WARNING = 60  # days
NO_DATABASE = "The database does not answer."


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            response: HttpResponse = JsonResponse({"status": "ok"})
        elif request.path_info == "/readyz":
            response = readiness(hanging=bool(request.META.get(HANGING)))
        else:
            return self.get_response(request)
        response.headers["Cache-Control"] = "no-store"
        return response


def readiness(*, hanging: bool = False) -> JsonResponse:
    """The JSON of `/readyz`: `status`, `problems` (each makes it 503) and `warnings`.

    While the database is known to hang it is not asked.
    """
    problems = [NO_DATABASE] if hanging else _problems()
    body: dict[str, Any] = {
        "status": "unready" if problems else "ready",
        "problems": problems,
        "warnings": [] if problems else _warnings(),
    }
    return JsonResponse(body, status=503 if problems else 200)


def _problems() -> list[str]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return [NO_DATABASE]
    if missing:
        names = ", ".join(sorted(f"{m.app_label}.{m.name}" for m, _backwards in missing))
        return [f"Migrations are missing: {names}."]
    return _key_problems()


def _key_problems() -> list[str]:
    from admissions.protection.startup import key_problems  # noqa: PLC0415 - as below

    try:
        return [f"{problem}." for problem in key_problems()]
    except Error:
        return [NO_DATABASE]


def _outbox_warnings(outbox: NotificationQuerySet) -> list[str]:
    """Two queries by index, whatever lies in the outbox."""
    warnings = []
    oldest = outbox.oldest_waiting()
    if oldest and (timezone.now() - oldest).total_seconds() > OUTBOX_AGE_WARNING:
        warnings.append("A notification has waited for more than 10 minutes.")
    # The one to be tried next: once a server takes mail again, its own error is gone first.
    error = outbox.failing().order_by("due_at").values_list("last_error", flat=True).first()
    if error:
        warnings.append(f"Notifications cannot be sent ({error}); they are tried again.")
    return warnings


def _seal_warnings() -> list[str]:
    """Two queries by index."""
    from admissions import sealing  # noqa: PLC0415 - apps load after middleware

    oldest = sealing.oldest_unsealed()
    if oldest and (timezone.now() - oldest).total_seconds() > SEAL_AGE_WARNING:
        return ["Access records have not been sealed for 10 minutes: is the worker running?"]
    return []


def _warnings() -> list[str]:
    from admissions.models import Notification  # noqa: PLC0415 - apps load after middleware
    from programs.models import Clinic  # noqa: PLC0415

    warnings = []
    if not settings.EMAIL_CONFIGURED:
        warnings.append("EMAIL_URL is not set: notifications wait in the outbox.")
    warnings += _outbox_warnings(Notification.objects.all())
    warnings += _seal_warnings()
    expires = Clinic.current().certification_expires_on
    if expires and (expires - timezone.localdate()).days < EXPIRY_WARNING:
        warnings.append(f"The state certification expires on {expires:%Y-%m-%d}.")
    if shutil.disk_usage(settings.BASE_DIR).free < FREE_DISK_WARNING:
        warnings.append("Less than 500 MB of disk are free.")
    return warnings
