"""Contributions: what a signature costs to check, and the list over 100,000 claims and 100,000 words on them.

`claim_verify` is one claim signed by a key, from its JSON to the proof: read, hashed, the key recovered, the account's
code and the author's registration asked at the newest block of a local chain. `claim_submit` stores it as well. Each
request for the list differs from the one before in filter or place; `feed_p95` is of the API, `feed_page_p95` of the
page.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench.bench import figure, note, open_database, seconds

CLAIMS, WORDS, NODES = 100_000, 100_000, 1_000
REQUESTS = 100
SIGNED = 200  # claims that are checked


def main() -> None:
    open_database("bench_contributions")
    _signatures()
    note(f"{CLAIMS:,} claims filled in {seconds(_fill):.0f} s")
    _feed("feed", _api_paths())
    _feed("feed_page", _page_paths())


def _signatures() -> None:
    from django.test import override_settings

    from apps.chain.client import ChainClient
    from apps.chain.readers.controller import contract_id
    from apps.devnet.network import DeployConfig, Devnet, deploy, load_artifacts, start_anvil
    from apps.protocol.units import WEI
    from tests.factories import ContractChangeFactory
    from tests.parts import anvil_binary, contract_artifacts

    with tempfile.TemporaryDirectory() as folder, start_anvil(anvil_binary(), Path(folder)) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        made = deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4))
        net = Devnet(client, made, seed=3)
        net.next_round()
        node = net.account("node")
        net.bond(node, 1_000 * WEI, node)
        ContractChangeFactory(contract_id=contract_id("BondingManager"), address=made["BondingManager"])
        with override_settings(HEAD_STALE_S=100_000):
            _timed(client, node, made["BondingManager"])


def _timed(client: Any, node: Any, manager: str) -> None:
    from apps.chain import signatures
    from apps.chain.readers import bonding, required
    from apps.chain.records import block_param
    from apps.contributions.services import Accepted, signature_bytes, statement_submit
    from apps.protocol import statements
    from apps.protocol.statements import Refusal
    from apps.protocol.units import Address
    from tests.signing import Signed, claim, signed

    def verify(one: Signed) -> None:
        message = statements.parse(one.document, chain_id=31337)
        raw = signature_bytes(one.signature)
        if isinstance(message, Refusal) or isinstance(raw, Refusal):
            raise SystemExit("a claim cannot be read")
        digest = statements.digest(message, 31337)
        head = client.head()
        at, asked = block_param(head.hash), bonding.is_registered(manager, node.address)
        code, registered = client.batch(
            [
                signatures.code_request(node.address, head.hash),
                ("eth_call", [{"to": manager, "data": f"0x{asked.data.hex()}"}, at]),
            ]
        )
        proof = signatures.prove(
            client, digest=digest, signature=raw, account=Address(node.address), block=head.hash, code=code
        )
        if isinstance(proof, Refusal) or not required(asked, bytes.fromhex(registered[2:])):
            raise SystemExit("a claim was not proved")

    def submit(one: Signed) -> None:
        found = statement_submit(client, document=one.document, signature=one.signature, source="api")
        if not isinstance(found, Accepted):
            raise SystemExit(f"a claim was refused: {found}")

    made = [signed(claim(node.address, title=f"Call {number}", nonce=number), node) for number in range(SIGNED)]
    for one in made[:10]:
        verify(one)
    figure("claim_verify", statistics.median(seconds(partial(verify, one)) for one in made) * 1000, "ms")
    figure("claim_submit", statistics.median(seconds(partial(submit, one)) for one in made) * 1000, "ms")


_STATEMENTS = """
INSERT INTO contributions_statement (digest, kind, signer, author, message, signature, verified_as, chain_id, nonce,
    issued_at, received_at, block_number, block_hash, source)
SELECT '0x' || md5(%(kind)s || n) || md5(n || %(kind)s), %(kind)s, w.who, w.who, '{}', '\\x01', 'ecdsa', 31337, n,
    now() - n * interval '5 minutes', now() - n * interval '5 minutes', 1, decode(repeat('ab', 32), 'hex'), 'api'
FROM generate_series(1, %(count)s) n,
    LATERAL (SELECT '0x' || substr(md5(%(kind)s || n %% %(nodes)s) || md5('x' || n %% %(nodes)s), 1, 40)) w(who)
"""
_CLAIMS = """
INSERT INTO contributions_claim (statement_id, orchestrator, category, title, period_start, period_end, co_authors,
    root_id, issued_at, received_at, state, state_at)
SELECT s.digest, s.author,
    (ARRAY['meetings','support','software','guides','governance','infrastructure','other'])[1 + s.nonce::int %% 7],
    'What was given, number ' || s.nonce, s.issued_at - interval '30 days', s.issued_at, '[]', s.digest, s.issued_at,
    s.received_at,
    (ARRAY['claimed','evidence_checked','evidence_checked','endorsed','disputed','expired'])[1 + s.nonce::int %% 6],
    s.received_at
FROM contributions_statement s WHERE s.kind = 'claim';
INSERT INTO contributions_evidence (claim_id, position, url, normalised_url, kind)
SELECT statement_id, 0, 'https://forum.example/t/' || md5(title), 'https://forum.example/t/' || md5(title), 'forum_post'
FROM contributions_claim
"""
_WORDS = """
INSERT INTO contributions_attestation (statement_id, claim_id, attester, verdict, reason, conflict, issued_at,
    received_at, revoked)
SELECT s.digest, '0x' || md5('claim' || m.n) || md5(m.n || 'claim'), s.author, (s.nonce::int %% 5 > 0)::int,
    'I was there.', '', s.issued_at, s.received_at, s.nonce::int %% 20 = 0
FROM contributions_statement s, LATERAL (SELECT 1 + s.nonce::int %% %(claims)s) m(n) WHERE s.kind = 'attestation'
"""


def _fill() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE contributions_statement CASCADE")
        cursor.execute("SET session_replication_role = replica")  # no checks of 700,000 references: they hold
        for kind, count, nodes in (("claim", CLAIMS, NODES), ("attestation", WORDS, 5 * NODES)):
            cursor.execute(_STATEMENTS, {"kind": kind, "count": count, "nodes": nodes})
        for order in _CLAIMS.split(";"):
            cursor.execute(order, {})
        cursor.execute(_WORDS, {"claims": CLAIMS})
        cursor.execute("SET session_replication_role = DEFAULT")
        for table in ("statement", "claim", "attestation", "evidence"):
            cursor.execute(f"VACUUM ANALYZE contributions_{table}")


def _api_paths() -> Iterator[str]:
    """The whole list, one node's, one category's, one state's and mixtures, at the front and far back in each."""
    from django.test import Client

    client, dice = Client(), random.Random(5)
    while True:
        query = _query(dice)
        path = f"/api/v1/contributions?{query}"
        yield path
        cursor = client.get(path).json()["paging"]["next_cursor"]
        if cursor:
            yield f"{path}&cursor={cursor}"
        yield f"/api/v1/contributions?cursor={_far(dice)}"


def _page_paths() -> Iterator[str]:
    dice = random.Random(6)
    while True:
        yield f"/contributions/?{_query(dice)}"


def _query(dice: random.Random) -> str:
    from apps.contributions.categories import CATEGORIES
    from apps.contributions.models import Claim, State

    node = Claim.objects.values_list("orchestrator", flat=True)[dice.randrange(NODES)]
    chosen = {
        "orchestrator": node if dice.random() < 0.3 else None,
        "category": dice.choice(list(CATEGORIES)) if dice.random() < 0.5 else None,
        "state": dice.choice(State.values) if dice.random() < 0.5 else None,
    }
    return "&".join(f"{name}={value}" for name, value in chosen.items() if value)


def _far(dice: random.Random) -> str:
    from apps.api.cursors import Cursor, write

    micros = int((time.time() - dice.randrange(CLAIMS) * 300) * 1_000_000)
    return write(Cursor((), f"{micros}.0x{'f' * 64}", 0))


def _feed(name: str, paths: Iterator[str]) -> None:
    from django.test import Client, override_settings

    client = Client()

    def ask(path: str) -> float:
        started = time.perf_counter()
        answer = client.get(path)
        took = time.perf_counter() - started
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        return took * 1000

    if client.get(next(paths)).status_code == 404:
        return
    with override_settings(API_REQUESTS_PER_MINUTE=10**6):
        for path in islice(paths, 10):
            ask(path)
        times = [ask(path) for path in islice(paths, REQUESTS)]
    figure(f"{name}_p50", statistics.median(times), "ms")
    figure(f"{name}_p95", statistics.quantiles(times, n=20)[-1], "ms")


if __name__ == "__main__":
    main()
