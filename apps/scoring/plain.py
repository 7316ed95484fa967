"""Facts as plain JSON values and back: every number a decimal string, so that no reader's number type can spoil it."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


class PlainError(ValueError):
    """A value that is not of the type that was asked for; the message says which."""


def plain(value: Any) -> Any:
    """A dataclass as an object, a tuple as an array, a number as a decimal string; text, truth and nothing stay."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    raise PlainError(f"{type(value).__name__} has no plain form.")


def restored(kind: Any, value: Any) -> Any:
    """The value of type `kind` whose plain form this is; raises PlainError where it is not one."""
    return _reader(kind)(value)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    kind = getattr(kind, "__supertype__", kind)  # Round, EthWei and their like are what they are made of
    if isinstance(kind, type) and is_dataclass(kind):
        return _object_reader(kind)
    if kind in (bool, str, int, Decimal):
        return _scalar_reader(kind)
    origin = get_origin(kind)
    if origin is tuple:
        each = _reader(get_args(kind)[0])
        return lambda value: tuple(each(one) for one in _checked(value, list))
    if origin in (Union, types.UnionType):
        return _optional_reader(kind)
    if origin is not None and issubclass(origin, Mapping):
        inner = _reader(get_args(kind)[1])
        return lambda value: {key: inner(one) for key, one in _checked(value, dict).items()}
    return lambda value: _checked(value, str)  # a Literal: a text among few


def _scalar_reader(kind: type) -> Callable[[Any], Any]:
    if kind in (bool, str):
        return lambda value: _checked(value, kind)
    return lambda value: _number(kind, _checked(value, str))


def _number(kind: type, text: str) -> Any:
    try:
        return kind(text)
    except (ValueError, ArithmeticError) as fault:
        raise PlainError(f"“{text[:40]}” is not a number.") from fault


def _optional_reader(kind: Any) -> Callable[[Any], Any]:
    inner = [one for one in get_args(kind) if one is not type(None)]
    if len(inner) != 1:
        raise PlainError(f"{kind} is more than one type.")
    read = _reader(inner[0])
    return lambda value: None if value is None else read(value)


def _object_reader(kind: type) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {one.name: _reader(hints[one.name]) for one in fields(kind)}

    def read(value: Any) -> Any:
        given = _checked(value, dict)
        if given.keys() != readers.keys():
            raise PlainError(f"{kind.__name__} has {', '.join(sorted(readers))}, not {', '.join(sorted(given))}.")
        return kind(**{name: reader(given[name]) for name, reader in readers.items()})

    return read


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise PlainError(f"A {kind.__name__} was expected, not {type(value).__name__}.")
    return value
