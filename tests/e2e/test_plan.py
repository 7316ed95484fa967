"""A plan from its form to its receipt in a browser, with a wallet that truly signs, on the real contracts."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings

from apps.delegation.models import PreparedPlan
from apps.protocol.units import WEI, Address
from tests.e2e.looking import looking
from tests.e2e.town import SAID, Town

pytestmark = pytest.mark.e2e

UNBONDING_ROUNDS = 7


def test_first_delegation__when_a_newcomer_has_allowed_nothing__then_two_signatures_and_nothing_left_allowed(
    town: Town,
) -> None:
    who = town.newcomer("newcomer", 30 * WEI)
    wallet = town.wallet("newcomer")
    town.page.goto(f"{town.origin}/stake/{who}/plan/")
    town.look("intentions")
    town.intend(who, "Stake with an orchestrator", Orchestrator=town.two, Amount_from_the_wallet="30")
    expect(town.page.locator("#sign")).to_contain_text("Allow the staking contract to take 30\u00a0LPT")
    town.look("first")
    town.judge()

    town.signed_as_shown()

    expect(town.page.locator("#result")).to_contain_text("Step 1 of 2 is done as shown.")
    town.look("first-done")
    position = town.delegator(who)
    assert (position.delegate, position.bonded_lpt_wei) == (town.two, 30 * WEI)
    assert (town.lpt_of(who), town.allowance_of(who), len(wallet.sent)) == (0, 0, 2)


def test_top_up__when_the_wallet_is_on_another_chain__then_it_changes_and_receipts_are_awaited(town: Town) -> None:
    town.allow_nothing(town.saver)
    wallet = town.wallet("saver", chain="0x1", mines=False)
    town.intend(town.saver, "Add to my stake", Amount_from_the_wallet="5")

    town.sign()
    town.said("Step 1 of 2 is sent.", "Waiting for its receipt before the next one.")
    assert len(wallet.sent) == 1
    town.local.client.rpc("evm_mine", [])
    expect(town.page.locator("#result")).to_contain_text("Waiting for the receipt.", timeout=10_000)
    expect(town.page.locator("#result")).not_to_contain_text("Done")
    town.look("waiting")
    town.local.client.rpc("evm_mine", [])
    expect(town.page.locator("#result")).to_contain_text("Done exactly as shown.", timeout=10_000)

    assert "wallet_switchEthereumChain" in wallet.asked
    assert (town.lpt_of(town.saver), town.allowance_of(town.saver), len(wallet.sent)) == (45 * WEI, 0, 2)


def test_move_of_everything__when_agreed_to__then_one_signature_moves_the_whole_stake(town: Town) -> None:
    staked = town.net.pending_stake(town.saver)
    wallet = town.wallet("saver")
    town.intend(town.saver, "Move everything to another orchestrator", Orchestrator=town.two)
    expect(town.page.locator("#sign")).to_contain_text("No transaction yet.")
    expect(town.page.locator("#plan-data")).to_have_count(0)
    expect(town.page.locator("#agree .badge")).to_have_text("not agreed yet")
    town.look("move")
    town.judge()

    town.agree()
    town.look("move-agreed")
    town.signed_as_shown()

    position = town.delegator(town.saver)
    assert (position.delegate, position.bonded_lpt_wei) == (town.two, staked)
    assert len(wallet.sent) == 1


def test_move_of_a_part__when_the_second_account_is_new__then_it_is_seeded_and_gets_the_part(town: Town) -> None:
    town.allow_nothing(town.saver)
    staked = town.net.pending_stake(town.saver)
    second = Address(town.net.account("second").address)
    wallet = town.wallet("saver")
    town.intend(
        town.saver,
        "Move a part to a second account",
        Part_of_the_stake="40",
        Account_that_will_own_it=second,
        Orchestrator=town.two,
    )
    town.look("part-typed")
    town.agree()
    town.look("part")

    town.signed_as_shown()

    town.look("part-done")
    kept, given = town.delegator(town.saver), town.delegator(second)
    assert (kept.delegate, kept.bonded_lpt_wei) == (town.one, staked - 40 * WEI)
    assert given.delegate == town.two
    seed = given.bonded_lpt_wei - 40 * WEI
    assert (seed, town.lpt_of(town.saver)) == (1, 50 * WEI - 1)
    assert (town.allowance_of(town.saver), len(wallet.sent)) == (0, 3)


def test_undelegation__when_the_rounds_have_passed__then_the_stake_is_withdrawn_to_the_wallet(town: Town) -> None:
    town.wallet("saver")
    town.intend(town.saver, "Undelegate", Amount_of_the_stake="25.5")
    if town.page.locator("#agree").count():
        town.agree()
    town.look("undelegate")
    town.signed_as_shown()
    town.local.follow()
    town.page.goto(f"{town.origin}/stake/{town.saver}/plan/?kind=withdraw")
    town.field("Every lock that has matured").check()
    town.page.get_by_role("button", name="Show what it changes").click()
    expect(town.page.locator("#p-wrong")).to_contain_text("No lock of this account has matured.")
    town.look("refused")

    town.rounds_pass(UNBONDING_ROUNDS)
    town.page.goto(f"{town.origin}/stake/{town.saver}/plan/?kind=withdraw")
    town.field("Every lock that has matured").check()
    town.preview()
    town.look("withdraw")
    town.signed_as_shown()

    assert town.lpt_of(town.saver) == 50 * WEI + 255 * WEI // 10


def test_signing__when_something_is_not_as_it_was_read__then_nothing_is_sent_before_it_is_read_anew(
    town: Town, settings: Settings
) -> None:
    town.allow_nothing(town.saver)
    wallet = town.wallet("saver", rejects=True)
    town.intend(town.saver, "Add to my stake", Amount_from_the_wallet="5")

    town.sign()
    town.said("You rejected it in the wallet. Nothing was sent.")
    town.look("rejected")

    wallet.rejects, wallet.shown = False, town.one
    town.sign()
    town.said("and this is signed by")
    town.look("wrong-account")

    wallet.shown = ""
    town.page.evaluate("walletTells('accountsChanged', ['0x' + '11'.repeat(20)])")
    town.said("The account in the wallet changed.")
    expect(town.page.get_by_role("button", name="Sign with Test wallet")).to_be_disabled()

    wallet.rejects = True
    town.page.reload()
    town.sign()
    town.said("You rejected it in the wallet. Nothing was sent.")
    town.page.evaluate("walletTells('chainChanged', '0x1')")
    town.said("The wallet changed to another chain.", "Read the plan as it is now")

    wallet.rejects = False
    town.page.reload()
    settings.HEAD_STALE_S = 0
    time.sleep(1.1)
    town.sign()
    town.said("Stopped before signing.", "old. Plans are made on fresh data only")
    town.look("stale")

    settings.HEAD_STALE_S = 60
    town.page.reload()
    town.net.set_cuts(town.net.account("one"), 900_000, 500_000)
    town.sign()
    town.said("Stopped before signing.", "90\u00a0% instead of 10\u00a0%")
    town.look("cut-raised")

    PreparedPlan.objects.update(expires_at=datetime.now(UTC))
    town.page.reload()
    expect(town.page.get_by_text("This plan has expired.")).to_be_visible()
    expect(town.page.get_by_role("button", name="Sign with Test wallet")).to_have_count(0)
    town.look("expired")
    assert wallet.sent == []


def test_batch__when_the_wallet_can_do_all_in_one__then_all_steps_are_of_one_block_or_none_is_sent(town: Town) -> None:
    town.allow_nothing(town.saver)
    wallet = town.wallet("saver", is_atomic=True, rejects=True)
    town.intend(town.saver, "Add to my stake", Amount_from_the_wallet="5")
    town.sign()
    town.said("You rejected it in the wallet. Nothing was sent.")
    assert wallet.sent == []

    wallet.rejects = False
    town.signed_as_shown()

    receipts = [town.local.client.rpc("eth_getTransactionReceipt", [each]) for each in wallet.sent]
    assert len(receipts) == 2
    assert len({one["blockNumber"] for one in receipts}) == 1
    assert wallet.asked.count("wallet_sendCalls") == 2


def test_plan__without_javascript__is_read_and_agreed_to_and_taken_away(town: Town, browser: Browser) -> None:
    with looking(browser, town.origin, java_script_enabled=False) as plain:
        town.page = plain.page
        town.intend(town.saver, "Move everything to another orchestrator", Orchestrator=town.two)
        town.agree()
        expect(plain.page.locator(SAID)).to_be_hidden()
        assert "This way needs JavaScript. The ways below do not." in plain.page.content()
        plain.page.get_by_text("Calldata and other forms").click()
        expect(plain.page.locator("#data-0")).to_contain_text("0x6bd9add4")
        expect(plain.page.locator("#sign svg.qr")).to_be_visible()
        town.look("forms")
        assert plain.complaints == []
