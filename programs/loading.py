"""Putting the content file's records into the database without undoing anybody's work.

The rules, in the order in which they are tried for each record of the file:
gone although it was loaded once, staff deleted it: it stays away. Never loaded and not there: it
is created. There although never loaded, staff made it: it is theirs. There, but no longer as it
was loaded, staff edited it: it stays so. There as it was loaded: it follows the file.
Nothing is ever deleted.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, models, transaction
from django.utils import translation
from modeltranslation.fields import TranslationField

from .content_file import PARENT_FIELDS, ContentError, Entry, shape
from .models import LoadedRecord

# Columns that are no part of what a record says.
_UNSAID = {"id", "updated_at"}


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


def digest(record: models.Model, many: dict[str, Iterable[int]]) -> str:
    """SHA-256 in hex of everything a record says; `many` holds the keys of its many-to-many rows.

    Blank and default values are left out, so that a column added later does not make every
    record look edited. What only a browser or a form widget changes does not count either: line
    ends, space around a text, fractions of a second.
    """
    said = {name: sorted(keys) for name, keys in many.items()}
    translated = {
        column.translated_field.name
        for column in record._meta.concrete_fields
        if isinstance(column, TranslationField)
    }
    for column in record._meta.concrete_fields:
        # A translated text's plain column repeats the default language's.
        if column.name in _UNSAID or column.name in translated:
            continue
        value = column.get_prep_value(getattr(record, column.attname))
        if value in (None, "") or (column.has_default() and value == column.default):
            continue
        said[column.attname] = _canonical(value)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


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
        self.in_file = {entry.key for entry in entries}
        self.entries = entries
        self.loaded = dict(LoadedRecord.objects.values_list("key", "digest"))
        self.digests: dict[str, str] = {}  # new or changed, to be remembered
        self.skipped: dict[str, list[str]] = {}  # a parent's key to the list its parts go to
        self.records: dict[type[models.Model], dict[str, models.Model]] = {}

    def rows(self, model: type[models.Model]) -> dict[str, models.Model]:
        """The model's records by key, read once (one query, and one for each many-to-many)."""
        if model not in self.records:
            found = model._default_manager.prefetch_related(*shape(model).many)
            self.records[model] = {self._key(record): record for record in found}
        return self.records[model]

    def _key(self, record: Any) -> str:
        name = record._meta.model_name
        parent_field = PARENT_FIELDS.get(type(record))
        if parent_field:
            parents = self._by_pk(record._meta.get_field(parent_field).related_model)
            parent = parents[getattr(record, f"{parent_field}_id")]
            return f"{name}/{parent.slug}/{record.slug}"
        return f"{name}/{getattr(record, 'slug', record.pk)}"

    def _by_pk(self, model: type[models.Model]) -> dict[Any, Any]:
        return {record.pk: record for record in self.rows(model).values()}

    def check_references(self) -> None:
        """Every short name that an entry refers to is in the file or in the database."""
        for entry in self.entries:
            for name, slugs in self._references(entry):
                target = entry.model._meta.get_field(name).related_model
                for slug in slugs:
                    key = f"{target._meta.model_name}/{slug}"
                    if key not in self.in_file and key not in self.rows(target):
                        raise ContentError(
                            f"{entry.where}, {name}",
                            f"there is no {target._meta.verbose_name} “{slug}”",
                        )

    @staticmethod
    def _references(entry: Entry) -> list[tuple[str, list[str]]]:
        return [
            *((name, [slug] if slug else []) for name, slug in entry.references.items()),
            *entry.many.items(),
        ]

    def take(self, entry: Entry) -> None:
        """Does with one entry what the rules of this module say."""
        record = self.rows(entry.model).get(entry.key)
        if entry.parent in self.skipped:
            self._skip(entry, self.skipped[entry.parent])
        elif record is None:
            if entry.key in self.loaded:
                self._skip(entry, self.summary.deleted)
            else:
                self._create(entry)
        elif entry.key not in self.loaded:
            self._skip(entry, self.summary.own)
        elif self.loaded[entry.key] != digest(record, self._many_of(record)):
            self.summary.edited.append(entry.key)
        else:
            self._follow(entry, record)

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
        self._save(record, entry)
        self.rows(entry.model)[entry.key] = record
        self.summary.created.append(entry.key)

    def _follow(self, entry: Entry, record: models.Model) -> None:
        filled = self._fill(record, entry)
        if not filled or self.loaded[entry.key] == digest(record, self._keys(entry)):
            self.summary.unchanged.append(entry.key)
            return
        self._save(record, entry)
        self.summary.updated.append(entry.key)

    def _fill(self, record: Any, entry: Entry) -> bool:
        """Gives the record the entry's values; False when a record it must refer to is gone."""
        for name, value in entry.values.items():
            setattr(record, name, value)
        if entry.parent:
            name = PARENT_FIELDS[entry.model]
            setattr(record, name, self.rows(shape_parent(entry.model))[entry.parent])
        for name, slug in entry.references.items():
            target = self._target(entry, name, slug)
            if target is None and not entry.model._meta.get_field(name).null:
                return False
            setattr(record, name, target)
        return True

    def _target(self, entry: Entry, name: str, slug: str) -> Any:
        """The record referred to; None for an empty reference, and for one that staff deleted."""
        model = entry.model._meta.get_field(name).related_model
        return self.rows(model).get(f"{model._meta.model_name}/{slug}") if slug else None

    def _keys(self, entry: Entry) -> dict[str, list[Any]]:
        """The primary keys behind the entry's many-to-many lists."""
        targets = {
            name: [self._target(entry, name, slug) for slug in slugs]
            for name, slugs in entry.many.items()
        }
        return {name: [each.pk for each in found if each] for name, found in targets.items()}

    @staticmethod
    def _many_of(record: Any) -> dict[str, list[Any]]:
        names = shape(type(record)).many
        return {name: [each.pk for each in getattr(record, name).all()] for name in names}

    def _save(self, record: models.Model, entry: Entry) -> None:
        try:
            record.full_clean()
        except ValidationError as error:
            name, messages = next(iter(error.message_dict.items()))
            where = entry.where if name == NON_FIELD_ERRORS else f"{entry.where}, {name}"
            raise ContentError(where, messages[0]) from error
        record.save()
        keys = self._keys(entry)
        for name, pks in keys.items():
            getattr(record, name).set(pks)
        self.digests[entry.key] = digest(record, keys)

    def remember(self) -> None:
        """Notes how the new and changed records look now, in one statement."""
        LoadedRecord.objects.bulk_create(
            [LoadedRecord(key=key, digest=value) for key, value in self.digests.items()],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["digest", "loaded_at"],
        )


def shape_parent(model: type[models.Model]) -> Any:
    """The model that records of `model` belong to."""
    return model._meta.get_field(PARENT_FIELDS[model]).related_model
