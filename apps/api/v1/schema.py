"""`/api/v1/schema`: the API described in OpenAPI 3.1, made from the code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.settings import patched_settings
from rest_framework.renderers import BaseRenderer, JSONRenderer

from apps.api.resource import API_VERSION, Answer, Resource
from apps.api.standpoint import Standpoint
from apps.contributions.models import State

_DESCRIPTION = """\
Livepeer orchestrators, their work, their terms and their score, read from the chain. Everything is open to read,
needs no key, and carries the block it stands at in `meta.as_of`. Plans are transactions prepared for a wallet to sign:
nothing is sent from here and no key is held.

Amounts are whole numbers of wei as decimal strings, with their unit in the key; `…_formatted` beside them is for people
and rounded. Cuts and shares are parts per million. Times are UTC. What is unknown is null, never 0.
"""
SETTINGS = {
    "TITLE": "Millrace API",
    "DESCRIPTION": _DESCRIPTION,
    "VERSION": API_VERSION,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX_INSERT": "/api/v1",
    "SERVERS": [{"url": "/"}],
    "COMPONENT_SPLIT_REQUEST": False,
    "SORT_OPERATIONS": False,
    "ENUM_NAME_OVERRIDES": {
        "AccountKindEnum": ("key", "delegated", "safe", "contract"),
        "BondingStatusEnum": ("unbonded", "pending", "bonded"),
        "MethodStatusEnum": ("live", "shadow", "past", "retired"),
        "ClaimStateEnum": State.values,
        "OrchestratorStatusEnum": ("active", "waiting", "inactive"),
        "SourceEnum": ("chain",),
        "VerdictEnum": ("pays", "never", "trade", "same", "unknown"),
    },
    "TAGS": [{"name": "v1", "description": "Version 1: fields are added, never changed or taken away."}],
}


class MoreJson(OpenApiJsonRenderer):
    """The schema for readers who ask for JSON by its plain name."""

    media_type = "application/json"
    format = "json"


class Schema(Resource):
    """The schema as JSON or YAML."""

    renderer_classes: Sequence[type[BaseRenderer]] = [
        MoreJson,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        JSONRenderer,
    ]
    schema = None  # type: ignore[assignment]

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        return ()

    def find(self, at: Standpoint, asked: None) -> Answer:
        return Answer(document())

    def body(self, at: Standpoint, answer: Answer) -> Any:
        return answer.data


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document as plain values; made once a process, since code does not change while it runs."""
    with patched_settings(SETTINGS):
        generator = SchemaGenerator(urlconf="apps.api.v1.paths")  # type: ignore[no-untyped-call]
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    for operation in (each for methods in made["paths"].values() for each in methods.values()):
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True  # the generator says so of its own serializers only
    return made
