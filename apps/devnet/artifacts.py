"""The contracts' creation bytecode, read at run time from the unpacked npm package and never copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

# The package holds two builds of some contracts; these folders are the ones its own index.js exports.
FOLDERS = {
    "Controller": "",
    "ManagerProxy": "",
    "ServiceRegistry": "",
    "BondingManager": "bonding",
    "SortedDoublyLL": "libraries",
    "TicketBroker": "pm",
    "PollCreator": "polling",
    "RoundsManager": "rounds",
    "MerkleSnapshot": "snapshots",
    "LivepeerToken": "token",
    "Minter": "token",
}


class ArtifactMissing(Exception):
    """A contract's file is not where the package keeps it; the message names the path."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One contract: `code` still has holes where `links` says (library name → byte offsets)."""

    name: str
    code: bytes
    links: Mapping[str, tuple[int, ...]]


def load(folder: Path) -> dict[str, Artifact]:
    """Every contract of the deployment by name, from the package's abis/ folder (or the package around it)."""
    root = folder / "abis" if (folder / "abis").is_dir() else folder
    return {name: _load_one(root / sub / f"{name}.sol" / f"{name}.json", name) for name, sub in FOLDERS.items()}


def _load_one(path: Path, name: str) -> Artifact:
    try:
        content = orjson.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ArtifactMissing(
            f"{path} is missing: point DEVNET_CONTRACTS at the folder of npm's @livepeer/sdk."
        ) from error
    links = _links(content["linkReferences"])
    return Artifact(name, _hollow_bytes(content["bytecode"], links), links)


def _links(references: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[int, ...]]:
    return {
        library: tuple(place["start"] for place in places)
        for file in references.values()
        for library, places in file.items()
    }


def _hollow_bytes(text: str, links: Mapping[str, tuple[int, ...]]) -> bytes:
    """The bytecode with zeros where the placeholders of libraries stand."""
    digits = text[2:]
    for starts in links.values():
        for start in starts:
            digits = digits[: start * 2] + "0" * 40 + digits[start * 2 + 40 :]
    return bytes.fromhex(digits)


def linked(artifact: Artifact, libraries: Mapping[str, str]) -> bytes:
    """Creation bytecode with each library's address filled in. Raises KeyError for a library that is not given."""
    code = bytearray(artifact.code)
    for library, starts in artifact.links.items():
        address = bytes.fromhex(libraries[library][2:])
        for start in starts:
            code[start : start + 20] = address
    return bytes(code)
