"""How many blocks to ask for at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

FIRST_BLOCKS = 1_000  # a short history is several windows too, so that one is read while another is written
LARGEST_BLOCKS = 50_000_000  # Arbitrum One has half a billion blocks and few logs of ours
ENOUGH_LOGS = 4_000  # a fuller window is only more memory


@dataclass(frozen=True, slots=True)
class Window:
    """Blocks `first` to `last`, both included."""

    first: int
    last: int

    @property
    def blocks(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class WindowSize:
    """Doubles until the first refusal, then only adds; a provider's block limit is a ceiling that only tightens."""

    blocks: int = FIRST_BLOCKS
    ceiling: int = LARGEST_BLOCKS
    refused: bool = False

    def next_window(self, first: int, head: int) -> Window | None:
        """The next window from `first`, or None where the head is before it."""
        return Window(first, min(head, first + self.blocks - 1)) if first <= head else None

    def grown(self) -> WindowSize:
        larger = self.blocks + max(1, self.blocks // 10) if self.refused else self.blocks * 2
        return replace(self, blocks=min(larger, self.ceiling))

    def halved(self) -> WindowSize:
        """After too many logs. Never below one block."""
        return replace(self, blocks=max(1, self.blocks // 2), refused=True)

    def capped(self, limit_blocks: int) -> WindowSize:
        """After a provider's block limit."""
        ceiling = max(1, min(self.ceiling, limit_blocks))
        return replace(self, blocks=min(self.blocks, ceiling), ceiling=ceiling)

    def within(self, window: Window) -> WindowSize:
        """No larger than a window that was refused: the last one before the head is often shorter than the rest."""
        return replace(self, blocks=min(self.blocks, window.blocks))

    def after(self, limit_blocks: int | None) -> WindowSize:
        """After a refusal: the provider's limit if it named one, else half."""
        return self.halved() if limit_blocks is None else self.capped(limit_blocks)

    def answered(self, window: Window, logs: int) -> WindowSize:
        """After an answer. Only a window of the present size says whether another would do: many are asked at once."""
        if window.blocks != self.blocks:
            return self
        if logs > 2 * ENOUGH_LOGS:
            return replace(self, blocks=max(1, self.blocks // 2))
        return self.grown() if logs < ENOUGH_LOGS else self
