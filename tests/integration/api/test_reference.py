"""The reading page at `/api/`."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.api.errors import CODES
from apps.api.reference import _EXAMPLES
from apps.api.v1.schema import document
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_page__names_every_address_parameter_and_problem(client: Client, cast: list[Character]) -> None:
    body = client.get("/api/").content.decode()

    described = [(path, *each) for path, methods in document()["paths"].items() for each in methods.items()]
    for path, method, operation in described:
        assert f"{method.upper()} {path}" in body.replace("<wbr>", "")
        assert f'id="{operation["operationId"]}"' in body
        for parameter in operation.get("parameters", ()):
            assert f"<code>{parameter['name']}</code>" in body
    for code in CODES:
        assert f'id="problem-{code}"' in body


def test_page__has_examples_that_work(client: Client, cast: list[Character]) -> None:
    body = client.get("/api/").content.decode()
    examples = re.findall(r'href="(/api/v1/[^"]+)"', body)

    assert len(examples) == 2 + sum(map(len, _EXAMPLES.values()))  # and the schema in two forms
    assert {client.get(each.replace("&amp;", "&")).status_code for each in examples} == {200}


def test_page__on_a_fresh_index__opens(client: Client) -> None:
    assert client.get("/api/").status_code == 200


def test_page__without_scripts_or_styles_of_its_own__stays_within_the_policy(client: Client, db: None) -> None:
    response = client.get("/api/")
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]

    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", main)
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
