"""A kept plan as its page shows it: what changes and what does not, what is to be agreed to, what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from apps.delegation.aftermath import Called
from apps.delegation.export import texts
from apps.delegation.export.kept import steps_of
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.network.selectors.yieldquery import written
from apps.protocol import formats
from apps.protocol.formats import EN_DASH, NBSP
from apps.protocol.units import Address, LptWei
from apps.web.pictures import holdings
from apps.web.pictures.holdings import Held
from apps.web.plan.kinds import KINDS, Kind
from apps.web.plan.words import Point, point

_STATES = PlanSubmission.State
_TONES = {"done": "good", "different": "warn", "failed": "danger", "replaced": "warn", "dropped": "warn"}
_ICONS = {"done": "check", "waiting": "clock", "failed": "octagon"}
LEVELS = {
    "simulate": "the contracts themselves, run on all steps in a simulation (eth_simulateV1)",
    "call": "the contracts themselves, each step tried with overridden state (eth_call)",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure before and after; `change` is empty where it is no amount."""

    words: str
    now: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class Group:
    """What changes of one account or orchestrator."""

    words: str
    address: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A disturbance to read, with its one box."""

    code: str
    words: Point
    sentences: tuple[str, ...]
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Another way; `url` is empty where there is nothing to fill in."""

    sentence: str
    url: str
    disturbs: int


@dataclass(frozen=True, slots=True)
class Signable:
    """A step with its call, as text for people and for tools."""

    number: int
    sentence: str
    step: Mapping[str, Any]
    command: str
    link: str
    state: str  # of its newest submission, "" before one

    @property
    def is_done(self) -> bool:
        return self.state == _STATES.DONE


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a transaction that was sent."""

    number: int
    tx_hash: bytes
    state: str
    tone: str
    icon: str
    outcome: Mapping[str, Any]
    mends: tuple[Way, ...]

    @property
    def names_its_step(self) -> bool:
        return str(self.outcome.get("sentence", "")).startswith("Step ")


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything plan/show.html needs."""

    plan: PreparedPlan
    document: Mapping[str, Any]
    kind: Kind
    groups: tuple[Group, ...]
    picture: tuple[tuple[str, SafeString], ...]
    picture_keys: Sequence[tuple[str, str]]
    agreements: tuple[Agreement, ...]
    ways: tuple[Way, ...]
    steps: tuple[Signable, ...]
    results: tuple[Result, ...]
    proof: str
    gas: int | None
    has_expired: bool
    form_url: str

    @property
    def is_ready(self) -> bool:
        return bool(self.document["ready"])

    @property
    def to_agree(self) -> int:
        return sum(not one.is_agreed for one in self.agreements)

    @property
    def done(self) -> int:
        """How many steps, from the first on, are done."""
        return next((one.number for one in self.steps if not one.is_done), len(self.steps))

    @property
    def is_waiting(self) -> bool:
        return any(one.state == _STATES.WAITING for one in self.results)

    @property
    def can_sign(self) -> bool:
        """Nothing was sent, or all that was sent is done as shown and a step is left."""
        sent_well = all(one.state == _STATES.DONE for one in self.results)
        fresh = not self.has_expired or bool(self.results)
        return self.is_ready and sent_well and fresh and self.done < len(self.steps)

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.document["made_at"]["time"], UTC)


def page_of(kept: PreparedPlan, base: str, called: Called) -> PlanPage:
    """The page of a kept plan; `base` is the address of the form."""
    document = kept.document
    then, now = (_signer_of(document, side) for side in ("before", "after"))
    sent = list(kept.submissions.order_by("step", "id"))
    gas = [one["gas_simulated"] for one in document["steps"]]
    return PlanPage(
        plan=kept,
        document=document,
        kind=KINDS[document["kind"]],
        groups=tuple(_groups(document, called)),
        picture=holdings.drawn(then, now),
        picture_keys=holdings.keys(then, now),
        agreements=tuple(_agreements(document)),
        ways=tuple(_way(one, document, base) for one in document["alternatives"]),
        steps=tuple(_signables(document, sent)),
        results=tuple(_result(one, base) for one in sent),
        proof=LEVELS.get(document["proof"]["level"], document["proof"]["level"]),
        gas=sum(gas) if all(one is not None for one in gas) else None,
        has_expired=datetime.now(UTC) >= kept.expires_at,
        form_url=_changing(base, document["intention"], kept.mine),
    )


# --- before and after


def _signer_of(document: Mapping[str, Any], side: str) -> Held:
    """What the signer holds; nothing where the document does not tell of it."""
    found = (one for one in document[side]["accounts"] if one["address"] == document["signer"])
    return next((holdings.held(one) for one in found), Held(0, 0, 0))


def _groups(document: Mapping[str, Any], called: Called) -> Iterator[Group]:
    before, after = document["before"], document["after"]
    own = document["signer"]
    for then, now in _pairs(before["accounts"], after["accounts"]):
        rows = tuple(_account_rows(then, now, called))
        if rows:
            words = "Your account" if then["address"] == own else "The account"
            yield Group(words, then["address"], rows)
    for then, now in _pairs(before["nodes"], after["nodes"]):
        rows = tuple(_node_rows(then, now))
        if rows:
            yield Group(f"Orchestrator{_name(then['address'], called)}", then["address"], rows)


def _name(address: str, called: Called) -> str:
    """Its name with a blank before it; nothing where it has none, since the whole address follows."""
    words = called(Address(address))
    return "" if words == formats.short_address(address) else f" {words}"


def _pairs(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """The same account or node at both moments."""
    later = {one["address"]: one for one in after}
    return ((one, later[one["address"]]) for one in before if one["address"] in later)


def _account_rows(then: Mapping[str, Any], now: Mapping[str, Any], called: Called) -> Iterator[Row]:
    if then["delegate"] != now["delegate"]:
        yield Row("Orchestrator", _node(then["delegate"], called), _node(now["delegate"], called), "")
    if then["status"] != now["status"]:
        yield Row("Status", then["status"].capitalize(), now["status"].capitalize(), "")
    yield from _amounts(
        then,
        now,
        (
            ("stake_lpt_wei", "Stake, with all that is pending", "LPT"),
            ("fees_eth_wei", "Fees, with all that is pending", "ETH"),
            ("balance_lpt_wei", "LPT in the wallet", "LPT"),
            ("allowance_lpt_wei", "What the staking contract may draw", "LPT"),
        ),
    )
    if then["start_round"] != now["start_round"] and now["stake_lpt_wei"] != "0":
        yield Row("Counts from round", formats.grouped(then["start_round"]), formats.grouped(now["start_round"]), "")
    yield from _locks(then["locks"], now["locks"])


def _amounts(then: Mapping[str, Any], now: Mapping[str, Any], named: Sequence[tuple[str, str, str]]) -> Iterator[Row]:
    for name, words, unit in named:
        old, new = int(then[name]), int(now[name])
        if old != new:
            change = formats.signed(formats.exact(new - old), of=new - old)
            yield Row(words, amount(old, unit), amount(new, unit), change)


def amount(wei: int, unit: str) -> str:
    """Every digit with its unit."""
    return f"{formats.exact(wei)}{NBSP}{unit}"


def _locks(then: Sequence[Any], now: Sequence[Any]) -> Iterator[Row]:
    old, new = ({one["id"]: one for one in side} for side in (then, now))
    for number in sorted({*old, *new}):
        if old.get(number) != new.get(number):
            yield Row(f"Unbonding lock {number}", _lock(old.get(number)), _lock(new.get(number)), "")


def _lock(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return EN_DASH
    return f"{amount(int(one['amount_lpt_wei']), 'LPT')}, from round {one['withdraw_round']:,}"


def _node(address: str | None, called: Called) -> str:
    return "none" if address is None else called(Address(address))


def _node_rows(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Row]:
    yield from _amounts(then, now, (("stake_lpt_wei", "Stake with it", "LPT"),))
    if then["place_in_pool"] != now["place_in_pool"]:
        yield Row("Place by stake", _place(then["place_in_pool"]), _place(now["place_in_pool"]), "")
    if then["registered"] != now["registered"]:
        yield Row("Registered", _yes(then["registered"]), _yes(now["registered"]), "")
    for name, words in (("reward_cut_ppm", "Reward cut"), ("fee_share_ppm", "Fee share")):
        if then[name] != now[name]:
            yield Row(words, f"{formats.percent(then[name])}{NBSP}%", f"{formats.percent(now[name])}{NBSP}%", "")


def _place(place: int | None) -> str:
    return "none" if place is None else formats.grouped(place)


def _yes(one: bool) -> str:
    return "yes" if one else "no"


# --- what is to be agreed to, and other ways


def _agreements(document: Mapping[str, Any]) -> Iterator[Agreement]:
    """One for each code, with everything that is said under it."""
    by_code: dict[str, list[Mapping[str, Any]]] = {}
    for one in document["disturbances"]:
        by_code.setdefault(one["code"], []).append(one)
    for code, found in by_code.items():
        sentences = tuple(dict.fromkeys(one["sentence"] for one in found))
        yield Agreement(code, point(code), sentences, all(one["acknowledged"] for one in found))


def _way(one: Mapping[str, Any], document: Mapping[str, Any], base: str) -> Way:
    url = ""
    if one["kind"] in KINDS:
        url = _form_url(base, {**_carried(document, one["kind"]), "kind": one["kind"]})
    return Way(one["sentence"], url, one["disturbs"])


def _carried(document: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What of the intention means the same in another. Whose the stake shall be is for the reader to say."""
    fields = {name: value for name, value in document["intention"].items() if name != "owner"}
    if kind == "delegate_for" and "to" not in fields:
        own = (one["delegate"] for one in document["before"]["accounts"] if one["address"] == document["signer"])
        fields["to"] = next(own, None)
    return fields


def _changing(base: str, intention: Mapping[str, Any], mine: Sequence[str]) -> str:
    """The form as it was, with the box for everything ticked where that was asked for."""
    kind = KINDS[intention["kind"]]
    is_all = kind.all_words and not intention.get(kind.all_stands_for)
    return _form_url(base, intention, mine) + ("&all=1" if is_all else "")


def _form_url(base: str, intention: Mapping[str, Any], mine: Sequence[str] = ()) -> str:
    """The form with these fields filled in, as far as its intention has them."""
    kind = KINDS[intention["kind"]]
    pairs = [("kind", kind.code)]
    for field in kind.fields:
        value = intention.get(field.name)
        if value is not None:
            pairs += [(field.name, text) for text in _typed(field.shape, value)]
    if mine:
        pairs.append(("and", " ".join(mine)))
    return f"{base}?{urlencode(pairs)}"


def _typed(shape: str, value: Any) -> list[str]:
    """A value of an intention as a reader would type it."""
    if shape == "amount":
        return [written(LptWei(int(value)))]
    if shape == "percent":
        return [formats.percent(int(value))]
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


# --- steps and what became of them


def _signables(document: Mapping[str, Any], sent: Sequence[PlanSubmission]) -> Iterator[Signable]:
    newest = {one.step: str(one.state) for one in sent}
    made = steps_of(document) if document["ready"] else ()
    for number, step in enumerate(document["steps"]):
        command = texts.command(made[number]) if made else ""
        link = texts.link(made[number], chain_id=document["chain_id"]) if made else ""
        yield Signable(number, step["sentence"], step, command, link, newest.get(number, ""))


def _result(one: PlanSubmission, base: str) -> Result:
    mends = tuple(
        Way(each["sentence"], _form_url(base, each["intention"]), 0)
        for each in one.outcome.get("mends", ())
        if each["intention"].get("kind") in KINDS
    )
    state = str(one.state)
    return Result(
        one.step, bytes(one.tx_hash), state, _TONES.get(state, ""), _ICONS.get(state, "triangle"), one.outcome, mends
    )
