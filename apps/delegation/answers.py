"""Reading the chain by need: what is asked and not known yet is fetched together, at one block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from apps.chain.readers import Caller, Read, read_all
from apps.chain.records import BlockId

T = TypeVar("T")
MOST_TRIPS = 600  # a walk of the pool without a guess asks for one member at a time


class Answers:
    """What contracts answered at one block; an unknown answer is None and noted for the next trip."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], object] = {}
        self._missing: dict[tuple[str, bytes], Read[Any]] = {}
        self.trips = 0

    def __call__(self, wanted: Read[T]) -> T | None:
        key = (wanted.to, wanted.data)
        if key in self._known:
            return cast(T, self._known[key])
        self._missing[key] = wanted
        return None

    def fetch(self, client: Caller, *, block: BlockId) -> bool:
        """One request for all that is missing; False where nothing was."""
        missing, self._missing = self._missing, {}
        if not missing:
            return False
        self.trips += 1
        self._known.update(zip(missing, read_all(client, list(missing.values()), block=block), strict=True))
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
