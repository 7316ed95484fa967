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
from apps.protocol.units import LptWei
from apps.web import accounts
from apps.web.pictures import holdings
from apps.web.pictures.holdings import Held
from apps.web.plan import figures
from apps.web.plan.agreeing import Agreement, Answered, agreements
from apps.web.plan.figures import Group, Outcome
from apps.web.plan.kinds import KINDS, Kind

_STATES = PlanSubmission.State
_TONES = {"done": "good", "different": "warn", "failed": "danger", "replaced": "warn", "dropped": "warn"}
_ICONS = {"done": "check", "waiting": "clock", "failed": "octagon"}
LEVELS = {
    "simulate": "the contracts themselves, run on all steps in a simulation (eth_simulateV1)",
    "call": "the contracts themselves, run on all steps in one call from the signer (eth_call with overridden code)",
}


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
    outcome: Outcome | None
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
    signer: Mapping[str, Any]  # what the signing account is, where it is a contract; else empty

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
        return self.can_tell and (not self.has_expired or bool(self.results))

    @property
    def can_tell(self) -> bool:
        """Whether a transaction may have been sent elsewhere that is not known here; an old plan is told of too."""
        sent_well = all(one.state == _STATES.DONE for one in self.results)
        return self.is_ready and sent_well and self.done < len(self.steps)

    @property
    def position_url(self) -> str:
        """The signer's position, beside the reader's other accounts where they were named."""
        others = urlencode([("and", one) for one in self.plan.mine])
        return f"/stake/{self.document['signer']}/{'?' if others else ''}{others}"

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.document["made_at"]["time"], UTC)


def page_of(kept: PreparedPlan, base: str, called: Called, answers: Answered | None = None) -> PlanPage:
    """The page of a kept plan; `base` is the address of the form, `answers` what could not be taken as it was."""
    document = kept.document
    then, now = (_signer_of(document, side) for side in ("before", "after"))
    sent = list(kept.submissions.order_by("step", "id"))
    gas = [one["gas_simulated"] for one in document["steps"]]
    return PlanPage(
        plan=kept,
        document=document,
        kind=KINDS[document["kind"]],
        groups=figures.changes(document, called),
        outcome=_outcome(sent, called),
        picture=holdings.drawn(then, now),
        picture_keys=holdings.keys(then, now),
        agreements=tuple(agreements(document, answers or Answered())),
        ways=tuple(_way(one, document, base) for one in document["alternatives"]),
        steps=tuple(_signables(document, sent)),
        results=tuple(_result(one, base) for one in sent),
        proof=LEVELS.get(document["proof"]["level"], document["proof"]["level"]),
        gas=sum(gas) if all(one is not None for one in gas) else None,
        has_expired=datetime.now(UTC) >= kept.expires_at,
        form_url=_changing(base, document["intention"], kept.mine),
        signer=_signer(document),
    )


# --- before and after


def _signer(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = (one for one in document.get("contracts", ()) if one["address"] == document["signer"])
    return next(({**one, "sentence": accounts.sentence(one)} for one in found), {})


def _signer_of(document: Mapping[str, Any], side: str) -> Held:
    """What the signer holds; nothing where the document does not tell of it."""
    found = (one for one in document[side]["accounts"] if one["address"] == document["signer"])
    return next((holdings.held(one) for one in found), Held(0, 0, 0))


# --- other ways


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


def _outcome(sent: Sequence[PlanSubmission], called: Called) -> Outcome | None:
    """Of the newest transaction whose block was compared with what was shown."""
    mined = [one for one in sent if one.outcome.get("actual") and one.block is not None]
    if not mined:
        return None
    last = mined[-1]
    return figures.outcome(last.shown, last.outcome["actual"], last.block or 0, called)


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
