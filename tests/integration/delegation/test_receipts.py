"""Transactions that wallets sent for plans, followed to their end on the real contracts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.chain import fates
from apps.chain.errors import Unreachable
from apps.delegation import plans, receipts, tasks
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.delegation.plan.calls import lpt
from apps.delegation.plan.intentions import Add, Delegate, Intention, MoveAll, Undelegate, WithdrawFees
from apps.protocol.formats import short_address
from apps.protocol.units import Address, LptWei
from tests.local import Local, living

pytestmark = pytest.mark.integration

LPT = 10**18


def ready(here: Local, wanted: Intention) -> PreparedPlan:
    """A plan with every disturbance acknowledged."""
    made = plans.plan_make(here.client, wanted)
    assert isinstance(made, PreparedPlan), made
    made = plans.plan_acknowledge(here.client, made.id, made.document["to_acknowledge"])
    assert isinstance(made, PreparedPlan), made
    return made


def send(here: Local, plan: PreparedPlan, step: int = 0, **changed: Any) -> str:
    """The step sent as its sender's wallet would, and not mined; its hash."""
    one = plan.document["steps"][step]
    call = {"from": one["sender"], "to": one["target"], "data": one["calldata"], "gas": hex(2_000_000)}
    here.net.client.rpc("anvil_setBalance", [one["sender"], hex(10**20)])
    return str(here.net.client.rpc("eth_sendTransaction", [{**call, **changed}]))


def followed(here: Local, plan: PreparedPlan, tx_hash: str, step: int = 0) -> PlanSubmission:
    return receipts.submission_check(here.client, receipts.submission_add(plan.id, step, tx_hash))


def nonce_of(here: Local, tx_hash: str) -> str:
    return str(here.net.client.rpc("eth_getTransactionByHash", [tx_hash])["nonce"])


def drop(here: Local, tx_hash: str) -> None:
    here.net.client.rpc("anvil_dropTransaction", [tx_hash])


def test_top_up__when_it_is_mined_as_planned__then_it_is_done_exactly_as_shown(local: Local) -> None:
    _, _, saver = living(local)
    plan = ready(local, Add(saver, LptWei(5 * LPT)))

    sent = send(local, plan)
    waiting = followed(local, plan, sent)
    before = (waiting.state, waiting.outcome["sentence"])
    local.net.mine()
    done = followed(local, plan, sent)

    assert before == ("waiting", "Sent, and waiting for a block.")
    assert (done.state, done.outcome["sentence"]) == ("done", "Done exactly as shown.")
    assert done.block == local.client.head().number
    assert [each["event"] for each in done.outcome["events"]] == ["EarningsClaimed", "Transfer", "Bond"]
    assert (done.outcome["differences"], done.outcome["mends"]) == ([], [])
    assert PlanSubmission.objects.count() == 1


def test_first_delegation__when_it_takes_an_approval__then_each_step_is_told_and_the_last_compares(
    local: Local,
) -> None:
    one, _, _ = living(local)
    newcomer = local.net.account("newcomer")
    net = local.net
    net.give_lpt(net.account("rich"), 7 * LPT)
    moved = "0xa9059cbb" + newcomer.address[2:].rjust(64, "0") + f"{7 * LPT:064x}"
    net.client.rpc(
        "eth_sendTransaction",
        [{"from": net.account("rich").address, "to": net.deployment["LivepeerToken"], "data": moved}],
    )
    net.mine()
    plan = ready(local, Delegate(Address(newcomer.address), one, LptWei(7 * LPT)))
    assert [step["decoded"]["function"] for step in plan.document["steps"]] == ["approve", "bondWithHint"]

    first = send(local, plan, 0)
    local.net.mine()
    approved = followed(local, plan, first, 0)
    second = send(local, plan, 1)
    local.net.mine()
    bonded = followed(local, plan, second, 1)

    assert (approved.state, approved.outcome["sentence"]) == ("done", "Step 1 of 2 is done as shown.")
    assert (bonded.state, bonded.outcome["sentence"]) == ("done", "Done exactly as shown.")


def test_top_up__when_a_reward_lands_before_it__then_it_says_so_and_by_how_much(local: Local) -> None:
    one, _, saver = living(local)
    local.net.next_round()
    local.follow()
    plan = ready(local, Add(saver, LptWei(5 * LPT)))

    local.net.reward(one)
    sent = send(local, plan)
    local.net.mine()
    done = followed(local, plan, sent)

    assert done.state == "different"
    assert "reward_landed" in [each["code"] for each in done.outcome["causes"]]
    stake = next(each for each in done.outcome["differences"] if each["where"] == f"accounts.{saver}.stake_lpt_wei")
    assert int(stake["now"]) > int(stake["shown"])
    more = lpt(int(stake["now"]) - int(stake["shown"]))
    assert done.outcome["sentence"] == (
        f"Done, and there is more: the stake of {short_address(saver)} is {more} more than shown. "
        f"{short_address(one)} called reward meanwhile."
    )
    assert done.outcome["mends"] == []


def test_step__when_the_contract_refuses_it__then_its_reason_is_told_and_the_plan_can_be_made_anew(
    local: Local,
) -> None:
    _, _, saver = living(local)
    held = local.net.pending_stake(saver)
    plan = ready(local, Undelegate(saver, LptWei(held * 6 // 10)))

    local.net.unbond(saver, held * 7 // 10)
    sent = send(local, plan)
    local.net.mine()
    failed = followed(local, plan, sent)

    assert failed.state == "failed"
    assert failed.outcome["reason"] == "amount is greater than bonded amount"
    assert "the contract refused it: amount is greater than bonded amount" in failed.outcome["sentence"]
    assert failed.outcome["mends"][0]["intention"] == plan.intention


def test_step__when_another_call_of_its_nonce_is_mined__then_it_was_replaced(local: Local) -> None:
    _, _, saver = living(local)
    plan = ready(local, Add(saver, LptWei(5 * LPT)))
    sent = send(local, plan)
    assert followed(local, plan, sent).state == "waiting"

    nonce = nonce_of(local, sent)
    drop(local, sent)
    other = str(
        local.net.client.rpc(
            "eth_sendTransaction", [{"from": saver, "to": saver, "nonce": nonce, "gas": hex(21_000), "value": "0x0"}]
        )
    )
    local.net.mine(5)
    replaced = followed(local, plan, sent)

    assert (replaced.state, replaced.outcome["replaced_by"]) == ("replaced", other)
    assert "nothing of this was done" in replaced.outcome["sentence"]


def test_step__when_the_wallet_sends_the_same_call_for_more_gas__then_that_one_is_followed(local: Local) -> None:
    _, _, saver = living(local)
    plan = ready(local, Add(saver, LptWei(5 * LPT)))
    sent = send(local, plan)
    assert followed(local, plan, sent).state == "waiting"

    nonce = nonce_of(local, sent)
    drop(local, sent)
    again = send(local, plan, 0, nonce=nonce, gas=hex(1_900_000))
    local.net.mine()
    done = followed(local, plan, sent)

    assert again != sent
    assert (done.state, done.outcome["sentence"]) == ("done", "Done exactly as shown.")
    assert done.outcome["tx_hash"] == again


def test_step__when_no_node_knows_it__then_it_waits_a_while_and_was_dropped(local: Local) -> None:
    _, _, saver = living(local)
    plan = ready(local, Add(saver, LptWei(5 * LPT)))

    unknown = followed(local, plan, "0x" + "ab" * 32)
    assert unknown.state == "waiting"
    PlanSubmission.objects.update(submitted_at=datetime.now(UTC) - timedelta(minutes=11))
    dropped = followed(local, plan, "0x" + "ab" * 32)

    assert dropped.state == "dropped"
    assert "No node knows this transaction any more" in dropped.outcome["sentence"]


def test_step__when_the_hash_is_of_another_transaction__then_it_is_not_taken_for_the_step(local: Local) -> None:
    one, _, saver = living(local)
    plan = ready(local, MoveAll(saver, living_other(local, one)))

    other = local.net.bond(saver, 3 * LPT, one)["transactionHash"]
    wrong = followed(local, plan, other)

    assert wrong.state == "different"
    assert "it did not do this" in wrong.outcome["sentence"]


def living_other(here: Local, one: Address) -> Address:
    """The other orchestrator of the small network."""
    other = Address(here.net.account("two").address)
    assert other != one
    return other


def test_top_up__when_the_stake_moved_meanwhile__then_it_says_what_was_undone_and_offers_to_move_it_back(
    local: Local,
) -> None:
    one, two, saver = living(local)
    plan = ready(local, Add(saver, LptWei(5 * LPT)))

    local.net.bond(saver, 0, two)
    sent = send(local, plan)
    local.net.mine()
    moved = followed(local, plan, sent)

    assert moved.state == "different"
    assert "other_transaction" in [each["code"] for each in moved.outcome["causes"]]
    assert [each["intention"] for each in moved.outcome["mends"]] == [
        {"kind": "move_all", "owner": saver, "to": two}
    ], one


def test_fees__when_they_are_withdrawn__then_they_are_done_as_shown(local: Local) -> None:
    one, _, _ = living(local)
    gateway = local.net.account("gateway")
    local.net.fund_gateway(gateway, LPT, LPT)
    local.net.redeem(gateway, one, LPT // 10)
    local.net.next_round()
    local.net.reward(one)
    local.follow()
    plan = ready(local, WithdrawFees(one, one))

    sent = send(local, plan)
    local.net.mine()
    done = followed(local, plan, sent)

    assert (done.state, done.outcome["sentence"]) == ("done", "Done exactly as shown.")


# calls the address in the first word of its calldata with the rest, and succeeds whatever comes of it, as a Safe does
FORWARDER = "0x602036038060206000376000600082600060006000355af1505000"


def through_a_contract(here: Local, plan: PreparedPlan) -> str:
    """The plan's only step sent by its owner, which is a contract, on behalf of somebody who pays the gas; its hash."""
    (one,) = plan.document["steps"]
    payer = here.net.account("relayer").address
    here.net.client.rpc("anvil_setBalance", [payer, hex(10**20)])
    data = "0x" + one["target"][2:].rjust(64, "0") + one["calldata"][2:]
    call = {"from": payer, "to": one["sender"], "data": data, "gas": hex(2_000_000)}
    return str(here.net.client.rpc("eth_sendTransaction", [call]))


def test_step__when_a_contract_account_does_it_in_a_transaction_of_its_own__then_the_logs_prove_it(
    local: Local,
) -> None:
    _, _, saver = living(local)
    local.net.client.rpc("anvil_setCode", [saver, FORWARDER])
    plan = ready(local, Add(saver, LptWei(5 * LPT)))

    sent = through_a_contract(local, plan)
    local.net.mine()
    done = followed(local, plan, sent)

    assert (done.state, done.outcome["sentence"]) == ("done", "Done exactly as shown.")


def test_step__when_a_contract_account_fails_inside_and_its_transaction_does_not__then_that_is_no_success(
    local: Local,
) -> None:
    _, _, saver = living(local)
    held = local.net.pending_stake(saver)
    local.net.client.rpc("anvil_setCode", [saver, FORWARDER])
    plan = ready(local, Undelegate(saver, LptWei(held * 6 // 10)))

    local.net.unbond(saver, held * 7 // 10)
    sent = through_a_contract(local, plan)
    local.net.mine()
    failed = followed(local, plan, sent)

    assert failed.state == "different"
    assert "it did not do this" in failed.outcome["sentence"]


def test_undelegation__when_another_round_begins_before_it_is_mined__then_that_is_the_cause(local: Local) -> None:
    one, _, saver = living(local)
    plan = ready(local, Undelegate(saver, LptWei(LPT)))

    local.net.next_round()
    local.net.reward(one)
    sent = send(local, plan)
    local.net.mine()
    late = followed(local, plan, sent)

    assert late.state == "different"
    assert [each["code"] for each in late.outcome["causes"]] == ["round_began", "reward_landed"]
    assert late.outcome["sentence"].startswith("Mined, but not exactly as shown: ")
    assert f"accounts.{saver}.locks" in [each["where"] for each in late.outcome["differences"]]


def test_submission__when_it_cannot_be__then_it_is_refused(local: Local) -> None:
    _, _, saver = living(local)
    plan = ready(local, Add(saver, LptWei(5 * LPT)))

    for step, tx_hash in ((1, "0x" + "ab" * 32), (-1, "0x" + "ab" * 32), (0, "0x" + "ab" * 31), (0, "nonsense")):
        with pytest.raises(receipts.BadSubmission):
            receipts.submission_add(plan.id, step, tx_hash)
    with pytest.raises(PreparedPlan.DoesNotExist):
        receipts.submission_add("nobody's", 0, "0x" + "ab" * 32)
    assert PlanSubmission.objects.count() == 0


def test_task__when_submissions_wait__then_it_follows_them_and_sees_a_lost_block(
    local: Local,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, _, saver = living(local)
    plan = ready(local, Add(saver, LptWei(5 * LPT)))
    assert tasks.follow_submissions() == 0
    kept = local.net.client.rpc("evm_snapshot", [])
    one = receipts.submission_add(plan.id, 0, send(local, plan))
    assert tasks.follow_submissions() == 0
    local.net.mine()

    assert tasks.follow_submissions() == 1
    one.refresh_from_db()
    assert one.state == "done"

    monkeypatch.setattr(receipts, "LOOK_AGAIN_S", 0)
    assert tasks.follow_submissions() == 0
    one.refresh_from_db()
    assert one.state == "done"
    local.net.client.rpc("evm_revert", [kept])
    local.net.mine(2)
    assert tasks.follow_submissions() == 0
    one.refresh_from_db()
    assert (one.state, one.block) == ("waiting", None)

    def away(*_: object) -> None:
        raise Unreachable("nobody there")

    monkeypatch.setattr(fates, "fate", away)
    assert tasks.follow_submissions() == 0
    one.refresh_from_db()
    assert one.state == "waiting"
