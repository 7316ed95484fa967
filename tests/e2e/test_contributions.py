"""Claims, words on them and the operator's page in a browser, with a wallet that truly signs, on the real contracts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from apps.contributions.models import Attestation, Claim, Statement
from apps.devnet.keys import Account
from apps.protocol.hashing import checksummed
from tests.e2e.looking import assert_fits, looking
from tests.e2e.town import Town
from tests.signing import sign

pytestmark = pytest.mark.e2e

TITLE = "Price monitor <b>for</b> text to image"
LINK = "https://github.com/livepeer/go-livepeer/pull/3210"


def field(page: Page, label: str) -> Locator:
    return page.locator("main").get_by_label(label, exact=True)


def write_claim(page: Page, origin: str, orchestrator: str, *, title: str = TITLE) -> None:
    """The claiming form, filled in as an operator does, on to the page that is signed."""
    page.goto(f"{origin}/contributions/")
    page.get_by_role("link", name="Claim a contribution").click()
    field(page, "What you gave, in one line").fill(title)
    page.get_by_role("radio", name="Software and tools").check()
    field(page, "Where it can be seen: links, one a line").fill(LINK)
    field(page, "Your orchestrator").fill(orchestrator)
    page.get_by_role("button", name="Go on to sign").click()


def speak(page: Page, claim: Claim, attester: str, *, verdict: str, reason: str) -> None:
    """The form of a word on a claim, on to the page that is signed."""
    page.get_by_role("link", name="Endorse or dispute").first.click()
    page.get_by_role("radio", name=verdict).check()
    field(page, "Why").fill(reason)
    page.get_by_role("radio", name="No", exact=True).check()
    field(page, "Your address").fill(attester)
    page.get_by_role("button", name="Go on to sign").click()


def sign_with_wallet(page: Page) -> None:
    page.get_by_role("button", name="Sign with Test wallet").click()


def paste(page: Page, by: Account) -> None:
    """As the command line of a node does it: the text of the page, signed there, and what it prints pasted back."""
    printed = sign(json.loads(page.locator("#typed").inner_text()), by)
    field(page, "The signature").fill(f"Signature: {printed}\n")
    page.get_by_role("button", name="Check and submit").click()


@contextmanager
def plain(browser: Browser, town: Town) -> Iterator[Page]:
    """A browser without JavaScript."""
    with looking(browser, town.origin, java_script_enabled=False) as look:
        yield look.page
        assert look.complaints == []


def test_claim__when_signed_in_a_wallet__then_it_is_endorsed_by_another_and_revoked_by_its_author(
    town: Town, browser: Browser
) -> None:
    page, wallet = town.page, town.wallet("one", chain="0x1", rejects=True)
    write_claim(page, town.origin, checksummed(town.one))
    town.look("claim-sign")
    town.judge()
    sign_with_wallet(page)
    expect(page.locator("#wallet-said")).to_contain_text("You rejected it in the wallet.")
    assert not Statement.objects.exists()

    wallet.rejects = False
    wallet.shown = town.net.account("stranger").address
    sign_with_wallet(page)
    expect(page.locator("#wallet-said")).to_contain_text(f"and this is signed by {checksummed(town.one)}.")

    wallet.shown = ""
    sign_with_wallet(page)
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    assert "wallet_switchEthereumChain" in wallet.asked
    claim = Claim.objects.get()
    assert page.url == f"{town.origin}/contributions/{claim.pk}/"
    assert (claim.orchestrator, claim.statement.source, claim.statement.verified_as) == (town.one, "form", "ecdsa")

    friend = town.net.account("friend")
    wallet.account = friend
    speak(page, claim, checksummed(friend.address), verdict="Endorse", reason="We run it every day.")
    sign_with_wallet(page)
    expect(page.locator("#words")).to_contain_text("We run it every day.")
    assert Attestation.objects.get().verdict == Attestation.Verdict.ENDORSE

    wallet.account = town.net.account("one")
    page.get_by_role("link", name="Revoke", exact=True).first.click()
    field(page, "Why").fill("It was mostly another's.")
    page.get_by_role("button", name="Go on to sign the revocation").click()
    sign_with_wallet(page)
    expect(page.locator("#history")).to_contain_text("It was mostly another's.")
    expect(page.get_by_role("link", name="Endorse or dispute")).to_have_count(0)
    with plain(browser, town) as reader:
        reader.goto(page.url)
        for words in (TITLE, "We run it every day.", "It was mostly another's.", "Revoked", LINK):
            expect(reader.locator("main")).to_contain_text(words)


def test_claim__when_signed_on_a_command_line__then_the_whole_way_works_without_javascript(
    town: Town, browser: Browser
) -> None:
    with plain(browser, town) as page:
        write_claim(page, town.origin, "0x12")
        expect(page.locator(".msg.danger")).to_contain_text("One field needs another look.")
        expect(field(page, "What you gave, in one line")).to_have_value(TITLE)
        field(page, "Your orchestrator").fill(town.one)
        page.get_by_role("button", name="Go on to sign").click()

        paste(page, town.net.account("stranger"))
        expect(page.locator("#refused")).to_contain_text("It was not taken, and nothing was stored.")
        assert not Statement.objects.exists()
        paste(page, town.net.account("one"))
        expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        claim = Claim.objects.get()
        assert claim.statement.source == "command_line"

        other = town.net.account("two")
        speak(page, claim, other.address, verdict="Dispute", reason="It never ran for us.")
        paste(page, other)
        expect(page.locator("#words")).to_contain_text("It never ran for us.")
        assert_fits(page)

        page.goto(f"{town.origin}/contributions/?category=software&orchestrator={town.one}")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.goto(f"{town.origin}/contributions/?state=endorsed")
        expect(page.locator(".empty")).to_contain_text("No claim passes this filter.")
        page.goto(f"{town.origin}/orchestrators/{town.one}/")
        expect(page.locator("#contributions")).to_contain_text(TITLE)


def test_operator__when_signed_in_by_wallet__then_sees_what_waits_until_the_account_changes(town: Town) -> None:
    page, wallet = town.page, town.wallet("two")
    with_claim = town.net.account("one")
    write_claim(page, town.origin, with_claim.address, title="Given together")
    page.get_by_role("button", name="Change it").click()
    expect(field(page, "What you gave, in one line")).to_have_value("Given together")
    page.get_by_text("Given with others, or kept as a file").click()
    field(page, "Co-authors, one address a line").fill(town.two)
    page.get_by_role("button", name="Go on to sign").click()
    paste(page, with_claim)
    expect(page.get_by_role("heading", name="Given together")).to_be_visible()

    page.goto(f"{town.origin}/operator/")
    page.get_by_role("button", name="Take the address of Test wallet").click()
    expect(field(page, "Your address")).to_have_value(checksummed(town.two))
    page.get_by_role("button", name="Write the message to sign").click()
    town.look("operator-sign")
    sign_with_wallet(page)
    expect(page.locator("#requests")).to_contain_text("names you as a co-author of Given together")
    town.look("operator")
    town.judge()

    page.get_by_role("link", name="Read and sign it").click()
    sign_with_wallet(page)
    expect(page.get_by_role("heading", name="Given together")).to_be_visible()
    expect(page.get_by_text("has not signed")).to_have_count(0)
    assert Claim.objects.get().co_signatures.get().signer == town.two
    page.goto(f"{town.origin}/operator/")
    expect(page.locator("#requests")).to_have_count(0)

    wallet.shown = with_claim.address
    page.evaluate("walletTells('accountsChanged', ['0x' + '11'.repeat(20)])")
    expect(page.locator("main")).to_contain_text("You were signed out. The account in the wallet changed.")
    page.goto(f"{town.origin}/operator/")
    expect(page.get_by_role("heading", name="Sign in with your wallet")).to_be_visible()
