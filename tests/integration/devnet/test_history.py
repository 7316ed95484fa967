"""Building the past: the same for the same seed, and complete after an interruption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from apps.chain.errors import Unreachable
from apps.devnet import deployment as deployments
from apps.devnet import history, moves
from apps.devnet.artifacts import Artifact
from apps.devnet.calldata import arguments_of
from apps.devnet.network import Devnet, start_anvil
from apps.devnet.stage import read_clock
from apps.devnet.tickets import REDEEM
from apps.devnet.wire import Rpc
from tests.integration.conftest import client_of

pytestmark = pytest.mark.integration

ROUNDS = 8


class Recorder:
    """A client that remembers what is sent through it, and dies in the middle if told to."""

    def __init__(self, inner: Rpc, *, dies_after: int | None = None) -> None:
        self.inner = inner
        self.left = dies_after
        self.sent: list[tuple[str, str, object]] = []

    def rpc(self, method: str, params: Sequence[Any]) -> Any:
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        answers = self.inner.batch(requests)
        transactions = [params[0] for method, params in requests if method == "eth_sendTransaction"]
        self.sent.extend(_plain(one) for one in transactions)
        if self.left is not None:
            self.left -= len(transactions)
            if self.left < 0:
                raise Unreachable("the wire was cut")
        return answers


def _plain(transaction: Mapping[str, str]) -> tuple[str, str, object]:
    """Sender, function and arguments; of a ticket what a seed decides, since hashes depend on times."""
    data = bytes.fromhex(transaction["data"][2:])
    name = moves.name_of(data)
    if name == "redeemWinningTicket":
        fields = arguments_of(REDEEM, data)[0]
        return transaction["from"], name, fields[:5]
    return transaction["from"], name, data


def build(binary: Path, contracts: Mapping[str, Artifact], folder: Path, *, seed: int) -> Recorder:
    with start_anvil(binary, folder) as anvil:
        recorder = Recorder(client_of(anvil.url))
        history.build(recorder, lambda: contracts, folder, seed=seed, rounds=ROUNDS)
        return recorder


@pytest.fixture(scope="module")
def whole(binary: Path, contracts: Mapping[str, Artifact], tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    """What a build sends that nothing disturbs."""
    return build(binary, contracts, tmp_path_factory.mktemp("whole"), seed=5)


def test_build__same_seed_twice__sends_the_same_calls_in_the_same_order(
    binary: Path, contracts: Mapping[str, Artifact], whole: Recorder, tmp_path: Path
) -> None:
    again = build(binary, contracts, tmp_path / "again", seed=5)
    assert len(whole.sent) > 500
    assert again.sent == whole.sent


def test_build__cut_in_the_middle_of_a_round__goes_on_and_ends_with_the_same_calls(
    binary: Path, contracts: Mapping[str, Artifact], whole: Recorder, tmp_path: Path
) -> None:
    with start_anvil(binary, tmp_path / "cut") as anvil:
        client = client_of(anvil.url)
        dying = Recorder(client, dies_after=len(whole.sent) * 2 // 3)
        with pytest.raises(Unreachable):
            history.build(dying, lambda: contracts, tmp_path / "cut", seed=5, rounds=ROUNDS)
        survivor = Recorder(client)
        built = history.build(survivor, lambda: contracts, tmp_path / "cut", seed=5, rounds=ROUNDS)
        clock = read_clock(client, built.deployment)
    assert Counter(one[:2] for one in dying.sent + survivor.sent) == Counter(one[:2] for one in whole.sent)
    assert built.tally.refused == []
    assert (clock.number, clock.next_slot) == (ROUNDS + 1, 30)


def test_build__already_built__sends_nothing(binary: Path, contracts: Mapping[str, Artifact], tmp_path: Path) -> None:
    with start_anvil(binary, tmp_path) as anvil:
        client = client_of(anvil.url)
        first = history.build(client, lambda: contracts, tmp_path, rounds=1)
        again = history.build(client, lambda: contracts, tmp_path, rounds=1)
    assert (again.tally.sent, again.deployment) == (0, first.deployment)
    assert first.deployment.built == 89


def test_build__deployment_of_another_chain__is_replaced(
    binary: Path, contracts: Mapping[str, Artifact], tmp_path: Path
) -> None:
    with start_anvil(binary, tmp_path / "old") as anvil:
        old = history.build(client_of(anvil.url), lambda: contracts, tmp_path / "old", rounds=1).deployment
    deployments.save(old, tmp_path / "new")
    with start_anvil(binary, tmp_path / "new", genesis_time=1_700_000_000) as anvil:
        client = client_of(anvil.url)
        new = history.build(client, lambda: contracts, tmp_path / "new", rounds=1).deployment
        assert Devnet(client, new).current_round() == 2
    assert new.genesis_hash != old.genesis_hash
    assert deployments.load(tmp_path / "new") == new
