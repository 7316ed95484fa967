"""The times of blocks: a past that ends now, however often its making was interrupted."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import Unreachable
from apps.devnet import history
from apps.devnet.artifacts import Artifact
from apps.devnet.cast import make_cast
from apps.devnet.history import ROUND_S
from apps.devnet.network import start_anvil
from apps.devnet.play import Player
from apps.devnet.stage import Stage
from apps.devnet.wire import mine
from tests.integration.conftest import client_of

pytestmark = pytest.mark.integration

ROUNDS = 3


class Cut:
    """A client that is cut off after so many calls were sent."""

    def __init__(self, inner: ChainClient, sends: int) -> None:
        self.inner, self.sends = inner, sends

    def rpc(self, method: str, params: Sequence[Any]) -> Any:
        return self.inner.rpc(method, params)

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        self.sends -= sum(method == "eth_sendTransaction" for method, _ in requests)
        if self.sends < 0:
            raise Unreachable("the wire was cut")
        return self.inner.batch(requests)


def times(client: ChainClient) -> list[int]:
    return [header.timestamp for header in client.headers(range(client.head().number + 1))]


def test_times__when_the_node_restarts_while_the_past_is_made__then_they_go_on_and_end_now(
    binary: Path, contracts: Mapping[str, Artifact], tmp_path: Path
) -> None:
    with start_anvil(binary, tmp_path, genesis_time=history.genesis_time(ROUNDS)) as anvil:
        client = client_of(anvil.url)
        with pytest.raises(Unreachable):
            history.build(Cut(client, sends=200), lambda: contracts, tmp_path, rounds=ROUNDS)
        cut_at = client.head().number
    with start_anvil(binary, tmp_path) as anvil:
        client = client_of(anvil.url)
        built = history.build(client, lambda: contracts, tmp_path, rounds=ROUNDS)
        lived = times(client)
        player = Player(Stage(client, built.deployment, make_cast(1)), tmp_path)
        player.start()
        player.stop()
        mine(client)
        present = client.head().timestamp

    assert 31 < cut_at < len(lived) - 31
    steps = [after - before for before, after in itertools.pairwise(lived[1:])]
    assert min(steps) == 1
    assert max(steps) <= 2 * ROUND_S
    assert abs(time.time() - lived[-1]) <= ROUND_S
    assert lived[-1] < present <= time.time() + 1
