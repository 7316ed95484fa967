"""The bundle of a run: what it read, the method it was made by and what it gave, as one text with its digests.

Pure, and nothing in it is a number but a text of one, so the same facts and method give the same bytes on any machine.
The digest of the whole is that of the text without the key `digests`, all keys sorted:

    jq -acSj 'del(.digests)' bundle.json | sha256sum
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from apps.scoring.facts import NetworkFacts, canonical_pieces
from apps.scoring.method import FOLDER, Method
from apps.scoring.results import Part, Result

FORMAT = "millrace score bundle 1"
SECTIONS = ("inputs", "method", "outputs")  # each with a digest of its own; beside them `format` and `run`


@dataclass(frozen=True, slots=True)
class RunHead:
    """Which run of which chain; `as_of_block_hash` in hex after 0x."""

    chain_id: int
    as_of_block: int
    as_of_block_hash: str
    as_of_round: int
    version: str


@dataclass(frozen=True, slots=True)
class Digests:
    """sha256 in hex of the canonical text of each section, and of all but the digests."""

    inputs: str
    method: str
    outputs: str
    bundle: str


class BundleWriter:
    """The text of a bundle, piece by piece; `digests` are complete once `pieces` has ended."""

    def __init__(
        self,
        head: RunHead,
        method: Method,
        facts: NetworkFacts,
        results: Iterable[Result],
        *,
        inputs: Iterable[str] | None = None,
    ) -> None:
        """`inputs` are the pieces of the facts' canonical text, where they were made before."""
        self._sections: Mapping[str, Iterable[str]] = {
            "inputs": canonical_pieces(facts) if inputs is None else inputs,
            "method": (text_of(method_data(method.version)),),
            "outputs": _outputs_pieces(results),
        }
        self._head = {name: str(value) for name, value in asdict(head).items()}
        self.digests = Digests("", "", "", "")

    def pieces(self) -> Iterator[str]:
        """The whole text, in order. The digests come last, so that nothing has to be held or read twice."""
        whole, own = hashlib.sha256(), {name: hashlib.sha256() for name in SECTIONS}
        start = f'{{"format":{text_of(FORMAT)}'
        whole.update(start.encode())
        yield start
        for name in SECTIONS:
            key = f',"{name}":'
            whole.update(key.encode())
            yield key
            for piece in self._sections[name]:
                data = piece.encode()
                whole.update(data)
                own[name].update(data)
                yield piece
        end = f',"run":{text_of(self._head)}'
        whole.update(end.encode() + b"}")
        self.digests = Digests(**{name: each.hexdigest() for name, each in own.items()}, bundle=whole.hexdigest())
        yield end
        yield f',"digests":{text_of(asdict(self.digests))}}}'


def text_of(value: Any) -> str:
    """Canonical JSON: keys sorted, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(value: Any) -> str:
    """sha256 of the canonical JSON of a value, in hex."""
    return hashlib.sha256(text_of(value).encode()).hexdigest()


def method_data(version: str) -> dict[str, Any]:
    """Everything in the file of a version, numbers as they are written there, but for its status.

    Whether pages show it says nothing of how it counts, and changes while old bundles stand.
    """
    text = (FOLDER / f"{version}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text, parse_float=str, parse_int=str)
    found.pop("status", None)
    return found


def outputs_of(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Every score with its parts, gates and advice as plain values, by address."""
    return [_output(one) for one in sorted(results, key=lambda one: one.address)]


def _outputs_pieces(results: Iterable[Result]) -> Iterator[str]:
    yield "["
    for at, one in enumerate(sorted(results, key=lambda one: one.address)):
        yield ("," if at else "") + text_of(_output(one))
    yield "]"


def _output(one: Result) -> dict[str, Any]:
    return {
        "address": one.address,
        "advice": {"sentence": one.advice.sentence, "severity": one.advice.severity},
        "coverage": _four(one.coverage),
        "gates": [{"code": gate.code, "sentence": gate.sentence} for gate in one.gates],
        "high": _four(one.high),
        "low": _four(one.low),
        "parts": {part.name: _part(part) for part in one.parts},
        "rank": None if one.rank is None else str(one.rank),
        "value": _four(one.value),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "coverage": _four(part.coverage),
        "high": _four(part.high),
        "low": _four(part.low),
        "raises": list(part.raises),
        "reason": part.reason,
        "sources": _plain(part.sources),
        "value": _four(part.value),
        "weight": str(part.weight),
    }


def _four(value: Decimal | None) -> str | None:
    """Four decimals, which is what scores are rounded to before anything else sees them."""
    return None if value is None else f"{value:.4f}"


def _plain(value: Any) -> Any:
    """The figures behind a reason; whole numbers and decimals as text. Raises TypeError for a binary fraction."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no place in the sources of a part.")
