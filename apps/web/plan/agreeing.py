"""What a reader of a plan is to agree to: a box each, and where a tick is too little, an address typed in part."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from apps.web.plan.words import Point, point

LONGEST = 60  # characters of what was typed that are kept


@dataclass(frozen=True, slots=True)
class Answered:
    """What was ticked and typed. `wrong` says by code what is the matter; while it does, nothing is agreed to."""

    codes: tuple[str, ...] = ()
    typed: Mapping[str, str] | None = None
    wrong: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A disturbance to read, with its one box. `types` is how many characters of `address` are typed beside it."""

    code: str
    words: Point
    sentences: tuple[str, ...]
    is_agreed: bool
    is_ticked: bool
    address: str
    types: int
    typed: str
    wrong: str


def agreements(document: Mapping[str, Any], answered: Answered) -> Iterator[Agreement]:
    """One for each code, with everything that is said under it, and what was answered so far."""
    for code, found in _by_code(document).items():
        is_agreed = all(one["acknowledged"] for one in found)
        confirms = _confirms(found)
        yield Agreement(
            code=code,
            words=point(code),
            sentences=tuple(dict.fromkeys(one["sentence"] for one in found)),
            is_agreed=is_agreed,
            is_ticked=is_agreed or code in answered.codes,
            address=confirms.get("address", ""),
            types=0 if is_agreed else len(confirms.get("text", "")),
            typed=(answered.typed or {}).get(code, ""),
            wrong=(answered.wrong or {}).get(code, ""),
        )


def answered(document: Mapping[str, Any], given: QueryDict) -> Answered:
    """What a reader has ticked and typed, beside what was to be typed."""
    codes = given.getlist("code")
    typed = {code: given.get(f"typed-{code}", "").strip()[:LONGEST] for code in codes}
    return Answered(tuple(codes), typed, dict(_wrong(document, codes, typed)))


def _wrong(document: Mapping[str, Any], codes: Collection[str], typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for code, found in _by_code(document).items():
        text = "" if all(one["acknowledged"] for one in found) else _confirms(found).get("text", "")
        if code not in codes or not text or typed[code].lower() == text.lower():
            continue
        what = "are not the end of that address" if typed[code] else "are missing"
        yield code, f"The {len(text)} characters {what}. Copy them from where you know the address to be right."


def _by_code(document: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in document["disturbances"]:
        found.setdefault(one["code"], []).append(one)
    return found


def _confirms(found: Collection[Mapping[str, Any]]) -> Mapping[str, str]:
    """The address that is to be right, and what of it is typed; nothing where a tick is enough."""
    asked = (one["confirm"] for one in found if one.get("confirm"))
    return next(asked, {})
