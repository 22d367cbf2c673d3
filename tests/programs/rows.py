"""Small valid content rows, one builder a model. Keyword arguments replace any value."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from itertools import count

from django.utils import timezone

from programs import models

_numbers = count(1)


def _slug(prefix: str) -> str:
    return f"{prefix}-{next(_numbers)}"


def level(**values):
    """Intensive outpatient care: ASAM 2.1, 9 to 19 hours a week."""
    defaults = {
        "slug": _slug("level"),
        "name": "Intensive outpatient",
        "summary": "Several sessions a week.",
        "asam_code": "2.1",
        "asam_edition": "3rd edition",
        "hours_min": 9,
        "hours_max": 19,
    }
    return models.LevelOfCare(**{**defaults, **values})


def program(**values):
    """3 to 5 sessions of 2 to 4 hours."""
    if "level" not in values:
        values["level"] = level()
        values["level"].save()
    defaults = {
        "slug": _slug("program"),
        "name": "Program",
        "summary": "A summary.",
        "overview": "An overview.",
        "goal": "A goal.",
        "sessions_min": 3,
        "sessions_max": 5,
        "session_hours_min": Decimal(2),
        "session_hours_max": Decimal(4),
    }
    return models.Program(**{**defaults, **values})


def _part(model, values, **own):
    if "program" not in values:
        values["program"] = program()
        values["program"].save()
    defaults = {"slug": _slug("part"), "title": "A part", "text": "Its text."}
    return model(**{**defaults, **own, **values})


def entry_path(**values):
    return _part(models.EntryPath, values)


def component(**values):
    return _part(models.Component, values, what_happens="What happens.")


def criterion(**values):
    return _part(models.SuitabilityCriterion, values, guide_question="Is it so?")


def sign(**values):
    return _part(models.OtherLevelSign, values)


def factor(**values):
    return _part(models.DurationFactor, values)


def condition(**values):
    defaults = {"slug": _slug("condition"), "name": "A condition", "summary": "S.", "text": "T."}
    return models.Condition(**{**defaults, **values})


def crisis_line(**values):
    defaults = {"slug": _slug("line"), "name": "A line", "phone": "988", "when_to_use": "Now."}
    return models.CrisisLine(**{**defaults, **values})


def step(**values):
    defaults = {"slug": _slug("step"), "title": "A step", "text": "Its text."}
    return models.AdmissionStep(**{**defaults, **values})


def question(**values):
    defaults = {
        "slug": _slug("question"),
        "audience": "client",
        "question": "How?",
        "answer": "Like so.",
    }
    return models.Question(**{**defaults, **values})


def page(**values):
    defaults = {"slug": _slug("page"), "title": "T", "description": "D", "heading": "H"}
    return models.Page(**{**defaults, **values})


def section(**values):
    if "page" not in values:
        values["page"] = page()
        values["page"].save()
    defaults = {"slug": _slug("section"), "title": "A section", "text": "Its text."}
    return models.PageSection(**{**defaults, **values})


def clinic(**values):
    return models.Clinic(**{"id": 1, **values})


def _of_clinic(model, values, **own):
    if "clinic" not in values:
        values["clinic"], _created = models.Clinic.objects.get_or_create(pk=1)
    return model(**{**own, **values})


def hours(**values):
    return _of_clinic(models.OpeningHours, values, weekday=0, opens=time(9), closes=time(17))


def closed_day(**values):
    return _of_clinic(models.ClosedDay, values, date=timezone.localdate())


def payer(**values):
    return _of_clinic(
        models.AcceptedPayer, values, payer="medi-cal", verified_on=timezone.localdate()
    )


# Every record that editors order, publish and review.
CONTENT = {
    models.LevelOfCare: level,
    models.Program: program,
    models.EntryPath: entry_path,
    models.Component: component,
    models.SuitabilityCriterion: criterion,
    models.OtherLevelSign: sign,
    models.DurationFactor: factor,
    models.Condition: condition,
    models.CrisisLine: crisis_line,
    models.AdmissionStep: step,
    models.Question: question,
    models.Page: page,
    models.PageSection: section,
}
# With what belongs to the clinic.
ALL = {
    **CONTENT,
    models.Clinic: clinic,
    models.OpeningHours: hours,
    models.ClosedDay: closed_day,
    models.AcceptedPayer: payer,
}
