"""What the program that makes several calls is asked and answers; that it runs is shown on a real chain."""

from __future__ import annotations

import pytest

from apps.chain.errors import AnswerMalformed
from apps.chain.executor import MARK, PROGRAM, Deed, Done, answered, asked

pytestmark = pytest.mark.unit


def word(number: int) -> bytes:
    return number.to_bytes(32)


ANSWER = MARK + word(1) + word(21) + word(3) + b"abc" + word(0) + word(7) + word(0)


def test_program__when_assembled__then_its_jumps_lead_to_places_that_may_be_jumped_to() -> None:
    jumpdest, push2, jump, jumpi = 0x5B, 0x61, 0x56, 0x57
    targets, at = [], 0
    while at < len(PROGRAM):
        code = PROGRAM[at]
        size = code - 0x5F if 0x60 <= code <= 0x7F else 0
        if code == push2 and PROGRAM[at + 3] in (jump, jumpi):
            targets.append(int.from_bytes(PROGRAM[at + 1 : at + 3]))
        at += 1 + size

    assert len(PROGRAM) == 167
    assert len(targets) == 3
    assert [PROGRAM[target] for target in targets] == [jumpdest] * 3


def test_asked__when_calls_are_given__then_each_is_target_value_gas_length_and_data() -> None:
    deed = Deed("0x" + "12" * 20, b"\x01\x02", gas=5, value_wei=9)

    assert asked([deed, deed]) == 2 * (bytes(12) + b"\x12" * 20 + word(9) + word(5) + word(2) + b"\x01\x02")


def test_answered__when_the_program_ran__then_each_call_has_its_success_gas_and_data() -> None:
    assert answered(ANSWER, count=2) == [Done(True, 21, b"abc"), Done(False, 7, b"")]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "does not run a program"),
        (b"\0" * 64, "does not run a program"),
        (ANSWER[:-96], "another number of calls"),
        (MARK + word(1) + word(21) + word(9) + b"abc", "cut an answer short"),
    ],
)
def test_answered__when_it_is_no_whole_answer__then_it_is_refused(answer: bytes, says: str) -> None:
    with pytest.raises(AnswerMalformed, match=says):
        answered(answer, count=2)
