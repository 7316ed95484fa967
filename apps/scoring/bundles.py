"""Keeps the bundle of each run beside it, and gives it out."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings

from apps.scoring.bundle import BundleWriter, RunHead
from apps.scoring.facts import NetworkFacts
from apps.scoring.method import Method
from apps.scoring.models import ScoreBundle, ScoreRun
from apps.scoring.results import Result

_GZIP = 31  # zlib's word for a gzip header, which it writes without a time
_BATCH = 1 << 20  # characters compressed at once
_QUICK = 1  # a sixth larger than the default, in a third of the time


def bundle_keep(
    run: ScoreRun,
    *,
    method: Method,
    facts: NetworkFacts,
    results: Iterable[Result],
    inputs: Iterable[str] | None = None,
) -> ScoreBundle:
    """Stores the bundle of a run just made, and its digests with the run. `inputs` as BundleWriter takes them."""
    writer = BundleWriter(_head(run), method, facts, results, inputs=inputs)
    text_gz, size = _packed(writer.pieces())
    run.method_digest, run.outputs_digest = writer.digests.method, writer.digests.outputs
    run.bundle_digest = writer.digests.bundle
    run.save(update_fields=["method_digest", "outputs_digest", "bundle_digest"])
    return ScoreBundle.objects.create(run=run, text_gz=text_gz, size_bytes=size)


def _packed(pieces: Iterable[str]) -> tuple[bytes, int]:
    """The pieces compressed, and how large they were. Compressing goes on beside the writing of what comes next."""
    press, size = zlib.compressobj(_QUICK, zlib.DEFLATED, _GZIP), 0
    packed: list[bytes] = []
    with ThreadPoolExecutor(max_workers=1) as beside:
        under_way: Future[bytes] | None = None
        for batch in _batches(pieces):
            size += len(batch)
            if under_way is not None:
                packed.append(under_way.result())
            under_way = beside.submit(press.compress, batch)
        if under_way is not None:
            packed.append(under_way.result())
    return b"".join((*packed, press.flush())), size


def _batches(pieces: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= _BATCH:
            yield "".join(held).encode()
            held, length = [], 0
    yield "".join(held).encode()


def packed_bundle(run_id: int) -> bytes | None:
    """The bundle of a run, UTF-8 compressed by gzip; None where none is kept."""
    found = ScoreBundle.objects.filter(run_id=run_id).values_list("text_gz", flat=True).first()
    return None if found is None else bytes(found)


def unpacked(packed: bytes) -> bytes:
    """The text that was compressed."""
    return zlib.decompress(packed, _GZIP)


def _head(run: ScoreRun) -> RunHead:
    return RunHead(
        chain_id=int(settings.CHAIN_ID),
        as_of_block=run.as_of_block,
        as_of_block_hash=f"0x{bytes(run.as_of_block_hash).hex()}",
        as_of_round=run.as_of_round,
        version=run.version,
    )
