"""Published packages, as their indexes tell them to programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import OddAnswer, Reader
from apps.contributions.evidence.findings import Finding, kept_json, names, no, plain, yes
from apps.contributions.evidence.references import Reference


def package(reference: Reference, asked: Asked, reader: Reader) -> Finding:
    """Yes for a package, or that version of it, which can be had."""
    document, version = reader.document(reference["asked"]), reference["version"]
    facts = _crate(document, version) if "crate" in document else _project(document)
    name = facts["name"] or reference["name"]
    if facts["withdrawn"] or not facts["version"] or (version and facts["version"] != version):
        return no(f"No such version of the package {name} can be had.", title=name)
    return yes(
        f"Package {name}, version {facts['version']}.",
        author=facts["author"],
        snapshot=kept_json({key: facts[key] for key in ("name", "version", "author", "made_at")}),
        title=f"{name} {facts['version']}",
        made_at=facts["made_at"],
        names_account=names(facts["text"], asked.orchestrator),
        author_is="unknown",  # an author's name in a package is what its author wrote there
    )


def _project(document: Mapping[str, Any]) -> dict[str, Any]:
    """A project of the Python index: `info` is of the version that was asked for, `urls` are its files."""
    info, files = document.get("info"), document.get("urls")
    if not isinstance(info, dict):
        raise OddAnswer("The package index answered in another shape than its documents say.")
    first = files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else {}
    return {
        "name": plain(info.get("name")),
        "version": plain(info.get("version")),
        "author": plain(info.get("author") or info.get("maintainer") or info.get("author_email")),
        "made_at": plain(first.get("upload_time_iso_8601")),
        "withdrawn": info.get("yanked") is True,
        "text": f"{info.get('summary') or ''} {info.get('description') or ''}",
    }


def _crate(document: Mapping[str, Any], version: str) -> dict[str, Any]:
    """A crate of the Rust index, with all its versions."""
    crate, versions = document.get("crate"), document.get("versions")
    if not isinstance(crate, dict) or not isinstance(versions, list):
        raise OddAnswer("The package index answered in another shape than its documents say.")
    wanted = version or crate.get("newest_version")
    found = next((each for each in versions if isinstance(each, dict) and each.get("num") == wanted), {})
    by = found.get("published_by")
    return {
        "name": plain(crate.get("name")),
        "version": plain(found.get("num")),
        "author": plain(by.get("login")) if isinstance(by, dict) else "",
        "made_at": plain(found.get("created_at")),
        "withdrawn": found.get("yanked") is True,
        "text": str(crate.get("description") or ""),
    }
