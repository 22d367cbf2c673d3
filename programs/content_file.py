"""The content file: YAML in, checked plain values out. Nothing here touches the database.

`read(path)` takes one file or a folder of `*.yaml` files. docs/content.md describes the format;
what a record may hold is read off its model, so that a new column needs no change here. Every
mistake raises ContentError with one line that names the file, the line, the record and the field.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import models
from modeltranslation.fields import TranslationField
from modeltranslation.settings import DEFAULT_LANGUAGE

from .models import (
    AdmissionStep,
    Clinic,
    Component,
    Condition,
    CrisisLine,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    OtherLevelSign,
    Page,
    PageSection,
    Program,
    Question,
    SuitabilityCriterion,
)

# The names of the lists at the top of a file, those that others refer to first.
COLLECTIONS: dict[str, type[models.Model]] = {
    "clinic": Clinic,
    "crisis_lines": CrisisLine,
    "levels_of_care": LevelOfCare,
    "conditions": Condition,
    "programs": Program,
    "admission_steps": AdmissionStep,
    "questions": Question,
    "pages": Page,
}
# The lists inside a record, and the foreign key by which their records belong to it.
NESTED: dict[type[models.Model], dict[str, type[models.Model]]] = {
    Program: {
        "entry_paths": EntryPath,
        "components": Component,
        "suitability_criteria": SuitabilityCriterion,
        "other_level_signs": OtherLevelSign,
        "duration_factors": DurationFactor,
    },
    Page: {"sections": PageSection},
}
PARENT_FIELDS: dict[type[models.Model], str] = {
    **dict.fromkeys(NESTED[Program].values(), "program"),
    PageSection: "page",
}
# Every content model, those that others refer to first.
MODELS: list[type[models.Model]] = [*COLLECTIONS.values(), *PARENT_FIELDS]
# Not for the file to say: publishing and review are acts of staff, the order is that of the lists.
STAFF_FIELDS = {
    "position",
    "live_from",
    "live_until",
    "reviewed_by",
    "reviewed_on",
    "review_due",
    "updated_at",
}


class ContentError(Exception):
    """The content cannot be loaded; the message is one line for whoever edits the file."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(" ".join(f"{where}: {problem}".split()))


@dataclass(frozen=True)
class Entry:
    """One record of the file. `key` is LoadedRecord's; `where` says where it stands."""

    model: type[models.Model]
    key: str
    where: str
    values: dict[str, Any]  # by column, every column the file may set; absent ones as default
    references: dict[str, str]  # foreign key to the key of a record, "" for none
    many: dict[str, list[str]]  # many-to-many field to keys
    parent: str = ""  # the key of the record it belongs to


@dataclass(frozen=True)
class Shape:
    """What a record of one model may hold, by the name used in the file."""

    columns: dict[str, models.Field[Any, Any]]
    references: dict[str, str]  # foreign key to the name of the model it refers to
    many: dict[str, str]  # many-to-many field to the name of the model it refers to
    nested: dict[str, type[models.Model]]
    required: frozenset[str]

    @property
    def names(self) -> list[str]:
        return [*self.columns, *self.references, *self.many, *self.nested]


class Block(dict[str, Any]):
    """A YAML mapping of text, lists and blocks that knows the line of each of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


def read(path: Path) -> list[Entry]:
    """The records of a file, or of every `*.yaml` file of a folder in the order of their names.

    Those that others refer to come first; otherwise the file's order stands.
    """
    reader = _Reader()
    for file in _files(path):
        reader.add_file(file)
    return sorted(reader.entries.values(), key=lambda entry: MODELS.index(entry.model))


@functools.cache
def shape(model: type[models.Model]) -> Shape:
    """Reads off `model` what the file may say of it. A translated text goes by its plain name in
    the default language and with the language's suffix in the others (`title`, `title_es`)."""
    columns: dict[str, models.Field[Any, Any]] = {}
    references: dict[str, str] = {}
    required: set[str] = set()
    for column in model._meta.concrete_fields:
        if isinstance(column, TranslationField):
            # They come after the plain column, whose name the default language takes over.
            main = column.language == DEFAULT_LANGUAGE
            columns[column.translated_field.name if main else column.name] = column
            continue
        if column.primary_key or column.name in {*STAFF_FIELDS, PARENT_FIELDS.get(model)}:
            continue
        if isinstance(column, models.ForeignKey):
            references[column.name] = _name(column)
        else:
            columns[column.name] = column
        if not (column.blank or column.has_default()):
            required.add(column.name)
    return Shape(
        columns=columns,
        references=references,
        many={many.name: _name(many) for many in model._meta.many_to_many},
        nested=NESTED.get(model, {}),
        required=frozenset(required),
    )


def _name(relation: models.Field[Any, Any]) -> str:
    """The name of the model that a relation leads to, as keys begin with it."""
    target: Any = relation.related_model
    return str(target._meta.model_name)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.yaml"))
    if not files:
        raise ContentError(_shown(path), "the folder holds no .yaml file")
    return files


def _shown(path: Path) -> str:
    """The path as someone in the project's folder would type it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _parse(path: Path) -> Block:
    """The file's outermost mapping. Every scalar stays text: 911, 2.1 and yes need no quotes."""
    shown = _shown(path)
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
        plain = None if root is None else _plain(root, shown, set())
    except OSError as error:
        raise ContentError(shown, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ContentError(shown, "is not UTF-8 text") from error
    except RecursionError as error:
        raise ContentError(shown, "its lists are nested too deeply") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        # By far the most common slip of somebody who writes texts.
        hint = (
            " (a text with a colon in it needs quotes)"
            if "mapping values" in str(error.problem)
            else ""
        )
        raise ContentError(f"{shown}{line}", f"this is not YAML: {error.problem}{hint}") from error
    except yaml.YAMLError as error:
        raise ContentError(shown, f"this is not YAML: {error}") from error
    if not isinstance(plain, Block):
        raise ContentError(shown, f"must hold lists named {', '.join(COLLECTIONS)}")
    return plain


# libyaml's reader where PyYAML was built with it, about ten times as fast as the one in Python.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _plain(node: yaml.Node, shown: str, seen: set[int]) -> str | list[Any] | Block:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise ContentError(f"{shown}, line {line}", "write the text out where “*” repeats it")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        block = Block(line)
        for key_node, value_node in node.value:
            key = str(key_node.value)
            key_line = key_node.start_mark.line + 1
            if key in block:
                raise ContentError(f"{shown}, line {key_line}", f"“{key}” stands here twice")
            block[key] = _plain(value_node, shown, seen)
            block.lines[key] = key_line
        return block
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, shown, seen) for item in node.value]
    return str(node.value).strip()


@dataclass
class _Reader:
    """Collects entries over several files; a short name is used once in all of them."""

    entries: dict[str, Entry] = field(default_factory=dict)
    shown: str = ""

    def add_file(self, path: Path) -> None:
        self.shown = _shown(path)
        root = _parse(path)
        for name, records in root.items():
            if name not in COLLECTIONS:
                raise ContentError(
                    f"{self.shown}, line {root.lines[name]}",
                    f"there is no list “{name}”{_did_you_mean(name, COLLECTIONS)}",
                )
            model = COLLECTIONS[name]
            rows = [records] if model is Clinic else records
            self._add_list(model, rows, name=name, line=root.lines[name], parent="")

    def _add_list(
        self, model: type[models.Model], rows: Any, *, name: str, line: int, parent: str
    ) -> None:
        if not isinstance(rows, list):
            raise ContentError(f"{self.shown}, line {line}", f"“{name}” must be a list")
        for row in rows:
            if not isinstance(row, Block):
                raise ContentError(
                    f"{self.shown}, line {line}", f"every record of “{name}” needs named fields"
                )
            self._add_record(model, row, parent=parent)

    def _add_record(self, model: type[models.Model], block: Block, *, parent: str) -> None:
        rules = shape(model)
        record = _RecordReader(self.shown, model, block, rules)
        record.check_names()
        name = model._meta.model_name or ""
        ident = "1" if model is Clinic else record.column("slug")
        # "page/privacy" and a section's slug make "pagesection/privacy/<slug>".
        above = [parent.rsplit("/", maxsplit=1)[-1]] if parent else []
        key = "/".join([name, *above, ident])
        if key in self.entries:
            raise record.error("slug", f"is also that of {self.entries[key].where}")
        self.entries[key] = Entry(
            model=model,
            key=key,
            where=record.where(),
            values={column.name: record.column(each) for each, column in rules.columns.items()},
            references={each: record.reference(each) for each in rules.references},
            many={each: record.references(each) for each in rules.many},
            parent=parent,
        )
        for each, part in rules.nested.items():
            if each in block:
                self._add_list(part, block[each], name=each, line=block.lines[each], parent=key)


@dataclass(frozen=True)
class _RecordReader:
    """Takes one record apart, field by field."""

    shown: str
    model: type[models.Model]
    block: Block
    rules: Shape

    def where(self, name: str = "") -> str:
        line = self.block.lines.get(name, self.block.line)
        slug = self.block.get("slug", "")
        label = (
            f"{self.model._meta.verbose_name} “{slug}”" if slug else self.model._meta.verbose_name
        )
        return f"{self.shown}, line {line}: {label}"

    def error(self, name: str, problem: str) -> ContentError:
        return ContentError(f"{self.where(name)}, {name}", problem)

    def check_names(self) -> None:
        for name in self.block:
            if name in STAFF_FIELDS:
                raise self.error(name, "is set in the admin, not in this file")
            if name not in self.rules.names:
                raise self.error(
                    name, f"there is no such field{_did_you_mean(name, self.rules.names)}"
                )
        for name in sorted(self.rules.required):
            if name not in self.block:
                raise self.error(name, "is missing")
            if not self.text(name):
                raise self.error(name, "is empty")

    def text(self, name: str) -> str:
        raw = self.block.get(name, "")
        if not isinstance(raw, str):
            raise self.error(name, "must be text, not a list")
        return raw

    def reference(self, name: str) -> str:
        slug = self.text(name)
        return f"{self.rules.references[name]}/{slug}" if slug else ""

    def references(self, name: str) -> list[str]:
        slugs = self.block.get(name) or []
        if not isinstance(slugs, list) or not all(isinstance(slug, str) for slug in slugs):
            raise self.error(name, "must be a list of short names")
        return [f"{self.rules.many[name]}/{slug}" for slug in slugs]

    def column(self, name: str) -> Any:
        """The field's value as its column holds it, or the column's default."""
        column = self.rules.columns[name]
        raw = self.text(name)
        if not raw:
            return column.get_default()
        if isinstance(column, models.CharField):
            raw = " ".join(raw.split())  # one line, however the file breaks it
        try:
            return column.clean(raw, None)
        except ValidationError as error:
            raise self.error(name, error.messages[0]) from error


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close: Iterator[str] = iter(difflib.get_close_matches(name, list(known), n=1))
    best = next(close, "")
    return f"; did you mean “{best}”?" if best else ""
