"""Facts as columns, their canonical text, and the way back from it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from apps.protocol.units import EthWei, Ppm, Round
from apps.scoring.facts import (
    CutFact,
    Cuts,
    LinkFact,
    NetworkFacts,
    PaymentFact,
    Payments,
    Rounds,
    canonical,
    canonical_pieces,
    digest,
    facts_from,
)
from apps.scoring.jobfacts import CertainFact, JobFacts, LabelFact, MarketFacts
from apps.scoring.plain import PlainError
from tests.unit.scoring.made import NOW, address, gateway, network, node, worsened

pytestmark = pytest.mark.unit

LINK = LinkFact(address(1), gateway(1), "funds", Round(990), "0x" + "ab" * 32, 3, 10**18)
JOBS = JobFacts(listed_days=4, certain=(CertainFact(Round(999), gateway(1), EthWei(10**18), 1),))
FACTS = replace(
    network(worsened(node(1, fees={gateway(1): 7, gateway(2): 5}), reward_cut=600_000), replace(node(2), jobs=JOBS)),
    links=(LINK, replace(LINK, one=address(2), tx_hash="", log_index=0, amount_wei=None)),
    demand=MarketFacts(days=3, labels=(LabelFact(gateway(1), "ai", "high", "list"),)),
)


def test_facts_from__their_canonical_text__are_the_same_facts() -> None:
    again = facts_from(canonical(FACTS))

    assert again == FACTS
    assert digest(again) == digest(FACTS)
    assert canonical(again) == canonical(FACTS)


def test_canonical__is_sorted_json_without_spaces__and_holds_no_number() -> None:
    text = canonical(FACTS)

    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert "".join(canonical_pieces(FACTS)) == text
    assert not any(
        isinstance(value, int | float) and not isinstance(value, bool) for value in _leaves(json.loads(text))
    )


def test_digest__of_these_facts__is_this_on_any_machine() -> None:
    small = NetworkFacts(Round(3), (Round(1), Round(2)), ())

    assert canonical(small) == '{"demand":null,"links":[],"orchestrators":[],"round":"3","window":["1","2"]}'
    assert digest(small) == "435bb3099bb363763a9407fa89a2c8ef7a2b829fff032204438235d9d496696a"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"round":3}', "{", '{"demand":null,"links":[],"orchestrators":[],"round":"x","window":[]}'],
)
def test_facts_from__any_other_text__says_what_is_wrong(text: str) -> None:
    with pytest.raises(PlainError):
        facts_from(text)


def test_payments__in_any_order__are_one_table() -> None:
    rows = [PaymentFact(Round(number), gateway(number % 2), EthWei(number), 1) for number in (7, 3, 5, 4)]

    assert Payments.of(rows) == Payments.of(reversed(rows))
    assert [row.round for row in Payments.of(rows)] == [3, 4, 5, 7]
    assert Payments.of(rows)[0] == rows[1]


def test_cuts__of_one_round__keep_the_order_of_the_chain() -> None:
    first = CutFact(Round(5), Ppm(9), Ppm(0), Ppm(1), Ppm(0))
    second = CutFact(Round(5), Ppm(2), Ppm(0), Ppm(9), Ppm(0))

    assert list(Cuts.of([second, first])) == [second, first]


def test_table__with_columns_of_unequal_length__is_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        Payments((Round(1),), (), (), ())


def test_trimmed__to_fewer_rounds__drops_rounds_and_payments_and_keeps_links_and_cuts() -> None:
    found = FACTS.trimmed(30)

    assert found.window == tuple(range(NOW - 30, NOW))
    assert found.orchestrators[0].rounds == Rounds.of(list(FACTS.orchestrators[0].rounds)[-30:])
    assert len(found.orchestrators[0].payments) == 2
    assert (found.links, found.orchestrators[0].cuts) == (FACTS.links, FACTS.orchestrators[0].cuts)
    assert FACTS.trimmed(90) is FACTS


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    return [value]
