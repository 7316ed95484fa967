from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.local import bootstrap

pytestmark = pytest.mark.unit


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The locks that were installed, in order, into an environment that works and is made of files only."""
    names: list[str] = []
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    (tmp_path / "locks").mkdir()
    for name in ("local", "dev", "node"):
        (tmp_path / "locks" / f"{name}.txt").write_text(f"{name}==1", encoding="utf-8")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(bootstrap, "LOCKS", tmp_path / "locks")
    monkeypatch.setattr(bootstrap, "_runs", lambda: True)
    monkeypatch.setattr(bootstrap, "_install", lambda lock: names.append(lock.stem))
    return names


def change(name: str) -> None:
    (bootstrap.LOCKS / f"{name}.txt").write_text(f"{name}==2", encoding="utf-8")


def test_ensure__when_asked_twice__then_it_installs_once(installed: list[str]) -> None:
    bootstrap.ensure("local")
    bootstrap.ensure("local")
    assert installed == ["local"]


def test_ensure__when_the_lock_has_changed__then_it_installs_again(installed: list[str]) -> None:
    bootstrap.ensure("local")
    change("local")
    bootstrap.ensure("local")
    assert installed == ["local", "local"]


def test_ensure__when_the_tools_are_there__then_the_program_is_too(installed: list[str]) -> None:
    bootstrap.ensure("dev")
    bootstrap.ensure("local")
    bootstrap.ensure("dev")
    assert installed == ["dev"]


def test_ensure__when_only_the_program_was_renewed__then_the_tools_are_looked_at_again(installed: list[str]) -> None:
    bootstrap.ensure("dev")
    change("local")
    bootstrap.ensure("local")
    bootstrap.ensure("dev")
    assert installed == ["dev", "local", "dev"]


def test_ensure__when_npm_is_added__then_the_other_sets_stay_good(installed: list[str]) -> None:
    bootstrap.ensure("dev")
    bootstrap.ensure("node")
    bootstrap.ensure("dev")
    bootstrap.ensure("node")
    assert installed == ["dev", "node"]


def test_ensure__when_the_stamp_is_damaged__then_it_installs(installed: list[str]) -> None:
    bootstrap.STAMP.write_text("{", encoding="utf-8")
    bootstrap.ensure("local")
    assert installed == ["local"]
    assert set(json.loads(bootstrap.STAMP.read_text(encoding="utf-8"))) == {"local", "node"}


def test_environment__when_python_may_not_write_beside_the_sources__then_it_keeps_what_it_compiled_elsewhere() -> None:
    found = bootstrap.compiled_once({"PYTHONDONTWRITEBYTECODE": "1", "PORT": "9"})

    assert found == {"PORT": "9", "PYTHONPYCACHEPREFIX": str(bootstrap.COMPILED)}


def test_environment__when_a_folder_is_named_already__then_that_one_is_used() -> None:
    assert bootstrap.compiled_once({"PYTHONPYCACHEPREFIX": "/x"}) == {"PYTHONPYCACHEPREFIX": "/x"}
