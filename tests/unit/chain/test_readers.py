"""Readers send the published calldata and turn the answer's words into named, typed values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.chain import words
from apps.chain.client import ChainClient
from apps.chain.errors import AnswerMalformed, CallReverted, ContractMissing, Unreachable
from apps.chain.readers import (
    Read,
    bonding,
    controller,
    minter,
    read,
    read_all,
    read_all_there,
    read_if_there,
    registry,
    rounds,
    tickets,
    token,
)
from apps.protocol import abi
from apps.protocol.units import NEVER, ZERO_ADDRESS, Address, EthWei, Factor, LptWei, Ppb, Ppm, Round
from tests.fakes.chain import ADDRESSES, FakeChain, Revert
from tests.fakes.nodes import FakeNode, Faults, transport

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("no_waiting")]

BONDING, ROUNDS, MINTER = ADDRESSES["BondingManager"], ADDRESSES["RoundsManager"], ADDRESSES["Minter"]
ALICE, BOB, CAROL = (Address("0x" + pair * 20) for pair in ("a1", "b0", "ca"))
LPT = 10**18


@pytest.fixture
def chain() -> FakeChain:
    chain = FakeChain()
    chain.skip(10)
    return chain


@pytest.fixture
def client(chain: FakeChain) -> ChainClient:
    return ChainClient(["http://node"], transport=transport(FakeNode(chain)))


def answer(chain: FakeChain, wanted: Read[Any], *values: int | str) -> None:
    """Makes the chain answer the read with these words."""
    chain.calls[wanted.to, wanted.data] = b"".join(
        int(value, 16).to_bytes(32) if isinstance(value, str) else value.to_bytes(32) for value in values
    )


@pytest.mark.parametrize(
    ("contract", "module"),
    [
        ("Controller", controller),
        ("BondingManager", bonding),
        ("RoundsManager", rounds),
        ("Minter", minter),
        ("TicketBroker", tickets),
        ("LivepeerToken", token),
        ("ServiceRegistry", registry),
    ],
)
def test_selectors__of_a_reader__are_those_of_the_abi(contract: str, module: object) -> None:
    published = {"0x" + abi.selector(function).hex() for function in abi.functions(contract).values()}
    used = {value for value in vars(module).values() if isinstance(value, str) and value.startswith("0x")}

    assert used - {ZERO_ADDRESS} <= published
    assert used - {ZERO_ADDRESS}


@pytest.mark.parametrize(
    ("wanted", "arguments"),
    [
        (bonding.delegator(BONDING, ALICE), [ALICE]),
        (bonding.pending_stake(BONDING, ALICE), [ALICE, 0]),
        (bonding.unbonding_lock(BONDING, ALICE, 3), [ALICE, 3]),
        (bonding.earnings_pool(BONDING, ALICE, 4000), [ALICE, 4000]),
        (bonding.reward_caller(BONDING, ALICE), [ALICE]),
        (bonding.treasury_cut(BONDING), []),
    ],
)
def test_read__of_a_function__has_its_selector_and_arguments(wanted: Read[object], arguments: list[str | int]) -> None:
    from eth_abi.abi import encode

    function = abi.functions("BondingManager")[wanted.function]
    types = [abi.type_of(parameter) for parameter in function["inputs"]]

    assert wanted.data == abi.selector(function) + encode(types, arguments)


def test_delegator__with_stake__has_every_field(chain: FakeChain, client: ChainClient) -> None:
    wanted = bonding.delegator(BONDING, ALICE)
    answer(chain, wanted, 1000 * LPT, 5, BOB, 7 * LPT, 4001, 3999, 2)

    assert read(client, wanted, block=10) == bonding.Delegator(
        bonded_lpt_wei=LptWei(1000 * LPT),
        fees_eth_wei=EthWei(5),
        delegate=BOB,
        delegated_lpt_wei=LptWei(7 * LPT),
        start_round=Round(4001),
        last_claim_round=Round(3999),
        next_lock_id=2,
    )


def test_transcoder__in_the_pool__has_every_field(chain: FakeChain, client: ChainClient) -> None:
    wanted = bonding.transcoder(BONDING, ALICE)
    answer(chain, wanted, 4000, 200_000, 500_000, 3990, 3000, NEVER, 11, 12, 13, 3998)

    assert read(client, wanted, block=10) == bonding.Transcoder(
        last_reward_round=Round(4000),
        reward_cut_ppm=Ppm(200_000),
        fee_share_ppm=Ppm(500_000),
        last_active_stake_update_round=Round(3990),
        activation_round=Round(3000),
        deactivation_round=Round(NEVER),
        active_cumulative_rewards_lpt_wei=LptWei(11),
        cumulative_rewards_lpt_wei=LptWei(12),
        cumulative_fees_eth_wei=EthWei(13),
        last_fee_round=Round(3998),
    )


def test_earnings_pool__of_a_round__has_every_field(chain: FakeChain, client: ChainClient) -> None:
    wanted = bonding.earnings_pool(BONDING, ALICE, 4000)
    answer(chain, wanted, 10_000 * LPT, 200_000, 500_000, 10**27, 3)

    assert read(client, wanted, block=10) == bonding.EarningsPool(
        total_stake_lpt_wei=LptWei(10_000 * LPT),
        reward_cut_ppm=Ppm(200_000),
        fee_share_ppm=Ppm(500_000),
        cumulative_reward_factor=Factor(10**27),
        cumulative_fee_factor=Factor(3),
    )


def test_locks__with_one_withdrawn__are_those_still_open(chain: FakeChain, client: ChainClient) -> None:
    for lock_id, (amount, withdraw_round) in enumerate([(5, 4007), (0, 0), (9, 4010)]):
        answer(chain, bonding.unbonding_lock(BONDING, ALICE, lock_id), amount, withdraw_round)

    assert bonding.locks_of(client, BONDING, ALICE, next_lock_id=3, block=10) == {
        0: bonding.UnbondingLock(LptWei(5), Round(4007)),
        2: bonding.UnbondingLock(LptWei(9), Round(4010)),
    }


@pytest.fixture
def pool_of_three(chain: FakeChain) -> None:
    order = [ALICE, BOB, CAROL]
    chain.calls[BONDING, words.calldata(bonding.GET_FIRST_TRANSCODER_IN_POOL)] = _word(ALICE)
    for who, after in zip(order, [*order[1:], ZERO_ADDRESS], strict=True):
        chain.calls[BONDING, words.calldata(bonding.GET_NEXT_TRANSCODER_IN_POOL, who)] = _word(after)
    outsider = "0x" + "0f" * 20
    chain.calls[BONDING, words.calldata(bonding.GET_NEXT_TRANSCODER_IN_POOL, outsider)] = _word(ZERO_ADDRESS)


def _word(address: str) -> bytes:
    return bytes(12) + bytes.fromhex(address[2:])


@pytest.mark.usefixtures("pool_of_three")
@pytest.mark.parametrize(("likely", "requests"), [([], 4), ([ALICE, BOB, CAROL], 2), ([BOB, "0x" + "0f" * 20], 4)])
def test_pool__walked__is_in_order_whatever_was_guessed(chain: FakeChain, likely: list[str], requests: int) -> None:
    node = FakeNode(chain)
    client = ChainClient(["http://node"], transport=transport(node))

    assert bonding.pool(client, BONDING, block=10, likely=likely) == [ALICE, BOB, CAROL]
    assert node.requests == requests


@pytest.mark.usefixtures("pool_of_three")
def test_pool__going_in_circles__is_malformed(
    chain: FakeChain, client: ChainClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bonding, "POOL_LIMIT", 10)
    chain.calls[BONDING, words.calldata(bonding.GET_NEXT_TRANSCODER_IN_POOL, CAROL)] = _word(ALICE)

    with pytest.raises(AnswerMalformed):
        bonding.pool(client, BONDING, block=10)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (0, bonding.DelegatorStatus.PENDING),
        (1, bonding.DelegatorStatus.BONDED),
        (2, bonding.DelegatorStatus.UNBONDED),
    ],
)
def test_status__of_a_delegator__is_named(
    chain: FakeChain, client: ChainClient, value: int, status: bonding.DelegatorStatus
) -> None:
    wanted = bonding.delegator_status(BONDING, ALICE)
    answer(chain, wanted, value)

    assert read(client, wanted, block=10) is status


def test_status__unknown_to_us__is_malformed(chain: FakeChain, client: ChainClient) -> None:
    wanted = bonding.delegator_status(BONDING, ALICE)
    answer(chain, wanted, 3)

    with pytest.raises(AnswerMalformed):
        read(client, wanted, block=10)


def test_amounts__of_simple_readers__are_numbers(chain: FakeChain, client: ChainClient) -> None:
    simple: list[Read[Any]] = [
        bonding.pending_stake(BONDING, ALICE),
        bonding.pending_fees(BONDING, ALICE),
        bonding.total_stake(BONDING, ALICE),
        bonding.active_stake(BONDING),
        bonding.next_active_stake(BONDING),
        bonding.treasury_cut(BONDING),
        bonding.next_treasury_cut(BONDING),
        bonding.treasury_ceiling(BONDING),
        bonding.unbonding_period(BONDING),
        bonding.pool_size(BONDING),
        bonding.pool_max_size(BONDING),
        tickets.unlock_period(ADDRESSES["TicketBroker"]),
        tickets.validity_period(ADDRESSES["TicketBroker"]),
        token.balance(ADDRESSES["LivepeerToken"], ALICE),
        token.allowance(ADDRESSES["LivepeerToken"], ALICE, BONDING),
        token.permit_nonce(ADDRESSES["LivepeerToken"], ALICE),
    ]
    for place, wanted in enumerate(simple):
        answer(chain, wanted, 2**255 + place)

    assert read_all(client, simple, block=10) == [2**255 + place for place in range(len(simple))]


def test_flags__of_a_bool__are_true_and_false(chain: FakeChain, client: ChainClient) -> None:
    answer(chain, bonding.is_active(BONDING, ALICE), 1)
    answer(chain, bonding.is_registered(BONDING, ALICE), 0)
    answer(chain, controller.paused(ADDRESSES["Controller"]), 2)

    assert read(client, bonding.is_active(BONDING, ALICE), block=10) is True
    assert read(client, bonding.is_registered(BONDING, ALICE), block=10) is False
    with pytest.raises(AnswerMalformed):
        read(client, controller.paused(ADDRESSES["Controller"]), block=10)


def test_round_state__of_a_round__has_every_field_and_the_blocks_left(chain: FakeChain, client: ChainClient) -> None:
    for selector, value in [
        (rounds.CURRENT_ROUND, 4001),
        (rounds.CURRENT_ROUND_INITIALIZED, 0),
        (rounds.LAST_INITIALIZED_ROUND, 4000),
        (rounds.CURRENT_ROUND_LOCKED, 1),
        (rounds.CURRENT_ROUND_START_BLOCK, 22_998_000),
        (rounds.ROUND_LENGTH, 6377),
        (rounds.ROUND_LOCK_AMOUNT, 100_000),
        (rounds.BLOCK_NUM, 23_000_000),
    ]:
        chain.calls[ROUNDS, words.calldata(selector)] = value.to_bytes(32)

    state = rounds.state(client, ROUNDS, block=10)

    assert (state.current_round, state.is_initialised, state.last_initialised_round) == (4001, False, 4000)
    assert (state.is_locked, state.lock_ppm) == (True, 100_000)
    assert state.blocks_left == 4377


def test_minting__of_a_round__has_every_field(chain: FakeChain, client: ChainClient) -> None:
    for place, make in enumerate(
        [
            minter.inflation,
            minter.inflation_change,
            minter.target_bonding_rate,
            minter.mintable,
            minter.minted,
            minter.global_supply,
        ]
    ):
        answer(chain, make(MINTER), place + 1)

    assert minter.minting(client, MINTER, block=10) == minter.Minting(
        Ppb(1), Ppb(2), Ppb(3), LptWei(4), LptWei(5), LptWei(6)
    )


def test_sender_info__of_a_gateway__has_every_field(chain: FakeChain, client: ChainClient) -> None:
    wanted = tickets.sender_info(ADDRESSES["TicketBroker"], ALICE)
    answer(chain, wanted, 1, 2, 3, 4)

    assert read(client, wanted, block=10) == tickets.SenderInfo(EthWei(1), Round(2), EthWei(3), EthWei(4))


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (b"https://orch.example:8935", "https://orch.example:8935"),
        (b"", ""),
        ("ünï".encode(), "ünï"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_service_uri__of_any_bytes__is_text(chain: FakeChain, client: ChainClient, stored: bytes, shown: str) -> None:
    wanted = registry.service_uri(ADDRESSES["ServiceRegistry"], ALICE)
    padded = stored + bytes(-len(stored) % 32)
    chain.calls[wanted.to, wanted.data] = (32).to_bytes(32) + len(stored).to_bytes(32) + padded

    assert read(client, wanted, block=10) == shown


def test_service_uri__longer_than_its_answer__is_malformed(chain: FakeChain, client: ChainClient) -> None:
    wanted = registry.service_uri(ADDRESSES["ServiceRegistry"], ALICE)
    answer(chain, wanted, 32, 2**200)

    with pytest.raises(AnswerMalformed):
        read(client, wanted, block=10)


def test_addresses__of_known_and_unknown_names__are_found_or_none(chain: FakeChain, client: ChainClient) -> None:
    chain.register("Treasury", ZERO_ADDRESS)

    found = controller.addresses(client, ADDRESSES["Controller"], ["BondingManager", "Treasury"], block=10)

    assert found == {"BondingManager": BONDING, "Treasury": None}


def test_contract_id__of_a_name__is_the_published_one() -> None:
    assert controller.contract_id("BondingManager").hex() == (
        "2517d59a36a86548e38734e8ab416f42afff4bca78706a66ad65750dae7f9e37"
    )


@pytest.mark.parametrize("lacking", [Revert(), Revert("not here"), b""])
def test_optional_read__of_a_function_the_chain_lacks__is_none(
    chain: FakeChain, client: ChainClient, lacking: bytes | Revert
) -> None:
    wanted = bonding.treasury_cut(BONDING)
    chain.calls[wanted.to, wanted.data] = lacking

    assert read_if_there(client, wanted, block=10) is None
    both: list[Read[int]] = [bonding.pool_size(BONDING), bonding.pool_max_size(BONDING)]
    answer(chain, both[1], 5)
    assert read_all_there(client, both, block=10) == [None, 5]


def test_optional_read__from_a_failing_provider__raises(chain: FakeChain) -> None:
    broken = FakeNode(chain, Faults(failures=("500",), failure_rate=1))

    with pytest.raises(Unreachable):
        read_if_there(
            ChainClient(["http://node"], transport=transport(broken)), bonding.treasury_cut(BONDING), block=10
        )


def test_read__refused_by_the_contract__says_which_and_why(chain: FakeChain, client: ChainClient) -> None:
    wanted = bonding.pending_stake(BONDING, ALICE)
    chain.calls[wanted.to, wanted.data] = Revert("system is paused")

    with pytest.raises(CallReverted, match=r"pendingStake of 0x.* refused: system is paused") as refusal:
        read(client, wanted, block=10)
    assert refusal.value.reason == "system is paused"


def test_read__where_no_contract_is__names_the_setting(client: ChainClient) -> None:
    with pytest.raises(ContractMissing, match="check CONTROLLER_ADDRESS"):
        read(client, bonding.active_stake(CAROL), block=10)


@pytest.mark.parametrize(
    "make", [bonding.delegator, bonding.transcoder, bonding.total_stake, bonding.is_active, bonding.reward_caller]
)
def test_read__answered_too_briefly__is_malformed(
    chain: FakeChain, client: ChainClient, make: Callable[[str, str], Read[object]]
) -> None:
    wanted = make(BONDING, ALICE)
    chain.calls[wanted.to, wanted.data] = b"\x01" * 31

    with pytest.raises(AnswerMalformed):
        read(client, wanted, block=10)


def test_address__wider_than_twenty_bytes__is_malformed() -> None:
    with pytest.raises(AnswerMalformed):
        words.address(b"\x01" + bytes(31))


def test_calldata__of_each_kind_of_argument__is_padded_to_words() -> None:
    data = words.calldata("0x01020304", ALICE, 7, b"\x09" * 32)

    assert data == b"\x01\x02\x03\x04" + bytes(12) + b"\xa1" * 20 + (7).to_bytes(32) + b"\x09" * 32
    with pytest.raises(ValueError, match="3 bytes"):
        words.calldata("0x01020304", b"abc")
