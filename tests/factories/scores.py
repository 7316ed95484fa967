"""Score runs and what they hold."""

from __future__ import annotations

import factory

from apps.scoring.models import Score, ScorePart, ScoreRun
from tests.factories.base import Rows, address, hash_of


class ScoreRunFactory(Rows):
    class Meta:
        model = ScoreRun

    version = "0.1"
    as_of_block = factory.Sequence(lambda n: 1000 + n)
    as_of_block_hash = factory.LazyAttribute(lambda row: hash_of(f"block {row.as_of_block}"))
    as_of_round = 100
    inputs_digest = "0" * 64


class ScoreFactory(Rows):
    class Meta:
        model = Score

    run = factory.SubFactory(ScoreRunFactory)
    orchestrator = factory.Sequence(address)
    value = 80.0
    low = 76.0
    high = 84.0
    coverage = 0.8
    rank = 1


class ScorePartFactory(Rows):
    class Meta:
        model = ScorePart

    score = factory.SubFactory(ScoreFactory)
    part = "work"
    value = 80.0
    low = 76.0
    high = 84.0
    weight = 5
    coverage = 1.0
    reason = "Earned more than its stake would suggest."
