"""The column of a statement's name: its digest."""

from __future__ import annotations

from typing import TypeVar

from apps.network.fields import HexField

_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)


class DigestField(HexField[_Set, _Get]):
    """An EIP-712 digest as lower-case 0x and 64 hex digits."""

    letters = 66
