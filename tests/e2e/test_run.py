"""`make run` from the outside: it starts, ends, and goes on where it stopped."""

from __future__ import annotations

import json

import httpx
import pytest

from apps.devnet.cast import make_cast
from tests.e2e.conftest import Site

pytestmark = pytest.mark.e2e


def test_run__when_started__then_the_site_answers_and_says_that_it_is_simulated(site: Site) -> None:
    answer = httpx.get(site.url + "/", timeout=10)
    assert answer.status_code == 200
    assert "Simulated network" in answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"].split("; ")


def test_run__when_interrupted__then_every_process_ends_in_time(site: Site) -> None:
    assert site.stopped is not None
    assert site.stopped.returncode == 0
    assert site.stopped.leftovers == []
    assert site.stopped.seconds < 20


def test_run__when_started_again__then_it_is_the_same_chain_further_on(site: Site) -> None:
    assert site.stopped is not None
    assert site.killed is not None
    assert site.killed.genesis == site.stopped.genesis
    assert site.killed.head >= site.stopped.head
    assert site.block(hex(site.stopped.head))["hash"] == site.stopped.head_hash  # nothing of it is lost


def test_run__when_everything_was_killed__then_it_recovers_and_serves_the_same_chain(site: Site) -> None:
    assert site.killed is not None
    assert site.killed.leftovers == []
    assert site.block("0x0")["hash"] == site.killed.genesis
    index = httpx.get(site.url + "/api/v1/status", timeout=10).json()["data"]["index"]
    assert index["genesis_hash"] == site.killed.genesis
    assert index["head_block"] - index["projected_to"] <= 1
    assert site.ready_s < 60  # 20 s on a quiet machine


def test_run__after_all_that_and_beside_the_indexer__the_tables_equal_the_contracts(site: Site) -> None:
    verdict = json.loads(site.manage("verify", "--json"))
    cast = make_cast(1)
    assert verdict["drift"] == []
    assert verdict["orchestrators"] >= len(cast.orchestrators)
    assert verdict["accounts"] > len(cast.orchestrators) + len(cast.delegators)
    assert verdict["round"] > 65
