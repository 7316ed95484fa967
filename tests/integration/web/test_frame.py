"""The frame around every page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests.factories import (
    BlockFactory,
    IndexStateFactory,
    ParameterReadFactory,
    RoundFactory,
    ScoreRunFactory,
    moment,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/orchestrators/"


def body_of(client: Client, url: str = URL) -> str:
    return client.get(url).content.decode()


def strip_of(body: str) -> str:
    return body.split('id="strip"')[1].split("</header>")[0]


def test_frame__when_nothing_is_indexed__then_says_so_and_prints_no_zero(client: Client) -> None:
    body = body_of(client)
    assert "no block has been indexed yet, so nothing is known" in body
    assert 'title="Unknown: no round has been indexed yet"' in strip_of(body)
    assert 'title="Unknown: no block has been indexed yet"' in strip_of(body)


def test_frame__when_local__then_the_banner_says_that_nothing_is_real(client: Client) -> None:
    assert "<b>Simulated network.</b>" in body_of(client)


def test_frame__when_on_arbitrum__then_no_banner_and_blocks_link_to_their_source(
    client: Client, settings: Settings
) -> None:
    settings.CHAIN_ID = 42161
    BlockFactory(number=423_055_031)
    IndexStateFactory(projected_to=423_055_031)
    body = body_of(client)
    assert "Simulated" not in body
    assert '<a href="https://arbiscan.io/block/423055031" title="Final up to block 423,054,967">423,055,031</a>' in body
    assert "Arbitrum One, block 423,055,031" in body


def test_frame__when_a_round_runs__then_progress_and_an_estimate(client: Client) -> None:
    RoundFactory(number=3416, block__number=900)
    RoundFactory(number=3417, block__number=1000)
    for name, value in (("round_length", 100), ("current_round_start_l1_block", 1000), ("l1_block", 1061)):
        ParameterReadFactory(name=name, block__number=1000, value=value)
    IndexStateFactory(projected_to=1000)
    strip = strip_of(body_of(client))
    assert "<b>3,417</b>" in strip
    assert 'aria-label="61 % of the round has passed"' in strip
    assert "about 39\u00a0s left" in strip
    assert "chain read, current" in strip


def test_frame__when_a_score_was_worked_out__then_its_method_and_block(client: Client) -> None:
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    ScoreRunFactory(version="0.1", as_of_block=936)
    assert "Score method 0.1, as of block 936." in body_of(client)


def test_frame__when_the_index_stands_still__then_danger_and_why(client: Client) -> None:
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000, trouble="Two providers disagree about block 1,001.")
    body = body_of(client)
    assert '<div class="msg danger over">' in body
    assert "<b>The index stands still.</b> Two providers disagree about block 1,001." in body
    assert "numbers are behind" in strip_of(body)


def test_frame__when_the_chain_was_not_read_for_long__then_since_when(client: Client) -> None:
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000, looked_at=datetime.now(UTC) - timedelta(minutes=5))
    assert "<b>The chain was last read 5\u00a0min ago.</b>" in body_of(client)


def test_frame__when_the_index_lags__then_how_many_blocks(client: Client) -> None:
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000, head_block=1041, head_time=moment(1000) + timedelta(seconds=61))
    assert "<b>Numbers are 41 blocks behind.</b>" in body_of(client)


def test_frame__when_the_index_is_a_little_behind__then_nothing_is_said(client: Client) -> None:
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000, head_block=1041, head_time=moment(1000) + timedelta(seconds=60))
    assert "behind" not in body_of(client)


def test_nav__when_on_a_page__then_its_link_is_current(client: Client) -> None:
    body = body_of(client)
    assert '<a href="/orchestrators/" aria-current="page">Orchestrators</a>' in body
    assert '<a href="/">Network</a>' in body


@pytest.mark.parametrize("path", ["/", "/orchestrators/", "/method/", "/status/", "/api/"])
def test_nav__when_followed__then_no_dead_link(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


class TestDisplay:
    def test_display__when_chosen__then_kept_and_back_where_the_reader_was(self, client: Client) -> None:
        response = client.post("/display/", {"theme": "dark", "next": "/orchestrators/?sort=fees"})
        assert (response.status_code, response["Location"]) == (303, "/orchestrators/?sort=fees")
        assert (client.cookies["theme"].value, client.cookies["theme"]["samesite"]) == ("dark", "Lax")
        assert '<html lang="en" data-theme="dark">' in body_of(client)

    def test_display__when_contrast_is_chosen_too__then_both(self, client: Client) -> None:
        client.post("/display/", {"theme": "light"})
        client.post("/display/", {"contrast": "more"})
        body = body_of(client)
        assert '<html lang="en" data-theme="light" data-contrast="more">' in body
        assert 'name="theme" value="light" aria-pressed="true"' in body

    def test_display__when_left_to_the_system__then_forgotten(self, client: Client) -> None:
        client.post("/display/", {"theme": "dark"})
        client.post("/display/", {"theme": ""})
        assert '<html lang="en">' in body_of(client)

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
    )
    def test_display__when_sent_elsewhere__then_the_front_page(self, client: Client, target: str) -> None:
        assert client.post("/display/", {"theme": "dark", "next": target})["Location"] == "/"

    @pytest.mark.parametrize("posted", [{"theme": "pink"}, {"contrast": "less"}, {}])
    def test_display__when_unknown__then_400(self, client: Client, posted: dict[str, str]) -> None:
        assert client.post("/display/", posted).status_code == 400

    def test_display__when_asked_for_by_get__then_405(self, client: Client) -> None:
        assert client.get("/display/").status_code == 405

    def test_display__when_the_cookie_is_made_up__then_no_choice(self, client: Client) -> None:
        client.cookies["theme"] = '"><script>'
        assert '<html lang="en">' in body_of(client)


class TestErrors:
    def test_not_found__when_there_is_no_page__then_404_with_a_way_on(self, client: Client) -> None:
        response = client.get("/nowhere/")
        assert response.status_code == 404
        assert "There is no page at this address." in response.content.decode()

    def test_server_error__when_something_fails__then_500_without_the_cause(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("a secret")

        monkeypatch.setattr("apps.web.views.orchestrators.listing.find", fail)
        client.raise_request_exception = False
        response = client.get(URL)
        assert response.status_code == 500
        assert "This page could not be made" in response.content.decode()
        assert "a secret" not in response.content.decode()

    def test_bad_request__when_the_host_is_not_ours__then_400(self, client: Client) -> None:
        response = client.get(URL, headers={"host": "evil.example"})
        assert response.status_code == 400
        assert "evil.example" not in response.content.decode()
