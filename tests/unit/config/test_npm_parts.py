from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from config.local import npm_parts

pytestmark = pytest.mark.unit

NAME = "@livepeer/sdk"


def archive(path: Path, text: bytes = b"{}") -> str:
    """Writes an archive as npm packs it; returns its integrity."""
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo("package/package.json")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def fake_npm(folder: Path, packed: Path) -> list[str]:
    """An npm that copies one archive to wherever it is told to pack."""
    script = folder / "npm"
    script.write_text(f'#!/bin/sh\ncp "{packed}" "$4"\n', encoding="utf-8")
    script.chmod(0o755)
    return [str(script)]


def test_part__when_the_archive_matches__then_it_is_unpacked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    integrity = archive(tmp_path / "sdk.tgz")
    monkeypatch.setattr(npm_parts, "locked", lambda: {NAME: {"version": "1.0.0", "integrity": integrity}})
    npm = fake_npm(tmp_path, tmp_path / "sdk.tgz")
    found = npm_parts.part(NAME, tmp_path / "data", npm=lambda: npm)
    assert found == tmp_path / "data" / "npm" / "livepeer-sdk@1.0.0"
    assert (found / "package.json").read_bytes() == b"{}"
    assert npm_parts.part(NAME, tmp_path / "data", npm=lambda: ["/no/npm"]) == found
    assert [path.name for path in found.parent.iterdir()] == ["livepeer-sdk@1.0.0"]


def test_part__when_the_archive_is_another_one__then_nothing_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    integrity = archive(tmp_path / "sdk.tgz")
    archive(tmp_path / "sdk.tgz", text=b"{ }")
    monkeypatch.setattr(npm_parts, "locked", lambda: {NAME: {"version": "1.0.0", "integrity": integrity}})
    npm = fake_npm(tmp_path, tmp_path / "sdk.tgz")
    with pytest.raises(npm_parts.PartError, match="does not match its checksum"):
        npm_parts.part(NAME, tmp_path / "data", npm=lambda: npm)
    assert list((tmp_path / "data" / "npm").iterdir()) == []


def test_part__when_npm_fails__then_the_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(npm_parts.PartError, match=r"^npm could not fetch @livepeer/sdk@1\.0\.1-alpha\.10; check the"):
        npm_parts.part(NAME, tmp_path, npm=lambda: ["/bin/false"])


def test_lock__when_read__then_it_holds_no_address() -> None:
    assert "://" not in npm_parts.LOCK.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["prod", "local", "dev", "node"])
def test_python_locks__when_read__then_they_hold_names_versions_and_hashes_only(name: str) -> None:
    path = npm_parts.LOCK.parent.parent.parent / "requirements" / f"{name}.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "://" in line or line.startswith(("-", "#", "@"))] == []
