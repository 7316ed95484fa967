"""How long it takes to compare 1,000 positions with the real contracts at one block.

The positions are real: one account bonds for a thousand others, spread over ten orchestrators, a few hundred calls in a
block; two rounds with rewards and tickets follow, so that every position has something pending.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.bench import figure, median_seconds, note, open_database

if TYPE_CHECKING:
    from apps.devnet.network import Devnet

POSITIONS, NODES, IN_A_BLOCK = 1_000, 10, 250
LPT = ETH = 10**18


def main() -> None:
    open_database("bench_verify")
    from django.conf import settings

    from apps.chain.client import ChainClient
    from apps.devnet.network import DeployConfig, Devnet, deploy, load_artifacts, start_anvil
    from indexer import sync
    from indexer.store import Books
    from indexer.verification import verify
    from tests.parts import anvil_binary, contract_artifacts

    with tempfile.TemporaryDirectory() as folder, start_anvil(anvil_binary(), Path(folder)) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        deployment = deploy(
            client, load_artifacts(contract_artifacts()), DeployConfig(active_places=NODES, round_length_blocks=100)
        )
        settings.CONTROLLER_ADDRESS = deployment.controller
        populate(Devnet(client, deployment, seed=7))
        sync.follow(client, books=Books())
        verdict = verify(client)
        note(f"{verdict.accounts:,} accounts, {verdict.figures:,} figures, {len(verdict.drift)} differ")
        if verdict.drift or verdict.accounts < POSITIONS:
            raise SystemExit("the measurement compared something else than it should")
        figure("verify_1000", median_seconds(lambda: verify(client), runs=3), "s")


def populate(net: Devnet) -> None:
    """A thousand delegators, each with another amount, and two rounds of earnings."""
    from apps.devnet import moves, wire

    payer, gateway = net.account("payer"), net.account("gateway")
    nodes = [net.account(f"node {number}") for number in range(NODES)]
    net.next_round()
    for number, node in enumerate(nodes):
        net.bond(node, (1_000 + number) * LPT, node)
    net.next_round()
    wire.send(net.client, [moves.reward(net.deployment, node.address) for node in nodes])
    cuts = [moves.set_cuts(net.deployment, node.address, 50_000 * at, 500_000) for at, node in enumerate(nodes)]
    wire.send(net.client, cuts)
    net.mine()
    net.give_lpt(payer, 20 * POSITIONS * LPT)
    owners = [net.account(f"delegator {number}").address for number in range(POSITIONS)]
    calls = [
        moves.bond_for(net.deployment, payer.address, 10 * LPT + number, owner, nodes[number % NODES].address)
        for number, owner in enumerate(owners)
    ]
    for start in range(0, POSITIONS, IN_A_BLOCK):
        wire.send(net.client, calls[start : start + IN_A_BLOCK])
        net.mine()
    net.fund_gateway(gateway, 5 * ETH, 5 * ETH)
    for _ in range(2):
        net.next_round()
        for node in nodes:
            net.reward(node)
            net.redeem(gateway, node, ETH // 100)


if __name__ == "__main__":
    main()
