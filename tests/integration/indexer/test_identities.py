"""Names from ENS's own contracts on a local chain, and what becomes of those that cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.http import Fetcher
from apps.chain.readers.ens import Nameless, Profile, profile
from apps.devnet.network import start_anvil
from apps.network.models import Avatar, Identity
from apps.protocol.names import namehash
from indexer import identities
from indexer.identities import refresh_avatars, refresh_names
from tests.ens import OWNER, NameService
from tests.factories import IdentityFactory, OrchestratorFactory, address
from tests.parts import anvil_binary

pytestmark = pytest.mark.integration

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
REVERTS, ENDLESS = "0x60006000fd", "0x5b600056"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture(scope="module")
def ens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameService]:
    """A chain with ENS on it."""
    with start_anvil(anvil_binary(), tmp_path_factory.mktemp("ens")) as anvil:
        yield NameService(ChainClient([anvil.url], timeout_s=60))


def read(ens: NameService, who: str) -> Profile | Nameless:
    return profile(ens.client, who, block=ens.client.head().hash, registry=ens.registry)


def refresh(ens: NameService, *, at: datetime = NOON) -> int:
    return refresh_names(ens.client, registry=ens.registry, now=lambda: at)


# --- what the contracts say


def test_profile__when_the_name_leads_back__then_it_and_its_texts_are_given(ens: NameService) -> None:
    who = address(1)
    ens.give("titan-node.eth", who, texts={"url": "https://titan.example", "com.github": "titan", "other": "x"})
    ens.claim(who, "titan-node.eth")
    assert read(ens, who) == Profile("titan-node.eth", {"url": "https://titan.example", "com.github": "titan"})


def test_profile__when_the_name_is_below_another_domain__then_it_is_given(ens: NameService) -> None:
    who = address(2)
    ens.give("node.encoder.net", who)
    ens.claim(who, "node.encoder.net")
    assert read(ens, who) == Profile("node.encoder.net", {})


def test_profile__when_nothing_is_claimed__then_there_is_no_name(ens: NameService) -> None:
    assert read(ens, address(3)) == Nameless("The address claims no name.")


def test_profile__when_the_name_is_somebody_elses__then_it_is_not_shown(ens: NameService) -> None:
    owner, thief = address(4), address(5)
    ens.give("famous.eth", owner)
    ens.claim(thief, "famous.eth")
    assert read(ens, thief) == Nameless("The name it claims does not lead back to it.")


def test_profile__when_the_name_has_no_resolver__then_it_leads_nowhere(ens: NameService) -> None:
    who = address(6)
    ens.register("bare.eth")
    ens.claim(who, "bare.eth")
    assert read(ens, who) == Nameless("The name it claims leads nowhere.")


@pytest.mark.parametrize("claimed", ["Famous.eth", "x\u202ehte.eth", "<script>alert(1)</script>.eth", "eth", "a" * 300])
def test_profile__when_the_claimed_name_could_deceive__then_it_is_not_followed(ens: NameService, claimed: str) -> None:
    who = address(7)
    ens.claim(who, claimed)
    assert read(ens, who) == Nameless("The address claims a name that breaks the rules for names.")


@pytest.mark.parametrize("code", [REVERTS, ENDLESS, "0x"])
def test_profile__when_its_own_resolver_is_broken__then_there_is_no_name(ens: NameService, code: str) -> None:
    who = address(8)
    ens.claim_through(who, ens.put_code(address(801), code))
    assert read(ens, who) == Nameless("The address claims no name.")


@pytest.mark.parametrize("code", [REVERTS, ENDLESS, "0x"])
def test_profile__when_the_names_resolver_is_broken__then_it_does_not_lead_back(ens: NameService, code: str) -> None:
    who = address(9)
    ens.register("broken.eth", resolver=ens.put_code(address(901), code))
    ens.claim(who, "broken.eth")
    assert read(ens, who) == Nameless("The name it claims does not lead back to it.")


def test_profile__when_a_text_is_longer_than_is_read__then_it_is_left_out(ens: NameService) -> None:
    who = address(10)
    ens.give("long.eth", who, texts={"description": "x" * 10_000, "url": "https://long.example"})
    ens.claim(who, "long.eth")
    assert read(ens, who) == Profile("long.eth", {"url": "https://long.example"})


# --- what is kept of it


@pytest.mark.django_db
def test_refresh__when_orchestrators_are_new__then_each_is_asked_once_a_day(ens: NameService) -> None:
    named, nameless = address(21), address(22)
    texts = {
        "description": "We  transcode.\n<b>Fast</b>",
        "url": "https://forge.example",
        "com.twitter": "@forge",
        "com.github": "https://github.com/forge",
        "avatar": "https://forge.example/a.png",
    }
    ens.give("forge.eth", named, texts=texts)
    ens.claim(named, "forge.eth")
    for one in (named, nameless):
        OrchestratorFactory(address=one)
    OrchestratorFactory(address=address(23), ever_registered=False)

    assert refresh(ens) == 2
    assert refresh(ens, at=NOON + timedelta(hours=23)) == 0

    row = Identity.objects.get(address=named)
    assert (row.name, row.reason, row.look_alike, row.trouble) == ("forge.eth", "", False, "")
    assert (row.description, row.url) == ("We transcode. <b>Fast</b>", "https://forge.example")
    assert (row.twitter, row.github, row.avatar) == ("forge", "forge", "https://forge.example/a.png")
    assert (row.checked_at, row.due_at) == (NOON, NOON + timedelta(days=1))
    assert row.l1_block == ens.client.head().number
    other = Identity.objects.get(address=nameless)
    assert (other.name, other.reason) == ("", "The address claims no name.")
    assert Identity.objects.count() == 2


@pytest.mark.django_db
def test_refresh__when_a_name_moves_on__then_it_is_shown_no_longer(ens: NameService) -> None:
    who = address(24)
    OrchestratorFactory(address=who)
    ens.give("moving.eth", who, texts={"com.github": "mover"})
    ens.claim(who, "moving.eth")
    refresh(ens)
    assert Identity.objects.get().name == "moving.eth"

    ens.tell(OWNER, ens.resolver, "setAddr(bytes32,address)", namehash("moving.eth"), address(25))
    refresh(ens, at=NOON + timedelta(days=1))
    row = Identity.objects.get()
    assert (row.name, row.github, row.reason) == ("", "", "The name it claims does not lead back to it.")


@pytest.mark.django_db
def test_refresh__when_a_name_has_hostile_texts__then_they_are_dropped_and_the_name_is_flagged(
    ens: NameService,
) -> None:
    who = address(26)
    OrchestratorFactory(address=who)
    texts = {"description": "pay \u202eereh", "url": "javascript:alert(1)", "com.twitter": "<b>", "avatar": "\u200b"}
    ens.give("привет.eth", who, texts=texts)
    ens.claim(who, "привет.eth")
    refresh(ens)
    row = Identity.objects.get()
    assert (row.name, row.look_alike) == ("привет.eth", True)
    assert (row.description, row.url, row.twitter, row.avatar) == ("", "", "", "")


@pytest.mark.django_db
def test_refresh__when_the_node_is_away__then_the_name_stays_with_its_age(ens: NameService) -> None:
    first, second = address(27), address(28)
    for one in (first, second):
        OrchestratorFactory(address=one)
    ens.give("lasting.eth", first)
    ens.claim(first, "lasting.eth")
    refresh(ens)
    gone = ChainClient(["http://127.0.0.1:9"], timeout_s=1)
    later = NOON + timedelta(days=2)

    assert refresh_names(gone, registry=ens.registry, now=lambda: later) == 0

    rows = {row.address: row for row in Identity.objects.all()}
    assert rows[first].name == "lasting.eth"
    assert {row.checked_at for row in rows.values()} == {NOON}
    asked = min(rows.values(), key=lambda row: (not row.trouble, row.address))
    assert asked.trouble == "The Ethereum node did not answer; check ETHEREUM_RPC_URL."
    assert asked.due_at == later + timedelta(hours=1)
    assert [row.trouble for row in rows.values()].count("") == 1  # the other's turn is still to come


@pytest.mark.django_db
def test_refresh__when_no_ethereum_is_configured__then_nothing_is_asked(settings: Settings) -> None:
    settings.ETHEREUM_RPC_URL = None
    OrchestratorFactory()
    assert refresh_names() == 0
    assert Identity.objects.count() == 0


@pytest.mark.django_db
def test_refresh__when_the_url_serves_another_chain__then_the_setting_is_named(
    ens: NameService, settings: Settings
) -> None:
    OrchestratorFactory(address=address(29))
    settings.ETHEREUM_RPC_URL = ens.client.pool.providers[0].url
    identities.ethereum.cache_clear()
    assert refresh_names() == 0
    assert Identity.objects.get().trouble == "ETHEREUM_RPC_URL serves another chain than Ethereum; correct it."


# --- pictures


def serving(body: bytes) -> Fetcher:
    answer = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    return Fetcher(resolve=lambda name, port: ["93.184.216.34"], transport=answer)


def identity(number: int, avatar: str) -> Identity:
    row: Identity = IdentityFactory(address=address(number), avatar=avatar)
    return row


@pytest.mark.django_db
def test_avatars__when_a_record_points_to_a_picture__then_it_is_kept_for_a_week() -> None:
    row = identity(31, "https://forge.example/a.png")
    identity(32, "")
    assert refresh_avatars(serving(PNG), now=lambda: NOON) == 1
    assert refresh_avatars(serving(PNG), now=lambda: NOON + timedelta(days=6)) == 0
    kept = Avatar.objects.get()
    assert (kept.identity_id, kept.media_type, bytes(kept.data), kept.trouble) == (row.address, "image/png", PNG, "")
    assert len(kept.digest) == 64


@pytest.mark.django_db
def test_avatars__when_the_record_changes__then_the_old_picture_is_gone_at_once() -> None:
    row = identity(33, "https://forge.example/a.png")
    refresh_avatars(serving(PNG), now=lambda: NOON)
    row.avatar = "https://forge.example/b.svg"
    row.save()
    assert refresh_avatars(serving(b"<svg/>"), now=lambda: NOON) == 0
    kept = Avatar.objects.get()
    assert (kept.uri, kept.media_type, bytes(kept.data)) == ("https://forge.example/b.svg", "", b"")
    assert kept.trouble == "forge.example gave no PNG, JPEG, WebP or GIF."


@pytest.mark.django_db
def test_avatars__when_one_cannot_be_had__then_the_others_are() -> None:
    identity(34, "https://[")
    identity(35, "ipfs://Qm")
    identity(36, "https://forge.example/a.png")
    assert refresh_avatars(serving(PNG), now=lambda: NOON) == 1
    assert set(Avatar.objects.exclude(trouble="").values_list("due_at", flat=True)) == {NOON + timedelta(days=1)}
