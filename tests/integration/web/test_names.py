"""Names of orchestrators on pages, beside their addresses; pictures from this host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests import scenery
from tests.factories import AvatarFactory, IdentityFactory
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def cast(db: None) -> list[Character]:
    return scenery.network(nodes=5, rounds=40)


def read(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_list__when_a_node_has_a_name__then_it_stands_above_its_address(client: Client, cast: list[Character]) -> None:
    node = cast[0]
    IdentityFactory(address=node.address, name="titan-node.eth")
    page = read(client, "/orchestrators/?status=all")
    short = f"{node.address[:6]}"
    assert page.count('<bdi class="name">titan-node.eth</bdi>') == 1
    row = page[page.index("titan-node.eth") :][:300].lower()
    assert short in row


def test_list__when_searched_by_name__then_only_that_node_is_shown(client: Client, cast: list[Character]) -> None:
    IdentityFactory(address=cast[2].address, name="titan-node.eth")
    page = read(client, "/orchestrators/?status=all&q=TITAN")
    assert [one.address for one in cast if f'id="o-{one.address}"' in page] == [cast[2].address]


def test_list__when_names_may_mislead__then_each_is_marked(client: Client, cast: list[Character]) -> None:
    IdentityFactory(address=cast[0].address, name="привет.eth", look_alike=True)
    for one in cast[1:3]:
        IdentityFactory(address=one.address, name="same.eth")
    page = read(client, "/orchestrators/?status=all")
    assert page.count('title="Written with letters that may be taken for others; go by the address."') == 1
    assert page.count('title="Another orchestrator had the same name when it was last asked; go by the address."') == 2


def test_list_csv__when_a_node_has_a_name__then_it_is_a_column(client: Client, cast: list[Character]) -> None:
    IdentityFactory(address=cast[0].address, name="titan-node.eth")
    lines = read(client, "/orchestrators.csv?status=all").splitlines()
    place = lines[0].split(",").index("name")
    assert sorted(line.split(",")[place] for line in lines[1:]) == ["", "", "", "", "titan-node.eth"]


def test_node_page__when_it_has_a_card__then_words_are_escaped_and_their_age_is_said(
    client: Client, cast: list[Character]
) -> None:
    IdentityFactory(
        address=cast[0].address,
        name="titan-node.eth",
        description="<script>alert(1)</script>",
        url="https://titan.example/?a=1&b=2",
        github="titan",
        twitter="titan_x",
        checked_at=datetime.now(UTC) - timedelta(hours=5),
        l1_block=21_000_123,
    )
    page = read(client, f"/orchestrators/{cast[0].address}/")
    assert '<h1><span class="wrap-any"><bdi class="name">titan-node.eth</bdi></span></h1>' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="https://titan.example/?a=1&amp;b=2" rel="nofollow noreferrer ugc"' in page
    assert 'href="https://github.com/titan"' in page
    assert 'href="https://x.com/titan_x"' in page
    assert ">5\u00a0h ago</time> at Ethereum block 21,000,123" in page
    assert ">Old<" not in page
    assert "<img" not in page


def test_node_page__when_the_source_was_silent_for_days__then_the_name_is_called_old(
    client: Client, cast: list[Character]
) -> None:
    IdentityFactory(address=cast[0].address, checked_at=datetime.now(UTC) - timedelta(days=4))
    page = read(client, f"/orchestrators/{cast[0].address}/")
    card = page[page.index('class="card"') :][:900]
    assert "Old" in card
    assert ">4\u00a0d ago</time>" in card


def test_node_page__when_it_has_a_picture__then_this_host_serves_it(client: Client, cast: list[Character]) -> None:
    IdentityFactory(address=cast[0].address, name="titan-node.eth")
    AvatarFactory(identity_id=cast[0].address, identity=None, data=PNG, digest="ab" * 32)
    page = read(client, f"/orchestrators/{cast[0].address}/")
    assert f'<img class="id" src="/avatars/{cast[0].address}/?v=abababab" alt=""' in page


def test_node_page__when_it_has_no_name__then_nothing_is_said_of_names(client: Client, cast: list[Character]) -> None:
    IdentityFactory(address=cast[0].address, name="", reason="The address claims no name.")
    page = read(client, f"/orchestrators/{cast[0].address}/")
    assert 'class="card"' not in page
    assert "ENS" not in page


@pytest.mark.parametrize("tail", ["", "rounds.csv"])
def test_name_in_the_address__when_it_is_known__then_leads_to_the_address(
    client: Client, cast: list[Character], tail: str
) -> None:
    IdentityFactory(address=cast[0].address, name="titan-node.eth")
    response = client.get(f"/orchestrators/Titan-Node.eth/{tail}")
    assert (response.status_code, response.headers["Location"]) == (302, f"/orchestrators/{cast[0].address}/{tail}")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [(None, "no Ethereum node is configured here"), ("http://node", "is the name of no orchestrator")],
)
def test_name_in_the_address__when_nobody_has_it__then_a_page_says_so(
    client: Client, cast: list[Character], settings: Settings, url: str | None, sentence: str
) -> None:
    settings.ETHEREUM_RPC_URL = url
    response = client.get("/orchestrators/nobody%3Cb%3E.eth/")
    assert response.status_code == 404
    page = response.content.decode()
    assert "No orchestrator has this name" in page
    assert sentence in page
    assert "nobody&lt;b&gt;.eth" in page


def test_avatar__when_it_is_kept__then_it_is_an_image_and_nothing_else(client: Client, db: None) -> None:
    kept = AvatarFactory(data=PNG, digest="cd" * 32)
    response = client.get(f"/avatars/{kept.identity_id}/")
    assert (response.status_code, response.content) == (200, PNG)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = client.get(f"/avatars/{kept.identity_id}/", headers={"if-none-match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_avatar__when_none_is_kept__then_404(client: Client, db: None) -> None:
    without = AvatarFactory(media_type="", data=b"", digest="")
    assert client.get(f"/avatars/{without.identity_id}/").status_code == 404
    assert client.get("/avatars/nonsense/").status_code == 404


def test_api__when_a_node_has_a_name__then_list_and_detail_tell_it(client: Client, cast: list[Character]) -> None:
    IdentityFactory(address=cast[0].address, name="titan-node.eth", github="titan", l1_block=7)
    rows = client.get("/api/v1/orchestrators?q=titan&status=all").json()["data"]
    assert [(row["name"], row["name_source"], row["name_doubt"]) for row in rows] == [("titan-node.eth", "ens", "")]
    other = client.get(f"/api/v1/orchestrators/{cast[1].address}").json()["data"]
    assert (other["name"], other["name_source"], other["name_doubt"], other["identity"]) == (None, None, None, None)
    detail = client.get(f"/api/v1/orchestrators/{cast[0].address}").json()["data"]
    told = {key: detail["identity"][key] for key in ("github", "twitter", "avatar_path", "l1_block")}
    assert (detail["name"], told) == (
        "titan-node.eth",
        {"github": "titan", "twitter": "", "avatar_path": None, "l1_block": 7},
    )


def test_home__when_a_node_has_a_name__then_it_stands_before_its_address(client: Client, cast: list[Character]) -> None:
    node = cast[0].address
    IdentityFactory(address=node, name="a-very-long-titan-node.eth")
    page = read(client, "/")
    link = page[page.index(f'href="/orchestrators/{node}/"') :].partition("</a>")[0]
    assert '<bdi class="name">a-very-long-titan-node.eth</bdi> <span class="mono at">0x' in link
    assert "a-very-long-t…" in page  # in the picture there is less room


def test_status__when_no_ethereum_is_configured__then_names_are_off(
    client: Client, db: None, settings: Settings
) -> None:
    settings.ETHEREUM_RPC_URL = None
    page = read(client, "/status/")
    assert "No Ethereum node is configured (ETHEREUM_RPC_URL)." in page


def test_status__when_the_node_is_away__then_names_are_stale_and_the_setting_is_named(
    client: Client, db: None, settings: Settings
) -> None:
    settings.ETHEREUM_RPC_URL = "http://node"
    long_ago = datetime.now(UTC) - timedelta(days=4)
    trouble = "The Ethereum node did not answer; check ETHEREUM_RPC_URL."
    IdentityFactory(checked_at=long_ago, trouble=trouble)
    IdentityFactory(checked_at=long_ago, name="")
    part = read(client, "/status/").partition(">Names</h2>")[2].partition("</section>")[0]
    assert "Stale" in part
    assert trouble in part
    assert "1 of 2 orchestrators have an ENS name that leads back to them" in part
    assert "1 could not be asked in their last turn" in part
