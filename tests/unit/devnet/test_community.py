"""The simulated community: what it says can be signed, and what its hosts show is what their documents promise."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from apps.chain.http import Fetcher, origin_of
from apps.contributions.categories import CATEGORIES
from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import Reader
from apps.contributions.evidence.looking import look
from apps.contributions.evidence.references import reference_of
from apps.devnet.cast import make_cast
from apps.devnet.community.deeds import SAYINGS, VOTER, Deed, Word
from apps.devnet.community.poll import first_voter
from apps.devnet.outside.server import answer
from apps.devnet.outside.world import World

pytestmark = pytest.mark.unit

CAST = make_cast(1)
NOW = datetime(2026, 4, 20, 13, 40, tzinfo=UTC)
DEEDS = [one for one in SAYINGS if isinstance(one, Deed)]
ORIGIN = "http://127.0.0.1:8546"


def reader() -> Reader:
    """A reader whose every question is answered by the stand-ins, without a connection."""

    def reply(request: httpx.Request) -> httpx.Response:
        status, body = answer(World(CAST, NOW), request.url.path, {})
        if isinstance(body, str):
            return httpx.Response(status, text=body, headers={"Content-Type": "text/html"})
        return httpx.Response(status, json=body)

    fetcher = Fetcher(
        trusted={origin_of(ORIGIN)}, transport=httpx.MockTransport(reply), resolve=lambda host, port: ["127.0.0.1"]
    )
    return Reader(fetcher, ORIGIN)


def found(deed: Deed, link: str) -> tuple[str, bool]:
    author = first_voter(CAST) if deed.author == VOTER else deed.author
    made = look(link, Asked(CAST.orchestrator(author).account.address), reader())
    return made.found, made.detail.get("names_account") is True


OFF_CHAIN = [(deed, link) for deed in DEEDS for link in deed.links if "explorer.example" not in link]
NOT_SO = {"https://pages.example/self-dealer/workshop": ("no", False)}
ANOTHERS = {"https://pages.example/hobbyist/one-small-card?copy=1": ("yes", False)}
WITHOUT_ADDRESS = {
    "https://code.example/mill-tools/ticket-counter/releases/tag/v1.2.0": ("yes", False),
    "https://packages.example/project/warm-start/0.4.1/": ("yes", False),
}


@pytest.mark.parametrize(("deed", "link"), OFF_CHAIN, ids=[link for _, link in OFF_CHAIN])
def test_hosts__when_a_claim_is_looked_at__then_what_is_so_is_found_and_names_its_author(deed: Deed, link: str) -> None:
    expected = {**NOT_SO, **ANOTHERS, **WITHOUT_ADDRESS}.get(link, ("yes", True))
    assert found(deed, link) == expected


def test_sayings__when_read__then_each_speaks_of_a_claim_and_every_kind_of_evidence_is_there() -> None:
    titles = [deed.title for deed in DEEDS]
    assert len(set(titles)) == len(titles)
    for place, saying in enumerate(SAYINGS):
        if not isinstance(saying, Deed):
            assert saying.title in [one.title for one in SAYINGS[:place] if isinstance(one, Deed)]
    assert {deed.category for deed in DEEDS} == set(CATEGORIES)
    kinds = {reference_of(link.replace("{poll}", "0x" + "ab" * 20)).kind for deed in DEEDS for link in deed.links}
    assert kinds == {"vote", "merged_change", "release", "forum_post", "package", "page"}
    verdicts = [one.verdict for one in SAYINGS if isinstance(one, Word)]
    assert (verdicts.count(0), verdicts.count(1)) == (1, 10)


@pytest.mark.parametrize(
    "path",
    [
        "/code.example/api/repos/mill-tools/ticket-counter/pulls/8",
        "/code.example/api/repos/other/ticket-counter/pulls/7",
        "/forum.example/t/999/1.json",
        "/packages.example/pypi/warm-start/9.9.9/json",
        "/pages.example/hobbyist/nothing",
        "/pages.example/",
        "/elsewhere.example/page",
    ],
)
def test_hosts__when_nobody_made_it__then_not_found(path: str) -> None:
    assert answer(World(CAST, NOW), path, {})[0] == 404


def test_hosts__when_asked_again_in_the_same_month__then_the_same_is_told() -> None:
    later = datetime(2026, 4, 29, 1, 2, tzinfo=UTC)
    path = "/code.example/api/repos/mill-tools/ticket-counter/pulls/7"
    assert answer(World(CAST, NOW), path, {}) == answer(World(CAST, later), path, {})


@pytest.mark.parametrize("seed", [1, 2, 11])
def test_first_voter__when_the_seed_is_another__then_a_node_of_that_cast(seed: int) -> None:
    cast = make_cast(seed)
    assert first_voter(cast) in {node.name for node in cast.orchestrators}
