"""What a look at a piece of evidence gives: facts, in plain and short words. Pure.

Everything a host says is a stranger's text. It is kept as text, cut, and cleaned of characters that control or turn
what stands around it; nothing of it is ever run or shown as a page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Literal, TypeAlias

import orjson

from apps.protocol.hashing import keccak

MOST_SNAPSHOT_BYTES = 200_000  # as the table has it
LONGEST = 300  # characters of any text of a host that is kept in the details
LONGEST_LINK = 1_000
SAYS_LITTLE = 400  # bytes: a page of fewer words may be the empty frame that an application shows to programs

Found: TypeAlias = Literal["yes", "no", "unknown"]
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn")
_SILENT = ("script", "style", "noscript", "template", "svg", "title")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. `author` as the host names it; `snapshot` is what counts of the answer, None for no answer.

    `detail` always has `sentence`: what was found, for a reader.
    """

    found: Found
    detail: Mapping[str, Any] = field(default_factory=dict)
    author: str = ""
    snapshot: bytes | None = None
    snapshot_hash: bytes | None = None
    retry_after_s: float | None = None

    @property
    def sentence(self) -> str:
        return str(self.detail.get("sentence", ""))


def yes(sentence: str, *, author: str = "", snapshot: bytes | None = None, **detail: Any) -> Finding:
    """It is there."""
    kept = None if snapshot is None else snapshot[:MOST_SNAPSHOT_BYTES]
    return Finding("yes", {"sentence": sentence, **detail}, author, kept, None if kept is None else keccak(kept))


def no(sentence: str, **detail: Any) -> Finding:
    """It is certain that it is not there."""
    return Finding("no", {"sentence": sentence, **detail})


def unknown(sentence: str, *, retry_after_s: float | None = None, **detail: Any) -> Finding:
    """Nobody could tell now."""
    return Finding("unknown", {"sentence": sentence, **detail}, retry_after_s=retry_after_s)


def plain(text: object, *, longest: int = LONGEST) -> str:
    """A stranger's text in one line without control characters, cut; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    line = " ".join(text[: 20 * longest].split())
    safe = "".join(sign for sign in line if unicodedata.category(sign) not in _UNSAFE)
    return safe if len(safe) <= longest else safe[: longest - 1].rstrip() + "…"


def kept_json(facts: Mapping[str, Any]) -> bytes:
    """The facts of an answer that count, in one form: equal as long as nothing of them changed."""
    return orjson.dumps(dict(facts), option=orjson.OPT_SORT_KEYS)


def names(text: str, address: str) -> bool:
    """Whether a text names an account by its whole address."""
    return address.lower() in text.lower()


def words_of_page(markup: str) -> tuple[str, str]:
    """Title and visible words of an HTML page.

    By looking for brackets only: a parser of HTML spends minutes on some pages that are made for it, and this time
    grows with the length of the page alone.
    """
    title = _between(markup, "title")
    visible = _without_tags(_without_silent(markup))
    return plain(unescape(title)), " ".join(unescape(visible).split())


def _between(markup: str, tag: str) -> str:
    small = markup.lower()
    start = small.find(f"<{tag}")
    opened = small.find(">", start) if start >= 0 else -1
    closed = small.find("</", opened) if opened >= 0 else -1
    return markup[opened + 1 : closed][: 4 * LONGEST] if closed > opened >= 0 else ""


def _without_silent(markup: str) -> str:
    """The page without the parts that no reader sees; one that is not closed takes the rest with it."""
    for tag in _SILENT:
        small, kept, at = _lowered(markup), [], 0
        while (start := _opening(small, tag, at)) >= 0:
            kept.append(markup[at:start])
            end = small.find(f"</{tag}", start)
            at = len(markup) if end < 0 else end
            if end < 0:
                break
        markup = "".join([*kept, markup[at:]])
    return markup


def _lowered(markup: str) -> str:
    """In small letters and as long as before, which some letters are not."""
    return (
        "".join(sign.lower() if sign.isascii() else sign for sign in markup) if not markup.isascii() else markup.lower()
    )


def _opening(small: str, tag: str, at: int) -> int:
    """Where the next such element begins; <scripts> is no <script>."""
    while (start := small.find(f"<{tag}", at)) >= 0:
        if small[start + len(tag) + 1 : start + len(tag) + 2] in (">", " ", "\n", "\t", "\r", "/", ""):
            return start
        at = start + 1
    return -1


def _without_tags(markup: str) -> str:
    kept, at = [], 0
    while (start := markup.find("<", at)) >= 0:
        kept.append(markup[at:start])
        end = markup.find(">", start)
        if end < 0:
            return " ".join(kept)
        at = end + 1
    return " ".join([*kept, markup[at:]])
