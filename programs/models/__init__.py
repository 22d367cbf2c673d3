"""The content records. Each module holds one family; import them from here."""

from .base import LATEST, ContentQuerySet, ContentRecord
from .clinic import AcceptedPayer, Clinic, ClosedDay, CrisisLine, OpeningHours, Payer
from .loading import LoadedRecord
from .pages import AdmissionStep, Page, PageSection, Question
from .program import (
    Component,
    Condition,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    PartRow,
    Program,
    ProgramPart,
    SuitabilityCriterion,
)

__all__ = [
    "LATEST",
    "AcceptedPayer",
    "AdmissionStep",
    "Clinic",
    "ClosedDay",
    "Component",
    "Condition",
    "ContentQuerySet",
    "ContentRecord",
    "CrisisLine",
    "DurationFactor",
    "EntryPath",
    "LevelOfCare",
    "LoadedRecord",
    "OpeningHours",
    "Page",
    "PageSection",
    "PartRow",
    "Payer",
    "Program",
    "ProgramPart",
    "Question",
    "SuitabilityCriterion",
]
