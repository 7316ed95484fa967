"""Column types for what the chain gives: unsigned 256-bit integers, parts per million, addresses and hashes.

Each carries its CHECK into the table, since COPY and update() never pass through Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db import models

from apps.protocol.units import PPM

# the types a field takes and gives; the plugin makes them optional where the column is
_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)


class UintField(models.Field[_Set, _Get]):
    """An unsigned 256-bit integer: numeric(78,0) in the table, int in Python."""

    if TYPE_CHECKING:
        _pyi_private_set_type: int
        _pyi_private_get_type: int

    def db_type(self, connection: Any) -> str:
        return "numeric(78,0)"

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)
        return f"{column} >= 0 AND {column} < 2::numeric ^ 256"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def to_python(self, value: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return None if prepared is None else int(prepared)

    def get_internal_type(self) -> str:
        return "UintField"


class PpmField(models.IntegerField[_Set, _Get]):
    """Parts per million, 0 to 1,000,000."""

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)
        return f"{column} BETWEEN 0 AND {PPM}"


class HexField(models.CharField[_Set, _Get]):
    """Lower-case 0x and hex digits, `letters` characters in all."""

    letters: ClassVar[int]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = self.letters
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)  # a pattern that counts its digits costs four times as much
        return f"octet_length({column}) = {self.letters} AND {column} ~ '^0x[0-9a-f]+$'"


class AddressField(HexField[_Set, _Get]):
    """Lower-case 0x and 40 hex digits; checksummed only where people read it."""

    letters = 42


class HashField(models.BinaryField[_Set, _Get]):
    """32 bytes."""

    def db_check(self, connection: Any) -> str:
        return f"octet_length({connection.ops.quote_name(self.column)}) = 32"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)
