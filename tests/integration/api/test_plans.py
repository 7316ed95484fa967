"""The life of a plan at `/api/v1/plans`, over the real contracts: made, acknowledged, checked again, exported, sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.delegation import chain, exports
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.delegation.plan.intentions import Undelegate
from apps.delegation.plan.parsing import KINDS
from apps.devnet.wire import Call
from apps.protocol.calldata import encode
from apps.protocol.units import Address
from tests.factories import PlanSubmissionFactory, PreparedPlanFactory
from tests.integration.api.conftest import post, true_to_schema
from tests.local import Local, living
from tests.unit.delegation.fixture import D, lpt

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LPT = 10**18
NOBODY = "0x" + "9" * 40


def calldata(plan: dict[str, Any]) -> list[Any]:
    return [step["calldata"] for step in plan["steps"]]


def test_plan__when_it_is_asked_for__then_it_is_made_with_its_block_and_can_be_read_by_its_id(
    client: Client,
    local: Local,
) -> None:
    _, _, saver = living(local)
    local.allow(saver, 5 * LPT)

    made = post(client, "plans", {"kind": "add", "owner": saver, "amount": str(5 * LPT)})

    assert made.status_code == 201
    true_to_schema(made, "post", "/api/v1/plans")
    plan, meta = made.json()["data"], made.json()["meta"]
    assert calldata(plan)[0].startswith("0x6bd9add4")
    assert meta["as_of"]["block"] == plan["made_at"]["block"] == local.client.head().number
    assert made.headers["Location"] == f"/api/v1/plans/{plan['id']}"
    assert made.headers["Cache-Control"] == "no-store"

    read = client.get(made.headers["Location"])
    assert read.json()["data"] == plan
    true_to_schema(read, "get", "/api/v1/plans/{id}")
    assert read.headers["Cache-Control"] == "private, no-cache"
    again = client.get(made.headers["Location"], headers={"If-None-Match": read.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_plan__when_it_is_asked_for_twice__then_there_are_two(client: Client, local: Local) -> None:
    _, _, saver = living(local)

    ids = {post(client, "plans", {"kind": "add", "owner": saver, "amount": "1"}).json()["data"]["id"] for _ in "ab"}

    assert len(ids) == PreparedPlan.objects.count() == 2


def test_acknowledging__when_codes_are_missing__then_there_is_no_calldata_and_no_export(
    client: Client,
    local: Local,
) -> None:
    _, two, saver = living(local)
    plan = post(client, "plans", {"kind": "move_all", "owner": saver, "to": two}).json()["data"]
    assert (calldata(plan), plan["ready"], plan["exports"]) == ([None], False, {})
    assert plan["to_acknowledge"] == ["whole_position_moves", "pending_until_next_round"]
    refused = client.get(f"/api/v1/plans/{plan['id']}/export/raw")
    assert (refused.status_code, refused.json()["reason"]) == (409, "not_acknowledged")

    half = post(client, f"plans/{plan['id']}/acknowledge", {"codes": ["whole_position_moves"]})
    whole = post(client, f"plans/{plan['id']}/acknowledge", {"codes": ["pending_until_next_round"]})

    assert calldata(half.json()["data"]) == [None]
    assert calldata(whole.json()["data"])[0].startswith("0x6bd9add4")
    true_to_schema(whole, "post", "/api/v1/plans/{id}/acknowledge")


def test_recheck__when_nothing_happened_and_when_the_cut_rose__then_only_the_first_has_calldata(
    client: Client,
    local: Local,
) -> None:
    one, _, saver = living(local)
    plan = post(client, "plans", {"kind": "add", "owner": saver, "amount": str(LPT)}).json()["data"]

    same = post(client, f"plans/{plan['id']}/recheck", {})
    local.net.set_cuts(str(one), 900_000, 500_000)
    other = post(client, f"plans/{plan['id']}/recheck", {})

    true_to_schema(same, "post", "/api/v1/plans/{id}/recheck")
    true_to_schema(other, "post", "/api/v1/plans/{id}/recheck")
    assert (same.json()["data"]["stands"], same.json()["data"]["differences"]) == (True, [])
    assert calldata(same.json()["data"]["plan"]) == calldata(plan)
    assert other.json()["data"]["stands"] is False
    assert calldata(other.json()["data"]["plan"]) == [None]
    assert f"before.nodes.{one}.reward_cut_ppm" in [each["where"] for each in other.json()["data"]["differences"]]


def test_submission__when_it_is_told_before_and_after_it_is_mined__then_success_is_said_only_after(
    client: Client,
    local: Local,
) -> None:
    _, _, saver = living(local)
    local.allow(saver, LPT)
    plan = post(client, "plans", {"kind": "add", "owner": saver, "amount": str(LPT)}).json()["data"]
    step = plan["steps"][0]
    call = {"from": saver, "to": step["target"], "data": step["calldata"], "gas": hex(2_000_000)}
    sent = {"step": 0, "tx_hash": local.net.client.rpc("eth_sendTransaction", [call])}

    early = post(client, f"plans/{plan['id']}/submissions", sent)
    local.net.mine()
    late = post(client, f"plans/{plan['id']}/submissions", sent)

    true_to_schema(early, "post", "/api/v1/plans/{id}/submissions")
    true_to_schema(late, "post", "/api/v1/plans/{id}/submissions")
    assert (early.status_code, early.json()["data"]["state"]) == (201, "waiting")
    done = late.json()["data"]
    assert (done["state"], done["sentence"], done["mined_tx_hash"]) == (
        "done",
        "Done exactly as shown.",
        sent["tx_hash"],
    )
    assert client.get(f"/api/v1/plans/{plan['id']}").json()["data"]["submissions"] == [done]
    assert early.json()["data"]["comparison"] == []
    figures = {one["where"]: one for one in done["comparison"]}
    assert all(one["equal"] for one in figures.values())
    wallet = figures[f"accounts.{saver}.balance_lpt_wei"]
    assert (wallet["before"], wallet["predicted"], wallet["actual"]) == (str(50 * LPT), str(49 * LPT), str(49 * LPT))
    assert PlanSubmission.objects.count() == 1


def test_recheck__when_a_step_is_done_already__then_the_rest_is_tried_as_it_was_shown(
    client: Client,
    local: Local,
) -> None:
    one, _, _ = living(local)
    owner = local.net.account("saver")
    local.net.next_round()
    local.net.reward(str(one))
    local.net.send(_allowance(local, owner.address))
    local.follow()
    plan = post(client, "plans", {"kind": "add", "owner": owner.address, "amount": str(LPT)}).json()["data"]
    assert [step["decoded"]["function"] for step in plan["steps"]] == ["approve", "bondWithHint"]
    step = plan["steps"][0]
    call = {"from": owner.address, "to": step["target"], "data": step["calldata"], "gas": hex(200_000)}
    local.net.client.rpc("eth_sendTransaction", [call])
    local.net.mine()

    rest = post(client, f"plans/{plan['id']}/recheck", {"done": 1})
    past = post(client, f"plans/{plan['id']}/recheck", {"done": 2})

    assert (rest.status_code, rest.json()["data"]["stands"]) == (200, True)
    assert (past.status_code, past.json()["reason"]) == (409, "nothing_left")


def _allowance(here: Local, owner: str) -> Any:
    """The call by which the owner takes its allowance back."""
    made = here.net.deployment
    data = encode("LivepeerToken", "approve", Address(made["BondingManager"].lower()), 0)
    return Call(owner, made["LivepeerToken"], data, what="approve")


def test_refusal__when_there_is_no_safe_plan__then_it_is_409_with_a_reason_and_nothing_to_sign(
    client: Client,
    local: Local,
) -> None:
    _, _, saver = living(local)

    refused = post(client, "plans", {"kind": "add", "owner": saver, "amount": str(10**9 * LPT)})

    assert (refused.status_code, refused.headers["Content-Type"]) == (409, "application/problem+json")
    assert (refused.json()["code"], refused.json()["reason"]) == ("refused", "over_balance")
    assert "calldata" not in refused.content.decode()
    assert PreparedPlan.objects.count() == 0


def test_every_kind__for_every_sort_of_account__then_it_is_a_plan_or_a_refusal_and_never_a_failure(
    client: Client,
    local: Local,
    settings: Settings,
) -> None:
    one, two, saver = living(local)
    manager = local.net.deployment["BondingManager"].lower()
    zero = "0x" + "0" * 40
    pairs = [(saver, two), (saver, saver), (saver, zero), (saver, manager), (one, two), (NOBODY, one), (zero, one)]
    seen: dict[str, set[int]] = {}
    settings.API_REQUESTS_PER_MINUTE = 10**6
    for asked in (each for who, to in pairs for each in _of_every_kind(who, to)):
        answer = post(client, "plans", asked)
        assert answer.status_code in (201, 409), (asked, answer.content)
        if answer.status_code == 409:
            assert "calldata" not in answer.content.decode()
        seen.setdefault(asked["kind"], set()).add(answer.status_code)

    assert {kind for kind, statuses in seen.items() if 201 in statuses} >= {"add", "undelegate", "move_all"}
    assert set(seen) == set(KINDS)


def _of_every_kind(who: str, to: str) -> list[dict[str, Any]]:
    amount, cuts = {"amount": str(LPT)}, {"reward_cut": 1, "fee_share": 1_000_000}
    return [
        {"kind": "delegate", "owner": who, "to": to, **amount},
        {"kind": "add", "owner": who, **amount},
        {"kind": "delegate_for", "payer": who, "owner": to, "to": to, **amount},
        {"kind": "move_all", "owner": who, "to": to},
        {"kind": "move_part", "owner": who, "receiver": NOBODY, "to": to, **amount},
        {"kind": "undelegate", "owner": who, "amount": str(10**76)},
        {"kind": "undelegate", "owner": who},
        {"kind": "cancel", "owner": who, "lock_id": 999_999_999, "to": to},
        {"kind": "withdraw", "owner": who, "lock_ids": [0, 7]},
        {"kind": "withdraw_fees", "owner": who, "recipient": to},
        {"kind": "hand_over", "owner": who, "receiver": to},
        {"kind": "become_orchestrator", "owner": who, **amount, **cuts},
        {"kind": "set_cuts", "owner": who, **cuts},
        {"kind": "reset_allowance", "owner": who, "mine": [to]},
    ]


def test_chain__when_it_is_away__then_it_is_503_and_a_submission_is_kept_all_the_same(
    client: Client,
    local: Local,
    settings: Settings,
) -> None:
    _, _, saver = living(local)
    settings.CHAIN_RPC_URLS = []
    kept = PreparedPlanFactory()

    for path, body in (
        ("plans", {"kind": "add", "owner": saver, "amount": "1"}),
        (f"plans/{kept.pk}/recheck", {}),
        (f"plans/{kept.pk}/acknowledge", {"codes": ["whole_position_moves"]}),
    ):
        away = post(client, path, body)
        assert (away.status_code, away.json()["code"], away.headers["Retry-After"]) == (503, "chain_unavailable", "5")
    assert client.get(f"/api/v1/plans/{kept.pk}/export/unsigned").status_code == 503
    told = post(client, f"plans/{kept.pk}/submissions", {"step": 0, "tx_hash": "0x" + "ab" * 32})
    assert (told.status_code, told.json()["data"]["state"]) == (201, "waiting")


def test_plan__when_it_has_expired__then_nothing_of_it_can_be_signed(client: Client) -> None:
    sent = PlanSubmissionFactory()
    PreparedPlan.objects.update(expires_at=sent.plan.made_at)

    read = client.get(f"/api/v1/plans/{sent.plan.pk}").json()["data"]
    refused = client.get(f"/api/v1/plans/{sent.plan.pk}/export/safe")

    assert (read["expired"], read["ready"], read["exports"]) == (True, False, {})
    assert calldata(read) == [None, None]
    assert [each["state"] for each in read["submissions"]] == ["waiting"]
    assert (refused.status_code, refused.json()["reason"]) == (409, "expired")


def test_exports__when_a_plan_is_ready__then_each_holds_the_bytes_that_were_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sevens:
        def rpc(self, method: str, params: list[Any]) -> str:
            return "0x7"

    monkeypatch.setattr(chain, "client", Sevens)
    kept = PreparedPlanFactory()
    shown = client.get(f"/api/v1/plans/{kept.pk}").json()["data"]
    assert list(shown["exports"]) == ["safe", "raw", "cast", "unsigned"]
    wanted = calldata(shown)

    safe, raw, cast, unsigned = (client.get(address) for address in shown["exports"].values())

    assert [each["data"] for each in safe.json()["transactions"]] == wanted
    assert safe.headers["Content-Disposition"] == 'attachment; filename="millrace-safe.json"'
    assert [each["data"] for each in raw.json()] == wanted
    assert cast.content.decode().count("cast send 0x") == 2
    assert [each["nonce"] for each in unsigned.json()] == [7, 8]
    assert all(data[2:] in each["unsigned"] for data, each in zip(wanted, unsigned.json(), strict=True))
    assert unsigned.json()[0]["gas"] == exports.GAS_ROOM * 300_000
    link = client.get(f"/api/v1/plans/{kept.pk}/export/link")
    assert (link.status_code, link.json()["reason"]) == (409, "more_than_one_call")
    assert client.get(f"/api/v1/plans/{kept.pk}/export/pdf").status_code == 404


def test_link__when_a_plan_is_one_call__then_it_is_plain_text(client: Client) -> None:
    kept = PreparedPlanFactory(wanted=Undelegate(D, lpt(10)))

    link = client.get(f"/api/v1/plans/{kept.pk}/export/link", headers={"Accept": "text/plain"})

    assert (link.status_code, link.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert link.content.decode().startswith("ethereum:0x35Bcf3c30594191d53231E4FF333E8A770453e40@31337/unbondWithHint?")
