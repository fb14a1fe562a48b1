"""Signatures: what a pad may send, and what the digest binds."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.rules import signatures
from panel.rules.signatures import (
    HEIGHT,
    MAX_POINTS,
    MAX_STROKES,
    MAX_TEXT,
    ON_PAPER,
    WIDTH,
    Manner,
    NoSignature,
    Purpose,
    Signature,
    SignatureFault,
)

DRAWN = "[[100,100,300,300],[600,200]]"
POINT = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))


@pytest.mark.parametrize(
    ("manner", "strokes", "name", "wanted"),
    [
        ("paper", DRAWN, "王一", ON_PAPER),
        ("typed", DRAWN, "  王  一 ", Signature(Manner.TYPED, name="王 一")),
        ("drawn", DRAWN, "王一", Signature(Manner.DRAWN, (((100, 100), (300, 300)), ((600, 200),)))),
    ],
)
def test_one_signs_in_one_of_three_ways(manner: str, strokes: str, name: str, wanted: Signature) -> None:
    assert signatures.given(manner, strokes, name) == wanted


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", SignatureFault.EMPTY),
        ("[]", SignatureFault.EMPTY),
        ("[[0,0,99,100]]", SignatureFault.SMALL),
        ("[[5,5]]", SignatureFault.SMALL),
        ("{}", SignatureFault.MALFORMED),
        ("nonsense", SignatureFault.MALFORMED),
        ("[" * 20000, SignatureFault.MALFORMED),
        ("[7]", SignatureFault.MALFORMED),
        ("[[]]", SignatureFault.MALFORMED),
        ("[[1,2,3]]", SignatureFault.MALFORMED),
        ("[[1,2.5]]", SignatureFault.MALFORMED),
        ("[[true,1]]", SignatureFault.MALFORMED),
        ("[[-1,1]]", SignatureFault.MALFORMED),
        (f"[[{WIDTH + 1},1]]", SignatureFault.MALFORMED),
        (f"[[1,{HEIGHT + 1}]]", SignatureFault.MALFORMED),
        ('[["1",1]]', SignatureFault.MALFORMED),
        (json.dumps([[0, 0, 300, 0]] * (MAX_STROKES + 1)), SignatureFault.LARGE),
        (json.dumps([[1] * (2 * MAX_POINTS + 2)]), SignatureFault.LARGE),
        (" " * (MAX_TEXT + 1), SignatureFault.LARGE),
    ],
)
def test_what_is_no_drawing_is_refused_with_its_reason(text: str, fault: SignatureFault) -> None:
    with pytest.raises(NoSignature) as refused:
        signatures.drawn(text)
    assert refused.value.fault is fault


@pytest.mark.parametrize("name", ["", "   ", "字" * 51, "王\x00一"])
def test_a_typed_name_is_a_name(name: str) -> None:
    with pytest.raises(NoSignature) as refused:
        signatures.typed(name)
    assert refused.value.fault is SignatureFault.NAME


def test_there_is_no_fourth_way() -> None:
    with pytest.raises(NoSignature) as refused:
        signatures.given("voice", DRAWN, "王一")
    assert refused.value.fault is SignatureFault.MANNER


def test_the_digest_is_the_one_worked_by_hand() -> None:
    # RFC 8785: keys in order, no blanks, after a label that keeps kinds of hashes apart.
    written = (
        '{"document":"d0","manner":"drawn","name":"","purpose":"sheet","signer":"2026/E1",'
        '"strokes":[[100,100,300,300],[600,200]]}'
    )
    wanted = hashlib.sha256(b"pingshen/signature/v1\0" + written.encode()).hexdigest()
    assert signatures.drawn(DRAWN).digest(Purpose.SHEET, "d0", "2026/E1") == wanted


def test_whatever_is_changed_changes_the_digest() -> None:
    drawn = signatures.drawn(DRAWN)
    digests = {
        drawn.digest(Purpose.SHEET, "d0", "2026/E1"),
        drawn.digest(Purpose.PLEDGE, "d0", "2026/E1"),
        drawn.digest(Purpose.SHEET, "d1", "2026/E1"),
        drawn.digest(Purpose.SHEET, "d0", "2026/E2"),
        signatures.drawn("[[100,100,300,301],[600,200]]").digest(Purpose.SHEET, "d0", "2026/E1"),
        signatures.typed("王一").digest(Purpose.SHEET, "d0", "2026/E1"),
        ON_PAPER.digest(Purpose.SHEET, "d0", "2026/E1"),
    }
    assert len(digests) == 7


def test_a_line_is_drawn_from_point_to_point_and_a_tap_is_a_dot() -> None:
    assert signatures.drawn(DRAWN).path == "M100 100L300 300M600 200L600 200"
    assert ON_PAPER.path == ""


@given(st.lists(st.lists(POINT, min_size=1, max_size=6), min_size=1, max_size=5))
def test_what_was_kept_is_what_was_given(strokes: list[list[tuple[int, int]]]) -> None:
    signature = Signature(Manner.DRAWN, tuple(map(tuple, strokes)))
    assert signatures.kept("drawn", json.dumps(signature.flat), "") == signature


def test_what_was_damaged_in_the_store_is_no_signature() -> None:
    with pytest.raises(ValueError, match="malformed"):
        signatures.kept("drawn", "7", "")
