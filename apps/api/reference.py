"""The page at `/api/`: the schema as people read it, with examples; it needs no script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from rest_framework.utils.encoders import JSONEncoder

from apps.api import queries, standpoint
from apps.api.errors import CODES
from apps.api.v1.rounds import RoundList, RoundsAsked
from apps.api.v1.schema import document
from apps.network.instant import one_instant
from apps.network.limits import WINDOW_S
from apps.network.models import Orchestrator
from apps.network.selectors.rounds import Span
from apps.scoring.method import live

_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "compare": ("?o={address}&o={other}", ".csv?o={address}&o={other}&rounds=90&from={address}"),
    "governance_polls": ("?limit=2",),
    "governance_proposals": ("?limit=2",),
    "governance_votes": ("?limit=2", "?voter={address}"),
    "methods": ("",),
    "method": ("",),
    "network_overlap": ("?limit=2", ".csv?round_gte=60"),
    "network_overlap_change": ("", "?rounds=10&window=30", ".csv"),
    "orchestrators": (
        "?limit=2",
        "?fee_share_ppm_gte=500000&sort=-stake",
        "?job=live-video-to-video&has_capacity=1",
        "?has_fees=0&status=all",
        ".csv?status=all",
    ),
    "orchestrator": ("",),
    "orchestrator_rounds": ("?limit=2",),
    "orchestrator_yield": ("", "?amount_lpt_wei=250000000000000000000&rounds=90"),
    "orchestrator_scores": ("?limit=2", ".csv"),
    "position": ("", "?since=60"),
    "position_batch": (),
    "position_rounds": ("?limit=2", ".csv"),
    "rounds": ("?limit=2", "?round_gte=60&round_lte=70"),
    "score_runs": ("?limit=2",),
    "score_run": ("",),
    "score_run_bundle": (),
    "scores": ("?limit=2", "?ranked=0", "?w_work=2&w_terms=8&limit=5", ".csv"),
    "sources": ("",),
    "status": ("",),
}
_NOBODY = "0x0000000000000000000000000000000000000000"
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    kind: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an answer; `path` names it from the data on, with [] for each list on the way."""

    path: str
    kind: str
    help: str


@dataclass(frozen=True, slots=True)
class Body:
    """What may be sent: what it asks for, and the JSON."""

    summary: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address with everything a reader needs to use it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    fields: tuple[Field, ...]
    examples: tuple[str, ...]
    bodies: tuple[Body, ...] = ()
    sent: tuple[Field, ...] = ()  # fields of the body, or its kinds with theirs


@dataclass(frozen=True, slots=True)
class ProblemKind:
    code: str
    status: int
    reason: str
    title: str


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The reading page."""
    with one_instant():
        at = standpoint.read()
        known = Orchestrator.objects.filter(ever_registered=True).order_by("-stake_lpt_wei", "address")
        node, other = ([*known.values_list("address", flat=True)[:2], _NOBODY, _NOBODY])[:2]
        sample = RoundList().body(at, RoundList().find(at, RoundsAsked(Span(), limit=1, pairs=())))
    context = {
        "operations": [
            replace(each, examples=_of_nodes(_of_run(each.examples, at.run_id), node, other)) for each in operations()
        ],
        "sample": json.dumps(sample, indent=2, cls=JSONEncoder),
        "envelope": envelope(),
        "problems": [
            ProblemKind(code, status, HTTPStatus(status).phrase, title) for code, (status, title) in CODES.items()
        ],
        "most": queries.MOST,
        "limit": queries.DEFAULT_LIMIT,
        "requests": settings.API_REQUESTS_PER_MINUTE,
        "window_s": WINDOW_S,
    }
    return render(request, "api/reference.html", context)


def _of_nodes(examples: Sequence[str], node: str, other: str) -> tuple[str, ...]:
    return tuple(example.replace("{address}", node).replace("{other}", other) for example in examples)


def _of_run(examples: Sequence[str], run_id: int | None) -> tuple[str, ...]:
    return tuple(example.replace("{id}", str(run_id or 1)) for example in examples)


@lru_cache(maxsize=1)
def operations() -> tuple[Operation, ...]:
    """Every address of the schema, in its order."""
    return tuple(
        _operation(method.upper(), path, described)
        for path, each in document()["paths"].items()
        for method, described in each.items()
        if method in ("get", "post")
    )


@lru_cache(maxsize=1)
def envelope() -> tuple[Field, ...]:
    """The fields around the data, of a list."""
    answer = _answer(document()["paths"]["/api/v1/orchestrators"]["get"])
    return tuple(field for name in ("paging", "meta") for field in _fields(answer["properties"][name], name))


def _operation(method: str, path: str, described: Mapping[str, Any]) -> Operation:
    name = described["operationId"]
    return Operation(
        name=name,
        method=method,
        path=path,
        summary=described["summary"],
        description=_marked(described["description"]),
        parameters=tuple(_parameter(each) for each in described.get("parameters", ())),
        fields=tuple(_fields(_data(described), "data")),
        examples=tuple(path.replace("{version}", live().version) + end for end in _EXAMPLES.get(name, ())),
        bodies=tuple(_bodies(described)),
        sent=tuple(_sent(_body(described).get("schema", {}))),
    )


def _body(described: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    return found


def _sent(schema: Mapping[str, Any]) -> Iterator[Field]:
    """The fields of a body; where it is one of several kinds, each kind once and then the fields of all."""
    kinds = schema.get("oneOf", ())
    for each in kinds:
        own = [name for name in each["required"] if name != "kind"]
        yield Field(f"kind: {each['title']}", "with " + ", ".join(own), _marked(" ".join(each["description"].split())))
    found = {name: field for each in (*kinds, schema) for name, field in each.get("properties", {}).items()}
    needed = set(schema.get("required", ())) or {"kind"} & set(found)
    for name, field in found.items():
        if name != "kind":
            words = "" if kinds or name in needed else "may be left out; "
            yield Field(name, _kind(field), _marked(words + field.get("description", "")))


def _bodies(described: Mapping[str, Any]) -> Iterator[Body]:
    """The examples of what may be sent."""
    for name, each in _body(described).get("examples", {}).items():
        yield Body(each.get("summary", name), json.dumps(each["value"], indent=2))


def _parameter(each: Mapping[str, Any]) -> Parameter:
    schema = each["schema"]
    return Parameter(
        each["name"], each["in"], _kind(schema), str(schema.get("default", "")), _marked(each.get("description", ""))
    )


def _answer(described: Mapping[str, Any]) -> Mapping[str, Any]:
    good = next(each for status, each in described["responses"].items() if status.startswith("2"))
    return _resolved(good["content"]["application/json"]["schema"])


def _data(described: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data in the envelope; a document that comes without one is no more than an object."""
    answer = _answer(described)
    data: Mapping[str, Any] = answer["properties"]["data"] if "properties" in answer else {"type": "object"}
    return data


def _fields(schema: Mapping[str, Any], path: str) -> Iterator[Field]:
    """The field itself and, below it, every field of the object or of the list's objects."""
    plain, may_be_null = _without_null(schema)
    help_ = schema.get("description") or ""
    kind = _kind(plain) + (" or null" if may_be_null else "")
    yield Field(path, kind, _marked(help_) or _meaning(path))
    inner = _resolved(plain["items"]) if plain.get("type") == "array" else plain
    below = f"{path}[]" if plain.get("type") == "array" else path
    for name, field in inner.get("properties", {}).items():
        yield from _fields(field, f"{below}.{name}")


def _meaning(path: str) -> str:
    """What the end of a key says, for fields without words of their own."""
    endings = {
        "_lpt_wei": "wei of LPT",
        "_eth_wei": "wei of ETH",
        "_formatted": "the same, rounded, for people",
        "_checksummed": "the same, with its checksum",
        "_ppm": "parts per million",
        "tx_hash": "transaction it comes from",
        "log_index": "place of its log in the block",
    }
    return next((words for ending, words in endings.items() if path.endswith(ending)), "")


def _marked(text: str) -> SafeString:
    """The text with what stands between backticks as code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema a reference or a wrapper of one stands for, keeping the wrapper's own description."""
    target = schema.get("$ref") or next((each.get("$ref") for each in schema.get("allOf", ())), None)
    if target is None:
        return schema
    found: Mapping[str, Any] = document()["components"]["schemas"][target.rpartition("/")[2]]
    return {**found, **{key: value for key, value in schema.items() if key not in ("$ref", "allOf")}}


def _without_null(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    choices = schema.get("oneOf")
    if choices:
        real = [each for each in choices if each.get("type") != "null"]
        return _resolved(real[0]), len(real) < len(choices)
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return {**schema, "type": next(kind for kind in kinds if kind != "null")}, "null" in kinds
    return _resolved(schema), False


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        plain = [str(each) for each in schema["enum"] if not str(each).startswith("-")]
        turned = ", each also with a minus before it" if len(plain) < len(schema["enum"]) else ""
        return f"one of {', '.join(plain)}{turned}"
    if schema.get("type") == "array":
        return "list of " + _plural(_resolved(schema["items"]).get("type", "value"))
    return str(schema.get("type", "value")) + _bounds(schema)


def _plural(kind: str) -> str:
    return {"object": "objects", "string": "texts"}.get(kind, f"{kind}s")


def _bounds(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and high is None:
        return ""
    return f" of at least {low}" if high is None else f", {low or 0} to {high}"
