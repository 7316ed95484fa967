"""What a link points to, read from the link alone. Pure: nothing is fetched.

Two links to the same thing have the same `normalised` form, however they were written: with or without marks of where
the reader came from, to a tab of a page or to the page itself. What a host is known for decides how it is looked at;
every other link is a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

# Hosts that answer programs. Those under .example exist on a simulated network only: the name is reserved for examples.
CODE_HOSTS = {"github.com": "https://api.github.com", "code.example": "https://code.example/api"}
FORUMS = ("forum.livepeer.org", "forum.example")
EXPLORERS = ("explorer.livepeer.org", "explorer.example")
TRANSACTION_PAGES = ("arbiscan.io", "explorer.example")

_SAME_HOST = {"www.github.com": "github.com", "www.arbiscan.io": "arbiscan.io"}
_TRACKING = re.compile(r"utm_.*|fbclid|gclid|mc_[ce]id|ref_src|igshid", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_TAG = re.compile(r"[!-~]{1,200}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_HASH = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_PROPOSAL = re.compile(r"[1-9][0-9]{0,77}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """How an index of packages is asked: the path of its pages up to the name, and what answers programs there."""

    place: str
    newest: str
    exact: str


PYTHON_INDEX = PackageIndex("project", "/pypi/{name}/json", "/pypi/{name}/{version}/json")
RUST_INDEX = PackageIndex("crates", "/api/v1/crates/{name}", "/api/v1/crates/{name}")
Indexes = Mapping[str, PackageIndex]  # by host
SIMULATED_INDEXES: Indexes = {"packages.example": PYTHON_INDEX}


@dataclass(frozen=True, slots=True)
class Reference:
    """A link in parts: `kind` as in the table of evidence, `normalised` for comparing, `parts` for whoever looks."""

    kind: str
    normalised: str
    parts: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.parts[name]


def reference_of(url: str, indexes: Indexes = SIMULATED_INDEXES) -> Reference:
    """What a link points to. One that cannot be read at all is a page under its own text.

    `indexes` are the hosts that are known to list packages; a link to any other is a page.
    """
    try:
        split = urlsplit(url.strip())
        host, port = (split.hostname or "").rstrip("."), split.port
    except ValueError:
        return _made("page", url.strip())
    if not host or port not in (None, 443, 80):
        return _made("page", _plain(split, host))
    host = _SAME_HOST.get(host, host)
    path = [unquote(part) for part in split.path.split("/") if part]
    found = next((found for read in _READERS if (found := read(host, path)) is not None), None)
    return found or _package(host, path, indexes) or _made("page", _plain(split, host))


def _code(host: str, path: list[str]) -> Reference | None:
    """A pull request or a tagged release. A lone commit is a page: hosts show those of strangers' copies as well."""
    if host not in CODE_HOSTS or len(path) < 4 or not (_NAME.fullmatch(path[0]) and _NAME.fullmatch(path[1])):
        return None
    owner, repository = path[0].lower(), path[1].lower()
    base, parts = f"https://{host}/{owner}/{repository}", {"api": CODE_HOSTS[host], "repo": f"{owner}/{repository}"}
    if path[2] == "pull" and _NUMBER.fullmatch(path[3]):
        return _made("merged_change", f"{base}/pull/{path[3]}", number=path[3], **parts)
    tag = "/".join(path[4:])  # a tag may have strokes of its own
    if path[2:4] == ["releases", "tag"] and _TAG.fullmatch(tag):
        return _made("release", f"{base}/releases/tag/{tag}", tag=tag, **parts)
    return None


def _forum(host: str, path: list[str]) -> Reference | None:
    """A post of a Discourse forum: /t/words/topic/post, of which words and post may be left out."""
    if host not in FORUMS or path[:1] != ["t"]:
        return None
    rest = path[1:4]
    if len(rest) == 3 or (len(rest) == 2 and not _NUMBER.fullmatch(rest[0])):
        rest = rest[1:]  # the words of its title
    if not rest or not all(map(_NUMBER.fullmatch, rest)):
        return None
    topic, post = rest[0], rest[1] if len(rest) > 1 else "1"
    return _made("forum_post", f"https://{host}/t/{topic}/{post}", base=f"https://{host}", topic=topic, post=post)


def _package(host: str, path: list[str], indexes: Indexes) -> Reference | None:
    index = indexes.get(host) or indexes.get(host.removeprefix("www."))
    if index is None or len(path) < 2 or path[0] != index.place or not _NAME.fullmatch(path[1]):
        return None
    name = re.sub(r"[-_.]+", "-", path[1]).lower() if index is PYTHON_INDEX else path[1].lower()
    version = path[2] if len(path) > 2 and _NAME.fullmatch(path[2]) else ""
    base = f"https://{host.removeprefix('www.')}"
    asked = base + (index.exact if version else index.newest).format(name=name, version=version)
    return _made("package", f"{base}/{index.place}/{name}", name=name, version=version, asked=asked)


def _chain(host: str, path: list[str]) -> Reference | None:
    """A poll, a treasury proposal, or the transaction by which the treasury paid, on whichever chain is read here."""
    if len(path) < 2:
        return None
    place, value = path[0], path[1]
    if host in EXPLORERS and place == "voting" and _ADDRESS.fullmatch(value):
        return _made("vote", f"https://{host}/voting/{value.lower()}", poll=value.lower())
    if host in EXPLORERS and place == "treasury" and _PROPOSAL.fullmatch(value):
        return _made("proposal", f"https://{host}/treasury/{value}", proposal=value)
    if host in TRANSACTION_PAGES and place == "tx" and _HASH.fullmatch(value):
        return _made("treasury", f"https://{host}/tx/{value.lower()}", transaction=value.lower())
    return None


_READERS: tuple[Callable[[str, list[str]], Reference | None], ...] = (_code, _forum, _chain)


def _plain(split: SplitResult, host: str) -> str:
    """A link without marks of tracking and without a fragment, unless that names a page; its query in order."""
    pairs = [(name, value) for name, value in parse_qsl(split.query, keep_blank_values=True) if not _is_mark(name)]
    query = f"?{urlencode(sorted(pairs))}" if pairs else ""
    port = f":{split.port}" if split.port not in (None, 443, 80) else ""
    fragment = f"#{split.fragment}" if split.fragment.startswith(("/", "!")) else ""
    return f"https://{host.removeprefix('www.')}{port}{split.path.rstrip('/')}{query}{fragment}"


def _is_mark(name: str) -> bool:
    return _TRACKING.fullmatch(name) is not None


def _made(kind: str, normalised: str, **parts: str) -> Reference:
    return Reference(kind, normalised, MappingProxyType(parts))
