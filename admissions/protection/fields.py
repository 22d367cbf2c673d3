"""Model fields whose column holds ciphertext and whose attribute reads as plain Python.

The model they stand in has a property `envelope` (protection/envelope.py). A value is opened when
it is first read and sealed when it is saved; one that nobody assigned to is saved as it came, so
that saving a record never harms a text that could not be read. "" and the like are stored as NULL,
which is all that SQL can ask about: there is no look-up but `isnull`.

What cannot be opened reads as `Illegible`, an empty answer of the field's kind or a text that says
so; nothing raises, and one broken record never takes a list down.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber, to_python

from .keys import NONCE_BYTES, Destroyed, Unreadable

SEALING_ADDS = NONCE_BYTES + 16  # bytes: the nonce before, the tag behind

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """The bytes of a sealed value: nonce and ciphertext."""

    blob: bytes

    def __repr__(self) -> str:
        return f"<Sealed, {len(self.blob)} bytes>"


class Illegible(str):
    """Stands where a text was that can no longer be read."""

    __slots__ = ()


class SealedAttribute(DeferredAttribute):
    """Opens the value when it is read, once for each instance."""

    field: EncryptedField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            super().__get__(instance, cls)  # deferred: reads the column, which sets it here
        value = instance.__dict__[name]
        if not isinstance(value, Sealed):
            return self.field.empty if value is None else value
        opened = instance.__dict__.setdefault("_opened", {})
        if name not in opened:
            opened[name] = self.field.opened(value, instance)
        return opened[name]

    def __set__(self, instance: Any, value: Any) -> None:
        name = self.field.attname
        instance.__dict__.get("_opened", {}).pop(name, None)
        if isinstance(value, Illegible):
            return  # what could not be read is not written over by the note that says so
        instance.__dict__[name] = (
            value if isinstance(value, Sealed) else self.field.to_python(value)
        )


class EncryptedField(models.Field):
    """Sealed text; the base of the other kinds. `max_length` counts characters of plain text."""

    descriptor_class = SealedAttribute
    empty: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"null": True, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for always in ("null", "editable"):
            kwargs.pop(always, None)
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_default(self) -> Any:
        return self.to_python(self.empty)

    # Plain values

    def to_python(self, value: Any) -> Any:
        return value

    def encode(self, value: Any) -> str:
        """The text to be sealed; "" when there is nothing to seal."""
        return str(value)

    def decode(self, text: str) -> Any:
        return text

    def illegible(self) -> Any:
        return Illegible(_("(cannot be read)"))

    def erased(self) -> Any:
        """What an erased text reads as. Nothing is wrong then, so nothing is logged."""
        return Illegible(_("(erased)"))

    # Sealing

    def opened(self, value: Sealed, instance: Any) -> Any:
        try:
            text = instance.envelope.open(self.model._meta.db_table, self.column, value.blob)
        except Destroyed:
            return self.erased()
        except Unreadable as error:
            logger.error(
                "%s %s, %s: %s", self.model._meta.verbose_name, instance.pk, self.name, error
            )
            return self.illegible()
        return self.decode(text)

    def pre_save(self, model_instance: Any, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        text = self.encode(value)
        if not text:
            return None
        table = self.model._meta.db_table
        return Sealed(model_instance.envelope.seal(table, self.column, text))

    # The database's side

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None or isinstance(value, Sealed):
            return self.get_db_prep_value(value, connection)
        # `update()` and the like know of no record, and so of no key.
        raise TypeError(f"{self.name} is sealed: assign it to a record and save that")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            # Django checks a record's constraints on what its attributes say: as empty, and as
            # long, as it will be once it is sealed.
            text = self.encode(value)
            value = Sealed(bytes(SEALING_ADDS) + text.encode()) if text else None
        return None if value is None else connection.Database.Binary(value.blob)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: Any) -> str:
        """For serialisers (fixtures, revisions): never the text."""
        return ""


class SealedRecord(models.Model):
    """A model with sealed fields: what is read from the database anew comes sealed, too."""

    class Meta:
        abstract = True

    def seal(self) -> None:
        """Seal every text now, as saving would; they read as before. A new record makes its key."""
        for field in self._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                setattr(self, field.attname, field.pre_save(self, add=self._state.adding))

    def refresh_from_db(
        self, using: Any = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        # Django's own copies what the attributes of a second record say. For these that would be
        # opened text, or the note that it could not be opened.
        concrete = self._meta.concrete_fields
        sealed = {f.attname for f in concrete if isinstance(f, EncryptedField)}
        wanted = {f.attname for f in concrete} if fields is None else set(fields)
        if rest := wanted - sealed:
            super().refresh_from_db(using, None if fields is None else list(rest), from_queryset)
        if names := wanted & sealed:
            rows = type(self)._base_manager.using(using or self._state.db).filter(pk=self.pk)
            for name, value in rows.values(*names).get().items():
                setattr(self, name, value)


class EncryptedTextField(EncryptedField):
    """Sealed text."""


class EncryptedPhoneField(EncryptedField):
    """A sealed number in E.164; reads as a PhoneNumber, "" when there is none."""

    def to_python(self, value: Any) -> Any:
        return (to_python(value) or "") if value else ""

    def encode(self, value: Any) -> str:
        if not isinstance(value, PhoneNumber):
            return str(value)
        # What is no number (raw input kept by the library) is refused rather than stored.
        if not str(value.as_e164).startswith("+"):
            raise ValueError("a phone number is stored with its country code")
        return str(value.as_e164)

    def decode(self, text: str) -> Any:
        return self.to_python(text)


class EncryptedListField(EncryptedField):
    """A sealed list of short words."""

    @property
    def empty(self) -> list[str]:
        return []

    def to_python(self, value: Any) -> list[str]:
        return list(value or ())

    def encode(self, value: list[str]) -> str:
        return json.dumps(value) if value else ""

    def decode(self, text: str) -> list[str]:
        return list(json.loads(text))

    def illegible(self) -> list[str]:
        return []

    erased = illegible


class EncryptedBooleanField(EncryptedField):
    """A sealed yes or no. Unknown, unreadable and never asked all read as no."""

    empty = False

    def to_python(self, value: Any) -> bool:
        return bool(value)

    def encode(self, value: bool) -> str:
        return "1" if value else "0"

    def decode(self, text: str) -> bool:
        return text == "1"

    def illegible(self) -> bool:
        return False

    erased = illegible


class DataKeyField(models.BinaryField):
    """The wrapped data key. A new record makes its own as it is first saved.

    It has to stand before every other field of the model that saving a fresh key fills in.
    """

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        if add:
            _ = model_instance.envelope
        return super().pre_save(model_instance, add)
