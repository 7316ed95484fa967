"""The column of a statement's name: its digest."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)


class DigestField(models.CharField[_Set, _Get]):
    """An EIP-712 digest as lower-case 0x and 64 hex digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 66
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)  # a pattern that counts to 64 costs four times as much
        return f"octet_length({column}) = 66 AND {column} ~ '^0x[0-9a-f]+$'"
