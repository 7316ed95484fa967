"""Rows kept as columns: a year of thousands of nodes fits in memory, and sums run over tuples of whole numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Generic, Self, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """Base of the tables: one tuple for each field of the row, of equal length, in the table's order.

    Iterating gives rows again. Made from rows by `of`, which sorts them, so that equal facts are equal tables.
    """

    row: ClassVar[type[Any]]
    order: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        length = len(self)
        for name in self.names():
            if len(getattr(self, name)) != length:
                raise ValueError(f"The columns of {type(self).__name__} differ in length.")

    @classmethod
    def of(cls, rows: Iterable[Row] = ()) -> Self:
        """The rows as a table; rows that are alike in its order stay in the order in which they came."""
        ordered = sorted(rows, key=attrgetter(*cls.order))
        columns = zip(*map(attrgetter(*cls.names()), ordered), strict=True) if ordered else ((),) * len(cls.names())
        return cls(*(tuple(column) for column in columns))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return _names(cls)  # type: ignore[arg-type]  # a class can be hashed

    def columns(self) -> tuple[tuple[Any, ...], ...]:
        return tuple(getattr(self, name) for name in self.names())

    def __len__(self) -> int:
        return len(self._rounds())

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, *self.columns())

    def __getitem__(self, at: int) -> Row:
        found: Row = self.row(*(column[at] for column in self.columns()))
        return found

    def between(self, first: int, end: int) -> Self:
        """The rows from round `first` up to but not including round `end`."""
        rounds = self._rounds()
        low, high = bisect_left(rounds, first), bisect_left(rounds, end)
        if (low, high) == (0, len(rounds)):
            return self
        return type(self)(*(column[low:high] for column in self.columns()))

    def _rounds(self) -> tuple[int, ...]:
        found: tuple[int, ...] = self.round  # type: ignore[attr-defined]  # every table has the column, each its own
        return found


@cache
def _names(table: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(table))
