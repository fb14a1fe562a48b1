"""One pass over the log: the published roots, the shape of an entry, and what does not fit."""

from __future__ import annotations

import json

import pytest

from tests.audit.test_tree import INPUTS, ROOTS
from verifiers.python.log import SHAPE, Log

ENTRY = b'{"act":"sheet.save","at":"2026-09-10T01:00:00.000000Z","n":%d,"ok":true,"v":1,"who":{"id":"u-1"}}'


def read(lines: list[bytes], sizes: set[int] | None = None) -> Log:
    log = Log(sizes or set(), {0})
    log.read(iter(lines))
    return log


def test_roots_of_the_published_vectors_at_every_size() -> None:
    log = read([bytes.fromhex(text) for text in INPUTS], set(range(9)))
    assert tuple(log.roots[size] for size in range(9)) == ROOTS
    assert log.leaves[0] == ROOTS[1]


def test_entries_that_are_not_read_pass_by_their_shape() -> None:
    log = read([ENTRY % index for index in range(3)])
    assert (log.first_wrong, log.records, log.size) == (None, [], 3)


def test_what_the_shape_does_not_know_is_parsed() -> None:
    nested = b'{"act":"a.b","at":"x","data":{"a":{"b":"\\"}"}},"n":0,"ok":true,"v":1,"who":{"id":"u"}}'
    assert not SHAPE.fullmatch(nested)
    assert read([nested]).first_wrong is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (ENTRY % 1, "says it is entry 1"),
        (b"{", "cannot be read"),
        (b"\xff", "cannot be read"),
        ((ENTRY % 0).replace(b'"n":0', b'"n": 0'), "not canonical"),
        ((ENTRY % 0).replace(b'"v":1', b'"v":2'), "not in the form"),
        ((ENTRY % 0).replace(b'"v":1', b'"act":"log.key","v":1'), "not canonical"),
        ((ENTRY % 0).replace(b'"n":0', b'"n":0.5'), "cannot be read"),
    ],
)
def test_the_first_line_that_does_not_fit_is_named(line: bytes, said: str) -> None:
    log = read([line, ENTRY % 1])
    assert log.first_wrong is not None
    assert said in log.first_wrong.en
    assert log.first_wrong.entry == 0


def test_acts_that_were_refused_do_not_count() -> None:
    record = {"act": "seal.open", "at": "x", "n": 0, "ok": False, "v": 1, "who": {"id": "u"}}
    line = json.dumps(record, separators=(",", ":"), sort_keys=True).encode()
    assert read([line]).records == []
