"""Bundles of stored runs, and `manage.py score_bundle`."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.scoring import services
from apps.scoring.bundles import packed_bundle, unpacked
from apps.scoring.models import Score, ScoreBundle, ScorePart, ScoreRun
from config.env import ROOT, inherited
from tests.integration.scoring.history import FINAL, OPEN, twelve_rounds

pytestmark = pytest.mark.integration
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def scored() -> ScoreRun:
    twelve_rounds()
    run = services.network_score()
    assert run is not None
    return run


def bundle_of(run: ScoreRun) -> bytes:
    packed = packed_bundle(run.pk)
    assert packed is not None
    return unpacked(packed)


@pytest.mark.django_db
def test_network_score__of_a_new_run__keeps_its_bundle_and_its_digests() -> None:
    run = scored()
    text = bundle_of(run)
    document = json.loads(text)

    assert ScoreBundle.objects.get().size_bytes == len(text)
    run.refresh_from_db()
    assert document["digests"] == {
        "inputs": run.inputs_digest,
        "method": run.method_digest,
        "outputs": run.outputs_digest,
        "bundle": run.bundle_digest,
    }
    assert document["run"]["as_of_block"] == str(FINAL)
    assert document["run"]["as_of_round"] == str(OPEN)
    assert document["run"]["as_of_block_hash"] == f"0x{bytes(run.as_of_block_hash).hex()}"


@pytest.mark.django_db
def test_network_score__of_the_same_state_in_another_database__gives_the_same_bundle() -> None:
    first = bundle_of(scored())
    ScoreRun.objects.all().delete()
    again = services.network_score()

    assert again is not None
    assert bundle_of(again) == first


@pytest.mark.django_db
def test_bundle__of_a_stored_run__says_what_the_tables_say_to_the_last_digit() -> None:
    outputs = {one["address"]: one for one in json.loads(bundle_of(scored()))["outputs"]}

    assert len(outputs) == Score.objects.count() == 3
    for row in Score.objects.all():
        told = outputs[row.orchestrator]
        assert [told[name] for name in ("value", "low", "high", "coverage")] == [
            None if value is None else f"{value:.4f}" for value in (row.value, row.low, row.high, row.coverage)
        ]
        assert (told["rank"], told["gates"]) == (None if row.rank is None else str(row.rank), row.gates)
        assert told["advice"] == {"sentence": row.advice, "severity": row.severity}
    for part in ScorePart.objects.select_related("score"):
        told = outputs[part.score.orchestrator]["parts"][part.part]
        assert told["value"] == (None if part.value is None else f"{part.value:.4f}")
        assert (told["reason"], told["weight"]) == (part.reason, str(part.weight))


@pytest.mark.django_db
def test_prune__of_a_run__drops_its_bundle_too() -> None:
    run = scored()
    run.delete()

    assert packed_bundle(run.pk) is None
    assert ScoreBundle.objects.count() == 0


@pytest.mark.django_db
def test_score_bundle__of_a_run_in_a_process_without_a_database__says_equal(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(bundle_of(scored()))

    asked = [
        subprocess.run(
            [sys.executable, "manage.py", "score_bundle", name],
            cwd=ROOT,
            env={**inherited(), "DATABASE_URL": NOWHERE, "DJANGO_SETTINGS_MODULE": "config.settings.dev"},
            stdin=file.open("rb"),
            capture_output=True,
            text=True,
        )
        for name in (str(file), "-")
    ]

    assert [one.returncode for one in asked] == [0, 0]
    assert asked[0].stdout == asked[1].stdout
    said = asked[0].stdout.splitlines()
    assert said[0] == f"Method 1.1 at block {FINAL}, round {OPEN}: 3 orchestrators scored again."
    assert said[2] == "Equal: the scores are what the inputs give by the method, and every digest is right."


@pytest.mark.django_db
def test_score_bundle__of_an_edited_file__lists_the_first_differences_and_fails(tmp_path: Path) -> None:
    document = json.loads(bundle_of(scored()))
    for one in document["outputs"]:
        for part in one["parts"].values():
            part.update(value="12.0000", low="1.0000", high="99.0000")
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(document))
    out = StringIO()

    with pytest.raises(CommandError, match=r"Not equal: 3\d differences, listed above\."):
        call_command("score_bundle", str(file), stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[2].startswith("  digests.outputs: ")
    assert len(lines) == 2 + 20 + 1
    assert lines[-1].startswith("  … and 1")


def test_score_bundle__of_no_file_or_a_folder__says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.json: It cannot be read: No such file or directory\."):
        call_command("score_bundle", str(tmp_path / "absent.json"))
    with pytest.raises(CommandError, match="It cannot be read: Is a directory"):
        call_command("score_bundle", str(tmp_path))


def test_score_bundle__of_a_truncated_file__fails_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_text('{"format":"millrace score bundle 1","inputs":{"demand":nu')

    done = subprocess.run(
        [sys.executable, "manage.py", "score_bundle", str(file)],
        cwd=ROOT,
        env={**inherited(), "DATABASE_URL": NOWHERE, "DJANGO_SETTINGS_MODULE": "config.settings.dev"},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().startswith(f"CommandError: {file}: The text ends too early: it was cut off.")
    assert len(done.stderr.strip().splitlines()) == 1
