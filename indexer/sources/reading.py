"""Strict reading of JSON at the edge: each field is what it should be, or its record is parked with the reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, TypeVar

from apps.protocol.units import PPM, UINT256_MAX, Address, AddressError, parse_address

MOST_TEXT = 200
MOST_URI = 500
LARGEST_COUNT = 2**31 - 1
_DECIMAL = re.compile(r"\d{1,60}(\.\d{1,30})?", re.ASCII)
_EARLIEST = datetime(2018, 5, 1, tzinfo=UTC)  # the protocol's first day
_KEPT_FROM_US = frozenset(
    ("prompt", "negative_prompt", "params", "last_params", "clientip", "input_parameters", "response_payload")
)

Made = TypeVar("Made")


class Odd(ValueError):
    """A field that is missing or is not what it should be."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that could not be read: which one, and why."""

    what: str
    error: str


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object being read. Each method names the field it refuses."""

    raw: Mapping[str, Any]

    @classmethod
    def of(cls, value: Any, what: str = "the record") -> Fields:
        if not isinstance(value, Mapping):
            raise Odd(f"{what} is no object")
        return cls(value)

    def has(self, name: str) -> bool:
        return self.raw.get(name) is not None

    def inner(self, name: str) -> Fields:
        """The object in a field; an absent one is empty."""
        value = self.raw.get(name)
        return Fields({}) if value is None else Fields.of(value, name)

    def items(self, name: str) -> Sequence[Any]:
        """The list in a field; an absent one is empty."""
        value = self.raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise Odd(f"{name} is no list")
        return value

    def text(self, name: str, *, most: int = MOST_TEXT, default: str | None = None) -> str:
        """Text without control characters, which neither a page nor the database should meet."""
        value = self.raw.get(name)
        if value is None or value == "":
            if default is None:
                raise Odd(f"{name} is missing")
            return default
        if not isinstance(value, str):
            raise Odd(f"{name} is no text")
        cleaned = plain(value)
        if len(cleaned) > most:
            raise Odd(f"{name} is longer than {most} characters")
        return cleaned

    def address(self, name: str) -> Address:
        value = self.text(name)
        try:
            return parse_address(value)
        except AddressError as error:
            raise Odd(f"{name} is no address") from error

    def count(self, name: str, *, default: int | None = None, most: int = LARGEST_COUNT) -> int:
        """A whole number from 0; 3.0 counts as 3, as some servers write every number with a point."""
        value = self.raw.get(name)
        if value is None:
            if default is None:
                raise Odd(f"{name} is missing")
            return default
        if isinstance(value, float) and isfinite(value) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise Odd(f"{name} is no whole number from 0 to {most}")
        return value

    def amount(self, name: str) -> int:
        """An unsigned 256-bit integer, as a number or as decimal digits."""
        value = self.raw.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 78:
            value = int(value)
        if value is None:
            raise Odd(f"{name} is missing")
        return Fields({name: value}).count(name, most=UINT256_MAX)

    def ratio_ppm(self, name: str, *, whole: int = 1) -> int | None:
        """A ratio of 0 to `whole` as parts per million, rounded half up; None where it is not given."""
        value = self.raw.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise Odd(f"{name} is no number")
        if not 0 <= value <= whole:
            raise Odd(f"{name} is {value:g}, not from 0 to {whole}")
        return int(Decimal(repr(value)) * PPM / whole + Decimal("0.5"))

    def thousandths(self, name: str) -> int:
        """A number from 0 in thousandths, rounded half up."""
        value = self.raw.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
            raise Odd(f"{name} is no number from 0")
        made = int(Decimal(repr(value)) * 1000 + Decimal("0.5"))
        if made > 2**62:
            raise Odd(f"{name} is out of range")
        return made

    def flag(self, name: str) -> bool | None:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise Odd(f"{name} is neither true nor false")
        return value

    def moment(self, name: str) -> datetime:
        """An RFC 3339 time in UTC."""
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise Odd(f"{name} is no time") from error
        return _sound(found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC), name)

    def unix_ms(self, name: str) -> datetime:
        """Milliseconds since 1970, as a number or as digits."""
        try:
            return _sound(datetime.fromtimestamp(self.amount(name) / 1000, UTC), name)
        except (OverflowError, OSError, ValueError) as error:
            raise Odd(f"{name} is no time in milliseconds") from error

    def decimal(self, name: str, *, unit: str = "") -> Decimal:
        """A decimal written as text, such as "0.0009990010" or, with its unit, "1635.021 wei/pixel"."""
        value = self.text(name).removesuffix(unit).strip()
        if not _DECIMAL.fullmatch(value):
            raise Odd(f"{name} is no decimal number")
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise Odd(f"{name} is no decimal number") from error


def _sound(moment: datetime, name: str) -> datetime:
    if not _EARLIEST <= moment <= datetime(2100, 1, 1, tzinfo=UTC):
        raise Odd(f"{name} is out of range")
    return moment


def plain(text: str) -> str:
    """The text without control, format and surrogate characters."""
    return "".join(each for each in text if unicodedata.category(each)[0] != "C").strip()


def every(items: Iterable[tuple[str, Any]], read: Callable[[Any], Iterable[Made]]) -> tuple[list[Made], list[Parked]]:
    """What `read` makes of each item, and those it refuses; one bad record costs nothing but itself."""
    made: list[Made] = []
    parked: list[Parked] = []
    for what, item in items:
        try:
            made += list(read(item))
        except Odd as error:
            parked.append(Parked(what, str(error)))
    return made, parked


def numbered(word: str, items: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """The items with their place as a name: row 1, row 2."""
    for at, item in enumerate(items, start=1):
        yield f"{word} {at}", item


def scrubbed(value: Any) -> Any:
    """The same JSON without what says something of a user: prompts, parameters, payloads and client addresses."""
    if isinstance(value, dict):
        return {name: scrubbed(each) for name, each in value.items() if name.lower() not in _KEPT_FROM_US}
    return [scrubbed(each) for each in value] if isinstance(value, list) else value
