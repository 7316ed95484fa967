"""Merged changes and tagged releases, as a code host's own API tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import OddAnswer, Reader
from apps.contributions.evidence.findings import Finding, kept_json, names, no, plain, yes
from apps.contributions.evidence.references import Reference


def merged_change(reference: Reference, asked: Asked, reader: Reader) -> Finding:
    """Yes for a change that was merged. Who may merge into a repository of their own is told, not judged."""
    number = reference["number"]
    document = reader.document(f"{reference['api']}/repos/{reference['repo']}/pulls/{number}")
    repository = plain(_part(_part(document, "base"), "repo").get("full_name")) or reference["repo"]
    author, title = _login(document, "user"), plain(document.get("title"))
    merged_at = plain(document.get("merged_at"))
    if document.get("merged") is not True or not merged_at:
        return no(f"Change {number} of {repository} has not been merged.", title=title, repository=repository)
    facts = {
        "repository": repository,
        "number": number,
        "title": title,
        "author": author,
        "merged_at": merged_at,
        "merge_commit": plain(document.get("merge_commit_sha")),
    }
    return yes(
        f"Merged into {repository} on {merged_at[:10]}, made by {author or 'an account that is gone'}.",
        author=author,
        snapshot=kept_json(facts),
        title=title,
        repository=repository,
        made_at=merged_at,
        merged_by=_login(document, "merged_by"),
        own_repository=_owns(author, repository),
        names_account=_names(document, asked),
        author_is=asked.judged(author),
    )


def release(reference: Reference, asked: Asked, reader: Reader) -> Finding:
    """Yes for a release that is published under its tag."""
    tag, repository = reference["tag"], reference["repo"]
    document = reader.document(f"{reference['api']}/repos/{repository}/releases/tags/{quote(tag, safe='')}")
    author, published_at = _login(document, "author"), plain(document.get("published_at"))
    if document.get("draft") is not False or not published_at:
        return no(f"Release {plain(tag)} of {repository} has not been published.", repository=repository)
    facts = {
        "repository": repository,
        "tag": plain(document.get("tag_name")),
        "title": plain(document.get("name")),
        "author": author,
        "published_at": published_at,
    }
    return yes(
        f"Release {plain(tag)} of {repository}, published on {published_at[:10]}.",
        author=author,
        snapshot=kept_json(facts),
        title=facts["title"] or facts["tag"],
        repository=repository,
        made_at=published_at,
        own_repository=_owns(author, repository),
        names_account=_names(document, asked),
        author_is=asked.judged(author),
    )


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    if found is not None and not isinstance(found, dict):
        raise OddAnswer("The code host answered in another shape than its documents say.")
    return found or {}


def _login(document: Mapping[str, Any], name: str) -> str:
    return plain(_part(document, name).get("login"))


def _owns(author: str, repository: str) -> bool:
    return bool(author) and repository.partition("/")[0].lower() == author.lower()


def _names(document: Mapping[str, Any], asked: Asked) -> bool:
    return names(f"{document.get('title') or ''} {document.get('body') or ''}", asked.orchestrator)
