"""Putting the content file's records into the database without undoing anybody's work.

The rules, in the order in which they are tried for each record of the file:
gone although it was loaded once, staff deleted it: it stays away. Never loaded and not there: it
is created. There although never loaded, staff made it: it is theirs. There, but no longer as it
was loaded, staff edited it: it stays so. There as it was loaded: it follows the file.
Nothing is ever deleted. Once loaded, the order is staff's too: moving a record is no edit, the
file does not move it back, and a new record goes behind the one that precedes it in the file.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, models, transaction
from django.utils import translation
from modeltranslation.fields import TranslationField

from .content_file import MODELS, PARENT_FIELDS, ContentError, Entry, shape
from .models import ContentRecord, LoadedRecord

# Columns that are no part of what a record says.
_UNSAID = {"id", "position", "updated_at"}


@dataclass
class Summary:
    """What a load did, as the keys of the records concerned."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = [
            f"created {len(self.created)}",
            f"updated {len(self.updated)}",
            f"kept {len(self.edited)} edited",
            f"{len(self.deleted)} deleted by staff",
        ]
        if self.own:
            parts.append(f"{len(self.own)} made by staff")
        return ", ".join(parts)


def load(entries: list[Entry]) -> Summary:
    """Loads `entries` in one transaction: all of them, or none and ContentError.

    A load that finds nothing to do reads each table once and writes nothing.
    """
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        _one_load_at_a_time()
        loader = _Loader(entries)
        loader.check_references()
        for entry in entries:
            loader.take(entry)
        loader.remember()
        return loader.summary


def digest(record: models.Model, many: dict[str, list[int]]) -> str:
    """SHA-256 in hex of everything a record says; `many` holds the keys of its many-to-many rows.

    Blank and default values are left out, so that a column added later does not make every
    record look edited. What only a browser or a form widget changes does not count either: line
    ends, space around a text, fractions of a second.
    """
    said: dict[str, Any] = {name: sorted(keys) for name, keys in many.items() if keys}
    for column in _saying(type(record)):
        value = column.get_prep_value(getattr(record, column.attname))
        if value in (None, "") or (column.has_default() and value == column.default):
            continue
        said[column.attname] = _canonical(value)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@functools.cache
def _saying(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The model's columns, less a translated text's plain one, which repeats the default
    language's."""
    columns = {column.name: column for column in model._meta.concrete_fields}
    for column in model._meta.concrete_fields:
        if isinstance(column, TranslationField):
            columns.pop(column.translated_field.name, None)
    return [column for name, column in columns.items() if name not in _UNSAID]


def _canonical(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    return value


def _one_load_at_a_time() -> None:
    """Two hosts that start together must not both find a table empty. SQLite's transactions are
    IMMEDIATE and wait for each other already."""
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(LoadedRecord._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


class _Loader:
    def __init__(self, entries: list[Entry]) -> None:
        self.summary = Summary()
        self.entries = entries
        self.loaded = dict(LoadedRecord.objects.values_list("key", "digest"))
        self.records = _existing()
        self.digests: dict[str, str] = {}  # new or changed, to be remembered
        self.skipped: dict[str, list[str]] = {}  # a parent's key to the list its parts go to
        self.reached: dict[str, int] = {}  # a list to the position of its last record in the file

    def check_references(self) -> None:
        """Every record that an entry refers to is in the file or in the database."""
        known = self.records.keys() | {entry.key for entry in self.entries}
        for entry in self.entries:
            wanted = [
                *((name, key) for name, key in entry.references.items() if key),
                *((name, key) for name, keys in entry.many.items() for key in keys),
            ]
            for name, key in wanted:
                if key not in known:
                    slug = key.rpartition("/")[2]
                    raise ContentError(f"{entry.where}, {name}", f"there is no record “{slug}”")

    def take(self, entry: Entry) -> None:
        """Does with one entry what the rules of this module say."""
        record = self.records.get(entry.key)
        if entry.parent in self.skipped:
            self._skip(entry, self.skipped[entry.parent])
        elif record is None:
            if entry.key in self.loaded:
                self._skip(entry, self.summary.deleted)
            else:
                self._create(entry)
        elif entry.key not in self.loaded:
            self._skip(entry, self.summary.own)
        elif self.loaded[entry.key] != digest(record, _many(record)):
            self.summary.edited.append(entry.key)
        else:
            self._follow(entry, record)
        placed = self.records.get(entry.key)
        if isinstance(placed, ContentRecord):
            self.reached[_list_of(entry.key)] = placed.position

    def _skip(self, entry: Entry, reason: list[str]) -> None:
        """Leaves the entry and whatever belongs to it alone."""
        reason.append(entry.key)
        self.skipped[entry.key] = reason

    def _create(self, entry: Entry) -> None:
        record = entry.model()
        if not self._fill(record, entry):
            # It needs a record that staff deleted, and goes where that one went.
            self._skip(entry, self.summary.deleted)
            return
        if isinstance(record, ContentRecord):
            self._place(record, entry)
        self._save(record, entry)
        self.records[entry.key] = record
        self.summary.created.append(entry.key)

    def _place(self, record: ContentRecord, entry: Entry) -> None:
        """Puts a new record behind the one before it in the file; what follows moves up by one."""
        siblings = _list_of(entry.key)
        record.position = self.reached.get(siblings, 0) + 1
        later = [
            other
            for key, other in self.records.items()
            if isinstance(other, ContentRecord)
            and _list_of(key) == siblings
            and other.position >= record.position
        ]
        for other in later:
            other.position += 1
        if later:
            type(record).objects.bulk_update(later, ["position"])

    def _follow(self, entry: Entry, record: models.Model) -> None:
        filled = self._fill(record, entry)
        if not filled or self.loaded[entry.key] == digest(record, self._targets(entry)):
            self.summary.unchanged.append(entry.key)
            return
        self._save(record, entry)
        self.summary.updated.append(entry.key)

    def _fill(self, record: models.Model, entry: Entry) -> bool:
        """Gives the record the entry's values; False when a record it must refer to is gone.

        An optional reference to a record that staff deleted stays empty.
        """
        for name, value in entry.values.items():
            setattr(record, name, value)
        if entry.parent:
            setattr(record, PARENT_FIELDS[entry.model], self.records[entry.parent])
        for name, key in entry.references.items():
            target = self.records.get(key)
            if target is None and name in shape(entry.model).required:
                return False
            setattr(record, name, target)
        return True

    def _targets(self, entry: Entry) -> dict[str, list[int]]:
        """The primary keys behind the entry's many-to-many lists, less what staff deleted."""
        return {
            name: [self.records[key].pk for key in keys if key in self.records]
            for name, keys in entry.many.items()
        }

    def _save(self, record: models.Model, entry: Entry) -> None:
        try:
            record.full_clean()
        except ValidationError as error:
            name, messages = next(iter(error.message_dict.items()))
            where = entry.where if name == NON_FIELD_ERRORS else f"{entry.where}, {name}"
            raise ContentError(where, messages[0]) from error
        record.save()
        targets = self._targets(entry)
        for name, keys in targets.items():
            getattr(record, name).set(keys)
        self.digests[entry.key] = digest(record, targets)

    def remember(self) -> None:
        """Notes how the new and changed records look now, in one statement."""
        LoadedRecord.objects.bulk_create(
            [LoadedRecord(key=key, digest=value) for key, value in self.digests.items()],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["digest", "loaded_at"],
        )


def _list_of(key: str) -> str:
    """What names the list that a record stands in: its model, and its parent if it has one."""
    return key.rpartition("/")[0]


def _existing() -> dict[str, models.Model]:
    """Every content record by key: one query a model, and one for each many-to-many field."""
    records: dict[str, models.Model] = {}
    for model in MODELS:
        rows: Any = model._default_manager.prefetch_related(*shape(model).many)
        parent = PARENT_FIELDS.get(model)
        for row in rows.select_related(parent) if parent else rows:
            above = [getattr(row, parent).slug] if parent else []
            slug = getattr(row, "slug", str(row.pk))
            records["/".join([row._meta.model_name, *above, slug])] = row
    return records


def _many(record: models.Model) -> dict[str, list[int]]:
    names = shape(type(record)).many
    return {name: [each.pk for each in getattr(record, name).all()] for name in names}
