"""Links as evidence: when two of them lead to the same thing, and what kind of thing it is. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_NOISE = re.compile(r"utm_[a-z]+|ref|source|fbclid|gclid", re.ASCII)
_KINDS = (
    ("merged_change", re.compile(r"github\.com/[^/]+/[^/]+/pull/\d+")),
    ("release", re.compile(r"github\.com/[^/]+/[^/]+/releases/tag/.+")),
    ("forum_post", re.compile(r"forum\.livepeer\.org/t/.+")),
    ("package", re.compile(r"(pypi\.org/project|npmjs\.com/package|crates\.io/crates)/.+")),
    ("proposal", re.compile(r"explorer\.livepeer\.org/treasury/\d+")),
    ("vote", re.compile(r"explorer\.livepeer\.org/voting/0x[0-9a-f]{40}")),
)


def normalised(url: str) -> str:
    """One form for all links to the same thing: small host without www, no fragment, slash at the end or trackers."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 443) else ""
    query = urlencode(sorted(pair for pair in parse_qsl(parts.query) if not _NOISE.fullmatch(pair[0])))
    return urlunsplit(("https", host + port, parts.path.rstrip("/"), query, ""))


def kind_of(url: str) -> str:
    """Which of Evidence.Kind a link is of, by its looks alone; "page" for any other."""
    plain = normalised(url).removeprefix("https://")
    return next((kind for kind, pattern in _KINDS if pattern.match(plain)), "page")
