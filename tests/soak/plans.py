"""One seed of plans: random wishes through planner, proof, signature and chain, among what everybody else does.

A plan that is signed at the block it was made for must end exactly as it promised, for every account and orchestrator
it names, and leave everybody else as they were. One that was overtaken must be refused when it is checked again, or say
what differs, or still do what it promised; and what is reported of it once it is mined must be true.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.chain import fates
from apps.chain.client import ChainClient
from apps.chain.trial import CALL
from apps.delegation import changes
from apps.delegation.aftermath import DONE, judged
from apps.delegation.document import document, state
from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.intentions import Intention, WithdrawFees, concerned, target
from apps.delegation.plan.refusals import Refusal
from apps.delegation.proof import Proof, differences, prove
from apps.protocol.formats import short_address
from apps.protocol.units import Address
from tests.fakes.poorer import Lacking
from tests.promises import events_of, expect_eth, expect_promise, expect_rest, keeps_its_promise
from tests.soak.meanwhile import Meanwhile
from tests.soak.wishes import Wishes
from tests.stages import CLEAR_BLOCKS, Moment, Receipt, Stage, as_far_as, call_of, small_network

A_SEED = 100  # plans that are mined for one seed
MOST_WISHES = 12  # for each plan that is mined: more refusals than that are a planner that refuses everything
IN_BETWEEN = 0.4  # how often something happens before a wish
OVERTAKEN = 0.25  # of the plans
SECOND_LEVEL = 10  # one plan in so many is also proved as on a chain whose nodes do not simulate


class Wrong(AssertionError):
    """What the seed found, with the story that led there."""


@dataclass(slots=True)
class Tally:
    """How it went: plans mined at once by kind, those overtaken by how they ended, refusals by code."""

    mined: Counter[str] = field(default_factory=Counter)
    overtaken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wishes: int = 0

    def __str__(self) -> str:
        def told(found: Counter[str]) -> str:
            return ", ".join(f"{name} {count}" for name, count in found.most_common())

        return (
            f"{sum(self.mined.values())} plans mined at the block they were made for ({told(self.mined)}); overtaken: "
            f"{told(self.overtaken)}; refused of {self.wishes} wishes: {told(self.refused)}"
        )

    def add(self, other: Tally) -> None:
        self.mined += other.mined
        self.overtaken += other.overtaken
        self.refused += other.refused
        self.wishes += other.wishes


@contextmanager
def stages(folder: Path) -> Iterator[Iterator[Stage]]:
    """The small network as it was built, anew at every call of next."""
    with small_network(folder) as stage:
        yield _anew(stage)


def _anew(stage: Stage) -> Iterator[Stage]:
    while True:
        kept = stage.keep()
        yield stage
        stage.back_to(kept)


def play_plans(seed: int, stage: Stage, *, plans: int = A_SEED) -> Tally:
    """Raises Wrong at the first plan that does something else than it says."""
    game = Game(stage, random.Random(f"plans {seed}"))
    try:
        while sum(game.tally.mined.values()) < plans:
            game.turn()
            if game.tally.wishes > MOST_WISHES * plans:
                raise Wrong(f"{game.tally.wishes} wishes made only {game.tally.mined}")
    except Exception as error:
        raise Wrong(f"seed {seed}, plans: {error!r}\n" + "\n".join(game.story[-20:])) from error
    return game.tally


class Game:
    """The wishes of a seed, one after the other."""

    def __init__(self, stage: Stage, rng: random.Random) -> None:
        self.stage, self.rng = stage, rng
        self.tally, self.story = Tally(), list[str]()
        people, nodes = ([Address(one.address) for one in group] for group in (stage.people, stage.nodes))
        self._wishes, self._meanwhile = Wishes(rng, people, nodes), Meanwhile(stage, rng)
        self._now = stage.look()
        urls = [each.url for each in stage.client.pool.providers]
        self._poorer = ChainClient(urls, chain_id=31337, transport=Lacking("eth_simulateV1"))

    def turn(self) -> None:
        """One wish, and what comes of it."""
        if self.rng.random() < IN_BETWEEN:
            self.story.append(self._meanwhile.act())
            self._look()
        now, self.tally.wishes = self._far_from_the_end(), self.tally.wishes + 1
        wanted = self._wishes.next(now.state)
        mine = self._wishes.others(wanted)
        made = self._made(wanted, mine, now)
        if isinstance(made, Refusal):
            is_bare = made.code == "would_revert"  # the contract's own words are told with what led to them
            self.tally.refused[f"{type(wanted).__name__}: {made.sentence}" if is_bare else made.code] += 1
            return
        plan, proof = made
        self.story.append(f"{wanted} {proof.outcomes}")
        if not proof.holds and self._is_beyond_what_is_there(plan, proof):
            self.tally.refused["more fees than the Minter holds"] += 1
            return
        if not proof.holds:
            raise Wrong(f"the contracts simulate something else: {proof.differences} {proof.outcomes}")
        if sum(self.tally.mined.values()) % SECOND_LEVEL == 0:
            self._expect_second_level(plan, mine, now)
        if self.rng.random() < OVERTAKEN:
            self._overtaken(plan, proof, mine, now)
        else:
            self._at_once(plan, proof, now)

    def _look(self) -> Moment:
        """Everybody now, and the model says of each what the contract says."""
        now = self._now = self.stage.look()
        for who, one in now.own.items():
            if now.state.worth(who) != one:
                raise Wrong(f"{who} is worth {one} to the contract and {now.state.worth(who)} to the model")
        return now

    def _far_from_the_end(self) -> Moment:
        """A call is mined in the block to come, which must not be of the next round."""
        if self._now.blocks_left < CLEAR_BLOCKS:
            self.stage.next_round()
            self._look()
        return self._now

    def _made(
        self, wanted: Intention, mine: tuple[Address, ...], now: Moment, agreed: frozenset[str] | None = None
    ) -> tuple[Plan, Proof] | Refusal:
        """As a server makes it: from what is read for this wish alone; all is acknowledged unless told otherwise."""
        what = self.stage.wanted_for(wanted, mine)
        read = self.stage.reading(now.head, what)
        at = self.stage.snapshot_of(now.head, read, mine=mine)
        made = build(wanted, at, acknowledged=agreed or ())
        if agreed is None and isinstance(made, Plan) and made.missing:
            made = build(wanted, at, acknowledged=made.missing)
        if isinstance(made, Refusal):
            return made
        return made, prove(self.stage.client, made, self.stage.at, what, before=read, block=now.head.hash)

    def _is_beyond_what_is_there(self, plan: Plan, proof: Proof) -> bool:
        """Fees that the first contracts credit twice, and cannot pay: a stake that came back by rebondFromUnbonded."""
        if not isinstance(plan.wanted, WithdrawFees) or proof.differences:
            return False
        held = int(self.stage.client.rpc("eth_getBalance", [self.stage.at.minter, "latest"]), 16)
        return plan.run.before.worth(plan.wanted.owner).fees - plan.run.after.worth(plan.wanted.owner).fees > held

    def _expect_second_level(self, plan: Plan, mine: tuple[Address, ...], now: Moment) -> None:
        """Where no node simulates, calls with an overridden sender say the same."""
        what = self.stage.wanted_for(plan.wanted, mine)
        read = self.stage.reading(now.head, what)
        proof = prove(self._poorer, plan, self.stage.at, what, before=read, block=now.head.hash)
        if proof.level != CALL or not proof.holds:
            raise Wrong(f"by {proof.level} the contracts do something else: {proof.differences} {proof.outcomes}")

    # --- at once

    def _at_once(self, plan: Plan, proof: Proof, before: Moment) -> None:
        mined = self.stage.sign(plan.steps)
        later = self._look()
        if not all(int(each["status"], 16) for each in mined):
            raise Wrong("the contract refused what was planned for this very block")
        expect_promise(plan, later)
        expect_rest(plan, before, later)
        expect_eth(plan, before, later, mined)
        verdict = self._verdict(_shown(plan, proof), later, mined)
        if verdict.state != DONE:
            raise Wrong(f"it was done as shown, and the report says: {verdict.sentence}")
        self.tally.mined[type(plan.wanted).__name__] += 1

    # --- overtaken

    def _overtaken(self, plan: Plan, proof: Proof, mine: tuple[Address, ...], before: Moment) -> None:
        """Others are first. What a reader is told then must be true, also if they sign all the same."""
        to = target(plan.wanted)
        whom = [*concerned(plan.wanted), *([to] if to and to in before.state.accounts else [])]
        for _ in range(self.rng.choice((1, 1, 2))):
            self.story.append(f"  meanwhile {self._meanwhile.disturb(before.state, whom)}")
        now, shown = self._look(), _shown(plan, proof)
        again = self._made(plan.wanted, mine, now, agreed=plan.acknowledged)
        if isinstance(again, Refusal):
            checked = f"refused as {again.code}"
        else:
            found = list(changes.differences(shown, _shown(*again)))
            checked = "told what differs" if found else "stands"
        self.story.append(f"  checked again: {checked}")
        self.tally.overtaken[checked.partition(" as ")[0]] += 1
        if checked == "stands" or self.rng.random() < 0.5:
            self._signed_late(plan, shown, must_hold=checked == "stands")

    def _signed_late(self, plan: Plan, shown: Mapping[str, Any], *, must_hold: bool) -> None:
        mined: list[Receipt] = []
        for step in plan.steps:
            earlier = self._now if not mined else self._look()
            mined += self.stage.do(call_of(step))
            if not int(mined[-1]["status"], 16):
                self._failed(earlier, mined[-1], must_hold=must_hold)
                return
        later = self._look()
        verdict = self._verdict(shown, later, mined)
        is_so = keeps_its_promise(plan, later)
        if must_hold and not is_so:
            raise Wrong(f"it still stood, and then: {list(differences(plan.run.after, as_far_as(plan, later.state)))}")
        if (verdict.state == DONE) is not is_so:
            raise Wrong(f"the report is not true: {verdict.sentence} {verdict.differences}")
        self.tally.overtaken["signed, and as shown" if is_so else "signed, and told what came of it"] += 1

    def _failed(self, earlier: Moment, receipt: Receipt, *, must_hold: bool) -> None:
        """A step that the contract refused: a reason is told, and nothing was done."""
        told = fates.fate(self.stage.client, bytes.fromhex(receipt["transactionHash"][2:]))
        if must_hold:
            raise Wrong("it still stood, and the contract refused it")
        if told.ok or told.transaction is None or told.receipt is None:
            raise Wrong(f"a refused step is told as {told}")
        if not fates.refused_because(self.stage.client, told.transaction, block=told.receipt.block_number):
            raise Wrong("no reason is told of a refused step")
        later = self._look()
        if (later.state.accounts, later.state.nodes) != (earlier.state.accounts, earlier.state.nodes):
            raise Wrong("a refused step did something")
        self.tally.overtaken["signed, and refused by the contract"] += 1

    def _verdict(self, shown: Mapping[str, Any], later: Moment, mined: list[Receipt]) -> Any:
        """What a reader is told after the last step."""
        own = [event for one in mined for event in events_of(self.stage, one)]
        last = len(shown["steps"]) - 1
        return judged(shown, last, own=own, now=state(later.state), meanwhile=(), called=short_address)


def _shown(plan: Plan, proof: Proof) -> dict[str, Any]:
    return document(plan, proof, identity="soak")
