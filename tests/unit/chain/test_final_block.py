"""Headers by the word of those that have the final block."""

from __future__ import annotations

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import OtherBranch
from tests.fakes.chain import FakeChain
from tests.fakes.nodes import FakeNode, transport

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("no_waiting")]


def hash_at(chain: FakeChain, number: int) -> bytes:
    return bytes.fromhex(chain.hash_of(number)[2:])


def two_branches() -> tuple[FakeChain, FakeChain]:
    """The chain, and what it looks like to a node that did not hear of a reorg at block 6."""
    chain = FakeChain()
    chain.skip(20)
    lost = chain.copy()
    chain.rollback(15)
    chain.skip(20)
    return chain, lost


def test_headers__when_a_node_has_another_final_block__then_the_next_one_is_heard() -> None:
    chain, lost = two_branches()
    client = ChainClient(
        ["http://lost", "http://right"], transport=transport({"lost": FakeNode(lost), "right": FakeNode(chain)})
    )

    found = client.headers([18, 3], final=(9, hash_at(chain, 9)))

    assert [header.hash for header in found] == [hash_at(chain, 18), hash_at(chain, 3)]
    assert client.pool.providers[0].failures == 1


def test_headers__when_no_node_has_the_final_block__then_it_raises() -> None:
    chain, lost = two_branches()
    client = ChainClient(["http://lost"], transport=transport({"lost": FakeNode(lost)}))

    with pytest.raises(OtherBranch, match="has another block 9 than the one that is final"):
        client.headers([3], final=(9, hash_at(chain, 9)))
