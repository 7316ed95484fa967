"""Reading bytecode from the npm package and filling in libraries."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.devnet.artifacts import Artifact, ArtifactMissing, _hollow_bytes, linked, load

pytestmark = pytest.mark.unit


def test_linked__a_library_used_twice__stands_in_both_places() -> None:
    artifact = Artifact("Uses", b"\x01" + bytes(20) + b"\x02" + bytes(20), {"Library": (1, 22)})
    address = "ab" * 20
    assert linked(artifact, {"Library": "0x" + address}).hex() == "01" + address + "02" + address


def test_linked__a_library_not_given__is_an_error() -> None:
    with pytest.raises(KeyError, match="Library"):
        linked(Artifact("Uses", bytes(21), {"Library": (1,)}), {})


def test_hollow_bytes__a_placeholder__becomes_zeros() -> None:
    assert (
        _hollow_bytes("0x01" + "__$53c5$__".ljust(40, "_") + "02", {"Library": (1,)}) == b"\x01" + bytes(20) + b"\x02"
    )


def test_load__an_empty_folder__names_the_path_and_the_setting(tmp_path: Path) -> None:
    with pytest.raises(ArtifactMissing, match=r"Controller\.json is missing: point DEVNET_CONTRACTS"):
        load(tmp_path)
