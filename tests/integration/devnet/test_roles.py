"""The whole history: every character of the cast is to be recognised by what the chain shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest
from eth_utils.crypto import keccak

from apps.chain.records import RawLog
from apps.devnet.calldata import calldata
from apps.devnet.stage import read_clock
from apps.devnet.wire import Read, ask_words
from apps.protocol.units import PPM
from tests.integration.conftest import Lived

pytestmark = pytest.mark.integration

SIGNATURES = {
    "NewRound": "NewRound(uint256,bytes32)",
    "Reward": "Reward(address,uint256)",
    "Bond": "Bond(address,address,address,uint256,uint256)",
    "Unbond": "Unbond(address,address,uint256,uint256,uint256)",
    "Rebond": "Rebond(address,address,uint256,uint256)",
    "TransferBond": "TransferBond(address,address,uint256,uint256,uint256)",
    "WithdrawStake": "WithdrawStake(address,uint256,uint256,uint256)",
    "WithdrawFees": "WithdrawFees(address,address,uint256)",
    "TranscoderUpdate": "TranscoderUpdate(address,uint256,uint256)",
    "TranscoderActivated": "TranscoderActivated(address,uint256)",
    "TranscoderDeactivated": "TranscoderDeactivated(address,uint256)",
    "WinningTicketRedeemed": "WinningTicketRedeemed(address,address,uint256,uint256,uint256,uint256,bytes)",
    "WinningTicketTransfer": "WinningTicketTransfer(address,address,uint256)",
    "ReserveClaimed": "ReserveClaimed(address,address,uint256)",
    "DepositFunded": "DepositFunded(address,uint256)",
    "Unlock": "Unlock(address,uint256,uint256)",
    "Withdrawal": "Withdrawal(address,uint256,uint256)",
    "ServiceURIUpdate": "ServiceURIUpdate(address,string)",
}
NAMES = {keccak(text=signature): name for name, signature in SIGNATURES.items()}


@dataclass(frozen=True, slots=True)
class Seen:
    """One log: names of the cast for its indexed addresses, its other words, and the round it is in."""

    event: str
    who: tuple[str, ...]
    words: tuple[int, ...]
    round: int
    block: int


@pytest.fixture(scope="module")
def seen(lived: Lived) -> dict[str, list[Seen]]:
    """Every log of the history by event, in order."""
    head = read_clock(lived.client, lived.deployment).head
    logs = lived.client.logs(0, head, addresses=set(lived.deployment.addresses.values()))
    found: dict[str, list[Seen]] = defaultdict(list)
    current = 0
    for log in logs:
        name = NAMES.get(log.topics[0])
        if name == "NewRound":
            current = int.from_bytes(log.topics[1])
        if name:
            found[name].append(_seen(lived, name, log, current))
    return found


def _seen(lived: Lived, name: str, log: RawLog, current: int) -> Seen:
    who = tuple(lived.cast.names.get("0x" + topic[12:].hex(), "") for topic in log.topics[1:])
    data = tuple(int.from_bytes(log.data[at : at + 32]) for at in range(0, len(log.data), 32))
    return Seen(name, who, data, current, log.block_number)


def rounds_of(logs: list[Seen], name: str) -> list[int]:
    return [log.round for log in logs if log.who[0] == name]


def test_history__its_rounds__are_all_initialised_and_full_of_life(seen: dict[str, list[Seen]]) -> None:
    assert [log.round for log in seen["NewRound"]] == list(range(1, 66))
    per_round = Counter(log.round for logs in seen.values() for log in logs)
    assert min(per_round[number] for number in range(3, 66)) >= 40
    assert sum(per_round.values()) > 5_000


def test_history__its_last_block__was_about_now_when_it_was_built(lived: Lived) -> None:
    first, last = lived.client.headers([31, read_clock(lived.client, lived.deployment).head])
    assert 0 <= last.timestamp - first.timestamp - 64 * 30 < 200


def test_steady_worker__every_round__is_rewarded_and_paid(seen: dict[str, list[Seen]]) -> None:
    assert rounds_of(seen["Reward"], "steady-worker") == list(range(2, 66))
    paid = {log.round for log in seen["WinningTicketTransfer"] if log.who[1] == "steady-worker"}
    assert len(paid) > 50


def test_idle_whale__has_the_most_stake_and_no_work(lived: Lived, seen: dict[str, list[Seen]]) -> None:
    assert [log for log in seen["WinningTicketTransfer"] if log.who[1] == "idle-whale"] == []
    bonding = lived.deployment["BondingManager"]
    nodes = [one.account.address for one in lived.cast.orchestrators]
    stakes = ask_words(lived.client, [Read(bonding, calldata("transcoderTotalStake(address)", one)) for one in nodes])
    assert lived.cast.names[max(zip(stakes, nodes, strict=True))[1]] == "idle-whale"


def test_small_forge__a_hundredth_of_the_whales_stake__has_a_tenth_of_all_tickets(seen: dict[str, list[Seen]]) -> None:
    paid = Counter(log.who[1] for log in seen["WinningTicketTransfer"])
    assert paid["small-forge"] > paid.total() / 10


def test_cut_spiker__raises_after_one_reward_and_lowers_after_the_next(seen: dict[str, list[Seen]]) -> None:
    changes = [(log.round, log.words[0]) for log in seen["TranscoderUpdate"] if log.who[0] == "cut-spiker"]
    assert changes[2:6] == [(10, PPM), (11, 50_000), (19, PPM), (20, 50_000)]
    rewards = {log.round: log.block for log in seen["Reward"] if log.who[0] == "cut-spiker"}
    blocks = {log.round: log.block for log in seen["TranscoderUpdate"] if log.who[0] == "cut-spiker"}
    assert all(0 < blocks[number] - rewards[number] < 5 for number in (10, 11, 19, 20))


def test_missers__against_the_steady__leave_rounds_out(seen: dict[str, list[Seen]]) -> None:
    assert 30 < len(rounds_of(seen["Reward"], "reward-misser")) < 55
    assert max(rounds_of(seen["Reward"], "sleeper")) == 12


def test_pool__the_smallest__is_pushed_out_and_comes_back(seen: dict[str, list[Seen]]) -> None:
    entered = {name: rounds_of(seen["TranscoderActivated"], name) for name in ("edge-of-pool", "hobbyist", "newcomer")}
    left = {name: rounds_of(seen["TranscoderDeactivated"], name) for name in ("edge-of-pool", "hobbyist", "leaver")}
    assert entered["newcomer"] == [20]
    assert left["edge-of-pool"][0] == 20
    assert entered["edge-of-pool"][:2] == [1, 34]
    assert left["hobbyist"] == [34]
    assert entered["hobbyist"] == [1, 49]
    assert left["leaver"] == [46]


def test_waiting_outside__until_it_is_lifted__is_not_in_the_pool(seen: dict[str, list[Seen]]) -> None:
    assert rounds_of(seen["TranscoderActivated"], "waiting-outside") == [56]
    assert rounds_of(seen["TranscoderDeactivated"], "edge-of-pool")[1] == 56


def test_self_dealer__mostly__is_paid_by_its_own_gateway(seen: dict[str, list[Seen]]) -> None:
    payers = Counter(log.who[0] for log in seen["WinningTicketTransfer"] if log.who[1] == "self-dealer")
    assert payers["own-gateway"] > 0.9 * payers.total()


def test_many_payers__is_paid_by_five_gateways(seen: dict[str, list[Seen]]) -> None:
    assert len({log.who[0] for log in seen["WinningTicketTransfer"] if log.who[1] == "many-payers"}) == 5


def test_gateways__there_are_eight_of_them__all_pay(seen: dict[str, list[Seen]]) -> None:
    assert len({log.who[0] for log in seen["WinningTicketTransfer"]}) == 8


def test_overdrawn_gateway__beyond_its_deposit__pays_less_than_the_face_value(seen: dict[str, list[Seen]]) -> None:
    assert len([log for log in seen["ReserveClaimed"] if log.who[0] == "overdrawn-gateway"]) > 20
    promised = sum(log.words[0] for log in seen["WinningTicketRedeemed"] if log.who[0] == "overdrawn-gateway")
    paid = sum(log.words[0] for log in seen["WinningTicketTransfer"] if log.who[0] == "overdrawn-gateway")
    assert 0 < paid < promised * 3 // 4


def test_passing_gateway__after_its_wait__takes_its_money_and_comes_back(seen: dict[str, list[Seen]]) -> None:
    assert rounds_of(seen["DepositFunded"], "passing-gateway") == [2, 42]
    assert rounds_of(seen["Unlock"], "passing-gateway") == [22, 62]
    assert rounds_of(seen["Withdrawal"], "passing-gateway") == [30]


def test_redemptions__of_one_gateway__come_from_several_orchestrators_in_a_round(seen: dict[str, list[Seen]]) -> None:
    pairs = defaultdict(set)
    for log in seen["WinningTicketTransfer"]:
        pairs[log.who[0], log.round].add(log.who[1])
    assert sum(len(nodes) >= 3 for nodes in pairs.values()) > 40


def test_delegators__in_a_history__do_everything_a_delegator_can(seen: dict[str, list[Seen]]) -> None:
    moved = [log for log in seen["Bond"] if log.words[0] == 0 and log.who[1] not in ("", log.who[0])]
    assert len(moved) > 15
    assert len(seen["Rebond"]) > 20
    assert len(seen["TransferBond"]) >= 3
    assert len(seen["WithdrawStake"]) > 60
    assert len(seen["WithdrawFees"]) > 60


def test_delegators__among_them__came_back_from_unbonded_to_another_home(seen: dict[str, list[Seen]]) -> None:
    homes = [log.who[0] for log in seen["Rebond"] if log.who[1] == "exiter-1"]
    assert homes[:2] == ["open-hand", "crowd-favourite"]


def test_astray__bonded_to_an_address_that_is_no_orchestrator__and_returned(seen: dict[str, list[Seen]]) -> None:
    delegates = [log.who[0] for log in seen["Bond"] if log.who[2] == "astray-1"]
    assert delegates == ["wandering-address", "nobody", "wandering-address"]


def test_service_uris__one_has_none_and_one_moves(seen: dict[str, list[Seen]]) -> None:
    assert rounds_of(seen["ServiceURIUpdate"], "no-address") == []
    assert rounds_of(seen["ServiceURIUpdate"], "wandering-address") == [1, 13, 26, 39, 52, 65]


def test_refusals__while_the_history_was_built__are_few(lived: Lived) -> None:
    assert len(lived.refused) <= 3
