"""Small networks for plans, each set up once for a process and brought back to its start for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.delegation.scene import Scene, scene_f
from tests.stages import Stage, small_network


@pytest.fixture(scope="session")
def built_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with small_network(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def stage(built_stage: Stage) -> Iterator[Stage]:
    """As it was built, whatever the tests before did to it."""
    kept = built_stage.keep()
    yield built_stage
    built_stage.back_to(kept)


@pytest.fixture(scope="session")
def built_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene_f(tmp_path_factory.mktemp("scene")) as scene:
        yield scene


@pytest.fixture
def scene(built_scene: Scene) -> Iterator[Scene]:
    """Scene F, whatever the tests before did to it."""
    kept = built_scene.stage.keep()
    yield built_scene
    built_scene.stage.back_to(kept)
