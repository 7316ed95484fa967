"""What can go wrong between us and the subgraph. None of it ever stops the reading of the chain.

Every message is one sentence that names the setting to look at, and none repeats the URL or the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SETTING = "SUBGRAPH_URL"


class SubgraphError(Exception):
    """The subgraph did not give what was asked."""


class SubgraphUnreachable(SubgraphError):
    """No usable answer came back; a later try may do."""


class SubgraphBusy(SubgraphError):
    """It asks us to slow down; `retry_after_s` is what it named, if it did."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SubgraphDenied(SubgraphError):
    """The key or the URL is wrong; asking again never helps."""


class BlockGone(SubgraphError):
    """The pinned block is not, or no longer, on the subgraph's chain: pin again and begin the window again."""


class BrokenReference(SubgraphError):
    """A record names an entity that does not exist, so that the whole answer is refused: ask without references."""


class TooHeavy(SubgraphError):
    """More than it can answer at once: ask for fewer blocks."""


class OtherChain(SubgraphError):
    """Its blocks are not those of our chain: nothing of it can be compared."""


_DENIED = re.compile(
    r"auth error|api key|authoriz|payment required|subgraph not found|no subgraph|deployment .{0,80}not found"
    r"|no allocation|does not exist",
    re.I,
)
_BLOCK = re.compile(
    r"only indexed up to block|only has data starting at|not yet available|no block with that hash|block not found"
    r"|missing block|failed to decode `?block\.|reorganiz|database was reorganized",
    re.I,
)
_REFERENCE = re.compile(r"null value resolved for non-null field", re.I)
_HEAVY = re.compile(r"timed? ?out|timeout|too complex|complexity|too large|result size|statement", re.I)
_BUSY = re.compile(r"rate.?limit|too many requests|throttl|unavailable|bad indexers|no healthy|overload", re.I)
_FAILED = re.compile(r"indexing_error|indexing error", re.I)


def refusal_of(messages: Iterable[str], *, host: str) -> SubgraphError:
    """The error to raise for the sentences of a GraphQL answer's `errors`."""
    text = "; ".join(messages)[:300]
    if _BLOCK.search(text):
        return BlockGone(f"The subgraph at {host} does not have the block asked about ({text}).")
    if _REFERENCE.search(text):
        return BrokenReference(f"The subgraph at {host} holds a record that names nobody ({text}).")
    if _DENIED.search(text):
        return SubgraphDenied(f"The subgraph at {host} refuses us ({text}); check {SETTING} and SUBGRAPH_API_KEY.")
    if _FAILED.search(text):
        return SubgraphError(f"The subgraph at {host} stopped at an error of its own; the chain is read without it.")
    if _HEAVY.search(text):
        return TooHeavy(f"The subgraph at {host} found the question too heavy ({text}).")
    if _BUSY.search(text):
        return SubgraphBusy(f"The subgraph at {host} is busy ({text}); it is asked again later.")
    return SubgraphError(f"The subgraph at {host} answered with an error ({text}); check {SETTING}.")


def status_error(status: int, *, host: str, retry_after: str | None) -> SubgraphError:
    """The error for an HTTP status that came without a GraphQL answer."""
    if status in (429, 503):
        return SubgraphBusy(
            f"The subgraph at {host} asks us to slow down (HTTP {status}); it is asked again later.",
            retry_after_s=_seconds(retry_after),
        )
    if status in (401, 402, 403):
        return SubgraphDenied(
            f"The subgraph at {host} refuses us (HTTP {status}); check SUBGRAPH_API_KEY and the key in {SETTING}."
        )
    if status in (404, 405):
        return SubgraphDenied(f"There is no subgraph at that path of {host} (HTTP {status}); check {SETTING}.")
    if status in (413, 504):
        return TooHeavy(f"The subgraph at {host} found the question too heavy (HTTP {status}).")
    return SubgraphUnreachable(f"The subgraph at {host} answers HTTP {status}; check {SETTING}.")


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header; its date form is rare enough to fall back to our own pace."""
    try:
        return max(0.05, float(retry_after)) if retry_after else None
    except ValueError:
        return None


def not_a_subgraph(host: str) -> SubgraphError:
    """For an answer that no subgraph of Livepeer gives."""
    return SubgraphUnreachable(f"{host} does not answer as the Livepeer subgraph does; check {SETTING}.")
