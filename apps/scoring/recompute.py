"""Reads a bundle, makes its outputs again from its inputs and compares. Needs no database, no chain and no settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.scoring import facts as fact_texts
from apps.scoring.bundle import FORMAT, SECTIONS, digest_of, method_data, outputs_of
from apps.scoring.facts import NetworkFacts
from apps.scoring.formula import score
from apps.scoring.method import Method, method_of, methods
from apps.scoring.plain import PlainError, restored

MOST_BYTES = 512 * 1024**2  # ten thousand nodes over a year of rounds take half of it
_DEEPEST = 32  # levels; a bundle has about ten
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_LONGEST_WORD = len("false")
_BRACKET = re.compile(r"[\[\]{}]")
_KEYS = {"format", "run", "digests", *SECTIONS}
_RUN = {"chain_id", "as_of_block", "as_of_block_hash", "as_of_round", "version"}


class BundleError(ValueError):
    """A file that cannot be recomputed at all; the message is the sentence a person reads."""


@dataclass(frozen=True, slots=True)
class Check:
    """What came out: nothing in `differences` where the bundle is what its inputs give."""

    version: str
    block: str
    round: str
    orchestrators: int
    digest: str
    differences: tuple[str, ...]


def check(data: bytes) -> Check:
    """Recomputes the bundle in these bytes. Raises BundleError where that cannot be done."""
    document = read(data)
    method, facts = _method(document), _facts(document)
    found = [*_wrong_digests(document), *_wrong_head(document), *_wrong_method(document, method)]
    outputs = _by_address(_scored(facts, method))
    found += _differences("outputs", _by_address(document["outputs"]), outputs)
    run = document["run"]
    return Check(
        run["version"], run["as_of_block"], run["as_of_round"], len(outputs), _whole_digest(document), tuple(found)
    )


def read(data: bytes) -> dict[str, Any]:
    """The document in these bytes, its outline checked. Raises BundleError for anything that is no bundle."""
    if len(data) > MOST_BYTES:
        raise BundleError(f"This is larger than any bundle: at most {MOST_BYTES // 1024**2} MB are read.")
    document = _parsed(data)
    if not isinstance(document, dict) or not str(document.get("format", "")).startswith("millrace score bundle"):
        raise BundleError("This is no bundle of a score run; take one from /api/v1/score-runs.")
    if document["format"] != FORMAT:
        raise BundleError(f"This bundle is of another form, “{str(document['format'])[:60]}”; this program reads 1.")
    _same_keys("The bundle", document, _KEYS)
    _same_keys("Its run", document["run"], _RUN)
    _same_keys("Its digests", document["digests"], {*SECTIONS, "bundle"})
    outputs = document["outputs"]
    if not isinstance(outputs, list) or not all(isinstance(one, dict) and "address" in one for one in outputs):
        raise BundleError("Its outputs are no list of scores.")
    if not isinstance(document["method"], dict):
        raise BundleError("Its method is no object.")
    return document


def _parsed(data: bytes) -> Any:
    text = _text(data)
    _refuse_depth(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_once_each,
            parse_float=_no_number,
            parse_int=_no_number,
            parse_constant=_no_number,
        )
    except json.JSONDecodeError as fault:
        if not text.strip():
            raise BundleError("There is nothing in it.") from fault
        if len(text.rstrip()) - fault.pos < _LONGEST_WORD or "Unterminated" in fault.msg:
            raise BundleError("The text ends too early: it was cut off. Take the file again.") from fault
        raise BundleError(f"This is no JSON: {fault.msg} in line {fault.lineno}, column {fault.colno}.") from fault


def _refuse_depth(text: str) -> None:
    """Before the parser sees it, since what nests a hundred thousand deep may end the process and not just the call."""
    depth = 0
    for mark in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if mark[0] in "[{" else -1
        if depth > _DEEPEST:
            raise BundleError("This is nested far deeper than any bundle.")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise BundleError("This is no text in UTF-8, so it is no bundle; unpack it if it is compressed.") from fault


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BundleError("A key stands twice in one object; no bundle is written so.")
    return found


def _no_number(text: str) -> Any:
    raise BundleError(f"It holds the bare number {text[:30]}; in a bundle every number is a text.")


def _same_keys(what: str, given: Any, wanted: set[str]) -> None:
    if not isinstance(given, Mapping):
        raise BundleError(f"{what} is no object.")
    if given.keys() != wanted:
        missing, more = sorted(wanted - given.keys()), sorted(given.keys() - wanted)
        said = [f"lacks {', '.join(missing)}"] if missing else []
        said += [f"has {', '.join(more)[:100]}, which belongs to none"] if more else []
        raise BundleError(f"{what} {' and '.join(said)}.")
    if wanted == _RUN and not all(isinstance(value, str) for value in given.values()):
        raise BundleError(f"{what} must hold texts.")


def _method(document: Mapping[str, Any]) -> Method:
    """The method this program holds under the bundle's version. Raises BundleError where it cannot compute by it."""
    version = document["method"].get("version")
    found = method_of(version) if isinstance(version, str) else None
    if found is None:
        held = ", ".join(one.version for one in methods() if one.status != "retired")
        raise BundleError(f"Method {str(version)[:20]} made it, which this program does not hold; it has {held}.")
    if found.status == "retired":
        raise BundleError(f"Method {found.version} made it, which is described here and no longer computed.")
    return found


def _facts(document: Mapping[str, Any]) -> NetworkFacts:
    try:
        facts: NetworkFacts = restored(NetworkFacts, document["inputs"])
    except PlainError as fault:
        raise BundleError(f"Its inputs are no facts: {fault}") from fault
    except ValueError as fault:
        raise BundleError(f"Its inputs do not fit together: {fault}") from fault
    if fact_texts.digest(facts) != digest_of(document["inputs"]):
        raise BundleError(
            "Its inputs are not in canonical form: rows out of order, or a number written in another way."
        )
    return facts


def _scored(facts: NetworkFacts, method: Method) -> list[dict[str, Any]]:
    try:
        return outputs_of(score(facts, method))
    except (ArithmeticError, LookupError, ValueError, TypeError) as fault:
        raise BundleError(f"Its inputs cannot be scored: {type(fault).__name__}, {fault}.") from fault


def _wrong_digests(document: Mapping[str, Any]) -> Iterator[str]:
    told = document["digests"]
    made = {name: digest_of(document[name]) for name in SECTIONS} | {"bundle": _whole_digest(document)}
    for name, digest in made.items():
        if told[name] != digest:
            yield f"digests.{name}: {_short(told[name])} in the file, {digest} of what the file holds"


def _whole_digest(document: Mapping[str, Any]) -> str:
    return digest_of({key: value for key, value in document.items() if key != "digests"})


def _wrong_head(document: Mapping[str, Any]) -> Iterator[str]:
    run, method, inputs = document["run"], document["method"], document["inputs"]
    if run["version"] != method["version"]:
        yield f"run.version: {_short(run['version'])}, but the method is {method['version']}"
    if run["as_of_round"] != inputs["round"]:
        yield f"run.as_of_round: {_short(run['as_of_round'])}, but the inputs are of round {inputs['round']}"


def _wrong_method(document: Mapping[str, Any], method: Method) -> Iterator[str]:
    return _differences("method", document["method"], method_data(method.version))


def _by_address(outputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(one["address"]): one for one in outputs}


def _differences(path: str, told: Any, made: Any) -> Iterator[str]:
    """Each place in which what the file tells is not what was made here."""
    if isinstance(told, Mapping) and isinstance(made, Mapping):
        for key in sorted({*told, *made}):
            yield from _differences(f"{path}.{key}", told.get(key, _MISSING), made.get(key, _MISSING))
    elif isinstance(told, list) and isinstance(made, list) and len(told) == len(made):
        for at, (one, other) in enumerate(zip(told, made, strict=True)):
            yield from _differences(f"{path}[{at}]", one, other)
    elif told != made:
        yield f"{path}: {_short(told)} in the file, {_short(made)} here"


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


_MISSING = _Missing()


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, _Missing) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:159]}…"
