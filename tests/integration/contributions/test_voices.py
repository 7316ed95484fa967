"""The simulated community speaks to the real API on a real chain, and its evidence is looked at over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import httpx
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.contributions.evidence.checking import evidence_check
from apps.contributions.evidence.standing import standings
from apps.contributions.models import Attestation, Claim
from apps.devnet.cast import make_cast
from apps.devnet.community import deeds
from apps.devnet.community.deeds import SAYINGS
from apps.devnet.community.voices import Site, Voices
from apps.devnet.keys import account
from apps.devnet.outside.server import make_server
from apps.protocol.units import WEI
from apps.scoring.communal import judging
from apps.scoring.communal.recording import judgement_at, judgement_record
from tests.factories import BlockFactory, RoundFactory
from tests.integration.contributions.conftest import Place

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODES = ("hobbyist", "open-hand")
SAID = tuple(
    one
    for one in SAYINGS
    if (isinstance(one, deeds.Deed) and one.author in NODES and not one.amends)
    or (not isinstance(one, deeds.Deed) and one.title in (deeds.GUIDE, deeds.CALL))
)


@pytest.fixture
def outside(settings: Settings) -> Iterator[None]:
    server = make_server(make_cast(11), port=0)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    settings.OUTSIDE_ORIGIN = f"http://127.0.0.1:{server.server_address[1]}"
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def reply(request: httpx.Request) -> httpx.Response:
    """What the site answers, in this process and in the test's own transaction."""
    path, body = request.url.raw_path.decode(), request.content
    answer = Client().generic(request.method, path, body, content_type=request.headers.get("content-type", ""))
    return httpx.Response(answer.status_code, content=answer.content)


def test_community__when_it_speaks_twice__then_it_is_heard_once_and_its_claims_are_judged(
    place: Place, outside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    RoundFactory(block=BlockFactory(number=1))  # the index has read something
    cast = make_cast(place.net.seed)
    place.net.next_round()  # bonding wants an initialised one, and other tests mined
    for name in NODES:
        node = place.net.account(name)
        place.net.bond(node, 100 * WEI, node)
    site = Site("http://testserver", httpx.MockTransport(reply))
    voices = Voices(cast, place.net.deployment, site, SAID)
    tries = iter(range(200))

    assert voices.speak(until=lambda: next(tries, None) is None, pause_s=0, retry_s=0) == len(SAID) == 5
    assert voices.speak(until=lambda: next(tries, None) is None, pause_s=0, retry_s=0) == 0
    assert Claim.objects.count() == 2
    assert Attestation.objects.count() == 3

    assert evidence_check() == 3
    told = {one.url: (one.found, one.detail["names_account"]) for each in standings().values() for one in each}
    assert told == {link: ("yes", True) for one in SAID if isinstance(one, deeds.Deed) for link in one.links}

    reviewers = [account(place.net.seed, name).address for name in ("steady-worker", "many-payers", "crowd-favourite")]
    monkeypatch.setattr(judging, "seed_of", lambda chain_id, day: tuple(reviewers))
    now = timezone.now()
    assert judgement_record(judgement_at(now), at=now) == 2
    states = {one.title: (one.state, one.transitions.latest("pk").why) for one in Claim.objects.all()}
    assert states == {
        deeds.GUIDE: ("endorsed", "Endorsed with weight 2, where one reviewer weighs 1."),
        deeds.CALL: ("endorsed", "Endorsed with weight 1, where one reviewer weighs 1."),
    }
