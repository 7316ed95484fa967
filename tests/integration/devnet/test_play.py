"""The present: every act at its block, through a kill of the player, of the node, and of both."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from apps.chain.client import ChainClient
from apps.devnet import history
from apps.devnet.artifacts import Artifact
from apps.devnet.cast import Cast, make_cast
from apps.devnet.network import Deployment, start_anvil
from apps.devnet.node import SAVE_EVERY_S
from apps.devnet.play import Player, play
from apps.devnet.stage import Stage, read_clock
from apps.devnet.wire import mine
from tests.integration.conftest import client_of

pytestmark = pytest.mark.integration

REWARD = "0x619caafabdd75649b302ba8419e48cccf64f37f1983ac4727cfb38b57703ffc9"
NEW_ROUND = "0x22f2fc17c5daf07db2379b3a03a8ef20a183f761097a58fce219c8a14619e786"


def player_on(client: ChainClient, at: Deployment, folder: Path, cast: Cast) -> Player:
    return Player(Stage(client, at, cast), folder)


def live(player: Player, blocks: int) -> None:
    """As many blocks as given, the player looking after each, faster than the clock."""
    for _ in range(blocks):
        mine(player.stage.rpc)
        player.tick()


def rewards(client: ChainClient, at: Deployment, first: int) -> Counter[tuple[int, str]]:
    """How often each orchestrator was rewarded in each round, from that block on."""
    head = read_clock(client, at).head
    wanted = [bytes.fromhex(topic[2:]) for topic in (REWARD, NEW_ROUND)]
    logs = client.logs(first, head, addresses={at["BondingManager"], at["RoundsManager"]}, topics0=wanted)
    found: Counter[tuple[int, str]] = Counter()
    current = -1
    for log in logs:
        if log.topics[0].hex() == NEW_ROUND[2:]:
            current = int.from_bytes(log.topics[1])
        else:
            found[current, "0x" + log.topics[1][12:].hex()] += 1
    return found


@pytest.fixture
def cast() -> Cast:
    return make_cast(1)


def test_play__round_after_round__everybody_acts_and_nobody_is_refused(
    binary: Path, contracts: Mapping[str, Artifact], tmp_path: Path, cast: Cast
) -> None:
    with start_anvil(binary, tmp_path) as anvil:
        client = client_of(anvil.url)
        at = history.build(client, lambda: contracts, tmp_path, rounds=1).deployment
        player = player_on(client, at, tmp_path, cast)
        live(player, 91)
        clock = read_clock(client, at)
    assert (clock.number, clock.initialized) == (6, 6)
    assert player.stage.tally.refused == []
    assert player.stage.tally.sent > 150
    assert player.run is not None
    assert player.run.number == 6


def test_play__another_player_takes_over_in_mid_round__nothing_is_done_twice_or_left_out(
    binary: Path, contracts: Mapping[str, Artifact], tmp_path: Path, cast: Cast
) -> None:
    with start_anvil(binary, tmp_path) as anvil:
        client = client_of(anvil.url)
        at = history.build(client, lambda: contracts, tmp_path, rounds=1).deployment
        live(player_on(client, at, tmp_path, cast), 5)
        mine(client, 10)
        second = player_on(client, at, tmp_path, cast)
        live(second, 24)
        counted = rewards(client, at, 89)
    assert second.stage.tally.refused == []
    in_round_3 = {who for (number, who), times in counted.items() if number == 3}
    assert len(in_round_3) >= 18
    assert set(counted.values()) == {1}


def test_play__node_killed_and_started_again__goes_on_from_what_was_saved(
    binary: Path, contracts: Mapping[str, Artifact], tmp_path: Path, cast: Cast
) -> None:
    with start_anvil(binary, tmp_path) as anvil:
        client = client_of(anvil.url)
        at = history.build(client, lambda: contracts, tmp_path, rounds=1).deployment
        live(player_on(client, at, tmp_path, cast), 8)
        time.sleep(SAVE_EVERY_S + 2)
        live(player_on(client, at, tmp_path, cast), 4)
        os.kill(anvil.pid, signal.SIGKILL)
    with start_anvil(binary, tmp_path) as anvil:
        client = client_of(anvil.url)
        assert history.find_deployment(client, tmp_path) == at
        saved = read_clock(client, at).head
        player = player_on(client, at, tmp_path, cast)
        live(player, 89 + 31 - saved)
        counted = rewards(client, at, 89)
    assert 89 < saved < 101
    assert player.stage.tally.refused == []
    assert len([who for number, who in counted if number == 3]) >= 18
    assert set(counted.values()) == {1}


def test_play__in_real_time__a_block_a_second_until_told_to_stop(
    binary: Path, contracts: Mapping[str, Artifact], tmp_path: Path, cast: Cast
) -> None:
    with start_anvil(binary, tmp_path, genesis_time=history.genesis_time(1)) as anvil:
        client = client_of(anvil.url)
        at = history.build(client, lambda: contracts, tmp_path, rounds=1).deployment
        before = read_clock(client, at).head
        deadline = time.monotonic() + 5
        play(player_on(client, at, tmp_path, cast), until=lambda: time.monotonic() > deadline)
        after, header = read_clock(client, at).head, client.head()
        time.sleep(1.5)
        assert read_clock(client, at).head == after
    assert 3 <= after - before <= 6
    assert abs(header.timestamp - time.time()) < 10


def test_play__node_gone_for_a_while__waits_and_goes_on(
    binary: Path, contracts: Mapping[str, Artifact], tmp_path: Path, cast: Cast
) -> None:
    with start_anvil(binary, tmp_path) as anvil:
        client = client_of(anvil.url)
        at = history.build(client, lambda: contracts, tmp_path, rounds=1).deployment
    port = int(anvil.url.rsplit(":", 1)[1])
    looks = iter(range(100))
    player = player_on(ChainClient([anvil.url], chain_id=31337, timeout_s=1), at, tmp_path, cast)
    play(player, until=lambda: next(looks) >= 1)
    assert player.run is None
    with start_anvil(binary, tmp_path, port) as anvil:
        deadline = time.monotonic() + 4
        play(player, until=lambda: time.monotonic() > deadline)
        assert read_clock(client_of(anvil.url), at).number == 3
