"""What entries say of themselves, many at once: the same as each alone, or that they cannot be read so."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.audit import seals, shape
from panel.audit.shape import FIELDS, Unreadable, copies, said

PLAIN = (
    '{"act":"sheet.save","at":"2026-03-05T01:41:00.123456Z","data":{"unit":"S1"},"ip":"10.3.2.7","n":7,'
    '"obj":{"id":"E1/S01","rev":2,"t":"sheet"},"ok":true,"req":"5f","round":"1","v":1,'
    '"who":{"id":"u-1","role":"expert","sid":"01"}}'
)

words = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x7f"), max_size=6)
records = st.fixed_dictionaries(
    {
        "act": st.sampled_from(["sheet.save", "refused", "watch.log"]),
        "at": words,
        "data": st.fixed_dictionaries(
            {"tried": words.filter(bool)}, optional={"x": st.integers(0, 9) | words}
        ),
        "n": st.integers(0, 2**53 - 1),
        "ok": st.booleans(),
        "v": st.integers(1, 2),
        "who": st.fixed_dictionaries({"id": words}, optional={"role": words, "sid": words}),
    },
    optional={
        "ip": words,
        "req": words,
        "round": words,
        "obj": st.fixed_dictionaries({}, optional={"id": words, "rev": st.integers(0, 99), "t": words}),
    },
)


@settings(max_examples=60)
@given(several=st.lists(records, min_size=1, max_size=4))
def test_many_say_what_each_says_alone(several: list[dict[str, object]]) -> None:
    found = said(b"\n".join(map(seals.canonical, several)))  # type: ignore[arg-type]
    alone = [copies(record) for record in several]
    for name in FIELDS:
        expected = [json.dumps(one[name]) if name == "ok" else str(one[name]) for one in alone]
        assert found[name].decode() == "\n".join(expected)


def test_a_plain_entry_says_its_number_act_success_actor_round_and_subject() -> None:
    expected = [b"7", b"sheet.save", b"true", b"u-1", b"1", b"E1/S01"]
    assert list(said(PLAIN.encode()).values()) == expected
    assert list(said((PLAIN + "\n" + PLAIN).encode()).values()) == [b"\n".join([one] * 2) for one in expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"unit":"S1"}', '{"unit":S1}'),
        ('{"unit":"S1"}', '{"unit"}'),
        ('{"unit":"S1"}', "{,}"),
        ("true", "yes"),
        ('"n":7', '"n":07'),
        ('"n":7', '"n":true'),
        ('"n":7', '"n":"7"'),
        ('"ok":true', '"ok":1'),
        ('"id":"u-1"', '"id":1'),
        ('"id":"u-1"', '"id":"u\\n1"'),
        ('"round":"1"', '"round":1'),
        ('"act":"sheet.save"', '"act":"refused"'),
        ('"ip":"10.3.2.7"', '"ip":"\t"'),
        ('"rev":2', '"rev":02'),
        (PLAIN, ""),
        (PLAIN, PLAIN + "}"),
        (PLAIN, PLAIN + "\n"),
    ],
)
def test_what_is_no_entry_cannot_be_read(old: str, new: str) -> None:
    assert PLAIN.count(old) == 1
    with pytest.raises(Unreadable):
        said(PLAIN.replace(old, new).encode())


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        # Names that come twice: the last one counts, as for whoever reads the entry with a program.
        (',"v":1', ',"n":8,"v":1', "idx"),
        ('"sid":"01"', '"sid":"01","id":"u-2"', "actor"),
        (',"v":1', ',"act":"sheet.read","v":1', "act"),
        ('"t":"sheet"', '"t":"sheet","id":"E2/S01"', "subject"),
        # Names that say nothing where they stand.
        (',"round":"1"', "", "round_id"),
        ('"round":"1"', '"x":{"round":"1"}', "round_id"),
    ],
)
def test_an_entry_in_another_order_says_what_a_reader_finds(old: str, new: str, name: str) -> None:
    found = said(PLAIN.replace(old, new).encode())
    plain = said(PLAIN.encode())
    assert {field for field in FIELDS if found[field] != plain[field]} == {name}


def test_a_line_break_within_an_entry_cannot_be_read() -> None:
    broken = PLAIN.replace('{"unit":"S1"}', '{"unit":\n"S1"}')
    with pytest.raises(Unreadable):
        said((broken + "\n" + PLAIN).encode())


def test_an_entry_tells_which_long_lists_it_refers_to() -> None:
    several = '{"data":{"a":{"count":40,"digest":"9f"},"b":{"count":1},"c":"x"}}'
    assert shape.lists(several.encode()) == ["9f"]
    assert shape.lists(b'{"data":[{"count":40,"digest":"9f"}]}') == []
    assert shape.lists(b"{}") == []
