"""Every character of the simulated network stands where an honest reader would put it, and each test says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from apps.devnet.outside import labels
from apps.network.models import Block, CutChange, Round
from apps.protocol.units import WEI
from apps.scoring import selectors, services
from apps.scoring.facts import NetworkFacts, OrchestratorFacts, Payments
from apps.scoring.formula import score
from apps.scoring.inputs import finalized_block, snapshot
from apps.scoring.results import Part, Result
from apps.scoring.selectors import ScoreRow
from indexer import senders, sync
from indexer.models import IndexState
from indexer.store import Books
from tests.integration.conftest import Lived

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@dataclass(frozen=True)
class Scored:
    """The lived network at one block: what was known there, and the scores that follow, by the characters' names."""

    network: Lived
    facts: NetworkFacts

    @cached_property
    def results(self) -> dict[str, Result]:
        return self.scored(self.facts)

    def scored(self, facts: NetworkFacts) -> dict[str, Result]:
        """The scores had these been the facts."""
        return {self.name(one.address): one for one in score(facts)}

    def name(self, address: str) -> str:
        return self.network.cast.names.get(address, address)

    def address(self, name: str) -> str:
        return self.network.cast.accounts[name].address

    def rank(self, name: str) -> int:
        found = self.results[name].rank
        assert found is not None, self.results[name].gates
        return found

    def part(self, name: str, part: str) -> Part:
        return next(one for one in self.results[name].parts if one.name == part)

    def value(self, name: str, part: str) -> float:
        found = self.part(name, part).value
        assert found is not None
        return float(found)

    def width(self, name: str) -> float:
        return float(self.results[name].high - self.results[name].low)

    def gates(self, name: str) -> list[str]:
        return [gate.code for gate in self.results[name].gates]

    def source(self, name: str, key: str) -> float:
        return float(str(self.part(name, "work").sources[key]))


@pytest.fixture(scope="module")
def indexed(lived: Lived, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Lived]:
    """The whole history in the tables with the senders of its fundings, for all tests of this file."""
    contracts = override_settings(CONTROLLER_ADDRESS=lived.deployment.controller)
    with django_db_blocker.unblock(), contracts, transaction.atomic():
        sync.follow(lived.client, books=Books())
        senders.find(lambda: lived.client)
        yield lived
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def now(indexed: Lived, django_db_blocker: DjangoDbBlocker) -> Scored:
    """At the newest final block, with some sixty whole rounds behind it."""
    with django_db_blocker.unblock():
        block = finalized_block()
        assert block is not None
        return _at(indexed, block)


def _at(network: Lived, block: Block) -> Scored:
    taken = snapshot(block)
    assert taken is not None
    return Scored(network, taken.facts)


def _when_began(network: Lived, number: int) -> Scored:
    return _at(network, Round.objects.get(number=number).block)


def _without_payments_of(one: OrchestratorFacts, gateway: str) -> OrchestratorFacts:
    kept = [paid for paid in one.payments if paid.gateway != gateway]
    return replace(one, payments=Payments.of(kept))


# ---- work


def test_self_dealer__gains_nothing_from_its_own_gateway(now: Scored) -> None:
    """It paid into the deposit from which it is paid: that is its own money going round."""
    own, dealer = now.address("own-gateway"), now.address("self-dealer")
    without = replace(now.facts, orchestrators=tuple(_without_payments_of(one, own) for one in now.facts.orchestrators))
    paid, unpaid = now.results["self-dealer"], now.scored(without)["self-dealer"]
    assert (paid.value, paid.rank, paid.low, paid.high) == (unpaid.value, unpaid.rank, unpaid.low, unpaid.high)

    flows = now.part("self-dealer", "work").sources["flows"]
    assert isinstance(flows, list)
    flow = next(one for one in flows if one["payer"] == own)
    assert (flow["code"], float(flow["kept"])) == ("funded_by_recipient", 0)
    assert int(flow["fees_eth_wei"]) > 10 * WEI
    assert {(link["kind"], link["one"], link["other"]) for link in flow["evidence"]} == {("funds", dealer, own)}
    honest = [name for name, one in now.results.items() if one.rank and now.source(name, "fees_long_eth_wei")]
    assert len(honest) == 15
    assert all(now.value(name, "work") > now.value("self-dealer", "work") for name in honest)


def test_self_dealer__while_nobody_had_told_who_funds_its_gateway__is_no_better_than_in_doubt(now: Scored) -> None:
    """Without the sender a sole payer is only odd: a part counts, and the interval says how much is not known."""
    unaware = now.scored(replace(now.facts, links=()))["self-dealer"]
    known = now.results["self-dealer"]
    assert unaware.value is not None
    assert known.value is not None
    assert unaware.value > known.value
    assert unaware.high - unaware.low > known.high - known.low


def test_idle_whale__stands_below_small_nodes_that_work(now: Scored) -> None:
    """The largest stake and never a ticket; what it holds is no reason to hold more there."""
    assert now.results["idle-whale"].advice.sentence.startswith("Earned no fees with ")
    for worker in ("small-forge", "hobbyist", "newcomer", "steady-worker"):
        assert now.rank(worker) < now.rank("idle-whale")
        assert now.value(worker, "work") > now.value("idle-whale", "work")


def test_small_forge__stands_first_for_what_its_stake_does(now: Scored) -> None:
    """A fifteenth of the steady worker's stake, two thirds of its fees."""
    assert now.rank("small-forge") == 1
    ratios = {name: now.source(name, "fees_per_stake") for name, one in now.results.items() if one.rank}
    assert max(ratios, key=ratios.__getitem__) == "small-forge"


def test_crowd_favourite__stands_below_those_who_do_the_work_its_stake_suggests(now: Scored) -> None:
    """Many delegators and a fifth of the fees that its stake would suggest: popularity is no work."""
    assert now.source("crowd-favourite", "fees_per_stake") < 0.5
    for worker in ("steady-worker", "many-payers", "late-caller", "burst-worker"):
        assert now.rank(worker) < now.rank("crowd-favourite")


def test_many_payers_and_burst_worker__are_told_apart_from_a_node_with_one_client(now: Scored) -> None:
    """Several gateways chose them; the specialist's earnings hang on one."""
    assert now.source("many-payers", "effective_payers") > 2
    assert now.source("burst-worker", "effective_payers") > 2
    assert now.source("ai-specialist", "effective_payers") == 1
    assert now.source("ai-specialist", "fees_long_eth_wei") > now.source("burst-worker", "fees_long_eth_wei")
    assert now.value("burst-worker", "work") > now.value("ai-specialist", "work")


def test_hobbyist__ranks_with_an_interval_that_owns_how_little_is_known(now: Scored) -> None:
    """Half an ETH on a small stake is real work, and says little about the next half."""
    assert now.rank("hobbyist") < now.rank("no-address")
    assert now.width("hobbyist") > 1.5 * now.width("steady-worker")


def test_no_address__is_judged_by_what_it_was_paid(now: Scored) -> None:
    """It never said where it serves, and still a gateway found it: fees are on the chain, an address is a claim."""
    assert now.rank("no-address") < now.rank("idle-whale")
    assert now.gates("no-address") == []


# ---- rewards


def test_reward_misser__loses_reliability_and_what_delegators_got(now: Scored) -> None:
    """Who misses a third of its calls leaves its delegators without a third of their rewards."""
    steady = [name for name, one in now.results.items() if one.rank and name not in ("reward-misser", "hobbyist")]
    assert all(now.source(name, "reliability") > now.source("reward-misser", "reliability") for name in steady)
    assert now.value("late-caller", "terms") - now.value("reward-misser", "terms") > 20  # much the same terms posted
    assert now.results["reward-misser"].advice.sentence.startswith("Missed ")


def test_late_caller__loses_nothing(now: Scored) -> None:
    """It calls late in each round, and calls in all of them."""
    assert now.source("late-caller", "reliability") == now.source("steady-worker", "reliability")


def test_sleeper__is_gated(now: Scored) -> None:
    """Registered and active, and whoever stays there earns nothing any more."""
    assert now.gates("sleeper") == ["misses_rewards"]
    assert now.results["sleeper"].advice.severity == "danger"
    assert now.results["sleeper"].rank is None


# ---- terms


def test_full_cut__is_the_bottom_of_terms_and_of_the_list(now: Scored) -> None:
    """It keeps everything: no stake there has ever earned."""
    assert now.value("full-cut", "terms") == 0
    assert all(now.value(name, "terms") > 0 for name in now.results if name != "full-cut")
    assert now.rank("full-cut") == max(one.rank or 0 for one in now.results.values())


def test_open_hand__has_the_best_terms(now: Scored) -> None:
    """It passes on nearly all, and has for as long as it lives."""
    terms = {name: now.value(name, "terms") for name, one in now.results.items() if one.rank}
    assert max(terms, key=terms.__getitem__) == "open-hand"


def test_cut_spiker__is_below_everybody_with_the_same_terms_posted(now: Scored) -> None:
    """Five per cent are posted, and twice in eighteen rounds the cut stood at all when rewards came."""
    assert now.results["cut-spiker"].advice.severity == "danger"
    assert now.value("idle-whale", "terms") - now.value("cut-spiker", "terms") > 30  # the very same cut and share
    worse = [name for name in now.results if now.value(name, "terms") < now.value("cut-spiker", "terms")]
    assert sorted(worse) == ["full-cut", "sleeper"]


def test_cut_spiker__falls_in_the_first_run_whose_final_block_covers_the_rise(indexed: Lived) -> None:
    spiker = indexed.cast.accounts["cut-spiker"].address
    rises = [row for row in CutChange.objects.filter(orchestrator=spiker).order_by("block_id") if row.worsens]
    rise = rises[3]
    before, covered = (_terms_in_run(spiker, at) for at in (rise.block_id - 1, rise.block_id))
    assert covered < before - 1
    again = _terms_in_run(spiker, Round.objects.get(number=rise.round + 1).block_id)
    assert again < before - 1  # taken back within a round, and not forgotten


def _terms_in_run(address: str, final: int) -> float:
    IndexState.objects.update(finalized_block=final)
    run = services.network_score()
    assert run is not None
    assert run.as_of_block <= final
    row = selectors.score_of(address, run=run)  # type: ignore[arg-type]
    assert row is not None
    return _stored(row)["terms"]


def _stored(row: ScoreRow) -> Mapping[str, float]:
    return {part.name: part.value for part in row.parts if part.value is not None}


def test_slow_raiser__is_told_by_each_of_its_small_steps(now: Scored) -> None:
    """Late-caller posts much the same; but here the next step is to be expected."""
    assert "earlier worsenings" in now.part("slow-raiser", "terms").reason
    assert now.results["slow-raiser"].advice.sentence.startswith("Terms got worse lately")
    assert now.value("late-caller", "terms") - now.value("slow-raiser", "terms") > 5


# ---- who has no rank, and when


def test_newcomer__has_no_rank_before_ten_rounds_and_a_fair_one_later(indexed: Lived, now: Scored) -> None:
    """It joined in round 20; what a few rounds show is kept beside the gate and not ranked."""
    early = _when_began(indexed, 27)
    assert early.gates("newcomer") == ["too_new"]
    assert early.results["newcomer"].value is not None
    assert early.width("newcomer") > 1.5 * early.width("steady-worker")
    assert now.gates("newcomer") == []
    assert now.rank("newcomer") < now.rank("crowd-favourite")  # works more for its stake


def test_waiting_outside__is_not_active_while_it_waits_and_too_new_when_it_is_let_in(
    indexed: Lived, now: Scored
) -> None:
    """Its stake reached the pool in round 56 only."""
    assert "not_active" in _when_began(indexed, 50).gates("waiting-outside")
    assert now.gates("waiting-outside") == ["too_new"]


def test_edge_of_pool__loses_its_rank_with_its_place(indexed: Lived, now: Scored) -> None:
    """Pushed out in round 56: it worked well, and stake there earns nothing now."""
    assert _when_began(indexed, 50).gates("edge-of-pool") == []
    assert now.gates("edge-of-pool") == ["not_active"]
    assert now.results["edge-of-pool"].value is not None


def test_leaver__is_not_registered_any_more(indexed: Lived, now: Scored) -> None:
    """It resigned in round 45 and left somebody's stake behind, whom the advice has to reach."""
    assert _when_began(indexed, 40).gates("leaver") == []
    assert "not_registered" in now.gates("leaver")
    assert now.results["leaver"].advice.severity == "danger"


def test_list__of_all_characters__ranks_eighteen_of_them(now: Scored) -> None:
    ranked = sorted((one.rank, name) for name, one in now.results.items() if one.rank)
    assert [place for place, _ in ranked] == list(range(1, 19))
    assert {name for name in now.results if not now.results[name].rank} == {
        "edge-of-pool",
        "leaver",
        "sleeper",
        "waiting-outside",
    }
    assert [name for _, name in ranked[-4:]] == ["idle-whale", "cut-spiker", "self-dealer", "full-cut"]


# ---- job mix


def test_job_mix__by_labels__is_sure_of_what_a_labelled_gateway_paid__and_of_nothing_else(
    indexed: Lived, settings: Settings, tmp_path: Path
) -> None:
    """The worker is paid by one gateway that transcodes, by one nobody knows, and by one whose tickets cannot lose."""
    settings.GATEWAY_LABELS_FILE = labels.write(tmp_path, indexed.cast)
    block = finalized_block()
    assert block is not None
    at = _at(indexed, block)
    paid = Counter[str]()
    for one in next(one for one in at.facts.orchestrators if one.address == at.address("steady-worker")).payments:
        paid[at.name(one.gateway)] += one.amount_eth_wei
    assert set(paid) == {"studio-gateway", "overdrawn-gateway", "tasting-gateway"}

    part = at.part("steady-worker", "jobs")
    split = part.sources["fees_by_job_type"]["long"]  # type: ignore[index]

    assert [(each["job_type"], each["low_eth_wei"]) for each in split["types"]] == [
        ("transcoding", str(paid["studio-gateway"]))
    ]
    assert split["unknown_eth_wei"] == str(paid["overdrawn-gateway"])
    assert [(each["code"], each["amount_eth_wei"]) for each in split["taken_out"]] == [
        ("certain", str(paid["tasting-gateway"]))
    ]
    assert part.value is not None
    assert at.part("ai-specialist", "jobs").value is None  # an AI gateway pays it, and no source tells for what
