"""The work part in words and figures: its reason, what it rests on, and what would raise it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from apps.protocol.units import EthWei
from apps.scoring import words
from apps.scoring.facts import LinkFact
from apps.scoring.flows import Flow
from apps.scoring.results import HUNDRED
from apps.scoring.tally import Field, Tally, fee_share, plain_ratio, stake_share
from apps.scoring.windows import SCALE

if TYPE_CHECKING:
    from apps.scoring.delivery import SubPart
    from apps.scoring.work import Pieces

LEAST_GAIN = Decimal("0.5")  # points of the part; a smaller gain is not worth a sentence
FEW_PAYERS = Decimal("1.5")
GOOD_DELIVERY = Decimal(90)


def reason(tally: Tally, field: Field, delivered: SubPart) -> str:
    calls = f"{words.of(tally.reward_calls, tally.active_rounds, 'reward call')} made."
    quality = [delivered.reason] if delivered.value is not None else []
    return " ".join([_earned(tally, field), *_paid_by(tally), *_left_out(tally), *_in_part(tally), calls, *quality])


def never_active(field: Field) -> str:
    return f"Unknown: it was not active in the last {words.count(field.window_rounds, 'round')}."


def nobody_earned(field: Field) -> str:
    return f"Unknown: no orchestrator was paid in the last {words.count(field.window_rounds, 'round')}."


def _earned(tally: Tally, field: Field) -> str:
    window = words.count(field.window_rounds, "round")
    if not tally.fees_long:
        share = words.percent(stake_share(tally, field))
        return f"Earned nothing in {window} with {share} of the stake."
    recent = words.eth(tally.fees_recent) if tally.fees_recent else "nothing"
    return (
        f"Earned {words.eth(tally.fees_long)} in {window} and {recent} in the last {field.clock.recent_rounds}, "
        f"{words.times(plain_ratio(tally, field))} what its stake would suggest."
    )


def _paid_by(tally: Tally) -> list[str]:
    if not tally.fees_long:
        return []
    if tally.payers == 1:
        return ["One gateway paid all of it."]
    largest = words.percent(Decimal(tally.largest_payer) / tally.fees_long)
    return [f"{words.sentence(words.count(tally.payers, 'gateway'))} paid; the largest paid {largest}."]


def _left_out(tally: Tally) -> list[str]:
    """What does not count, one clause for money of the node's own side and one for all else."""
    own, other = tally.self_dealt, EthWei(tally.left_out - tally.self_dealt)
    told = [f"{words.eth(own)} that its own side paid is left out."] if own else []
    return [*told, *([f"{words.eth(other)} that shows no demand is left out."] if other else [])]


def _in_part(tally: Tally) -> list[str]:
    doubtful = {flow.payer: flow.fees_eth_wei for flow in tally.flows if flow.kept}
    if not doubtful:
        return []
    payers = words.count(len(doubtful), "payer")
    return [f"{words.eth(EthWei(sum(doubtful.values())))} of {payers} close to it counts in part."]


def sources(tally: Tally, field: Field, pieces: Pieces) -> dict[str, object]:
    """The figures behind the part; `flows` lists what does not count in full, with its evidence."""
    return {
        "window_rounds": field.window_rounds,
        "recent_rounds": field.clock.recent_rounds,
        "active_rounds": tally.active_rounds,
        "reward_calls": tally.reward_calls,
        "reward_calls_recent": tally.recent_calls,
        "active_rounds_recent": tally.active_recent,
        "fees_long_eth_wei": str(tally.fees_long),
        "fees_recent_eth_wei": str(tally.fees_recent),
        "counted_eth_wei": _wei(tally.counted),
        "counted_low_eth_wei": _wei(tally.counted_low),
        "counted_high_eth_wei": _wei(tally.counted_high),
        "tickets": tally.tickets,
        "payers": tally.payers,
        "effective_payers": _short(tally.effective_payers),
        "share_of_fees": _short(fee_share(tally, field)),
        "share_of_stake": _short(stake_share(tally, field)),
        "fees_per_stake": _short(plain_ratio(tally, field)),
        "fees_per_stake_shrunk": _short(pieces.ratio),
        "volume": _short(pieces.volume),
        "productivity": _short(pieces.productivity),
        "reliability": _short(pieces.reliability),
        "delivery": None if pieces.delivery.value is None else _short(pieces.delivery.value),
        "delivery_reason": pieces.delivery.reason,
        "delivery_sources": dict(pieces.delivery.sources),
        **listed(tally),
    }


def listed(tally: Tally) -> dict[str, object]:
    """What its own side paid, all that is left out, and every flow that does not count in full."""
    return {
        "self_paid_eth_wei": str(tally.self_dealt),
        "left_out_eth_wei": str(tally.left_out),
        "flows": [_flow(flow) for flow in tally.flows],
    }


def _flow(flow: Flow) -> dict[str, object]:
    return {
        "payer": flow.payer,
        "code": flow.code,
        "sentence": flow.sentence,
        "fees_eth_wei": str(flow.fees_eth_wei),
        "tickets": flow.tickets,
        "kept": _short(flow.kept),
        "evidence": [_link(link) for link in flow.links],
    }


def _link(link: LinkFact) -> dict[str, object]:
    return {
        "kind": link.kind,
        "one": link.one,
        "other": link.other,
        "round": link.round,
        "tx_hash": link.tx_hash,
        "log_index": link.log_index,
        "amount_wei": None if link.amount_wei is None else str(link.amount_wei),
    }


def raises(tally: Tally, field: Field, pieces: Pieces) -> tuple[str, ...]:
    """What would raise the part, the weightiest first; only what would raise it by half a point or more."""
    ways = (_calls(tally, field), _fees(tally, field, pieces), _payers(tally, field, pieces), _delivery(field, pieces))
    told = [way for way in ways if way is not None and way[0] >= LEAST_GAIN]
    dealing = ["What its own side pays never counts, however much it is."] if tally.self_dealt else []
    return (*(sentence for _, sentence in sorted(told, key=lambda way: (-way[0], way[1]))), *dealing)


def _calls(tally: Tally, field: Field) -> tuple[Decimal, str] | None:
    missed = tally.active_rounds - tally.reward_calls
    if not missed:
        return None
    gain = field.rules.reliability * HUNDRED * missed / (tally.active_rounds + field.rules.prior_rounds)
    calls = words.of(missed, tally.active_rounds, "reward call")
    return gain, f"Calling reward in every round: {calls} missed, which {_costs(gain)} here."


def _fees(tally: Tally, field: Field, pieces: Pieces) -> tuple[Decimal, str] | None:
    """Where it earns less than its stake suggests: how much more would even the two."""
    missing = int(stake_share(tally, field) * field.fees_long) - tally.fees_long
    if missing <= 0:
        return None
    gain = field.rules.productivity * (HUNDRED / 2 - pieces.productivity)
    window = words.count(field.window_rounds, "round")
    return gain, (
        f"More organic fees: {words.eth(EthWei(missing))} more in {window} would match its share of stake; "
        f"less stake for the same work would do so too."
    )


def _payers(tally: Tally, field: Field, pieces: Pieces) -> tuple[Decimal, str] | None:
    """Where few pay: what the same fees from many would be worth on the scale of volume."""
    if not tally.counted or tally.effective_payers >= FEW_PAYERS:
        return None
    gain = field.rules.volume * min(HUNDRED - pieces.volume, HUNDRED / field.rules.log_top)
    alone = (
        " A payer that pays nobody else counts in part."
        if any(flow.code == "sole_payer" for flow in tally.flows)
        else ""
    )
    return gain, f"Work for more gateways: fees of one payer count half, of many nearly in full.{alone}"


def _delivery(field: Field, pieces: Pieces) -> tuple[Decimal, str] | None:
    value = pieces.delivery.value
    if value is None:
        return LEAST_GAIN, "Work for gateways and testers that report how it went: the quality of delivery is unknown."
    gain = field.rules.delivery * (HUNDRED - value)
    return (gain, f"Better delivery, which {_costs(gain)} here.") if value < GOOD_DELIVERY else None


def _costs(gain: Decimal) -> str:
    return f"costs {words.points(gain / HUNDRED)}"


def _wei(decayed: Decimal) -> str:
    return str(int(decayed / SCALE))


def _short(value: Decimal) -> str:
    return f"{value:.6f}"
