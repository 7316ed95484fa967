"""The Livepeer subgraph: history as another program read it, pinned to one of its blocks."""

from __future__ import annotations

from django.conf import settings

from indexer.sources.subgraph.client import Subgraph

__all__ = ["Subgraph", "configured"]


def configured() -> Subgraph | None:
    """A reader of the subgraph that the settings name; None where they name none."""
    if not settings.SUBGRAPH_URL:
        return None
    return Subgraph(settings.SUBGRAPH_URL, settings.SUBGRAPH_API_KEY)
