"""History for providers that list logs of few blocks only: the subgraph names transactions, the chain has the logs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog

from apps.chain.client import ChainClient
from apps.chain.errors import StateMissing, TooManyLogs, WindowTooWide
from apps.chain.records import RawLog
from indexer.handlers import CONTROLLER, TOPICS
from indexer.models import WatchedContract
from indexer.reading import batches
from indexer.registrations import Known, known_at, registrations
from indexer.sources.chain_logs import Batch
from indexer.sources.named_logs import fetch_named
from indexer.sources.subgraph import Subgraph, configured
from indexer.sources.subgraph.client import Pin
from indexer.sources.subgraph.errors import BlockGone, OtherChain, SubgraphError, TooHeavy
from indexer.sources.subgraph.kinds import unindexed
from indexer.subgraph_state import note_elsewhere, note_error, note_pin, note_unseen
from indexer.windows import Window

log = structlog.get_logger(__name__)

# More questions than this for one stretch are worth another way: it is what free plans allow in a day, and at the 30 a
# second that they allow it is an hour. A provider that takes 5,000 blocks at once reads all of Arbitrum One with fewer.
CALLS_WORTH_IT = 100_000
FIRST_SPAN = 200_000  # blocks; about half a day of Arbitrum One, and some hundred transactions of ours
LARGEST_SPAN = 20_000_000
FEW_PLACES = 1_000  # a window with fewer transactions may be longer next time: what is lost at a crash is one window
REGISTRATION = "Controller SetContractInfo"  # not named either, but found by the Controller's own answers
STRETCH_CALLS = 500  # windows read without the subgraph before it is asked again


def history(chain: ChainClient, first: int, last: int | None) -> Iterator[Batch]:
    """The windows from `first` on whose transactions the subgraph can name, up to the finalized block `last`.

    None at all without a subgraph, or where reading every block from the chain takes few questions. Falls back to
    the chain for a while whenever the subgraph fails, and ends where the subgraph does.
    """
    if last is None or last - first < CALLS_WORTH_IT:
        return
    subgraph = configured()
    limit = None if subgraph is None else blocks_allowed(chain, first, last)
    if subgraph is None or limit is None:
        return
    log.info("guided_history", from_block=first, to_block=last, blocks_a_call=limit)
    try:
        while first <= last:
            guide = _Guide(chain, subgraph)
            try:
                for batch in guide.windows(first, last):
                    yield batch
                    first = batch.window.last + 1
                return
            except SubgraphError as error:
                note_error(subgraph.host, error)
                log.warning("subgraph_failed", reason=str(error), at_block=first)
            for batch in batches(chain, first, min(last, first + limit * STRETCH_CALLS - 1)):
                yield batch
                first = batch.window.last + 1
    finally:
        subgraph.close()


def blocks_allowed(chain: ChainClient, first: int, last: int) -> int | None:
    """How many blocks the providers take at once, if that is too few for this stretch; None where it is enough."""
    addresses = list(WatchedContract.objects.values_list("address", flat=True))
    span = -(-(last - first + 1) // CALLS_WORTH_IT)
    try:
        chain.sealed_logs(first, first + span - 1, addresses=addresses, topics0=TOPICS)
    except WindowTooWide as refusal:
        return refusal.limit_blocks
    except TooManyLogs:
        return None
    return None


@dataclass(slots=True)
class _Guide:
    """One way through history: a pinned subgraph, and what is known of the contracts."""

    chain: ChainClient
    subgraph: Subgraph
    span: int = field(default_factory=lambda: FIRST_SPAN)
    contracts: dict[str, str] = field(default_factory=dict)
    registered: Known | None = None

    def windows(self, first: int, last: int) -> Iterator[Batch]:
        """Windows in order up to `last` or the subgraph's head. Raises SubgraphError where it fails."""
        self.contracts = dict(WatchedContract.objects.values_list("address", "name"))
        self.registered = self._registered_before(first)
        pin = self._noted(self.subgraph.pin())
        last = min(last, pin.number)
        while first <= last:
            window = Window(first, min(last, first + self.span - 1))
            try:
                batch = self._read(window, pin)
            except TooHeavy:
                if window.first == window.last:
                    raise
                self.span = max(1, window.blocks // 2)
                continue
            except BlockGone:
                pin = self._noted(repinned(self.subgraph, pin))
                continue
            yield batch
            first = window.last + 1

    def _noted(self, pin: Pin) -> Pin:
        require_same_chain(self.chain, pin)
        note_pin(self.subgraph.host, pin)
        self._say_what_is_unseen(pin)
        return pin

    def _read(self, window: Window, pin: Pin) -> Batch:
        places, unreadable = self.subgraph.places(window, pin)
        if len(places) < FEW_PLACES:
            self.span = min(self.span * 2, LARGEST_SPAN)
        registered = self._registrations(window, pin)
        named = fetch_named(self.chain, window, places, self.contracts, registered)
        note_elsewhere(window, named.elsewhere, places, unreadable)
        self.contracts = named.batch.contracts
        return named.batch

    def _registrations(self, window: Window, pin: Pin) -> list[RawLog]:
        """The Controller's logs of the window, as far as the node still knows its old answers."""
        if self.registered is None:
            return []
        try:
            logs, self.registered = registrations(self.chain, self._controller(), window, self.registered)
        except StateMissing:
            self.registered = None
            self._say_what_is_unseen(pin)
            return []
        return logs

    def _registered_before(self, first: int) -> Known | None:
        try:
            return known_at(self.chain, self._controller(), max(0, first - 1))
        except StateMissing:
            return None

    def _say_what_is_unseen(self, pin: Pin) -> None:
        names = [name for name in unindexed(TOPICS, self.subgraph.kinds(pin)) if name != REGISTRATION]
        sentence = f"Alone in their transaction, these events are not named by it: {', '.join(names)}."
        if self.registered is None:
            sentence += " No provider keeps old states, so that contracts replaced since then are not found either."
        note_unseen(sentence)

    def _controller(self) -> str:
        return next(address for address, name in self.contracts.items() if name == CONTROLLER)


def repinned(subgraph: Subgraph, gone: Pin) -> Pin:
    """Another pin in place of one that went. Raises BlockGone where it insists on a head that it cannot serve."""
    pin = subgraph.pin()
    if pin == gone:
        raise BlockGone(f"The subgraph at {subgraph.host} names a head that it cannot serve; it is asked again later.")
    return pin


def require_same_chain(chain: ChainClient, pin: Pin) -> None:
    """Returns if the pinned block is the chain's, or is not there yet. Raises OtherChain."""
    header = chain.header(pin.number) if pin.hash else None
    if header is not None and header.hash != pin.hash:
        raise OtherChain(
            f"The subgraph's block {pin.number} is not, or no longer, the chain's; "
            "if that stays so, check that SUBGRAPH_URL is of the same chain."
        )
