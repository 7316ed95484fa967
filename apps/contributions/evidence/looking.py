"""One look at one piece of evidence, by whichever checker its kind has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apps.chain.http import SourceError
from apps.contributions.evidence import code, forum, onchain, packages, pages
from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import OddAnswer, Reader, trouble
from apps.contributions.evidence.findings import Finding, unknown
from apps.contributions.evidence.indexes import link_of
from apps.contributions.evidence.references import Reference

Checker = Callable[[Reference, Asked, Reader], Finding]

CHECKERS: Mapping[str, Checker] = {
    "vote": onchain.vote,
    "proposal": onchain.proposal,
    "treasury": onchain.treasury,
    "merged_change": code.merged_change,
    "release": code.release,
    "forum_post": forum.forum_post,
    "package": packages.package,
}


def look(url: str, asked: Asked, reader: Reader) -> Finding:
    """What is behind a link for this orchestrator, at this moment. Never raises for what a host does."""
    reference = link_of(url)
    checker = CHECKERS.get(reference.kind)
    try:
        return pages.page(reference, asked, reader, url=url) if checker is None else checker(reference, asked, reader)
    except OddAnswer as error:
        return unknown(str(error))
    except SourceError as error:
        return trouble(error, url)
