"""Keeps the bundle of each run beside it, and gives it out."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from django.conf import settings

from apps.scoring.bundle import BundleWriter, RunHead
from apps.scoring.facts import NetworkFacts
from apps.scoring.method import Method
from apps.scoring.models import ScoreBundle, ScoreRun
from apps.scoring.results import Result

_GZIP = 31  # zlib's word for a gzip header, which it writes without a time
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
    press, size, packed = zlib.compressobj(_QUICK, zlib.DEFLATED, _GZIP), 0, []
    for piece in writer.pieces():
        data = piece.encode()
        size += len(data)
        packed.append(press.compress(data))
    packed.append(press.flush())
    run.method_digest, run.outputs_digest = writer.digests.method, writer.digests.outputs
    run.bundle_digest = writer.digests.bundle
    run.save(update_fields=["method_digest", "outputs_digest", "bundle_digest"])
    return ScoreBundle.objects.create(run=run, text_gz=b"".join(packed), size_bytes=size)


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
