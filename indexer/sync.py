"""Following the chain: heads, windows, forks. Fetching, decoding and writing are calls of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import structlog
from django.conf import settings
from django.db import transaction

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError, OtherBranch
from apps.chain.readers import controller
from apps.network.models import Block, ContractBaseline
from apps.protocol.garbage import few_collections
from apps.protocol.units import parse_address
from indexer import guided, parameters, providers
from indexer.errors import IndexerError, ReorgBelowFinality, WindowTaken, WrongDatabase
from indexer.finality import Heads, forget_safe_above, look, note_heads
from indexer.handlers import CONTROLLER, KNOWN_ELSEWHERE, OPTIONAL, WATCHED
from indexer.models import IndexState, WatchedContract
from indexer.projections.turn import take_writer_turn
from indexer.reading import batches
from indexer.sources.chain_logs import Batch
from indexer.store import SOURCE, Books, commit_window, forget_after, time_of

log = structlog.get_logger(__name__)

FIRST_BLOCK = {42161: 5_856_334}  # the Controller's own block on Arbitrum One; other chains are read from their start
FORK_SEARCH = 400  # stored blocks compared with the chain, newest first; more than finality on Arbitrum holds


@dataclass(slots=True)
class Progress:
    """What one call of `follow` did."""

    logs: int = 0
    windows: int = 0
    projected_to: int = -1
    head: int = -1
    source: str = SOURCE  # who named the logs of the newest window


@cache
def client() -> ChainClient:
    """The process's client, its chain id compared with CHAIN_ID once."""
    made = ChainClient(list(settings.CHAIN_RPC_URLS), chain_id=settings.CHAIN_ID)
    made.ensure_chain(settings.CHAIN_ID)
    return made


_books = Books()


def follow(
    chain: ChainClient | None = None,
    *,
    books: Books = _books,
    progress: Callable[[Progress], None] = lambda done: None,
    enough: Callable[[], bool] = lambda: False,
) -> Progress:
    """Read on to the head of the chain; gives what was done. Safe to run twice, at once, or half.

    Ends between two windows once `enough` says so.
    Raises IndexerError where a person has to look; the reason is then on /status/ too.
    """
    try:
        chain = chain or client()
        providers.recall(chain)
        done = _follow(chain, books, progress, enough)
    except WindowTaken as taken:
        log.info("window_taken", reason=str(taken))
        state = IndexState.objects.get()
        return Progress(projected_to=state.projected_to, head=state.head_block or -1)
    except (IndexerError, ChainError) as error:
        IndexState.objects.update(trouble=str(error))
        if chain is not None:
            providers.keep(chain)
        raise
    providers.keep(chain)
    IndexState.objects.exclude(trouble="").update(trouble="")
    return done


def _follow(
    chain: ChainClient, books: Books, progress: Callable[[Progress], None], enough: Callable[[], bool]
) -> Progress:
    heads = look(chain)
    state = ensure_state(chain, heads)
    heal(chain, state, books, heads)  # before the new heads are noted: what was final is what we said was final
    note_heads(state, heads, head_time=time_of(heads.head))
    done = Progress(projected_to=state.projected_to, head=heads.head.number)
    with few_collections():
        for batch in _windows(chain, heads, done):
            done.logs += _commit(batch, books)
            done.windows += 1
            done.projected_to, done.source = batch.window.last, batch.source
            progress(done)
            providers.keep(chain)
            if enough():
                break
    parameters.read(chain, done.projected_to)
    return done


def _windows(chain: ChainClient, heads: Heads, done: Progress) -> Iterator[Batch]:
    """The windows to commit: final history first, by the subgraph where that is shorter, and then on from its end."""
    yield from guided.history(chain, done.projected_to + 1, heads.finalized)
    yield from batches(chain, done.projected_to + 1, heads.head.number, final=heads.finalized)


def _commit(batch: Batch, books: Books) -> int:
    """Store one window and say so; gives the number of logs."""
    began = time.monotonic()
    logs, window = commit_window(batch, books), batch.window
    ms = round((time.monotonic() - began) * 1000)
    log.info("window", source=batch.source, from_block=window.first, to_block=window.last, logs=logs, ms=ms)
    return logs


def ensure_state(chain: ChainClient, heads: Heads) -> IndexState:
    """The database's one state row, made at first sight of the chain.

    Raises WrongDatabase if the database was made for another chain.
    """
    state = IndexState.objects.first()
    chain_id, genesis = settings.CHAIN_ID, chain.headers([0])[0].hash
    if state is None:
        return _begin(chain, chain_id, genesis, heads)
    if state.chain_id != chain_id or bytes(state.genesis_hash) != genesis:
        raise WrongDatabase(
            f"The database holds chain {state.chain_id} and the RPC serves chain {chain_id} or another history of it; "
            "set DATABASE_URL to a database of this chain's own."
        )
    return state


def _begin(chain: ChainClient, chain_id: int, genesis: bytes, heads: Heads) -> IndexState:
    address = parse_address(str(settings.CONTROLLER_ADDRESS))
    found = controller.addresses(chain, address, (*WATCHED, *OPTIONAL), block=heads.head.number)
    missing = [name for name in WATCHED if found[name] is None]
    if missing:
        raise WrongDatabase(
            f"The Controller {address} knows no {', '.join(missing)} on chain {chain_id}; check CONTROLLER_ADDRESS."
        )
    start = FIRST_BLOCK.get(chain_id, 0)
    with transaction.atomic():
        take_writer_turn()
        if state := IndexState.objects.first():
            return state  # another worker began in the meantime
        ContractBaseline.objects.create(block=heads.head.number)
        places = {name: contract or KNOWN_ELSEWHERE.get(chain_id, {}).get(name) for name, contract in found.items()}
        there = {CONTROLLER: address} | {name: place for name, place in places.items() if place is not None}
        WatchedContract.objects.bulk_create(WatchedContract(address=place, name=name) for name, place in there.items())
        return IndexState.objects.create(
            chain_id=chain_id, genesis_hash=genesis, controller=address, start_block=start, projected_to=start - 1
        )


def heal(chain: ChainClient, state: IndexState, books: Books, heads: Heads, *, even_final: bool = False) -> None:
    """If the last stored block is no longer on the chain, go back to the last one that is."""
    fork = find_fork(chain, state, heads)
    if fork is None:
        return
    log.warning("reorg", stored_to=state.projected_to, fork=fork)
    stands = _final_block(state) is not None  # else find_fork would have raised
    forget_after(fork, books, even_final=even_final, final_stands=stands, seen=state.reorgs)
    forget_safe_above(state, fork)
    state.refresh_from_db()


def find_fork(chain: ChainClient, state: IndexState, heads: Heads) -> int | None:
    """The newest stored block that the chain still has, or None where nothing changed.

    Raises ReorgBelowFinality if no provider has the block that was final last, or any of the newest stored ones.
    """
    if state.finalized_block is not None and heads.head.number < state.finalized_block:
        return None  # who is that far behind does not know yet which branch won
    present = _stored_blocks(min(state.projected_to, heads.head.number))
    final = _final_block(state)
    try:
        # A head below ours is a provider that lags, or a chain that will soon outgrow us: wait, if its blocks are ours.
        if not present or _on_chain(chain, present[:1], final):
            return None
        matching = _on_chain(chain, present, final)
    except OtherBranch as error:
        raise ReorgBelowFinality(
            f"The chain changed at or below the finalized block {state.finalized_block}; "
            "check the RPC providers, then restore a backup or start with an empty database."
        ) from error
    if matching:
        return max(matching)
    if len(present) < FORK_SEARCH:
        return state.start_block - 1
    raise ReorgBelowFinality(
        f"None of the {FORK_SEARCH} newest stored blocks is on the chain; check that ARBITRUM_RPC_URLS serve chain "
        f"{state.chain_id}, then restore a backup or start with an empty database."
    )


def _stored_blocks(upto: int) -> list[tuple[int, bytes]]:
    """Number and hash of the newest stored blocks, newest first."""
    newest = Block.objects.filter(number__lte=upto).order_by("-number")
    return [(number, bytes(block_hash)) for number, block_hash in newest.values_list("number", "hash")[:FORK_SEARCH]]


def _final_block(state: IndexState) -> tuple[int, bytes] | None:
    """Number and hash of the block that was final when last noted, where both are known."""
    if state.finalized_block is None or state.finalized_hash is None:
        return None
    return state.finalized_block, bytes(state.finalized_hash)


def _on_chain(chain: ChainClient, stored: list[tuple[int, bytes]], final: tuple[int, bytes] | None = None) -> list[int]:
    """The numbers of those blocks that one provider has, which has the final one too."""
    headers = chain.headers([number for number, _ in stored], final=final)
    return [number for (number, block_hash), header in zip(stored, headers, strict=True) if header.hash == block_hash]


def align(chain: ChainClient) -> int | None:
    """Bring the index back to a local chain that returned a few seconds younger; gives the block it went back to.

    Only the local network's start-up may call this: it forgets finalized blocks too. Raises WrongDatabase, and
    forgets nothing, where the rows are of another chain.
    """
    if not IndexState.objects.exists():
        return None
    heads = look(chain)
    state = ensure_state(chain, heads)
    matching = _on_chain(chain, _stored_blocks(min(state.projected_to, heads.head.number)))
    fork = max(matching, default=state.start_block - 1)
    IndexState.objects.update(finalized_hash=None)  # what was final may come again as other blocks
    if fork == state.projected_to:
        return None
    forget_after(fork, Books(), even_final=True)
    return fork
