"""Bodies of requests, read as strictly as parameters: one JSON object, small, each key once, nothing unknown."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpRequest
from django.http.request import RawPostDataException
from rest_framework.request import Request

from apps.api.errors import Problem

MOST_BYTES = 20_000
JSON = "application/json"


def read(request: Request, *, known: Collection[str] | None = None) -> dict[str, Any]:
    """The object in the body. With `known`, other keys are refused. Raises Problem for anything else."""
    plain = request._request
    if plain.content_type != JSON:
        raise Problem("unsupported_media_type", f"Send the body as {JSON}.")
    found = _parsed(_bytes(plain))
    if known is not None:
        refuse_others(found, known)
    return found


def refuse_others(found: Mapping[str, Any], known: Collection[str]) -> None:
    """Raises Problem for the first key that is not known."""
    other = next((key for key in found if key not in known), None)
    if other is not None:
        raise bad(other, "There is no such field here.", allowed=sorted(known))


def bad(field: str, sentence: str, *, allowed: Collection[str] = ()) -> Problem:
    """The refusal of one field of a body."""
    return Problem("bad_body", sentence, {"parameter": field[:60], **({"allowed": list(allowed)} if allowed else {})})


def _bytes(request: HttpRequest) -> bytes:
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    if not declared.isascii() or not declared.isdigit() or int(declared) > MOST_BYTES:
        raise _too_large()
    try:
        body = request.body
    except RawPostDataException as error:
        raise Problem("bad_body", "The body cannot be read.") from error
    if len(body) > MOST_BYTES:
        raise _too_large()
    return body


def _too_large() -> Problem:
    return Problem("too_large", f"A body has at most {MOST_BYTES:,} bytes.")


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(
            body.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_constant, parse_float=_number
        )
        json.dumps(found, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise Problem("bad_body", "The body is no JSON, or has a key twice.") from error
    if not isinstance(found, dict):
        raise Problem("bad_body", "The body has to be one JSON object.")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _number(text: str) -> int | float:
    """441.0 is a whole number in JSON, where there is but one kind."""
    found = float(text)
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
