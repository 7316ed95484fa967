"""The file that says what was deployed where."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.devnet.deployment import FILE_NAME, Deployment, forget, load, mark_built, save

pytestmark = pytest.mark.unit

ONE = Deployment(
    chain_id=31337,
    genesis_hash="0xab",
    seed=1,
    block=1,
    round_length=30,
    deployer="0x01",
    controller="0x02",
    addresses={"Minter": "0x03"},
)


def test_save__then_load__is_the_same(tmp_path: Path) -> None:
    save(ONE, tmp_path / "devnet")
    assert load(tmp_path / "devnet") == ONE
    assert ONE["Minter"] == "0x03"
    assert [path.name for path in (tmp_path / "devnet").iterdir()] == [FILE_NAME]


def test_mark_built__keeps_the_rest(tmp_path: Path) -> None:
    built = mark_built(ONE, tmp_path, block=1979)
    assert load(tmp_path) == built
    assert (built.built, built.controller) == (1979, "0x02")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"chain_id": 1}', '{"surprise": 1}'])
def test_load__a_file_that_is_not_ours__is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    assert load(tmp_path) is None


def test_load__no_file__is_none(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    forget(tmp_path)
