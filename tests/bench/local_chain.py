"""From the local chain to committed rows: the textbook way, and ours, over the same blocks in the same run."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.bench import figure, note, open_database, seconds

RUNS = 9  # of ours; the naive one takes long, and runs once


def main() -> None:
    open_database("bench_local")
    from apps.chain.client import ChainClient
    from apps.devnet.history import build, genesis_time
    from apps.devnet.network import load_artifacts, start_anvil
    from tests.parts import anvil_binary, contract_artifacts

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with start_anvil(anvil_binary(), data, genesis_time=genesis_time()) as anvil:
            client = ChainClient([anvil.url], chain_id=31337)
            built = build(client, lambda: load_artifacts(contract_artifacts()), data)
            note(f"history built in {built.seconds:.0f} s")
            measure(anvil.url, client, built.deployment.controller)


def measure(url: str, client: Any, controller: str) -> None:
    """Both ways, the naive one first, so that a warm node helps ours no more than it helped the other."""
    from django.conf import settings

    from indexer import sync
    from indexer.models import ChainLog
    from indexer.store import Books

    settings.CONTROLLER_ADDRESS = controller
    empty()
    sync.follow(client, books=Books())
    logs = ChainLog.objects.count()
    note(f"{logs:,} logs")
    empty()
    naive = seconds(lambda: naive_backfill(url, controller))
    saved = ChainLog.objects.count()
    figure("naive_backfill", saved / naive, "logs/s")

    def ours() -> float:
        empty()
        return seconds(lambda: sync.follow(client, books=Books()))

    took = statistics.median(ours() for _ in range(RUNS))
    figure("backfill", logs / took, "logs/s")
    figure("backfill_by_naive", (logs / took) / (saved / naive), "times")


def empty() -> None:
    """All tables as after migrate."""
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)


def naive_backfill(url: str, controller: str) -> None:
    """As a tutorial has it: web3's get_logs for each event of each contract, and one save a row.

    It saves raw logs only and projects nothing, so it does less than ours.
    """
    from web3 import HTTPProvider, Web3

    from apps.protocol import abi
    from indexer.handlers import HANDLERS

    web3 = Web3(HTTPProvider(url))
    known = web3.eth.contract(web3.to_checksum_address(controller), abi=list(abi.load("Controller")))
    head = web3.eth.block_number
    times: dict[int, Any] = {}
    for name in HANDLERS:
        identity = web3.keccak(text=name)
        place = controller if name == "Controller" else known.functions.getContract(identity).call()
        contract = web3.eth.contract(web3.to_checksum_address(place), abi=list(abi.load(name)))
        for event in abi.events(name):
            for log in contract.events[event]().get_logs(from_block=0, to_block=head):
                _save(web3, log, times)


def _save(web3: Any, log: Any, blocks: dict[int, Any]) -> None:
    from datetime import UTC, datetime

    from apps.network.models import Block
    from indexer.models import ChainLog

    number = log["blockNumber"]
    if number not in blocks:
        found = web3.eth.get_block(number)
        blocks[number] = Block(
            number=number,
            hash=bytes(found["hash"]),
            parent_hash=bytes(found["parentHash"]),
            time=datetime.fromtimestamp(found["timestamp"], UTC),
        )
        blocks[number].save(force_insert=True)
    ChainLog(
        block=blocks[number],
        log_index=log["logIndex"],
        tx_hash=bytes(log["transactionHash"]),
        address=log["address"].lower(),
        topics=b"",
        data=repr(dict(log["args"])).encode(),
    ).save(force_insert=True)


if __name__ == "__main__":
    main()
