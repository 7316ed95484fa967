"""The list of contributions as CSV and as an Atom feed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from rest_framework.renderers import BaseRenderer

from apps.api.tables import TableRenderer
from apps.contributions.categories import CATEGORIES

ATOM = "application/atom+xml"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STATES = {
    "claimed": "claimed, not checked yet",
    "evidence_checked": "evidence found",
    "endorsed": "endorsed",
    "disputed": "disputed",
    "expired": "expired",
    "revoked": "withdrawn by its author",
}


class ClaimCsv(TableRenderer):
    columns: Sequence[str] = (
        "digest",
        "orchestrator",
        "orchestrator_checksummed",
        "category",
        "title",
        "evidence",
        "content_hash",
        "period_start",
        "period_end",
        "co_authors",
        "amends",
        "superseded_by",
        "issued_at",
        "received_at",
        "state",
        "state_at",
        "endorsements",
        "disputes",
        "signer",
        "verified_as",
        "block",
        "hidden_reason",
    )

    def cells(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        plain = {name: row[name] for name in self.columns if name in row}
        lists = {name: " ".join(row[name] or ()) for name in ("evidence", "co_authors")}
        return {**plain, **lists, "hidden_reason": row["hidden"] and row["hidden"]["reason"]}


class AtomRenderer(BaseRenderer):
    """RFC 4287. Texts are plain text, whatever their authors put into them."""

    media_type = ATOM
    format = "atom"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        request = (renderer_context or {})["request"]
        root = request.build_absolute_uri("/").rstrip("/")
        feed = ElementTree.Element("feed", xmlns="http://www.w3.org/2005/Atom")
        _add(feed, "id", f"urn:millrace:{settings.CHAIN_ID}:contributions")
        _add(feed, "title", "Contributions to the Livepeer network")
        _add(feed, "updated", max((row["state_at"] for row in data["data"]), default="1970-01-01T00:00:00Z"))
        ElementTree.SubElement(feed, "link", rel="self", href=request.build_absolute_uri())
        ElementTree.SubElement(feed, "link", rel="alternate", href=f"{root}/contributions/")
        for row in data["data"]:
            _entry(feed, row, root)
        made: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
        return made


def _entry(feed: ElementTree.Element, row: Mapping[str, Any], root: str) -> None:
    entry = ElementTree.SubElement(feed, "entry")
    _add(entry, "id", f"urn:millrace:{settings.CHAIN_ID}:{row['digest']}")
    _add(entry, "title", row["title"] or "Hidden by a moderator")
    _add(entry, "published", row["received_at"])
    _add(entry, "updated", row["state_at"])
    _add(ElementTree.SubElement(entry, "author"), "name", row["orchestrator_checksummed"])
    category = CATEGORIES.get(row["category"])
    ElementTree.SubElement(
        entry, "category", term=row["category"], label=category.title if category else row["category"]
    )
    ElementTree.SubElement(entry, "link", rel="alternate", href=f"{root}/contributions/{row['digest']}/")
    _add(entry, "summary", _summary(row))


def _summary(row: Mapping[str, Any]) -> str:
    if row["hidden"]:
        return f"Hidden by a moderator: {row['hidden']['reason']}"
    words = f"{row['endorsements']} for it, {row['disputes']} against"
    return f"{row['period_start'][:10]} to {row['period_end'][:10]}; {_STATES[row['state']]}; {words}."


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _NOT_XML.sub("\ufffd", text)
