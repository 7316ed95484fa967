"""Plans and submissions as answers hold them: the kept document with what is true of it now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apps.api.resource import API_VERSION
from apps.delegation.changes import compared
from apps.delegation.exports import FORMS
from apps.delegation.models import PlanSubmission, PreparedPlan


def plan_data(kept: PreparedPlan, *, stands: bool | None = None) -> dict[str, Any]:
    """The document with what is true of it now. It has calldata where it was just found to stand, or is fresh."""
    expired = kept.expires_at <= datetime.now(UTC)
    shown = {"contracts": [], **kept.document}
    if stands is False or (expired and not stands):
        shown["steps"] = [{**step, "calldata": None} for step in shown["steps"]]
        shown["ready"] = False
    exports = {form: f"/api/v1/plans/{kept.id}/export/{form}" for form in FORMS} if shown["ready"] else {}
    if len(shown["steps"]) != 1:
        exports.pop("link", None)
    found = kept.submissions.order_by("submitted_at", "id")
    return {**shown, "expired": expired, "exports": exports, "submissions": [submission_data(one) for one in found]}


def submission_data(one: PlanSubmission) -> dict[str, Any]:
    """What is known of it."""
    told = one.outcome
    return {
        "step": one.step,
        "tx_hash": f"0x{one.tx_hash.hex()}",
        "state": str(one.state),
        "sentence": told.get("sentence", ""),
        "submitted_at": one.submitted_at,
        "checked_at": one.checked_at,
        "mined_tx_hash": told.get("tx_hash") if one.block is not None else None,
        "replaced_by": told.get("replaced_by"),
        "block": one.block,
        "block_hash": told.get("block_hash"),
        "round": told.get("round"),
        "reason": told.get("reason"),
        **{name: told.get(name, []) for name in ("differences", "causes", "mends", "events")},
        "comparison": _comparison(one),
    }


def _comparison(one: PlanSubmission) -> list[dict[str, Any]]:
    """Predicted beside actual, figure by figure; empty before the last step was mined and its block read."""
    actual = one.outcome.get("actual")
    return [
        {
            "where": each.where,
            "before": each.before,
            "predicted": each.predicted,
            "actual": each.actual,
            "equal": each.is_equal,
            "promised": each.is_promised,
        }
        for each in (compared(one.shown, actual) if actual else ())
    ]


def plan_meta(kept: PreparedPlan) -> dict[str, Any]:
    """Where the plan stands: at the block it was made at, whatever the index has read since."""
    return {
        "as_of": {
            "block": kept.block,
            "block_hash": f"0x{bytes(kept.block_hash).hex()}",
            "round": kept.round,
            "time": datetime.fromtimestamp(kept.document["made_at"]["time"], UTC),
        },
        "finality": "head",
        "lag_blocks": 0,
        "source": "chain",
        "version": API_VERSION,
        "score": None,
    }
