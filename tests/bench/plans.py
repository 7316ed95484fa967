"""How long a prepared transaction takes us beside what the node takes, and how often the node is asked.

python -m tests.bench.plans

A pool of 100 orchestrators on the real contracts, 60 delegators behind them, an index that knows them all. Each plan is
what POST /api/v1/plans does: read, planned, proved and kept; of six kinds in turn, and seldom of one account twice.
Limits: 4 requests for a top-up from cold, 120 ms of our own time at the 95th percentile, 5 ms for hints.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import httpx

from apps.chain.client import ChainClient
from apps.delegation.plan.intentions import Add, Delegate, DelegateFor, Intention, MoveAll, MovePart, Undelegate
from apps.devnet import moves, wire
from apps.devnet.deploy import RICH_ETH_WEI
from apps.devnet.network import DeployConfig, Devnet, deploy, load_artifacts, start_anvil
from apps.devnet.wire import Call
from apps.protocol.hints import Pool, restaked
from apps.protocol.units import Address, LptWei
from tests.bench.bench import figure, note, open_database, seconds
from tests.parts import anvil_binary, contract_artifacts

NODES, PEOPLE, PLANS, HINTS = 100, 60, 120, 500
IN_A_BLOCK = 100
LPT = 10**18


class Waited(httpx.BaseTransport):
    """Real connections, with the requests counted and the time until the whole answer was there added up."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()
        self.requests, self.waited_s = 0, 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        started = time.perf_counter()
        answer = self._inner.handle_request(request)
        body = b"".join(answer.iter_raw())
        answer.close()
        self.waited_s += time.perf_counter() - started
        self.requests += 1
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body))


def main() -> None:
    open_database("bench_plans")
    _hints()
    config = DeployConfig(active_places=NODES, round_length_blocks=400)
    with tempfile.TemporaryDirectory() as folder, start_anvil(anvil_binary(), Path(folder)) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        net = Devnet(client, deploy(client, load_artifacts(contract_artifacts()), config), seed=7)
        note(f"filled in {seconds(lambda: _fill(net, anvil.url)):.0f} s")
        _cold(net, anvil.url)
        _plans(net, anvil.url)


def _hints() -> None:
    """Both hints of a move from one member of a pool of 100 to another."""
    dice = random.Random(3)
    stakes = sorted((LptWei(dice.randrange(1, 10**6) * LPT) for _ in range(NODES)), reverse=True)
    pool = Pool.of(((Address(f"0x{at:040x}"), stake) for at, stake in enumerate(stakes, start=1)), max_size=NODES)

    def both() -> None:
        old, new = dice.sample(pool.members, 2)
        less = restaked(pool, old.address, LptWei(old.stake // 2))
        restaked(less.pool, new.address, LptWei(new.stake + old.stake // 2))

    figure("hints_100", statistics.quantiles([seconds(both) * 1000 for _ in range(HINTS)], n=20)[-1], "ms")


def _fill(net: Devnet, url: str) -> None:
    """Orchestrators and delegators with stake from an earlier round, half of the rewards of this one called."""
    from django.conf import settings

    from indexer import sync
    from indexer.store import Books

    at, nodes, people = net.deployment, _named(net, "node", NODES), _named(net, "person", PEOPLE)
    stakes = {who: (1_000 + 7 * number) * LPT for number, who in enumerate((*nodes, *people))}
    net.client.batch([("anvil_setBalance", [who, hex(RICH_ETH_WEI)]) for who in stakes])
    net.next_round()
    _send(net, [moves.give_lpt(at, at.deployer, who, 3 * stake) for who, stake in stakes.items()])
    _send(net, [moves.approve(at, who, stake) for who, stake in stakes.items()])
    delegates = {who: nodes[number % NODES] for number, who in enumerate(stakes)}
    _send(net, [moves.bond(at, who, stake, delegates[who]) for who, stake in stakes.items()])
    net.next_round()
    _send(net, [moves.reward(at, node) for node in nodes[::2]])
    settings.CONTROLLER_ADDRESS, settings.CHAIN_RPC_URLS = at.controller, [url]
    sync.follow(ChainClient([url], chain_id=31337), books=Books())


def _send(net: Devnet, calls: Sequence[Call]) -> None:
    """As many blocks as that takes; no call may be refused."""
    for some in _chunks(calls):
        hashes = wire.send(net.client, some)
        wire.mine(net.client)
        if not all(one is not None and wire.succeeded(one) for one in wire.receipts_of(net.client, hashes)):
            raise SystemExit(f"The network could not be filled: {some[0].what} was refused.")


def _chunks(calls: Sequence[Call]) -> Iterator[Sequence[Call]]:
    for start in range(0, len(calls), IN_A_BLOCK):
        yield calls[start : start + IN_A_BLOCK]


def _named(net: Devnet, kind: str, count: int) -> list[Address]:
    return [Address(net.account(f"{kind} {number}").address) for number in range(count)]


def _cold(net: Devnet, url: str) -> None:
    """A top-up by a client that has never asked anything; the proof of the chain's id is counted."""
    counted = []
    for who in _named(net, "person", 5):
        transport = Waited()
        _make(ChainClient([url], chain_id=31337, transport=transport), Add(who, LptWei(50 * LPT)))
        counted.append(transport.requests)
    figure("plan_rpc_round_trips", max(counted), "requests")


def _plans(net: Devnet, url: str) -> None:
    transport = Waited()
    client = ChainClient([url], chain_id=31337, transport=transport)
    wishes = _wishes(net)
    for wanted in islice(wishes, 12):
        _make(client, wanted)
    own, whole = [], []
    for wanted in islice(wishes, PLANS):
        waited_s, started = transport.waited_s, time.perf_counter()
        _make(client, wanted)
        took_s = time.perf_counter() - started
        whole.append(took_s * 1000)
        own.append((took_s - (transport.waited_s - waited_s)) * 1000)
    figure("plan_p50", statistics.median(own), "ms")
    figure("plan_p95", statistics.quantiles(own, n=20)[-1], "ms")
    note(f"with the node's own time: median {statistics.median(whole):.0f} ms")


def _wishes(net: Devnet) -> Iterator[Intention]:
    """Of each kind in turn, each time of somebody else."""
    nodes, people = _named(net, "node", NODES), _named(net, "person", PEOPLE)
    dice, amount = random.Random(5), LptWei(100 * LPT)
    while True:
        for who in people:
            empty = Address(net.account(f"new {dice.randrange(10**6)}").address)
            to = dice.choice(nodes[::2])
            yield from (
                Add(who, amount),
                MoveAll(who, to),
                Undelegate(who, amount),
                MovePart(who, empty, to, amount),
                DelegateFor(who, empty, to, amount),
                Delegate(who, to, amount),
            )


def _make(client: ChainClient, wanted: Intention) -> None:
    from apps.delegation.models import PreparedPlan
    from apps.delegation.plans import plan_make

    made = plan_make(client, wanted)
    if not isinstance(made, PreparedPlan):
        raise SystemExit(f"{wanted}: {made}")


if __name__ == "__main__":
    main()
