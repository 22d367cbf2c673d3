"""What every page's frame shows: the clinic and the crisis lines."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import Clinic, CrisisLine


def frame(request: HttpRequest) -> dict[str, Any]:
    """`clinic`, `crisis_lines`, `demo`: two queries at most, none on pages that show neither."""
    return {
        "clinic": SimpleLazyObject(Clinic.current),
        "crisis_lines": SimpleLazyObject(lambda: list(CrisisLine.objects.live())),
        "demo": settings.DEMO,
    }
