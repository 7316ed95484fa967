"""Local chains for the tests of the simulated network."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps import devnet
from apps.chain.client import ChainClient
from apps.devnet import history
from apps.devnet.artifacts import Artifact
from apps.devnet.cast import Cast, make_cast
from apps.devnet.network import Deployment, load_artifacts, start_anvil
from apps.devnet.safekeeping import STATE_NAME
from config.env import env
from tests.local import ground as ground
from tests.local import local as local
from tests.parts import anvil_binary, contract_artifacts

PATIENT_S = 60


def client_of(url: str) -> ChainClient:
    return ChainClient([url], chain_id=31337, timeout_s=PATIENT_S)


@pytest.fixture(scope="session")
def binary() -> Path:
    return anvil_binary()


@pytest.fixture(scope="session")
def contracts() -> Mapping[str, Artifact]:
    return load_artifacts(contract_artifacts())


@dataclass(frozen=True, slots=True)
class Lived:
    """A chain with the whole history on it."""

    client: ChainClient
    deployment: Deployment
    cast: Cast
    refused: tuple[str, ...]


@pytest.fixture(scope="session")
def lived(binary: Path, contracts: Mapping[str, Artifact], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """The whole history of seed 1. It is built once for each state of the code and kept for later test runs."""
    kept = env.data / "test" / f"devnet-{_fingerprint()}"
    folder = tmp_path_factory.mktemp("lived")
    if kept.is_dir():
        shutil.copytree(kept, folder, dirs_exist_ok=True)
    refused: tuple[str, ...] = ()
    with start_anvil(binary, folder, genesis_time=history.genesis_time()) as anvil:
        client = client_of(anvil.url)
        built = history.build(client, lambda: contracts, folder)
        refused = tuple(built.tally.refused)
        yield Lived(client, built.deployment, make_cast(1), refused)
    if not kept.is_dir():
        _keep(folder, kept)


def _fingerprint() -> str:
    """Of the code that builds histories: another code, another history."""
    digest = hashlib.sha256()
    for path in sorted(Path(devnet.__path__[0]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _keep(folder: Path, kept: Path) -> None:
    """Keeps the chain as anvil left it at its end, in place of those of older code."""
    for old in kept.parent.glob("devnet-*"):
        shutil.rmtree(old)
    kept.mkdir(parents=True)
    for name in (STATE_NAME, "deployment.json"):
        shutil.copyfile(folder / name, kept / name)
