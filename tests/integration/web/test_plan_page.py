"""The plan page: intention, preview and agreement over a local chain with the real contracts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.delegation.models import PreparedPlan
from apps.devnet.calldata import calldata
from apps.devnet.wire import Call
from apps.protocol.units import WEI, Address
from tests.factories import PreparedPlanFactory
from tests.local import Local, living

pytestmark = pytest.mark.integration


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def asked(who: Address, **fields: str) -> Any:
    """The answer to a form that was filled in."""
    return Client().post(f"/stake/{who}/plan/", fields)


def planned(who: Address, **fields: str) -> PreparedPlan:
    """The plan that a form has made; the answer leads to its page."""
    answer = asked(who, **fields)
    assert answer.status_code == 302, text(answer)
    kept = PreparedPlan.objects.latest("made_at")
    assert answer["Location"] == f"/stake/{who}/plan/{kept.id}/"
    return kept


def page(kept: PreparedPlan) -> str:
    answer = Client().get(f"/stake/{kept.document['signer']}/plan/{kept.id}/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return text(answer)


def test_plan_page__when_read_and_agreed_to__then_shows_all_and_calldata_only_at_the_end(local: Local) -> None:
    """One chain for the whole way: starting one takes longer than all that is asked here."""
    _, two, saver = living(local)
    local.allow(saver, 5 * WEI)

    _forms_keep_what_was_typed(saver, two)
    _top_up_is_shown(saver)
    _move_is_agreed_to(saver, two)
    _gift_is_typed(saver)
    _strangers_learn_nothing(saver, two)
    _recheck_tells_what_differs(local, saver)
    _between_two_steps_the_rest_is_tried(local, saver)
    _predicted_stands_beside_actual(local, saver)


def _forms_keep_what_was_typed(saver: Address, two: Address) -> None:
    choices = text(Client().get(f"/stake/{saver}/plan/"))
    assert "What would you like to do?" in choices
    assert choices.count('href="?kind=') == 13
    wrong: list[tuple[int, Mapping[str, str], str]] = [
        (400, {"kind": "add", "amount": "1,5"}, "1,5"),
        (400, {"kind": "add", "amount": ""}, "This is missing."),
        (400, {"kind": "undelegate"}, "Say how much, or tick “All of my stake”."),
        (400, {"kind": "undelegate", "amount": "1", "all": "1"}, "Choose one"),
        (400, {"kind": "move_all", "to": "0x12"}, "is not an address"),
        (400, {"kind": "add", "amount": "1", "and": "0x12"}, "is not an address"),
        (400, {"kind": "nonsense"}, "Choose what you would like to do."),
        (
            409,
            {"kind": "add", "amount": "50.5"},
            "holds 50\u00a0LPT, less than the 50.5\u00a0LPT asked",
        ),
        (409, {"kind": "add", "amount": "0"}, "The amount is 0."),
        (409, {"kind": "withdraw", "all": "1"}, "No lock of this account has matured."),
        (409, {"kind": "delegate", "to": saver, "amount": "1"}, "choose to become one"),
        (409, {"kind": "hand_over", "receiver": saver}, "are the same account"),
        (409, {"kind": "hand_over", "receiver": two[:20] + "00000000" + two[28:]}, "but it is another address."),
    ]
    for status, fields, sentence in wrong:
        answer = asked(saver, **fields)
        said = text(answer).replace("&#x27;", "'")
        assert (answer.status_code, sentence in said) == (status, True), (fields, said[-3000:])
        assert 'role="alert"' in said
        for name, value in fields.items():
            if name not in ("kind", "all", "and") and value:
                assert f'name="{name}" value="{value}"' in said
    assert not PreparedPlan.objects.exists()
    filled = text(Client().get(f"/stake/{saver}/plan/?kind=move_all&to={two}&extra=2.5"))
    assert f'name="to" value="{two}"' in filled
    assert 'name="extra" value="2.5"' in filled


def _top_up_is_shown(saver: Address) -> None:
    kept = planned(saver, kind="add", amount="5")
    shown = page(kept)
    for expected in (
        "Stake 5\u00a0LPT of your wallet with",
        "50\u00a0LPT",
        "45\u00a0LPT",
        "+5",
        "\u22125",
        "Stays the same",
    ):
        assert expected in shown
    assert kept.document["steps"][0]["calldata"] in shown
    assert 'id="plan-data"' in shown
    assert 'id="agree"' not in shown
    other = f"?kind=delegate_for&amp;to={kept.document['before']['accounts'][0]['delegate']}&amp;amount=5"
    assert other in shown  # whose it shall be is left open
    base = f"/stake/{saver}/plan/{kept.id}/export/"
    safe = Client().get(f"{base}safe")
    assert safe.json()["transactions"][0]["data"] == kept.document["steps"][0]["calldata"]
    assert Client().get(f"{base}pdf").status_code == 404
    PreparedPlan.objects.filter(pk=kept.id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    old = page(kept)
    assert "This plan has expired." in old
    assert "plan-data" not in old
    assert kept.document["steps"][0]["calldata"] not in old
    PreparedPlan.objects.filter(pk=kept.id).delete()


def _move_is_agreed_to(saver: Address, two: Address) -> None:
    kept = planned(saver, kind="move_all", to=two)
    first = page(kept)
    url = f"/stake/{saver}/plan/{kept.id}/"
    assert first.count('type="checkbox" name="code"') == 2
    assert "0x6bd9add4" not in first
    assert "plan-data" not in first
    assert "?kind=move_part&amp;to=" in first
    assert Client().get(f"{url}export/raw").status_code == 409
    half = Client().post(url, {"code": "whole_position_moves"})
    assert half["Location"] == f"{url}#agree"
    assert "0x6bd9add4" not in page(kept)
    whole = Client().post(url, {"code": "pending_until_next_round"})
    assert whole["Location"] == f"{url}#sign"
    kept.refresh_from_db()
    assert kept.document["steps"][0]["calldata"] in page(kept)


def _gift_is_typed(saver: Address) -> None:
    friend = "0xF39fd6e51aad88F6F4ce6aB8827279cffFb92266"
    kept = planned(saver, kind="hand_over", receiver=friend.lower())
    url = f"/stake/{saver}/plan/{kept.id}/"
    everything = [one["code"] for one in kept.document["disturbances"]]
    assert everything[0] == "ownership_given_away"
    assert "The last 8 characters of" in page(kept)
    for typed, says in (("", "The 8 characters are missing."), ("fFb92265", "are not the end of that address.")):
        refused = Client().post(url, {"code": everything, "typed-ownership_given_away": typed})
        assert refused.status_code == 400
        assert says in text(refused)
        assert f'value="{typed}"' in text(refused)
        kept.refresh_from_db()
        assert kept.document["to_acknowledge"] == everything
    agreed = Client().post(url, {"code": everything, "typed-ownership_given_away": " ffb92266 "})
    assert agreed["Location"] == f"{url}#sign"
    assert "The last 8 characters of" not in page(kept)
    PreparedPlan.objects.filter(pk=kept.id).delete()


def _strangers_learn_nothing(saver: Address, two: Address) -> None:
    kept = PreparedPlan.objects.latest("made_at")
    for path in (f"/stake/{saver}/plan/{'x' * 22}/", f"/stake/{two}/plan/{kept.id}/", "/stake/0x12/plan/"):
        assert Client().get(path).status_code == 404
    assert Client().get(f"/stake/{saver.upper().replace('0X', '0x')}/plan/?kind=add")["Location"] == (
        f"/stake/{saver}/plan/?kind=add"
    )
    url = f"/stake/{saver}/plan/{kept.id}/submissions/"
    assert Client().post(url, {"step": "0", "tx_hash": "0x12"}).status_code == 400
    assert Client().post(url, {"step": "4", "tx_hash": "0x" + "1" * 64}).status_code == 400


def _recheck_tells_what_differs(here: Local, saver: Address) -> None:
    kept = planned(saver, kind="add", amount="5")
    url, program = f"/stake/{saver}/plan/{kept.id}/recheck/", {"Accept": "application/json"}
    stands = Client().post(url, headers=program).json()
    assert (stands["stands"], stands["differences"], len(stands["steps"])) == (True, [], 1)
    assert Client().post(url)["Location"] == f"/stake/{saver}/plan/{kept.id}/"
    here.net.set_cuts(kept.document["before"]["nodes"][0]["address"], 900_000, 500_000)
    differs = Client().post(url, headers=program).json()
    assert (differs["stands"], differs["steps"]) == (False, [])
    assert any("90\u00a0% instead of 10\u00a0%" in one for one in differs["differences"]), differs


def _between_two_steps_the_rest_is_tried(here: Local, saver: Address) -> None:
    made = here.net.deployment
    nothing = calldata("approve(address,uint256)", made["BondingManager"], 0)
    here.net.send(Call(saver, made["LivepeerToken"], nothing, what="approve"))
    kept = planned(saver, kind="add", amount="5")
    url, program = f"/stake/{saver}/plan/{kept.id}/recheck/", {"Accept": "application/json"}
    first, second = kept.document["steps"]
    refused = Client().post(url, {"done": "1"}, headers=program).json()
    assert (refused["stands"], refused["code"]) == (False, "would_revert")  # nothing is allowed yet
    here.net.send(Call(saver, first["target"], bytes.fromhex(first["calldata"][2:]), what="approve"))
    stands = Client().post(url, {"done": "1"}, headers=program).json()
    assert (stands["stands"], stands["steps"][1]["data"]) == (True, second["calldata"])
    here.net.next_round()
    differs = Client().post(url, {"done": "1"}, headers=program).json()
    assert (differs["stands"], differs["steps"]) == (False, [])
    assert "The round is 3 instead of 2." in differs["differences"]
    assert Client().post(url, {"done": "2"}, headers=program).json()["code"] == "nothing_left"


def _predicted_stands_beside_actual(here: Local, saver: Address) -> None:
    here.follow()
    here.net.reward(here.net.account("one"))
    here.follow()
    kept = planned(saver, kind="undelegate", amount="5")
    step = kept.document["steps"][0]
    call = {"from": saver, "to": step["target"], "data": step["calldata"], "gas": hex(2_000_000)}
    sent = here.net.client.rpc("eth_sendTransaction", [call])
    url = f"/stake/{saver}/plan/{kept.id}/submissions/"
    assert Client().post(url, {"step": "0", "tx_hash": sent})["Location"].endswith("#result")
    assert "Predicted and actual" not in page(kept)
    here.net.mine()
    assert Client().get(url).json()["submissions"][0]["state"] == "done"
    shown = page(kept)
    for expected in ("Predicted and actual", "Every figure is what was predicted, to the wei.", "Unbonding lock 0"):
        assert expected in shown
    assert shown.count("5\u00a0LPT, from round") == 3  # predicted, actual, and in the table as it was shown


def test_plan_page__when_one_reader_sends_too_many__then_nothing_is_done_and_when_to_try_again(
    settings: Settings, db: None
) -> None:
    settings.API_REQUESTS_PER_MINUTE, settings.CHAIN_RPC_URLS = 25, []
    who = Address("0x" + "ab" * 20)

    answers = [asked(who, kind="add", amount="1e3") for _ in range(3)]
    kept = PreparedPlanFactory()
    url = f"/stake/{kept.document['signer']}/plan/{kept.pk}/"
    script = Client().post(f"{url}recheck/", headers={"Accept": "application/json"})

    assert [each.status_code for each in answers] == [400, 400, 429]
    assert "what you filled in still stands there" in text(answers[2])
    assert 1 <= int(answers[2]["Retry-After"]) <= 61
    assert script.status_code == 429
    assert script.json()["sentence"].startswith("Too many requests in one minute. Wait ")
    assert Client().get(url).status_code == 200  # reading goes on


def test_plan_page__when_the_chain_is_away__then_says_so_and_keeps_the_form(settings: Settings, db: None) -> None:
    settings.CHAIN_RPC_URLS = []
    who = Address("0x" + "ab" * 20)

    answer = asked(who, kind="add", amount="5")

    assert answer.status_code in (409, 503)
    assert 'name="amount" value="5"' in text(answer)
