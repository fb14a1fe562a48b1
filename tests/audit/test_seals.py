"""Commitments and digests, against hashes made here from the bare definition."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.audit import seals
from panel.audit.seals import SealedSheet, openings_digest

SALT = bytes(range(32))
SHEET = SealedSheet("2026", "S01", "E1", 1, {"S1": (2450, "稳"), "S2": (1800, "")})
# Written by hand after RFC 8785: keys sorted, no blanks, Chinese as it is.
PLAIN = (
    '{"app":"S01","expert":"E1","items":{"S1":{"comment":"稳","points":2450},"S2":{"comment":"","points":1800}},'
    '"rev":1,"round":"2026"}'
)


def test_a_commitment_is_the_labelled_hash_of_salt_and_canonical_sheet() -> None:
    expected = hashlib.sha256(b"pingshen/score/v1\0" + SALT + PLAIN.encode()).hexdigest()
    assert SHEET.commitment(SALT) == expected


@pytest.mark.parametrize(
    "other",
    [
        replace(SHEET, round_code="2027"),
        replace(SHEET, application="S02"),
        replace(SHEET, expert="E2"),
        replace(SHEET, revision=2),
        replace(SHEET, items={**SHEET.items, "S1": (2400, "稳")}),
        replace(SHEET, items={**SHEET.items, "S1": (2450, "稳。")}),
        replace(SHEET, items={"S1": (2450, "稳")}),
    ],
)
def test_a_commitment_binds_everything_that_a_sheet_says(other: SealedSheet) -> None:
    assert other.commitment(SALT) != SHEET.commitment(SALT)


def test_another_salt_hides_the_same_sheet() -> None:
    assert SHEET.commitment(bytes(32)) != SHEET.commitment(SALT)


def test_the_openings_digest_covers_sheets_and_salts_in_any_order() -> None:
    other = replace(SHEET, expert="E2")
    lines = sorted(
        PLAIN.replace("E1", who).replace('"round":"2026"', f'"round":"2026","salt":"{salt.hex()}"').encode()
        for who, salt in (("E1", SALT), ("E2", bytes(32)))
    )
    expected = hashlib.sha256(b"pingshen/openings/v1\0" + b"\n".join(lines)).hexdigest()
    assert openings_digest([(SHEET, SALT), (other, bytes(32))]) == expected
    assert openings_digest([(other, bytes(32)), (SHEET, SALT)]) == expected
    assert openings_digest([(SHEET, bytes(32)), (other, SALT)]) != expected


def test_hashes_of_different_kinds_of_thing_never_meet() -> None:
    made = {
        seals.text_digest("{}"),
        seals.file_digest(b"{}"),
        seals.record_digest({}),
        openings_digest([]),
        hashlib.sha256(b"{}").hexdigest(),
    }
    assert len(made) == 5
    assert seals.text_digest("理由") == hashlib.sha256("pingshen/text/v1\0理由".encode()).hexdigest()
    assert seals.file_digest(b"PK") == hashlib.sha256(b"pingshen/file/v1\0PK").hexdigest()


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(plain)
def test_canonical_bytes_say_the_same_and_stay_the_same(value: seals.Json) -> None:
    written = seals.canonical(value)
    assert json.loads(written) == value
    assert seals.canonical(json.loads(written)) == written


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), "\ud800"])
def test_what_has_no_canonical_form_is_refused(value: seals.Json) -> None:
    with pytest.raises(ValueError, match=r".+"):
        seals.canonical({"x": value})
