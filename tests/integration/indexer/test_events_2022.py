"""The first weeks of the BondingManager on Arbitrum, 4,491 real events in their order, become consistent positions.

The record has neither blocks nor logs of other contracts, and rounds only show in claims and activations. So it does
not determine, and nothing below asserts:
- when a round began that nobody claimed in, what could be minted in it, and so no reward factor of a node that called
  reward in one round and not in the round before (its fees are worked back from the tokens of the round);
- fees: WinningTicketTransfer is a log of the TicketBroker, so neither fee factors nor a node's own part of fees;
- pending stake and fees, which rest on those factors and on the round's active stake;
- terms before the first TranscoderUpdate that the record holds, other than that the contract began with none;
- what happened after the record ends, in round 2486.
In one transaction near the end the record has a TransferBond before the Unbond that it passes on, as no contract logs
it: a record of decoded events has no log index to tell. That pair is put back in order.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from apps.delegation.models import Position, StakeEvent, UnbondingLock
from apps.network.models import Orchestrator, RewardCall, Round
from apps.protocol import abi
from apps.protocol.units import ZERO_ADDRESS
from config.env import ROOT
from indexer.models import ParkedLog
from indexer.projections.replay import replay
from tests.fakes.chain import FakeLog, encode_log
from tests.integration.indexer.conftest import Encoded
from tests.integration.indexer.snapshots import difference, projections

EVENTS = Path(ROOT).parent / "shared" / "data" / "bonding_manager_events_2022.json"
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not EVENTS.is_file(), reason="the events recorded in 2022 are not on this machine"),
]


def events() -> list[tuple[str, str, dict[str, Any]]]:
    """Name, transaction and arguments, numbers as numbers and addresses in lower case."""
    types = {name: {one["name"]: one["type"] for one in entry["inputs"]} for name, entry in _abi().items()}
    found = [
        (one["event"], one["tx"], {name: _value(types[one["event"]][name], told) for name, told in one["args"].items()})
        for one in json.loads(EVENTS.read_text(encoding="utf-8"))
    ]
    swapped = [place for place, one in enumerate(found) if _stands_before_its_unbond(one, found[place + 1 :][:1])]
    assert swapped == [4481]
    for place in swapped:
        found[place], found[place + 1] = found[place + 1], found[place]
    return found


def _stands_before_its_unbond(
    one: tuple[str, str, dict[str, Any]], following: list[tuple[str, str, dict[str, Any]]]
) -> bool:
    if one[0] != "TransferBond" or not following or following[0][:2] != ("Unbond", one[1]):
        return False
    sender, unbond = one[2], following[0][2]
    return (sender["oldDelegator"], sender["oldUnbondingLockId"]) == (unbond["delegator"], unbond["unbondingLockId"])


def _abi() -> dict[str, Any]:
    return abi.events("BondingManager")


def _value(kind: str, told: str) -> Any:
    return int(told) if kind.startswith("uint") else told.lower() if kind == "address" else told


def round_in(name: str, told: dict[str, Any]) -> int | None:
    """The round that an event gives away."""
    if name == "EarningsClaimed":
        return int(told["endRound"])
    if name in ("TranscoderActivated", "TranscoderDeactivated"):
        return int(told["activationRound" if name == "TranscoderActivated" else "deactivationRound"]) - 1
    return None


def blocks() -> Iterator[list[FakeLog]]:
    """One block a transaction; a NewRound goes before the first transaction that shows its round."""
    running, last, logs = 0, "", list[FakeLog]()
    for name, tx, told in events():
        if tx != last:
            if logs:
                yield logs
            last, logs = tx, []
        shown = round_in(name, told)
        if shown is not None and shown > running:
            running = shown
            logs.insert(0, encode_log("NewRound", round=shown, blockHash=bytes(32)))
        logs.append(encode_log(name, contract="BondingManager", **told))
    yield logs


def balances() -> tuple[dict[str, int], dict[str, int], Counter[str]]:
    """Bonded LPT and fees by account, added up here in a few lines of the test's own, and contradictions."""
    bonded, fees, claimed = Counter[str](), Counter[str](), Counter[str]()
    wrong = Counter[str]()
    for name, _, told in events():
        who = told.get("delegator", "")
        if name == "EarningsClaimed":
            wrong["claims that do not follow the last"] += told["startRound"] != claimed[who] + 1
            bonded[who] += told["rewards"]
            fees[who] += told["fees"]
            claimed[who] = told["endRound"]
        elif name == "Bond":
            wrong["bonds of another sum"] += told["bondedAmount"] != bonded[who] + told["additionalAmount"]
            bonded[who] = told["bondedAmount"]
        elif name == "Unbond":
            bonded[who] -= told["amount"]
            wrong["positions below zero"] += bonded[who] < 0
        elif name == "Rebond":
            bonded[who] += told["amount"]
        elif name == "WithdrawFees":
            fees[who] -= told["amount"]
            wrong["fees below zero"] += fees[who] < 0
    return bonded, fees, +wrong


def test_the_events_of_2022__replayed__are_a_consistent_set_of_positions(encoded: Encoded) -> None:
    for logs in blocks():
        encoded.mine(*logs)
    encoded.follow()

    assert not ParkedLog.objects.exists()
    bonded, fees, wrong = balances()
    assert wrong == {}
    positions = {row.delegator: row for row in Position.objects.all()}
    assert len(positions) == len(bonded) == 702
    assert {who: row.bonded_lpt_wei for who, row in positions.items()} == dict(bonded)
    assert {who: row.fees_eth_wei for who, row in positions.items()} == {who: fees[who] for who in positions}
    assert sum(bonded.values()) == 12_329_728_149_232_801_666_193_997
    assert {row.number for row in Round.objects.all()} == set(range(2466, 2487))
    _each_position_has_a_delegate_or_nothing(positions)
    _stake_adds_up()
    _locks_are_as_the_events_left_them()

    live = projections()
    replay()
    assert difference(live, projections()) == {}


def _each_position_has_a_delegate_or_nothing(positions: dict[str, Position]) -> None:
    """Consistent are all of them: 676 with stake and a delegate, 26 with neither. One was with nobody in between."""
    kinds = Counter((row.bonded_lpt_wei > 0, row.delegate != ZERO_ADDRESS) for row in positions.values())
    assert kinds == {(True, True): 676, (False, False): 26}
    assert StakeEvent.objects.filter(kind="rebond", delegate=ZERO_ADDRESS).count() == 1
    assert StakeEvent.objects.filter(kind="bond", other=ZERO_ADDRESS, amount_lpt_wei=0).count() == 1


def _stake_adds_up() -> None:
    """What stands with a node is what its delegators have claimed, and more where rewards were not claimed yet."""
    claimed = dict(
        Position.objects.exclude(delegate=ZERO_ADDRESS)
        .values_list("delegate")
        .annotate(Sum("bonded_lpt_wei"))
        .order_by()
    )
    nodes = {row.address: row for row in Orchestrator.objects.all()}
    rewards = RewardCall.objects.aggregate(Sum("amount_lpt_wei"))["amount_lpt_wei__sum"]
    assert RewardCall.objects.count() == 1108
    assert set(claimed) <= set(nodes)
    assert all(nodes[who].stake_lpt_wei >= int(sum_) for who, sum_ in claimed.items())
    unclaimed = sum(row.stake_lpt_wei for row in nodes.values()) - sum(int(sum_) for sum_ in claimed.values())
    assert 0 < unclaimed < int(rewards)
    assert nodes[ZERO_ADDRESS].stake_lpt_wei == 0


def _locks_are_as_the_events_left_them() -> None:
    """540 were opened: 468 passed on in a transfer, 20 rebonded, 11 withdrawn, the rest wait."""
    states = Counter(UnbondingLock.objects.values_list("state", flat=True))
    assert states == {"transferred": 468, "rebonded": 488 - 468, "withdrawn": 11, "open": 540 - 468 - 20 - 11}
