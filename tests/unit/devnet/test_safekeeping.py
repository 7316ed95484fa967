from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from apps.devnet.safekeeping import SPARES, STATE_NAME, restore

pytestmark = pytest.mark.unit


def block(number: int, time: int) -> dict[str, Any]:
    return {"header": {"number": hex(number), "timestamp": hex(time)}}


def write(path: Path, *blocks: dict[str, Any]) -> None:
    head = max(int(one["header"]["number"], 16) for one in blocks)
    state = {"best_block_number": head, "blocks": blocks, "transactions": [], "accounts": {}}
    path.write_bytes(orjson.dumps(state))


def blocks_in(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(path.read_bytes())["blocks"]
    return found


def test_restore__when_restarts_left_further_blocks_0__then_only_the_oldest_stays(tmp_path: Path) -> None:
    write(tmp_path / STATE_NAME, block(0, 900), block(2, 120), block(0, 100), block(1, 110), block(0, 800))
    restore(tmp_path, finished=True)
    assert blocks_in(tmp_path / STATE_NAME) == [block(2, 120), block(0, 100), block(1, 110)]


def test_restore__when_there_is_one_block_0__then_the_file_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / STATE_NAME, block(0, 100), block(1, 110))
    before = (tmp_path / STATE_NAME).stat().st_mtime_ns
    restore(tmp_path, finished=True)
    assert (tmp_path / STATE_NAME).stat().st_mtime_ns == before


def test_restore__when_the_file_is_cut_short__then_the_newest_spare_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / STATE_NAME).write_bytes(b'{"best_block')
    write(tmp_path / SPARES[1], block(0, 100), block(1, 110))
    restore(tmp_path, finished=True)
    assert blocks_in(tmp_path / STATE_NAME) == [block(0, 100), block(1, 110)]
