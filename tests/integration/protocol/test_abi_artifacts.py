"""Our ABIs against those of the contracts as first deployed on Arbitrum."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from apps.devnet.artifacts import FOLDERS as DEPLOYED
from apps.protocol import abi
from tests.parts import contract_artifacts

pytestmark = pytest.mark.integration

FOLDERS = {**DEPLOYED, "Poll": "polling"}


def shape(entry: abi.Entry) -> tuple[Any, ...]:
    """Everything of an entry that reaches the wire; names of arguments do not."""
    indexed = tuple(parameter.get("indexed") for parameter in entry["inputs"])
    return entry["type"], abi.signature(entry), indexed, abi.types_of(entry.get("outputs", [])), mutability(entry)


def mutability(entry: abi.Entry) -> str | None:
    """How a function may change the chain; events have none."""
    return entry.get("stateMutability") if entry["type"] == "function" else None


def artifact(contract: str) -> list[dict[str, Any]]:
    """The ABI in the contract's artifact."""
    path = contract_artifacts() / "abis" / FOLDERS[contract] / f"{contract}.sol" / f"{contract}.json"
    if not path.exists():
        path = contract_artifacts() / FOLDERS[contract] / f"{contract}.sol" / f"{contract}.json"
    entries: list[dict[str, Any]] = orjson.loads(path.read_bytes())["abi"]
    return entries


@pytest.mark.parametrize("contract", sorted(set(abi.CONTRACTS) & set(FOLDERS)))
def test_abi__of_the_first_deployment__has_all_of_ours_but_the_later_ones(contract: str) -> None:
    theirs = {shape(entry) for entry in artifact(contract) if entry["type"] in ("event", "function")}
    missing = {entry["name"] for entry in abi.load(contract) if shape(entry) not in theirs}

    assert missing == abi.LATER.get(contract, frozenset())


@pytest.mark.parametrize("contract", sorted((set(abi.CONTRACTS) & set(FOLDERS)) - {"LivepeerToken"}))
def test_abi__of_ours__knows_every_event_of_the_first_deployment(contract: str) -> None:
    theirs = {entry["name"] for entry in artifact(contract) if entry["type"] == "event"}

    assert theirs <= set(abi.events(contract))
