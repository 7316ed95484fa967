"""compose.yaml: valid by the specification's schema, complete, and in step with the program."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from config.env import NAMES, ROOT, SECRETS
from config.queues import QUEUES
from tests import composed

pytestmark = pytest.mark.unit

GIVEN = {"ALLOWED_HOSTS": "millrace.example"}
OTHER_NAMES = {"DJANGO_SETTINGS_MODULE", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE"}
OURS = {name: service for name, service in composed.services().items() if name not in composed.SERVERS}


def schema() -> dict[str, Any]:
    spec = importlib.util.find_spec("check_jsonschema")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "builtin_schemas" / "vendor"
    found: dict[str, Any] = json.loads((folder / "compose-spec.json").read_text(encoding="utf-8"))
    return found


def test_compose__when_held_against_the_specification__then_valid() -> None:
    validator = jsonschema_rs.validator_for(schema())
    document = composed.document()
    assert [error.message for error in validator.iter_errors(document)] == []
    document["services"]["web"]["restarts"] = "always"
    assert not validator.is_valid(document)


def test_compose__when_a_name_is_used__then_it_is_declared() -> None:
    document = composed.document()
    for service in document["services"].values():
        assert set(service.get("secrets", [])) <= set(document["secrets"])
        assert set(service.get("depends_on", {})) <= set(document["services"])
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert named <= set(document["volumes"])
        files = {value for name, value in service.get("environment", {}).items() if name.endswith("_FILE")}
        assert files == {f"/run/secrets/{name}" for name in service.get("secrets", [])}


@pytest.mark.parametrize("name", composed.services())
def test_compose__when_a_service_runs__then_it_ends_well_and_comes_back(name: str) -> None:
    service = composed.services()[name]
    assert composed.seconds(service["stop_grace_period"]) >= 30
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert service["logging"]["options"]["max-size"] == "20m"


@pytest.mark.parametrize("name", OURS)
def test_compose__when_a_process_is_ours__then_its_settings_are_known_and_no_secret_is_in_sight(name: str) -> None:
    service = OURS[name]
    given = composed.environment(service, GIVEN)
    assert set(given) <= NAMES | OTHER_NAMES
    assert given["DJANGO_SETTINGS_MODULE"] == "config.settings.prod"
    assert {f"{secret}_FILE" for secret in ("SECRET_KEY", "DATABASE_URL", "ARBITRUM_RPC_URLS")} <= set(given)
    assert {secret for secret in SECRETS if secret in given} == {"CELERY_BROKER_URL"}  # has no password
    assert service["read_only"] is True
    assert (service["cap_drop"], service["init"]) == (["ALL"], True)
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    waits = {"postgres": "service_healthy"} if name == "migrate" else {
        "migrate": "service_completed_successfully", "redis": "service_healthy"
    }  # fmt: skip
    assert {of: wait["condition"] for of, wait in service["depends_on"].items()} == waits


def test_compose__when_a_task_is_queued__then_one_kind_of_worker_takes_it() -> None:
    workers = {name: service["command"] for name, service in OURS.items() if "worker" in service["command"]}
    queues = [queue for words in workers.values() for queue in words[words.index("--queues") + 1].split(",")]
    assert sorted(queues) == sorted(QUEUES)
    for name, words in workers.items():
        assert words[words.index("--hostname") + 1] == f"{name}@%h"
        assert words[words.index("--pool") + 1] == "prefork"  # the only one that keeps to a task's time limits
        assert f"/{name}@*.alive " in OURS[name]["healthcheck"]["test"][1]
    assert [name for name, service in OURS.items() if "beat" in service["command"]] == ["beat"]


def test_compose__when_images_are_named__then_plainly_and_with_a_version() -> None:
    images = {name: service["image"] for name, service in composed.services().items()}
    assert {images.pop("postgres"), images.pop("redis")} == {"postgres:18", "redis:8"}
    assert set(images.values()) == {"millrace"}


def test_compose__when_the_names_of_the_site_are_missing__then_it_refuses() -> None:
    with pytest.raises(KeyError, match="the names under which the site is reached"):
        composed.environment(OURS["web"], {})


def test_dockerfile__when_the_image_is_made__then_everything_it_copies_is_there_and_let_through() -> None:
    text = (ROOT / "config/deploy/Dockerfile").read_text(encoding="utf-8")
    copied = {word for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for word in line.split()}
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_through
    assert all((ROOT / path).exists() for path in copied)
    assert text.count("USER millrace") == 1
