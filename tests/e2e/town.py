"""One local chain for all tests of the plan page: each begins where the first began, with an index of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.chain.client import ChainClient
from apps.chain.readers import bonding, read
from apps.chain.readers.bonding import Delegator
from apps.devnet.calldata import calldata
from apps.devnet.network import DeployConfig, Deployment, Devnet, deploy, load_artifacts, start_anvil
from apps.devnet.wire import Call, Read, ask_words
from apps.protocol.units import Address
from indexer.store import Books
from tests.e2e.looking import assert_fits, violations
from tests.e2e.wallets import Wallet
from tests.local import Local, settle
from tests.parts import anvil_binary, contract_artifacts

SAID = "#wallet-said"
SIZES = ((1440, 900), (360, 740))


@dataclass(slots=True)
class Ground:
    """The chain as it was built, and the snapshot to which the next test goes back."""

    url: str
    client: ChainClient
    deployment: Deployment
    kept: str


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Two orchestrators, the first rewarded in this round, and a saver with stake with it."""
    with start_anvil(anvil_binary(), tmp_path_factory.mktemp("town")) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        made = deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4))
        settle(Devnet(client, made, seed=7))
        yield Ground(anvil.url, client, made, str(client.rpc("evm_snapshot", [])))


@dataclass(slots=True)
class Town:
    """The chain and a browser that looks at the site over it."""

    local: Local
    origin: str
    page: Page
    shots: Path | None
    one: Address
    two: Address
    saver: Address

    @property
    def net(self) -> Devnet:
        return self.local.net

    def wallet(self, name: str, **options: object) -> Wallet:
        """The wallet of this account, in the browser from the next page on."""
        made = Wallet(self.local.client, self.net.account(name), **options)  # type: ignore[arg-type]
        made.join(self.page)
        return made

    def allow_nothing(self, owner: Address) -> None:
        """What the staking contract may draw of this account is 0 again."""
        made = self.net.deployment
        data = calldata("approve(address,uint256)", made["BondingManager"], 0)
        self.net.send(Call(owner, made["LivepeerToken"], data, what="approve"))

    def newcomer(self, name: str, lpt_wei: int) -> Address:
        """Somebody with LPT, some ETH for gas, and nothing else."""
        who = Address(self.net.account(name).address)
        self.net.give_lpt(who, lpt_wei)
        self.allow_nothing(who)
        return who

    def rounds_pass(self, count: int) -> None:
        """That many rounds later, and indexed."""
        for _ in range(count):
            self.net.next_round()
        self.local.follow()

    def delegator(self, who: Address) -> Delegator:
        """The position as the contracts have it."""
        return read(self.local.client, bonding.delegator(self.net.deployment["BondingManager"], who), block="latest")

    def lpt_of(self, who: Address) -> int:
        """LPT wei in the wallet."""
        return self._token("balanceOf(address)", who)

    def allowance_of(self, who: Address) -> int:
        """LPT wei that the staking contract may draw."""
        return self._token("allowance(address,address)", who, self.net.deployment["BondingManager"])

    def _token(self, signature: str, *values: str) -> int:
        asked = Read(self.net.deployment["LivepeerToken"], calldata(signature, *values))
        ((found,),) = ask_words(self.local.client, [asked])
        return found

    # --- the page

    def intend(self, who: Address, title: str, **fields: str) -> None:
        """By hand as a reader goes: the intention, its fields by their labels, the preview."""
        self.page.goto(f"{self.origin}/stake/{who}/plan/")
        self.page.get_by_role("link", name=title, exact=True).click()
        for label, value in fields.items():
            self.field(label.replace("_", " ")).fill(value)
        self.preview()

    def field(self, label: str) -> Locator:
        return self.page.locator("main").get_by_label(label, exact=True)

    def preview(self) -> None:
        self.page.get_by_role("button", name="Show what it changes").click()
        expect(self.page.get_by_role("heading", name="Before and after")).to_be_visible()

    def agree(self) -> None:
        """Every box, each by its own tick, and the end of the address where that is to be typed."""
        for field in self.page.locator("#agree .field").all():
            field.locator("input").fill(field.locator(".addr").inner_text()[-8:])
        for box in self.page.locator("#agree input[type=checkbox]").all():
            box.check()
        self.page.get_by_role("button", name="Check again and show the transaction").click()
        expect(self.page.locator("#agree .badge")).to_have_text("all agreed")

    def sign(self) -> None:
        self.page.get_by_role("button", name="Sign with Test wallet").click()

    def signed_as_shown(self) -> None:
        """Signs, and waits for the page to say that all of it is done."""
        self.sign()
        expect(self.page.locator("#result")).to_contain_text("Done exactly as shown.", timeout=20_000)
        expect(self.page.get_by_role("button", name="Sign with Test wallet")).to_have_count(0)

    def said(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.locator(SAID)).to_contain_text(sentence)

    def look(self, name: str) -> None:
        """It fits a phone as well as a desk; with `--screenshot on`, four pictures of it are kept."""
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            assert_fits(self.page)
            if self.shots:
                self._keep(name, width)
        self.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})

    def judge(self) -> None:
        assert violations(self.page) == []

    def _keep(self, name: str, width: int) -> None:
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme)
            self.page.screenshot(path=f"{self.shots}/plan-{name}-{width}-{theme}.png", full_page=True)


@pytest.fixture
def town(
    ground: Ground,
    transactional_db: None,
    settings: Settings,
    live_server: LiveServer,
    page: Page,
    shots: Path | None,
) -> Iterator[Town]:
    """Everything as it was, and the site over it."""
    client, made = ground.client, ground.deployment
    client.rpc("evm_setNextBlockTimestamp", [int(time.time())])  # no plan is made on an old head
    client.rpc("evm_mine", [])
    settings.CONTROLLER_ADDRESS = made.controller
    settings.CHAIN_RPC_URLS = [ground.url]
    local = Local(Devnet(client, made, seed=7), client, Books())
    local.follow()
    one, two, saver = (Address(local.net.account(name).address) for name in ("one", "two", "saver"))
    yield Town(local, live_server.url, page, shots, one, two, saver)
    page.close()
    client.rpc("evm_revert", [ground.kept])
    ground.kept = str(client.rpc("evm_snapshot", []))
