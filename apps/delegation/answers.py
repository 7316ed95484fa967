"""Reading the chain by need: what is asked and not known yet is fetched together, at one block."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar, cast

from apps.chain.errors import CallFailed
from apps.chain.readers import Caller, Read, required
from apps.chain.records import BlockId

T = TypeVar("T")
Key: TypeAlias = tuple[str, bytes]
MOST_TRIPS = 600  # a walk of the pool without a guess asks for one member at a time


class Answers:
    """What contracts answered at one block; an unknown answer is None and noted for the next trip.

    `first` are reads that will be wanted in all likelihood: they go with the first trip.
    """

    def __init__(self, first: Iterable[Read[Any]] = ()) -> None:
        self._known: dict[Key, object] = {}
        self._missing: dict[Key, Read[Any]] = {_key(each): each for each in first}
        self._defaults: dict[Key, object] = {}
        self._asked: dict[Key, Read[Any]] = {}
        self.trips = 0

    def __call__(self, wanted: Read[T]) -> T | None:
        key = _key(wanted)
        if key in self._known:
            return cast(T, self._known[key])
        self._missing[key] = wanted
        return None

    def optional(self, wanted: Read[T], default: T) -> T | None:
        """As a call, but `default` where this chain's contract lacks the function."""
        self._defaults[_key(wanted)] = default
        return self(wanted)

    def of(self, wanted: Read[T]) -> T:
        """The answer to something that was asked. Raises KeyError for what was not."""
        return cast(T, self._known[_key(wanted)])

    @property
    def asked(self) -> tuple[Read[Any], ...]:
        """Every read that was answered, for asking the same again elsewhere."""
        return tuple(self._asked.values())

    def fetch(self, client: Caller, *, block: BlockId) -> bool:
        """One request for all that is missing; False where nothing was."""
        missing, self._missing = self._missing, {}
        if not missing:
            return False
        self.trips += 1
        answers = client.calls(list(missing), block=block)
        for (key, wanted), answer in zip(missing.items(), answers, strict=True):
            is_absent = isinstance(answer, CallFailed) or not answer
            has_default = key in self._defaults and is_absent
            self._known[key] = self._defaults[key] if has_default else required(wanted, answer)
        self._asked |= missing
        return True

    def settle(self, client: Caller, make: Callable[[Answers], T | None], *, block: BlockId) -> T:
        """What `make` makes once it finds all it asks for; it is called again after each trip."""
        for _ in range(MOST_TRIPS):
            made = make(self)
            if not self.fetch(client, block=block):
                if made is None:
                    raise LookupError("The reading ended without asking for what it lacks.")
                return made
        raise LookupError(f"The chain was asked {MOST_TRIPS} times and the reading is not whole.")


def _key(wanted: Read[Any]) -> Key:
    return wanted.to, wanted.data
