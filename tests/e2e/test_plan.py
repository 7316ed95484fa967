"""A plan from its form to its receipt in a browser, with a wallet that truly signs, on the real contracts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.devnet.calldata import calldata
from apps.devnet.wire import Call
from apps.protocol.units import Address
from tests.e2e.test_pages import violations
from tests.e2e.wallets import Wallet
from tests.local import Local, living

pytestmark = pytest.mark.e2e

SAID = "#wallet-said"


def saver_without_allowance(here: Local) -> Address:
    """Somebody with stake and LPT whose wallet allows the staking contract nothing."""
    _, _, saver = living(here)
    made = here.net.deployment
    data = calldata("approve(address,uint256)", made["BondingManager"], 0)
    here.net.send(Call(saver, made["LivepeerToken"], data, what="approve"))
    here.follow()
    return saver


def top_up(page: Page, origin: str, saver: Address) -> None:
    """To the preview by hand, as a reader goes."""
    page.goto(f"{origin}/stake/{saver}/plan/")
    page.get_by_role("link", name="Add to my stake").click()
    page.get_by_label("Amount from the wallet").fill("5")
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.get_by_role("heading", name="Before and after")).to_be_visible()


def sign(page: Page) -> None:
    page.get_by_role("button", name="Sign with Test wallet").click()


def test_top_up__when_approval_is_needed__then_two_signatures_end_as_shown(
    page: Page,
    local: Local,
    live_server: LiveServer,
) -> None:
    saver = saver_without_allowance(local)
    wallet = Wallet(local.client, local.net.account("saver"), chain="0x1")
    wallet.join(page)
    top_up(page, live_server.url, saver)

    sign(page)

    expect(page.locator("#result")).to_contain_text("Done exactly as shown.", timeout=20_000)
    expect(page.locator("#result")).to_contain_text("Step 1 of 2 is done as shown.")
    assert len(wallet.sent) == 2
    assert "wallet_switchEthereumChain" in wallet.asked
    expect(page.get_by_role("button", name="Sign with Test wallet")).to_have_count(0)


def test_signing__when_something_is_not_as_it_was_read__then_nothing_is_sent_before_it_is_read_anew(
    page: Page,
    local: Local,
    live_server: LiveServer,
) -> None:
    saver = saver_without_allowance(local)
    wallet = Wallet(local.client, local.net.account("saver"), rejects=True)
    wallet.join(page)
    top_up(page, live_server.url, saver)

    assert violations(page) == []
    sign(page)
    expect(page.locator(SAID)).to_contain_text("You rejected it in the wallet. Nothing was sent.")

    wallet.rejects, wallet.shown = False, local.net.account("one").address
    sign(page)
    expect(page.locator(SAID)).to_contain_text("and this is signed by")

    wallet.shown = ""
    page.evaluate("walletTells('accountsChanged', ['0x' + '11'.repeat(20)])")
    expect(page.locator(SAID)).to_contain_text("The account in the wallet changed.")
    expect(page.get_by_role("button", name="Sign with Test wallet")).to_be_disabled()

    page.reload()
    local.net.set_cuts(local.net.account("one"), 900_000, 500_000)
    sign(page)
    expect(page.locator(SAID)).to_contain_text("Stopped before signing.")
    expect(page.locator(SAID)).to_contain_text("90\u00a0% instead of 10\u00a0%")
    assert wallet.sent == []

    page.reload()
    wallet.is_atomic = True
    sign(page)
    expect(page.locator("#result")).to_contain_text("Done exactly as shown.", timeout=20_000)
    assert len(wallet.sent) == 2
    assert len({local.client.rpc("eth_getTransactionReceipt", [each])["blockNumber"] for each in wallet.sent}) == 1
