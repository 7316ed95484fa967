"""A subgraph over a FakeChain's logs: the documented entities in the documented shapes, and every fault it can have."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from tests.fakes.chain import ADDRESSES, FakeChain
from tests.fakes.entities import Entity, entity_of, nobody

EVENT = "id: ID! transaction: Transaction! timestamp: Int! round: Round!"
ENTITIES: Mapping[str, str] = {
    "BondEvent": "newDelegate: Transcoder! oldDelegate: Transcoder delegator: Delegator! "
    "additionalAmount: BigDecimal! bondedAmount: BigDecimal!",
    "UnbondEvent": "delegate: Transcoder! delegator: Delegator! amount: BigDecimal! withdrawRound: BigInt! "
    "unbondingLockId: Int",
    "RebondEvent": "delegator: Delegator! delegate: Transcoder! amount: BigDecimal! unbondingLockId: Int!",
    "TransferBondEvent": "amount: BigDecimal! newDelegator: Delegator! oldDelegator: Delegator! "
    "newUnbondingLockId: Int! oldUnbondingLockId: Int!",
    "EarningsClaimedEvent": "delegator: Delegator! delegate: Transcoder! startRound: BigInt! endRound: Round! "
    "rewardTokens: BigDecimal! fees: BigDecimal!",
    "WithdrawStakeEvent": "delegator: Delegator! unbondingLockId: Int amount: BigDecimal!",
    "WithdrawFeesEvent": "delegator: Delegator! amount: BigDecimal! recipient: String!",
    "RewardEvent": "rewardTokens: BigDecimal! delegate: Transcoder!",
    "RewardCallerSetEvent": "delegate: Transcoder! rewardCaller: String!",
    "TranscoderUpdateEvent": "delegate: Transcoder! rewardCut: BigInt! feeShare: BigInt!",
    "TranscoderActivatedEvent": "delegate: Transcoder! activationRound: BigInt!",
    "TranscoderDeactivatedEvent": "delegate: Transcoder! deactivationRound: BigInt!",
    "NewRoundEvent": "blockHash: String!",
    "SetCurrentRewardTokensEvent": "currentMintableTokens: BigDecimal! currentInflation: BigInt!",
    "WinningTicketRedeemedEvent": "sender: Broadcaster! recipient: Transcoder! faceValue: BigDecimal! "
    "winProb: BigInt! senderNonce: BigInt! recipientRand: BigInt!",
    "DepositFundedEvent": "sender: Broadcaster! amount: BigDecimal!",
    "ReserveFundedEvent": "reserveHolder: Broadcaster! amount: BigDecimal!",
    "ReserveClaimedEvent": "reserveHolder: Broadcaster! claimant: Transcoder! amount: BigDecimal!",
    "WithdrawalEvent": "sender: Broadcaster! deposit: BigDecimal! reserve: BigDecimal!",
    "ServiceURIUpdateEvent": "addr: String! serviceURI: String!",
    "ParameterUpdateEvent": "param: String!",
    "PauseEvent": "",
    "UnpauseEvent": "",
    "PollCreatedEvent": "poll: Poll! endBlock: BigInt! quorum: BigInt! quota: BigInt!",
    "VoteEvent": "voter: String! choiceID: BigInt! poll: Poll!",
    "TreasuryVoteEvent": "voter: LivepeerAccount! proposal: TreasuryProposal! support: TreasuryVoteSupport! "
    "weight: BigDecimal! reason: String",
    "Transaction": "id: ID! blockNumber: BigInt! timestamp: Int!",
}
_REFERRED = ("Transcoder", "Delegator", "Broadcaster", "Round", "Poll", "LivepeerAccount", "TreasuryProposal")


def list_name(entity: str) -> str:
    """The name of the query that lists an entity."""
    return entity[0].lower() + entity[1:] + "s"


@cache
def schema(lacks: frozenset[str] = frozenset()) -> GraphQLSchema:
    """The documented schema, as far as it is asked, without the entities that a deployment lacks."""
    parts = ["scalar BigDecimal scalar BigInt scalar Bytes", "enum OrderDirection { asc desc }"]
    parts += ["enum TreasuryVoteSupport { Against For Abstain }", "input Block_height { hash: Bytes number: Int }"]
    parts += [f"type {name} {{ id: ID! }}" for name in _REFERRED]
    parts += ["type _Block_ { number: Int! hash: Bytes }"]
    parts += ["type _Meta_ { block: _Block_! deployment: String! hasIndexingErrors: Boolean! }"]
    lists = ["_meta(block: Block_height): _Meta_"]
    for entity, fields in ENTITIES.items():
        if entity in lacks:
            continue
        own = fields if entity == "Transaction" else f"{EVENT} {fields}"
        below = "blockNumber_gte: BigInt blockNumber_lte: BigInt"
        extra = below if entity == "Transaction" else "transaction_: Transaction_filter"
        parts += [f"type {entity} {{ {own} }}", f"enum {entity}_orderBy {{ id timestamp }}"]
        parts += [f"input {entity}_filter {{ id_gt: ID {extra} }}"]
        lists.append(
            f"{list_name(entity)}(skip: Int = 0, first: Int = 100, orderBy: {entity}_orderBy, "
            f"orderDirection: OrderDirection, where: {entity}_filter, block: Block_height): [{entity}!]!"
        )
    return build_schema("\n".join([*parts, "type Query { " + "\n".join(lists) + " }"]))


@dataclass
class FakeSubgraph:
    """One deployment over a chain. Lies and faults are off unless set; they may change while it runs."""

    chain: FakeChain
    contracts: Mapping[str, str] = field(default_factory=lambda: {where: name for name, where in ADDRESSES.items()})
    deployment: str = "QmFake"
    key: str | None = None  # without it in the header every question is refused
    lag_blocks: int = 0
    has_errors: bool = False
    lacks: frozenset[str] = frozenset()  # entities that this deployment does not have
    hides: set[str] = field(default_factory=set)  # ids of events
    hides_transactions: set[str] = field(default_factory=set)
    alters: dict[str, Entity] = field(default_factory=dict)  # fields by the id of their event or transaction
    invents: list[tuple[str, Entity]] = field(default_factory=list)  # entity and record
    statuses: list[int] = field(default_factory=list)  # HTTP statuses of the next answers; 0 is a good one
    errors: list[str] = field(default_factory=list)  # GraphQL errors of the next answers; "" is a good one
    retry_after_s: float | None = None
    broken: set[str] = field(default_factory=set)  # entities with a reference to nobody
    page_limit: int = 1_000
    asked: list[str] = field(default_factory=list)
    before_answer: Callable[[FakeSubgraph], None] = lambda subgraph: None
    _made: tuple[str, dict[str, list[Entity]]] = field(default=("", {}), repr=False)

    @property
    def head(self) -> int:
        return self.chain.head - self.lag_blocks

    def answer(self, query: str, authorization: str | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for one question."""
        self.before_answer(self)
        self.asked.append(query)
        status = self.statuses.pop(0) if self.statuses else 0
        if status:
            return status, {"retry-after": str(self.retry_after_s)} if self.retry_after_s else {}, b"not now"
        message = self.errors.pop(0) if self.errors else ""
        if self.key is not None and authorization != f"Bearer {self.key}":
            message = "auth error: API key not found"
        if message:
            return 200, {}, json.dumps({"errors": [{"message": message}]}).encode()
        result = graphql_sync(schema(self.lacks), query, root_value=self._root())
        body: dict[str, Any] = {}
        if result.data is not None:
            body["data"] = result.data
        if result.errors:
            body = {"errors": [{"message": error.message} for error in result.errors]}
        return 200, {}, json.dumps(body).encode()

    def _root(self) -> dict[str, Any]:
        root: dict[str, Any] = {list_name(entity): self._lister(entity) for entity in ENTITIES}
        root["_meta"] = lambda info, **_: {
            "block": {"number": self.head, "hash": self.chain.hash_of(self.head)},
            "deployment": self.deployment,
            "hasIndexingErrors": self.has_errors,
        }
        return root

    def _lister(self, entity: str) -> Callable[..., list[Entity]]:
        def listed(info: Any, **asked: Any) -> list[Entity]:
            upto = self._pinned(asked.get("block"))
            if asked.get("first", 100) > self.page_limit:
                raise GraphQLError(f"The `first` argument must be between 0 and {self.page_limit}")
            where = asked.get("where") or {}
            blocks = where if entity == "Transaction" else where.get("transaction_") or {}
            low, high = int(blocks.get("blockNumber_gte", 0)), int(blocks.get("blockNumber_lte", 10**18))
            found = [
                one
                for one in self.entities(entity)
                if low <= _block(one) <= min(high, upto) and one["id"] > where.get("id_gt", "")
            ]
            return sorted(found, key=lambda one: one["id"])[: asked.get("first", 100)]

        return listed

    def _pinned(self, block: Entity | None) -> int:
        if not block:
            return self.head
        number = self._number_of(block["hash"]) if "hash" in block else int(block["number"])
        if number is None:
            raise GraphQLError("Failed to decode `block.hash` value: `no block with that hash found`")
        if number > self.head:
            raise GraphQLError(
                f"Failed to decode `block.number` value: `subgraph {self.deployment} has only indexed up to block "
                f"number {self.head} and data for block number {number} is therefore not yet available`"
            )
        return number

    def _number_of(self, block_hash: str) -> int | None:
        """Its head first: a chain in memory looks only at its own newest blocks."""
        return self.head if self.chain.hash_of(self.head) == block_hash else self.chain.number_of(block_hash)

    def entities(self, entity: str) -> Iterator[Entity]:
        """Every record of a kind, lies included."""
        for one in self._true_entities(entity):
            if one["id"] not in self.hides and _tx(one) not in self.hides_transactions:
                yield self._spoiled(entity, {**one, **self.alters.get(one["id"], {})})
        for name, one in self.invents:
            if name == entity:
                yield one

    def _spoiled(self, entity: str, one: Entity) -> Entity:
        return {**one, "delegator": nobody, "delegate": nobody} if entity in self.broken else one

    def _true_entities(self, entity: str) -> list[Entity]:
        """Made once for each state of the chain: the logs are decoded one by one."""
        state = self.chain.hash_of(self.chain.head)
        if self._made[0] != state:
            self._made = (state, self._make())
        return self._made[1].get(entity, [])

    def _make(self) -> dict[str, list[Entity]]:
        made: dict[str, list[Entity]] = {"Transaction": []}
        seen: set[str] = set()
        for log in self.chain.raw_logs():
            found = entity_of(log, self.contracts.get(log.address, ""))
            if found is None:
                continue
            made.setdefault(found[0], []).append(found[1])
            transaction = found[1]["transaction"]
            if transaction["id"] not in seen:
                seen.add(transaction["id"])
                made["Transaction"].append(transaction)
        return made


def _block(one: Entity) -> int:
    return int(one["blockNumber"] if "blockNumber" in one else one["transaction"]["blockNumber"])


def _tx(one: Entity) -> str:
    return str(one["id"]).split("-")[0]


def transport(subgraph: FakeSubgraph) -> httpx.MockTransport:
    """The subgraph without sockets."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["query"]
        status, headers, body = subgraph.answer(asked, request.headers.get("authorization"))
        return httpx.Response(status, headers=headers, content=body)

    return httpx.MockTransport(handle)


@contextmanager
def served(subgraph: FakeSubgraph) -> Iterator[str]:
    """The subgraph behind a real local HTTP server; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["content-length"])))["query"]
            status, headers, body = subgraph.answer(query, self.headers.get("authorization"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keeps the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/subgraphs/id/fake"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
