"""The small network of tests/stages.py, set up once for a file and anew for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stages import Stage, small_network


@pytest.fixture(scope="module")
def built_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with small_network(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def stage(built_stage: Stage) -> Iterator[Stage]:
    """As it was built, whatever the tests before did to it."""
    kept = built_stage.keep()
    yield built_stage
    built_stage.back_to(kept)
