"""The sample of each round, from an empty database to a node that forgot."""

from __future__ import annotations

import pytest

from indexer import sync, tasks
from indexer.errors import IndexerError
from indexer.models import Verification
from indexer.verification import verify
from tests.local import Local

pytestmark = pytest.mark.integration

LPT = 10**18


def test_verify_sample__round_by_round__is_done_once_in_each(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "client", lambda: local.client)
    with pytest.raises(IndexerError, match=r"run `manage\.py backfill` first"):
        verify(local.client)
    assert tasks.verify_sample() == 0
    local.net.next_round()
    local.net.bond(local.net.account("node"), LPT, local.net.account("node"))
    local.follow()

    first = tasks.verify_sample()
    row = Verification.objects.get()
    assert (row.figures, row.kind, row.due_round, row.round, row.accounts) == (first, "sample", 1, 1, 1)
    assert tasks.verify_sample() == 0
    assert Verification.objects.count() == 1
    local.net.next_round()
    local.follow()
    assert tasks.verify_sample() > 0
    assert Verification.objects.count() == 2

    local.net.mine(300)
    with pytest.raises(IndexerError, match=r"No provider holds the state of block .* put an archive node"):
        verify(local.client)
