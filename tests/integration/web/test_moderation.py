"""Moderators: they can hide a text for a public reason and show it again, and change nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from apps.contributions.models import Hiding, Statement
from tests.factories import AttestationFactory, ClaimFactory, KeyDelegationFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

QUEUE = "/staff/contributions/statement/"
HIDINGS = "/staff/contributions/hiding/"


@pytest.fixture
def moderator(client: Client) -> Client:
    """Somebody on the staff with the three rights that the task takes."""
    user = User.objects.create_user("maria", password="a long enough secret", is_staff=True)
    names = ("view_statement", "view_hiding", "add_hiding")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return client


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def test_staff__when_a_stranger_comes__then_only_the_way_in_and_no_page_links_to_it(client: Client) -> None:
    for path in ("/staff/", QUEUE, HIDINGS, f"{HIDINGS}add/"):
        assert client.get(path).headers["Location"].startswith("/staff/login/")
    assert "default-src 'self'" in client.get("/staff/login/").headers["Content-Security-Policy"]
    for path in ("/", "/contributions/", "/operator/"):
        assert "/staff/" not in text(client.get(path))


def test_queue__when_looked_at__then_texts_newest_first_and_escaped(moderator: Client) -> None:
    claim = ClaimFactory(title="<script>alert(1)</script>")
    AttestationFactory(claim=claim, reason="Seen it.", conflict="Its delegator")
    KeyDelegationFactory(nonce=5)
    shown = text(moderator.get(f"{QUEUE}?text=new"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; · https://forum.example/t/water-cooler/12/3" in shown
    assert "Seen it. · Its delegator" in shown
    assert "2 statements" in shown
    assert f"{HIDINGS}add/?statement={claim.pk}" in shown


def test_moderator__when_hiding_and_showing_again__then_by_name_and_both_dates_stay(moderator: Client) -> None:
    claim = ClaimFactory(title="Unlawful words")
    fields = {"statement": claim.pk, "reason": "It names a private person."}
    assert moderator.post(f"{HIDINGS}add/", {"statement": claim.pk, "reason": ""}).status_code == 200
    assert not Hiding.objects.exists()
    assert moderator.post(f"{HIDINGS}add/", fields).headers["Location"] == HIDINGS
    hiding = Hiding.objects.get()
    assert (hiding.by, hiding.reason, hiding.lifted_at) == ("maria", "It names a private person.", None)
    assert "This is hidden already." in text(moderator.post(f"{HIDINGS}add/", fields))
    assert "Unlawful words" not in text(Client().get(f"/contributions/{claim.pk}/"))

    chosen = {"action": "show_again", "_selected_action": [hiding.pk]}
    assert "Shown again: 1." in text(moderator.post(HIDINGS, chosen, follow=True))
    assert "Unlawful words" in text(Client().get(f"/contributions/{claim.pk}/"))
    hiding.refresh_from_db()
    assert hiding.lifted_at is not None


def test_moderator__when_changing_anything_else__then_refused(moderator: Client) -> None:
    claim = ClaimFactory(title="As signed")
    moderator.post(f"{HIDINGS}add/", {"statement": claim.pk, "reason": "A reason."})
    hiding = Hiding.objects.get()
    looked_at = moderator.get(f"{QUEUE}{claim.pk}/change/")
    assert looked_at.status_code == 200
    assert "As signed" in text(looked_at)
    before = Statement.objects.values().get(pk=claim.pk)
    for path in (
        f"{QUEUE}{claim.pk}/change/", f"{QUEUE}{claim.pk}/delete/", f"{QUEUE}add/",
        f"{HIDINGS}{hiding.pk}/change/", f"{HIDINGS}{hiding.pk}/delete/", "/staff/auth/user/add/",
    ):  # fmt: skip
        assert moderator.post(path, {"reason": "another", "message": "{}", "post": "yes"}).status_code == 403, path
    assert Statement.objects.values().get(pk=claim.pk) == before
    hiding.refresh_from_db()
    assert hiding.reason == "A reason."
