"""The page of the method: constants from its data, a real node carried through, the test against the past."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.protocol.formats import checksummed
from apps.scoring import backtests
from apps.scoring.method import live as live_method
from apps.scoring.models import BacktestRun, ScorePart
from apps.scoring.selectors import latest_run
from apps.scoring.services import network_score
from apps.web.method.example import Example, example_of
from indexer.models import IndexState
from tests import lives, scenery
from tests.integration.scoring.history import twelve_rounds

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def a_network(*, nodes: int = 6, rounds: int = 45) -> None:
    lives.live(scenery.network(nodes=nodes, rounds=rounds))
    IndexState.objects.update(finalized_block=IndexState.objects.get().projected_to)
    assert network_score() is not None


def shown(client: Client) -> str:
    answer = client.get("/method/")
    assert answer.status_code == 200
    return answer.content.decode()


def example() -> Example:
    run = latest_run()
    assert run is not None
    found = example_of(run, live_method())
    assert found is not None
    return found


def test_method_page__of_a_fresh_index__tells_the_method_and_what_is_missing(client: Client) -> None:
    page = shown(client)

    assert "How the score is made" in page
    assert "Not tested yet." in page
    assert "No node is ranked yet" in page
    assert "There is no run to work out again yet." in page


def test_method_page__of_a_network__shows_the_constants_of_the_methods_data(client: Client) -> None:
    a_network()
    method = live_method()

    page = shown(client)

    assert f"of the last {method.long_rounds} rounds" in page
    assert f"{method.number('work', 'volume')} volume" in page
    assert f"{method.number('terms', 'rewards')} × rewards kept" in page
    for version in method.changelog:
        assert version.replace("'", "&#x27;") in page


def test_example__of_a_real_run__adds_up_to_the_stored_score_in_every_part() -> None:
    a_network()
    found = example()

    assert {one.name for one in found.parts} >= {"work", "terms"}
    for one in (*found.parts, found.headline):
        assert one.total == pytest.approx(one.shown, abs=0.001), one.name
        assert sum(term.adds for term in one.terms) - one.less == pytest.approx(one.total, abs=1e-9)
    assert found.headline.shown == found.row.value
    assert sum(one.shown > 0 for one in found.parts) == len(found.parts)


def test_method_page__of_a_real_run__names_the_node_and_its_figures(client: Client) -> None:
    a_network()
    found = example()

    page = shown(client)

    assert f'href="/orchestrators/{found.address}/"' in page
    assert checksummed(found.address)[:6] in page
    for one in found.parts:
        assert f"Stored as {one.shown:.4f}." in page
    run = latest_run()
    assert run is not None
    assert f"/api/v1/score-runs/{run.pk}/bundle" in page
    assert run.inputs_digest in page


def test_example__of_a_run_without_the_figures__is_none() -> None:
    a_network()
    ScorePart.objects.update(sources={})
    run = latest_run()
    assert run is not None

    assert example_of(run, live_method()) is None


def test_method_page__once_tested__shows_every_measure_and_the_same_figures_as_stored(client: Client) -> None:
    a_network()
    run = backtests.network_backtest(every_rounds=12)
    assert run is not None

    page = shown(client)

    for title in ("Rewards delegators got", "Share of organic fees", "Terms made worse", "Rewards missed"):
        assert title in page
    assert run.digest in page
    assert "A simulated network proves the tool, not the method." in page
    assert "no interval can be given" in page
    own = next(one for one in run.result["measures"][0]["rankings"] if one["name"] == "method")
    assert f"{abs(own['correlation']['mean']):.2f}" in page
    assert "A quarter more or less" in page


def test_method_page__of_a_young_chain__says_how_much_history_is_missing(client: Client) -> None:
    twelve_rounds()
    network_score()
    assert backtests.network_backtest() is not None

    assert "Not enough history: 12 whole rounds, 40 needed." in shown(client)


def test_method_page__after_another_back_test__is_another_answer(client: Client) -> None:
    twelve_rounds()
    network_score()
    before = client.get("/method/")
    assert client.get("/method/", headers={"If-None-Match": before.headers["ETag"]}).status_code == 304

    backtests.network_backtest()

    assert client.get("/method/", headers={"If-None-Match": before.headers["ETag"]}).status_code == 200
    assert BacktestRun.objects.count() == 1
