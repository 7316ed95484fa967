"""Signing with a wallet on another device: the real library on both sides, with a stand-in only for the relay."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings

from apps.protocol.hashing import checksummed
from apps.protocol.units import WEI
from tests.e2e.relay import PROJECT, relaying, turn_into_phone, vouch
from tests.e2e.town import Town
from tests.e2e.wallets import Wallet

pytestmark = pytest.mark.e2e


def test_walletconnect__when_a_wallet_is_paired__then_it_signs_and_the_session_outlives_a_reload(
    town: Town, browser: Browser, settings: Settings
) -> None:
    strangers: list[str] = []
    town.page.on("request", lambda request: strangers.append(request.url))
    town.page.route("https://verify.walletconnect.org/**", vouch)
    phone = browser.new_page(bypass_csp=True)
    wallet = Wallet(town.local.client, town.net.account("saver"), rejects=True)
    phone.expose_function("walletAnswers", lambda method, params: wallet.answer(method, params))
    phone.route("https://**", lambda route: route.abort())
    with relaying() as relay:
        settings.WALLETCONNECT_PROJECT_ID, settings.WALLETCONNECT_RELAY_URL = PROJECT, relay.url
        turn_into_phone(phone, town.origin, relay, account=checksummed(town.saver), chain="eip155:31337")
        town.allow_nothing(town.saver)
        town.intend(town.saver, "Add to my stake", Amount_from_the_wallet="5")
        assert not any("sign-client" in url for url in strangers)

        sign = town.page.get_by_role("button", name="Sign with WalletConnect")
        sign.click()
        dialog = town.page.get_by_role("dialog")
        expect(dialog.get_by_role("img", name="QR code for a wallet")).to_be_visible()
        town.look("walletconnect")
        uri = dialog.get_by_role("link", name="Open a wallet on this device").get_attribute("href")
        phone.evaluate("(uri) => window.pair(uri)", uri)

        town.said("You rejected it in the wallet. Nothing was sent.")
        expect(dialog).to_have_count(0)
        wallet.rejects = False
        town.page.reload()
        sign.click()

        expect(town.page.locator("#result")).to_contain_text("Done exactly as shown.", timeout=20_000)
        assert len(wallet.sent) == 2
        assert (town.lpt_of(town.saver), town.allowance_of(town.saver)) == (45 * WEI, 0)
    hosts = {url.split("/")[2] for url in strangers if not url.startswith(("data:", town.origin))}
    assert hosts <= {"verify.walletconnect.org", relay.url.removeprefix("ws://")}
    phone.close()
