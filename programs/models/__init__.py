"""The content records. Each module holds one family; import them from here."""

from .base import (
    LATEST,
    ContentQuerySet,
    ContentRecord,
    PartRow,
    in_one_query,
    least_reviewed,
)
from .clinic import AcceptedPayer, Clinic, ClosedDay, CrisisLine, OpeningHours, Payer
from .loading import LoadedRecord
from .pages import AdmissionStep, Page, PageSection, Question
from .program import (
    Component,
    Condition,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    OtherLevelSign,
    Program,
    ProgramPart,
    SuitabilityCriterion,
)
from .version import ContentVersion

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
    "ContentVersion",
    "CrisisLine",
    "DurationFactor",
    "EntryPath",
    "LevelOfCare",
    "LoadedRecord",
    "OpeningHours",
    "OtherLevelSign",
    "Page",
    "PageSection",
    "PartRow",
    "Payer",
    "Program",
    "ProgramPart",
    "Question",
    "SuitabilityCriterion",
    "in_one_query",
    "least_reviewed",
]
