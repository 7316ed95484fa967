"""Logs that decode and mean nothing, by the hundred: whatever they say, no window stops and a replay agrees."""

from __future__ import annotations

import random
from typing import Any

import pytest

from apps.protocol import abi
from apps.protocol.units import ZERO_ADDRESS
from indexer.handlers import EVENT_NAMES, HANDLERS, WATCHED
from indexer.models import ChainLog, IndexState, ParkedLog
from indexer.projections.replay import replay
from tests.factories import address
from tests.fakes.chain import FakeLog, encode_log
from tests.integration.indexer.conftest import Encoded
from tests.integration.indexer.snapshots import difference, projections
from tests.integration.indexer.test_scenarios import fixture_f

pytestmark = pytest.mark.integration

PEOPLE = (*(address(number) for number in range(1, 6)), ZERO_ADDRESS)
AMOUNTS = (0, 1, 2, 10**18, 10**21, 9 * 10**21, 10**27, 2**127, 2**128 - 1, 2**128, 2**256 - 1)
ROUNDS = (0, 1, 4000, 4001, 4002, 4010, 2**30 - 1, 2**30, 2**256 - 1)
EVENTS = [
    (contract, EVENT_NAMES[topic]) for contract in WATCHED for topic in HANDLERS[contract] if topic in EVENT_NAMES
]


def nonsense(dice: random.Random) -> FakeLog:
    """Any event of any contract, with arguments that fit their types and nothing else."""
    contract, event = dice.choice(EVENTS)
    entry = abi.events(contract).get(event)
    if entry is None:
        return nonsense(dice)
    told = {one["name"]: _value(dice, one["type"], one["name"]) for one in entry["inputs"]}
    log = encode_log(event, contract=contract, **told)
    return log._replace(data=log.data[: dice.choice((-2, -64))]) if dice.random() < 0.03 else log


def _value(dice: random.Random, kind: str, name: str) -> Any:
    if kind == "address":
        return dice.choice(PEOPLE)
    if kind.startswith("bytes"):
        return dice.randbytes(int(kind.removeprefix("bytes") or 40))
    if kind == "string":
        return dice.choice(("", "round", "https://node.example", "\x00", "a" * 5000))
    if "ound" in name:
        return dice.choice(ROUNDS)
    if "LockId" in name:
        return dice.choice((0, 0, 1, 2, 7, 2**30 - 1, 2**200))
    if "Cut" in name or "Share" in name:
        return dice.choice((0, 500_000, 1_000_000, 1_000_001, 2**256 - 1))
    return dice.choice(AMOUNTS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nonsense__of_every_event__is_read_or_parked_and_stops_no_window(encoded: Encoded, seed: int) -> None:
    dice = random.Random(seed)
    fixture_f(encoded)
    for _ in range(40):
        encoded.mine(*(nonsense(dice) for _ in range(dice.randrange(1, 25))))
        if dice.random() < 0.25:
            encoded.follow()
    encoded.follow()

    parked = ParkedLog.objects.count()
    assert IndexState.objects.get().projected_to == encoded.chain.head
    assert ChainLog.objects.count() > 400
    assert 100 < parked < ChainLog.objects.count() - 100
    live = projections()
    replay()
    assert ParkedLog.objects.count() == parked
    assert difference(live, projections()) == {}
