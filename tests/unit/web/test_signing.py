"""What pages that sign tell the browser: the chain for wallets, WalletConnect, and what they may reach."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from apps.web.csp import signs
from apps.web.signing import chain_for_wallets, walletconnect
from config.env import ROOT

pytestmark = pytest.mark.unit

PROJECT = "0123456789abcdef0123456789abcdef"


def allowed() -> dict[str, list[str]]:
    """The directives in which a page that signs differs from the rest of the site."""
    answer = signs(lambda _request: HttpResponse())(HttpRequest())
    found: dict[str, list[str]] = answer._csp_replace
    return found


def test_chain__when_it_is_the_local_one__then_its_node_is_named(settings: Settings) -> None:
    settings.CHAIN_ID, settings.CHAIN_RPC_URLS = 31337, ["http://127.0.0.1:8545"]
    made = chain_for_wallets()
    assert (made["chainId"], made["rpcUrls"]) == ("0x7a69", ["http://127.0.0.1:8545"])


def test_chain__when_it_is_arbitrum__then_a_public_node_is_named_and_ours_are_not(settings: Settings) -> None:
    settings.CHAIN_ID, settings.CHAIN_RPC_URLS = 42161, ["https://node.example/with-a-key"]
    made = chain_for_wallets()
    assert (made["chainId"], made["chainName"]) == ("0xa4b1", "Arbitrum One")
    assert made["rpcUrls"] == ["https://arb1.arbitrum.io/rpc"]


def test_walletconnect__when_no_project_is_set__then_pages_know_nothing_of_it_and_reach_nothing(
    settings: Settings,
) -> None:
    settings.WALLETCONNECT_PROJECT_ID = None
    assert walletconnect() is None
    assert allowed() == {"img-src": ["'self'", "data:"]}


def test_walletconnect__when_a_project_is_set__then_its_relay_alone_can_be_reached(settings: Settings) -> None:
    settings.WALLETCONNECT_PROJECT_ID = PROJECT
    settings.CHAIN_ID = 42161
    made = walletconnect()
    assert made is not None
    assert (made["projectId"], made["relayUrl"], made["chainId"]) == (
        PROJECT,
        "wss://relay.walletconnect.org",
        "0xa4b1",
    )
    for part in ("library", "codes", "icon"):
        assert (ROOT / made[part].lstrip("/")).is_file()
    assert allowed() == {
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'", "wss://relay.walletconnect.org"],
        "frame-src": ["https://verify.walletconnect.org"],
    }


@pytest.mark.parametrize("folder", sorted(path.name for path in (ROOT / "static" / "vendor").iterdir()))
def test_vendored_part__then_its_licence_lies_beside_it(folder: str) -> None:
    home: Path = ROOT / "static" / "vendor" / folder
    assert (home / "LICENSE").stat().st_size > 500
