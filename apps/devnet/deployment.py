"""What was deployed where, kept in one small file so that everybody finds the contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

FILE_NAME = "deployment.json"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of the protocol. Addresses are lower case; `block` is the first block with a contract in it.

    `built` is the last block of the finished history, None while it is being built or was never asked for.
    """

    chain_id: int
    genesis_hash: str
    seed: int
    block: int
    round_length: int
    deployer: str
    controller: str
    addresses: Mapping[str, str]
    built: int | None = None

    def __getitem__(self, name: str) -> str:
        """The address of a contract by its name in the Controller; "LivepeerToken", "BondingManager", …"""
        return self.addresses[name]


def save(deployment: Deployment, folder: Path) -> None:
    """Writes the file so that a reader sees the old content or the new one, never half."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    draft = path.with_suffix(".draft")
    draft.write_bytes(orjson.dumps(asdict(deployment), option=orjson.OPT_INDENT_2))
    draft.replace(path)


def load(folder: Path) -> Deployment | None:
    """The saved deployment; None if there is none or the file is not one of ours."""
    try:
        return Deployment(**orjson.loads((folder / FILE_NAME).read_bytes()))
    except (FileNotFoundError, TypeError, ValueError):
        return None


def mark_built(deployment: Deployment, folder: Path, *, block: int) -> Deployment:
    """The deployment with its history finished at that block, saved."""
    built = replace(deployment, built=block)
    save(built, folder)
    return built


def forget(folder: Path) -> None:
    """Removes the file; no error if there is none."""
    (folder / FILE_NAME).unlink(missing_ok=True)
