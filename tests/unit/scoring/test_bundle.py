"""A run as one text: the same bytes everywhere, recomputed from itself, and refused where it is something else."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.scoring import recompute
from apps.scoring.bundle import BundleWriter, RunHead, digest_of, method_data, text_of
from apps.scoring.facts import NetworkFacts, canonical, digest
from apps.scoring.formula import score
from apps.scoring.method import live
from apps.scoring.recompute import BundleError, check
from tests.unit.scoring.made import gateway, network, node, worsened

pytestmark = pytest.mark.unit

HEAD = RunHead(31337, 5000, "0x" + "ab" * 32, 1000, live().version)


def facts() -> NetworkFacts:
    return network(
        node(1, fees={gateway(1): 300, gateway(2): 200}),
        worsened(node(2, stake=9000, fees={gateway(1): 40}), reward_cut=900_000, rounds_ago=3),
        node(3, active=False, rounds=4),
    )


def bundle(given: NetworkFacts | None = None) -> bytes:
    of = given or facts()
    return "".join(BundleWriter(HEAD, live(), of, score(of)).pieces()).encode()


def changed(change: Callable[[dict[str, Any]], None]) -> bytes:
    """A bundle that was edited by hand, its digests made to fit again."""
    document = json.loads(bundle())
    change(document)
    told = {name: digest_of(document[name]) for name in ("inputs", "method", "outputs")}
    whole = digest_of({key: value for key, value in document.items() if key != "digests"})
    return text_of({**document, "digests": {**told, "bundle": whole}}).encode()


def test_bundle__made_twice__is_the_same_bytes_whatever_the_order_of_the_nodes() -> None:
    given = facts()

    assert bundle(given) == bundle(replace(given, orchestrators=given.orchestrators[::-1]))


def test_bundle__of_a_run__holds_the_canonical_inputs_and_no_number() -> None:
    text = bundle().decode()
    document = json.loads(text, parse_int=pytest.fail, parse_float=pytest.fail)

    assert f'"inputs":{canonical(facts())},"method"' in text
    assert document["digests"]["inputs"] == digest(facts())
    assert document["run"] == {
        "chain_id": "31337", "as_of_block": "5000", "as_of_block_hash": "0x" + "ab" * 32, "as_of_round": "1000",
        "version": "1.1",
    }  # fmt: skip
    assert document["method"]["weights"] == {"work": "5", "terms": "3", "jobs": "1", "community": "1"}
    assert "status" not in document["method"]
    assert [one["address"] for one in document["outputs"]] == sorted(one.address for one in facts().orchestrators)
    assert list(document["outputs"][0]["parts"]) == ["community", "jobs", "terms", "work"]


def test_bundle__of_a_run__has_every_digest_right() -> None:
    document = json.loads(bundle())
    told = document.pop("digests")

    assert told == {
        "inputs": digest_of(document["inputs"]),
        "method": digest_of(method_data("1.1")),
        "outputs": digest_of(document["outputs"]),
        "bundle": hashlib.sha256(text_of(document).encode()).hexdigest(),
    }


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_bundle__whose_digest_is_taken_as_documented__gives_it() -> None:
    text = bundle()
    plain = subprocess.run(["jq", "-acSj", "del(.digests)"], input=text, capture_output=True, check=True).stdout

    assert hashlib.sha256(plain).hexdigest() == json.loads(text)["digests"]["bundle"]


def test_check__of_an_untouched_bundle__finds_nothing() -> None:
    found = check(bundle())

    assert found.differences == ()
    assert (found.version, found.block, found.round, found.orchestrators) == ("1.1", "5000", "1000", 3)
    assert found.digest == json.loads(bundle())["digests"]["bundle"]


def test_check__of_a_bundle_that_method_1_0_made__finds_nothing() -> None:
    found = check((Path(__file__).parent / "bundle_1_0.json").read_bytes())  # made before there was a method 1.1

    assert (found.version, found.orchestrators, found.differences) == ("1.0", 3, ())


def test_check__of_a_bundle_that_was_indented__finds_nothing() -> None:
    assert check(json.dumps(json.loads(bundle()), indent=2).encode()).differences == ()


def test_check__of_a_better_score_written_in__names_the_place_and_both_values() -> None:
    def flatter(document: dict[str, Any]) -> None:
        document["outputs"][1]["parts"]["terms"]["value"] = "99.0000"

    (line,) = check(changed(flatter)).differences

    who = sorted(one.address for one in facts().orchestrators)[1]
    assert line.startswith(f'outputs.{who}.parts.terms.value: "99.0000" in the file, "')


def test_check__of_a_fee_written_in__names_scores_that_it_would_have_changed() -> None:
    def pay(document: dict[str, Any]) -> None:
        document["inputs"]["orchestrators"][1]["payments"]["amount_eth_wei"] = ["900000000000000000"]

    found = check(changed(pay)).differences

    assert any(".parts.work.value: " in line for line in found)
    assert all(line.startswith("outputs.") for line in found)


def test_check__of_an_edit_without_its_digests__names_them() -> None:
    document = json.loads(bundle())
    document["outputs"][0]["rank"] = "77"

    found = check(text_of(document).encode()).differences

    assert [line.partition(":")[0] for line in found][:2] == ["digests.outputs", "digests.bundle"]


def test_check__of_other_weights_than_the_method_has__names_the_weight() -> None:
    def lighter(document: dict[str, Any]) -> None:
        document["method"]["weights"]["work"] = "4"

    assert check(changed(lighter)).differences == ('method.weights.work: "4" in the file, "5" here',)


def test_check__of_a_left_out_node__says_that_nothing_is_there() -> None:
    def leave_out(document: dict[str, Any]) -> None:
        del document["outputs"][2]

    (line,) = check(changed(leave_out)).differences

    assert ": nothing in the file, {" in line


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "There is nothing in it."),
        (b"  \n", "There is nothing in it."),
        (b"\x1f\x8b\x08\x00\x00", "no text in UTF-8"),
        (b"<html>", "This is no JSON"),
        (b"[]", "no bundle of a score run"),
        (b'{"format":"something else"}', "no bundle of a score run"),
        (b'{"format":"millrace score bundle 2"}', "of another form"),
        (b'{"format":"millrace score bundle 1"}', "lacks digests, inputs, method, outputs, run"),
        (b'{"format":"millrace score bundle 1","format":"x"}', "A key stands twice"),
        (b'{"format":"millrace score bundle 1","run":1.5}', "the bare number 1.5"),
        (b'{"format":NaN}', "the bare number NaN"),
        (b"[" * 100_000, "nested far deeper"),
    ],
)
def test_check__of_something_else__is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(BundleError, match=sentence):
        check(data)


@pytest.mark.parametrize("part", [0.01, 0.3, 0.7, 0.99])
def test_check__of_a_truncated_bundle__says_that_it_was_cut_off(part: float) -> None:
    whole = bundle()

    with pytest.raises(BundleError, match="cut off"):
        check(whole[: int(len(whole) * part)])


def test_check__of_an_oversized_file__is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recompute, "MOST_BYTES", 1024**2)

    with pytest.raises(BundleError, match="larger than any bundle: at most 1 MB"):
        check(b"{" + b" " * 1024**2)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("method", "version"), "7.0", "Method 7.0 made it, which this program does not hold; it has 1.1, 1.0"),
        (("method", "version"), "0.1", "Method 0.1 made it, which is described here and no longer computed"),
        (("method",), [], "Its method is no object"),
        (("run",), {}, "Its run lacks"),
        (("run", "as_of_block"), None, "Its run must hold texts"),
        (("outputs",), {}, "Its outputs are no list of scores"),
        (("inputs",), {"round": "1"}, "Its inputs are no facts"),
        (("inputs", "round"), "१", "not in canonical form"),
        (("inputs", "window"), ["999", "998"], "not in canonical form"),
        (("inputs", "orchestrators", 0, "rounds", "round"), [], "do not fit together"),
    ],
)
def test_check__of_a_bundle_out_of_shape__is_refused(path: tuple[Any, ...], value: Any, sentence: str) -> None:
    def put(document: dict[str, Any]) -> None:
        at: Any = document
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    with pytest.raises(BundleError, match=sentence):
        check(changed(put))
