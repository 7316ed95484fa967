"""A network to ask about."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from django.core.cache import cache
from django.test import Client

from apps.api.v1.schema import document
from tests import scenery
from tests.scenery import Character

Get = Callable[..., Any]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Of another test's rounds."""
    cache.clear()


@pytest.fixture
def cast(db: None) -> list[Character]:
    """Seven nodes that lived 40 rounds; the last joined late."""
    return scenery.network(nodes=7, rounds=40)


@pytest.fixture
def get(client: Client) -> Get:
    """Reads an address below /api/v1/."""

    def read(path: str, **headers: str) -> Any:
        return client.get(f"/api/v1/{path}", headers=headers)

    return read


def post(client: Client, path: str, body: Any) -> Any:
    """Sends JSON to an address below /api/v1/."""
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def true_to_schema(answer: Any, method: str, path: str) -> None:
    """The answer has the shape that the schema promises."""
    described = document()["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    kind = answer.headers["Content-Type"].partition(";")[0]
    schema = {**described[kind]["schema"], "components": document()["components"]}
    jsonschema_rs.validator_for(schema).validate(answer.json())
