"""The score over a network that lived on the real contracts."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.devnet.cast import make_cast
from apps.devnet.history import build
from apps.devnet.network import load_artifacts, start_anvil
from apps.network.models import Block, Orchestrator, OrchestratorRound
from apps.scoring import selectors, services
from apps.scoring.inputs import snapshot
from apps.scoring.selectors import ScoreRow
from indexer import sync
from indexer.models import IndexState
from indexer.store import Books
from tests.parts import anvil_binary, contract_artifacts

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ROUNDS = 15


def test_score__after_fifteen_rounds_of_the_cast__ranks_it_as_an_honest_reader_would(
    tmp_path: Path, settings: Settings
) -> None:
    names = _live(tmp_path / "devnet", settings)

    assert services.network_score() is not None
    run = selectors.latest_run()
    assert run is not None
    scores = {names[address]: row for address, row in selectors.scores_of(run).items() if address in names}

    assert _rank(scores, "steady-worker") < _rank(scores, "idle-whale")
    assert scores["idle-whale"].advice.startswith("Earned no fees with ")
    _registered_and_fees_agree_with_the_projections()


def _live(folder: Path, settings: Settings) -> dict[str, str]:
    """Builds the history, indexes it, and says who is who."""
    with start_anvil(anvil_binary(), folder) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        at = build(client, lambda: load_artifacts(contract_artifacts()), folder, rounds=ROUNDS).deployment
        settings.CONTROLLER_ADDRESS, settings.CHAIN_RPC_URLS = at.controller, [anvil.url]
        sync.follow(client, books=Books())
    return {one.account.address: one.role.name for one in make_cast(at.seed).orchestrators}


def _rank(scores: dict[str, ScoreRow], name: str) -> int:
    rank = scores[name].rank
    assert rank is not None
    return rank


def _registered_and_fees_agree_with_the_projections() -> None:
    """At the head, where both can be told, the facts read from logs are those of the rows of the present."""
    taken = snapshot(Block.objects.get(number=IndexState.objects.get().projected_to))
    assert taken is not None
    facts = taken.facts.orchestrators
    rows = {row.address: row for row in Orchestrator.objects.all()}
    assert {one.address for one in facts if one.registered} == {one for one, row in rows.items() if row.registered}
    for one in facts:
        row = rows[one.address]
        assert (one.reward_cut_ppm, one.fee_share_ppm) == (row.reward_cut_ppm, row.fee_share_ppm)
    paid = sum(each.amount_eth_wei for one in facts for each in one.payments)
    whole = OrchestratorRound.objects.filter(round__lt=taken.facts.round).values_list("fees_eth_wei", flat=True)
    assert paid == sum(whole)
