"""What can go wrong between us and a chain, sorted by what to do about it.

Every message is one sentence that ends with the next step, and none holds more of a provider's URL than its host:
paths and query strings carry keys.
"""

from __future__ import annotations

from dataclasses import dataclass

SETTING = "ARBITRUM_RPC_URLS"


class ChainError(Exception):
    """Anything a chain or its provider did not let us do."""


class Unreachable(ChainError):
    """No usable answer came back; another provider or a later try may do."""


class TimedOut(Unreachable):
    """The provider took the question and then stayed silent."""


class AccessDenied(Unreachable):
    """The provider wants a key, or another one; asking it again never helps."""


class ProviderBusy(ChainError):
    """Wait, or use another provider; `retry_after_s` is what the provider asked for, if it did."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooManyLogs(ChainError):
    """Shrink the window and ask again now; waiting never helps."""


class WindowTooWide(ChainError):
    """The provider allows at most `limit_blocks` blocks in one question; the ceiling only tightens."""

    def __init__(self, message: str, *, limit_blocks: int) -> None:
        super().__init__(message)
        self.limit_blocks = limit_blocks


class WrongChain(ChainError):
    """A provider serves another chain than the one configured: stop the process."""


class LyingNode(ChainError):
    """An answer that contradicts the question or itself; nothing of it may be kept."""


class LaggingNode(LyingNode):
    """The node has not seen the block asked about, so its empty answer means nothing."""


class OtherBranch(LyingNode):
    """The node has another block where one is known to be final; nothing it says above that block counts."""


class StateMissing(ChainError):
    """The node no longer keeps, or does not know, the state of the block a call is pinned at."""


class RpcRefused(ChainError):
    """The node understood the request and will not serve it: an unknown method or parameters it does not take."""

    def __init__(self, message: str, *, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class CallReverted(ChainError):
    """The contract refused; `reason` is its own sentence ("" if it gave none), `data` the raw revert bytes."""

    def __init__(self, message: str, *, reason: str = "", data: bytes = b"") -> None:
        super().__init__(message)
        self.reason = reason
        self.data = data


class ContractMissing(ChainError):
    """No code answers at an address where a contract was expected."""


class AnswerMalformed(ChainError):
    """A contract's answer does not have the shape its ABI promises."""


@dataclass(frozen=True, slots=True)
class CallFailed:
    """One refused call among many: a value, since a contract may lack what another generation has."""

    reason: str
    data: bytes = b""
