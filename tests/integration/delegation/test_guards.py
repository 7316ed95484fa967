"""What only a chain and an index can show of a plan: waiting transactions, foreign chains, code, votes, old stake."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import CallFailed
from apps.chain.readers import Read, bonding, votes
from apps.delegation import plans
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.delegation.plan.intentions import Cancel, DelegateFor, Intention, Undelegate, WithdrawFees
from apps.delegation.plan.refusals import Refusal
from apps.delegation.preparing import Prepared, prepare
from apps.delegation.snapshot import read_state
from apps.devnet.network import Account
from apps.protocol.bonding.state import Rules
from apps.protocol.units import LENT_CODE, Address, LptWei
from tests.fakes.poorer import Lacking
from tests.local import Local, living
from tests.stages import ETH, LPT, Stage

pytestmark = pytest.mark.integration


def refused(local: Local, wanted: Intention, *, client: ChainClient | None = None) -> str:
    found = prepare(client or local.client, wanted)
    return found.code if isinstance(found, Refusal) else f"a plan: {found.plan.missing}"


def disturbed(local: Local, wanted: Intention, *, mine: Collection[Address] = ()) -> tuple[str, ...]:
    found = prepare(local.client, wanted, mine=mine)
    assert isinstance(found, Prepared), found
    return found.plan.missing


def url_of(client: ChainClient) -> str:
    return client.pool.providers[0].url


def test_guards__when_the_chain_shows_what_no_index_knows__then_each_has_its_code(local: Local) -> None:
    """One chain for all of them: starting one takes longer than everything that is asked here."""
    one, two, saver = living(local)
    net = local.net
    net.redeem(_gateway(local), net.account("one"), ETH)
    net.unbond(str(saver), 5 * LPT)
    net.next_round()
    net.reward(str(one))
    net.reward(str(two))
    local.follow()

    _other_chain(local, saver)
    _second_level(local, saver)
    _waiting(local, saver)
    _ahead_of_the_node(local, saver)
    _fees_to_code(local, saver)
    _signed_by_code(local, saver)
    _owned_by_code(local, saver, one)
    _lock_from_elsewhere(local, saver, two)


def _gateway(local: Local) -> Account:
    gateway = local.net.account("gateway")
    local.net.fund_gateway(gateway, 20 * ETH, 2 * ETH)
    return gateway


def _other_chain(local: Local, saver: Address) -> None:
    elsewhere = ChainClient([url_of(local.client)], chain_id=42161)
    assert refused(local, Undelegate(saver, LptWei(LPT)), client=elsewhere) == "wrong_chain"


def _second_level(local: Local, saver: Address) -> None:
    poorer = ChainClient([url_of(local.client)], chain_id=31337, transport=Lacking("eth_simulateV1"))
    poorest = Lacking("eth_simulateV1", takes_overrides=False)
    kept = plans.plan_make(poorer, Undelegate(saver, LptWei(LPT)))
    assert isinstance(kept, PreparedPlan), kept
    assert (kept.document["proof"]["level"], kept.document["proof"]["holds"]) == ("call", True)
    nothing = ChainClient([url_of(local.client)], chain_id=31337, transport=poorest)
    assert refused(local, Undelegate(saver, LptWei(LPT)), client=nothing) == "cannot_prove"


def _waiting(local: Local, saver: Address) -> None:
    local.client.rpc("eth_sendTransaction", [{"from": saver, "to": saver, "value": "0x0"}])
    assert refused(local, Undelegate(saver, LptWei(LPT))) == "transaction_waiting"
    local.net.mine()
    assert disturbed(local, Undelegate(saver, LptWei(LPT))) == ()


def _ahead_of_the_node(local: Local, saver: Address) -> None:
    kept = plans.plan_make(local.client, Undelegate(saver, LptWei(LPT)))
    assert isinstance(kept, PreparedPlan)
    sent = PlanSubmission.objects.create(
        plan=kept, step=0, tx_hash=bytes(32), submitted_at=datetime.now(UTC), state="done", block=kept.block + 5
    )
    assert refused(local, Undelegate(saver, LptWei(LPT))) == "not_seen_yet"
    sent.delete()


def _fees_to_code(local: Local, saver: Address) -> None:
    token, refuser = Address(local.net.deployment["LivepeerToken"]), Address("0x" + "9" * 40)
    assert refused(local, WithdrawFees(saver, token)) == "recipient_refuses_eth"
    local.client.rpc("anvil_setCode", [refuser, "0x00"])  # takes whatever comes in
    assert disturbed(local, WithdrawFees(saver, refuser)) == ("eth_to_contract",)


def _signed_by_code(local: Local, saver: Address) -> None:
    local.client.rpc("anvil_setCode", [saver, "0x00"])
    assert disturbed(local, Undelegate(saver, LptWei(LPT))) == ("signed_by_contract",)
    local.client.rpc("anvil_setCode", [saver, LENT_CODE + "9" * 40])
    assert disturbed(local, Undelegate(saver, LptWei(LPT))) == ()
    local.client.rpc("anvil_setCode", [saver, "0x"])


def _owned_by_code(local: Local, saver: Address, one: Address) -> None:
    safe = Address("0x" + "9" * 40)
    found = disturbed(local, DelegateFor(saver, safe, one, LptWei(LPT)))
    assert found == ("ownership_given_away", "owner_is_contract", "allowance_left_over")
    assert disturbed(local, DelegateFor(saver, safe, one, LptWei(LPT)), mine=[safe]) == ("allowance_left_over",)


def _lock_from_elsewhere(local: Local, saver: Address, two: Address) -> None:
    assert "lock_goes_elsewhere" not in disturbed(local, Cancel(saver, 0))
    local.net.bond(str(saver), 0, str(two))
    local.follow()
    assert "lock_goes_elsewhere" in disturbed(local, Cancel(saver, 0))


class Later:
    """The first contracts with answers of later ones laid over them."""

    def __init__(self, client: ChainClient, answers: Mapping[tuple[str, bytes], bytes]) -> None:
        self._client = client
        self._answers = answers

    def calls(self, targets: Sequence[tuple[str, bytes]], *, block: int | bytes | str) -> list[bytes | CallFailed]:
        found = self._client.calls(targets, block=block)
        return [self._answers.get((to, data), answer) for (to, data), answer in zip(targets, found, strict=True)]


def test_reading__when_the_contracts_are_of_today__then_their_rules_treasury_and_uncounted_votes_are_known(
    stage: Stage,
) -> None:
    net, saver, other = stage.net, *(Address(each.address) for each in stage.people[:2])
    for who in (saver, other):
        net.bond(str(who), 10 * LPT, stage.nodes[5])
    net.next_round()
    for amount in (1, 2, 3):
        net.unbond(str(saver), amount * LPT)
    ballots = Address("0x" + "7" * 40)
    counted = [votes.has_checkpoint(ballots, who) for who in (saver, other)]
    asked: list[Read[Any]] = [bonding.treasury_cut(stage.at.bonding_manager), *counted]
    answers = dict(zip([(each.to, each.data) for each in asked], (_word(10**26), _word(0), _word(1)), strict=True))

    read = read_state(
        Later(stage.client, answers), replace(stage.at, votes=ballots), stage.wanted(), block=stage.client.head().hash
    )

    assert (read.state.rules, read.mint.treasury_cut) == (Rules(), 10**26)
    assert read.uncounted == {saver}  # what cannot be read is taken as counted
    assert [lock.amount for lock in read.state.account(saver).locks.values()] == [LPT, 2 * LPT, 3 * LPT]


def _word(number: int) -> bytes:
    return number.to_bytes(32)
