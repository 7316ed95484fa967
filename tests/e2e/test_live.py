"""The pages change by themselves: what is mined on the local chain is on the open page within seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, ViewportSize

from apps.chain.client import ChainClient
from apps.chain.readers import bonding, read_all
from apps.devnet import deployment
from apps.devnet.acts import LAST_SLOT
from apps.devnet.cast import make_cast
from apps.devnet.network import Devnet
from apps.devnet.stage import read_clock
from apps.protocol.units import WEI
from tests.e2e.conftest import Site
from tests.e2e.looking import Look, looking

pytestmark = pytest.mark.e2e

LIMIT_S = 5.0  # from a block to the page
SHIFT_LIMIT = 0.02  # a fifth of what counts as good
AMOUNT = 1_234 * WEI + 567
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=360, height=740)

PATHS = {"home": "/", "list": "/orchestrators/", "node": "/orchestrators/{node}/", "status": "/status/"}
STAKE = {
    "list": "document.querySelector(\"#o-{node} data[title$='wei of LPT']\")",
    "node": "document.evaluate(\"//dt[.='Stake']/following-sibling::dd/data\", document).iterateNext()",
}
# both in one go: a poll renews both or neither
SHOWN = "() => [{stake}.value, document.querySelector('#strip .push a').textContent.replaceAll(',', '')]"
IS_THERE = "([block]) => Number(document.querySelector('#strip .push a').textContent.replaceAll(',', '')) >= block"


class Shown(NamedTuple):
    """What a page says of an orchestrator, and of which block it says so."""

    stake_lpt_wei: int
    block: int


class Chain:
    """The running local chain, on which the network's player goes on meanwhile."""

    def __init__(self, site: Site) -> None:
        at = deployment.load(site.data / "devnet")
        assert at is not None
        self.client = ChainClient([site.rpc_url], chain_id=at.chain_id)
        self.net = Devnet(self.client, at)
        self.bonding_manager = at["BondingManager"]
        # somebody without fees and rewards of its own, and with few who move their stake
        self.node = make_cast(at.seed).orchestrator("sleeper").account.address

    def wait_for_room(self) -> None:
        """Returns well inside a round: between two of them the contracts refuse everybody for a block."""
        while not (clock := read_clock(self.client, self.net.deployment)).is_open or clock.next_slot > LAST_SLOT - 3:
            time.sleep(0.2)

    def stake_at(self, block: int) -> int:
        """The node's stake by the contract, LPT wei."""
        header = self.client.headers([block])[0]
        return int(read_all(self.client, [bonding.total_stake(self.bonding_manager, self.node)], block=header.hash)[0])


@pytest.fixture(scope="module")
def chain(site: Site) -> Iterator[Chain]:
    chain = Chain(site)
    yield chain
    chain.client.close()


def shown(look: Look, name: str, node: str) -> Shown:
    stake, block = look.page.evaluate(SHOWN.replace("{stake}", STAKE[name].replace("{node}", node)))
    return Shown(int(stake), int(block))


def wait_for_block(look: Look, block: int, *, within_s: float) -> None:
    """Returns once the open page is of that block or a later one."""
    look.page.wait_for_function(IS_THERE, arg=[block], timeout=within_s * 1000, polling=50)


def open_page(look: Look, name: str, node: str) -> None:
    """Opens the page and waits for its first change, which brings what only comes after loading."""
    look.page.goto(PATHS[name].format(node=node))
    look.page.evaluate("window.sameDocument = true")
    wait_for_block(look, look.block + 1, within_s=20)
    look.forget_shifts()


def assert_undisturbed(look: Look) -> None:
    """Not loaded again, nothing in the console, nothing asked of others, nothing moved."""
    assert look.page.evaluate("window.sameDocument") is True
    assert look.complaints == []
    assert look.strangers == set()
    moved, what = look.shifts()
    assert moved < SHIFT_LIMIT, what


@pytest.mark.parametrize(
    ("name", "size"), [("list", WIDE), ("list", PHONE), ("node", WIDE)], ids=["list-1440", "list-360", "node-1440"]
)
def test_bond__when_mined__is_on_the_open_page_within_seconds_and_moves_nothing(
    site: Site, browser: Browser, chain: Chain, name: str, size: ViewportSize
) -> None:
    saver = chain.net.account(f"saver {time.time_ns()}")
    chain.net.give_lpt(saver, AMOUNT)
    with looking(browser, site.url, viewport=size) as look:
        open_page(look, name, chain.node)
        chain.wait_for_room()
        before = shown(look, name, chain.node)

        sent = time.monotonic()
        mined = int(chain.net.bond(saver, AMOUNT, chain.node)["blockNumber"], 16)
        wait_for_block(look, mined, within_s=LIMIT_S)
        seconds = time.monotonic() - sent
        after = shown(look, name, chain.node)
        wait_for_block(look, mined + 2, within_s=20)

        assert before.block < mined <= after.block
        assert seconds < LIMIT_S
        assert after.stake_lpt_wei == chain.stake_at(after.block)
        assert after.stake_lpt_wei >= before.stake_lpt_wei + AMOUNT
        assert_undisturbed(look)


@pytest.mark.parametrize("name", ["home", "status"])
def test_page__when_blocks_come__follows_them_and_moves_nothing(
    site: Site, browser: Browser, chain: Chain, name: str
) -> None:
    with looking(browser, site.url, viewport=WIDE) as look:
        open_page(look, name, chain.node)
        mined = chain.net.mine()
        began = time.monotonic()
        wait_for_block(look, mined, within_s=LIMIT_S)
        assert time.monotonic() - began < LIMIT_S
        wait_for_block(look, mined + 2, within_s=20)
        assert_undisturbed(look)
