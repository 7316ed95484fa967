"""Acceptance scenarios of the pool, A29 to A32: A has 500 LPT, B 400, C 300 and D 200, and a hint names two of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.delegation.plan.build import Plan
from apps.delegation.plan.intentions import Delegate, MoveAll, Undelegate
from apps.devnet import moves
from apps.devnet.calldata import calldata
from apps.devnet.wire import Call
from apps.protocol.calldata import encode
from apps.protocol.logs import Event
from apps.protocol.units import ZERO_ADDRESS, Address, LptWei
from tests.integration.delegation.scene import Scene, empty_pool
from tests.stages import LPT, Stage

pytestmark = pytest.mark.integration

Steps = list[tuple[str, int, str]]  # who, how many LPT, to whom


@pytest.fixture(scope="module")
def built_pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with empty_pool(tmp_path_factory.mktemp("pool")) as stage:
        yield stage


@pytest.fixture
def pool(built_pool: Stage) -> Iterator[Scene]:
    """A has 150 LPT of its own and 350 of P's; a round has passed since."""
    kept = built_pool.keep()
    a, b, c, d, _ = built_pool.nodes
    scene = Scene(built_pool, a, b, *(Address(one.address) for one in (c, d, built_pool.people[0])))
    bonded(scene, [("A", 150, "A"), ("B", 400, "B"), ("C", 300, "C"), ("D", 200, "D"), ("P", 350, "A")])
    yield scene
    built_pool.back_to(kept)


def of(scene: Scene, name: str) -> Address:
    """The account of that letter, nobody for 0."""
    everybody = [*scene.stage.nodes, *scene.stage.people]
    return next((Address(one.address) for one in everybody if one.name == name), ZERO_ADDRESS)


def bonded(scene: Scene, steps: Steps) -> None:
    at = scene.stage.net.deployment
    scene.did(*(moves.bond(at, of(scene, who), amount * LPT, of(scene, to)) for who, amount, to in steps))
    scene.stage.next_round()


def places(scene: Scene, number: int) -> None:
    """More places: the contract never takes one away."""
    at = scene.stage.net.deployment
    data = calldata("setNumActiveTranscoders(uint256)", number)
    scene.did(Call(at.deployer, at["BondingManager"], data, what="setNumActiveTranscoders"))


def order(scene: Scene) -> str:
    names = {one.address: one.name for one in scene.stage.nodes}
    return " ".join(f"{names[one.address]}{one.stake // LPT}" for one in scene.now().state.pool.members)


def hints(scene: Scene, plan: Plan) -> tuple[str, ...]:
    """The hints of the last step, in letters."""
    names = {Address(one.address): one.name for one in scene.stage.nodes} | {ZERO_ADDRESS: "0"}
    named = zip(plan.steps[-1].decoded.function.arguments, plan.steps[-1].decoded.values, strict=True)
    return tuple(names[value] for each, value in named if each.name.endswith(("Prev", "Next")))  # type: ignore[index]


@pytest.mark.parametrize(
    ("amount", "to", "hint", "after"),
    [
        (150, "C", ("A", "B"), "A500 C450 B400 D200"),
        (350, "D", ("0", "A"), "D550 A500 B400 C300"),
        (100, "C", ("A", "B"), "A500 C400 B400 D200"),  # a tie, in which the last to come stands first
    ],
)
def test_a29__more_stake__then_the_hint_names_the_neighbours_to_be(
    pool: Scene, amount: int, to: str, hint: tuple[str, str], after: str
) -> None:
    places(pool, 10)

    plan = pool.plan(Delegate(of(pool, "Q"), of(pool, to), LptWei(amount * LPT)))
    pool.mined(plan)

    assert hints(pool, plan)[2:] == hint
    assert order(pool) == after


def test_a29__less_stake__then_the_hint_names_the_neighbours_to_be(pool: Scene) -> None:
    places(pool, 10)

    plan = pool.plan(Undelegate(of(pool, "P")))
    pool.mined(plan)

    assert hints(pool, plan) == ("D", "0")
    assert order(pool) == "B400 C300 D200 A150"


def test_a30__move_from_the_first_to_the_last__then_each_hint_stands_on_the_order_before_it(pool: Scene) -> None:
    at = pool.stage.net.deployment
    pool.did(moves.unbond(at, of(pool, "P"), 100 * LPT), moves.bond(at, of(pool, "Q"), 100 * LPT, of(pool, "A")))
    places(pool, 10)

    plan = pool.plan(MoveAll(of(pool, "P"), of(pool, "D")))
    pool.mined(plan)

    assert hints(pool, plan) == ("C", "D", "0", "B")
    assert order(pool) == "D450 B400 C300 A250"


def test_a31__full_pool_and_more_than_its_last_has__then_that_one_leaves_and_it_is_said(pool: Scene) -> None:
    bonded(pool, [("E", 150, "E")])

    plan = pool.plan(Delegate(of(pool, "Q"), of(pool, "E"), LptWei(60 * LPT)))
    said = pool.mined(plan)

    assert hints(pool, plan)[2:] == ("C", "0")
    assert order(pool) == "A500 B400 C300 E210"
    assert [one.about for one in plan.disturbances if one.code == "node_evicted"] == [of(pool, "D")]
    soon = pool.now().state.round + 1
    assert changed(said) == [
        ("TranscoderDeactivated", of(pool, "D"), soon),
        ("TranscoderActivated", of(pool, "E"), soon),
    ]


def changed(said: list[Event]) -> list[tuple[int | str, ...]]:
    return [(one.name, *one.arguments.values()) for one in said if one.name.startswith("Transcoder")]


def test_a31__full_pool_and_as_much_as_its_last_has__then_nobody_moves_and_there_is_no_hint(pool: Scene) -> None:
    bonded(pool, [("E", 150, "E")])

    plan = pool.plan(Delegate(of(pool, "Q"), of(pool, "E"), LptWei(50 * LPT)))
    said = pool.mined(plan)

    assert hints(pool, plan)[2:] == ("0", "0")
    assert order(pool) == "A500 B400 C300 D200"
    assert changed(said) == []
    assert "delegate_out_of_pool" in [one.code for one in plan.disturbances]


def test_a32__wrong_hints__then_the_end_is_the_same_and_only_gas_is_lost(pool: Scene) -> None:
    who, manager = of(pool, "P"), pool.stage.at.bonding_manager
    plan = pool.plan(Undelegate(who))
    amount = plan.steps[0].decoded.values[0]
    found = {}
    for hint in ("D0", "0D", "00", "BC", "CB", "QP", "AA"):
        kept = pool.stage.keep()
        data = encode("BondingManager", "unbondWithHint", amount, *(of(pool, name) for name in hint))
        (receipt,) = pool.stage.do(Call(who, manager, data, what=hint))
        found[hint] = (int(receipt["status"], 16), order(pool), int(receipt["gasUsed"], 16))
        pool.stage.back_to(kept)

    assert hints(pool, plan) == ("D", "0")
    assert {each[:2] for each in found.values()} == {(1, "B400 C300 D200 A150")}
    assert min(found, key=lambda hint: found[hint][2]) == "D0"
