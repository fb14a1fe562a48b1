"""What entries say of themselves, many at once: the same as each alone, or that they cannot be read so."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.audit import seals, shape
from panel.audit.shape import FIELDS, bodies, copies

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


def line(body: str, **changed: str) -> bytes:
    """The body behind the copies that it must have, or behind others."""
    said = copies(json.loads(body))
    words = {name: json.dumps(said[name]) if name == "ok" else str(said[name]) for name in FIELDS} | changed
    return ("\x02".join(words[name] for name in FIELDS) + "\n" + body).encode()


@settings(max_examples=60)
@given(several=st.lists(records, min_size=1, max_size=4))
def test_entries_fit_behind_the_copies_that_they_must_have(several: list[dict[str, object]]) -> None:
    written = [seals.canonical(record).decode() for record in several]  # type: ignore[arg-type]
    assert bodies(b"\n".join(map(line, written)), len(several)) == [body.encode() for body in written]


@pytest.mark.parametrize("beside", [PLAIN, PLAIN.replace("S01", "甲")])
@settings(max_examples=40)
@given(record=records, name=st.sampled_from(FIELDS), other=words)
def test_an_entry_with_another_copy_does_not_fit(
    beside: str, record: dict[str, object], name: str, other: str
) -> None:
    body = seals.canonical(record).decode()  # type: ignore[arg-type]
    own = line(body)
    if (changed := line(body, **{name: other})) != own:
        assert not bodies(b"\n".join([line(beside), changed, line(beside)]), 3)
    assert bodies(b"\n".join([line(beside), own, line(beside)]), 3)


@pytest.mark.parametrize("name", FIELDS)
def test_a_copy_that_is_empty_or_one_too_many_does_not_fit(name: str) -> None:
    assert bodies(line(PLAIN), 1)
    assert not bodies(line(PLAIN, **{name: ""}), 1)
    bare = PLAIN.replace('"id":"E1/S01","rev":2,', "").replace('"round":"1",', "")
    assert bodies(line(bare), 1)
    assert not bodies(line(bare, **{name: "9"}), 1)


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
        ('"ip":"10.3.2.7"', '"ip":"\n"'),
        ('{"unit":"S1"}', '{"unit":\n"S1"}'),
        ('"rev":2', '"rev":02'),
        (PLAIN, ""),
        (PLAIN, PLAIN + "}"),
        (PLAIN, PLAIN + "\n"),
        # Names that come twice: the last one counts, as for whoever reads the entry with a program.
        (',"v":1', ',"n":8,"v":1'),
        ('"sid":"01"', '"sid":"01","id":"u-2"'),
        (',"v":1', ',"act":"sheet.read","v":1'),
        ('"t":"sheet"', '"t":"sheet","id":"E2/S01"'),
        # Names that say nothing where they stand.
        (',"round":"1"', ""),
        (',"round":"1"', ',"x":{"round":"1"}'),
        (',"n":7', ',"x":{"n":7}'),
    ],
)
def test_another_body_behind_the_same_copies_does_not_fit(old: str, new: str) -> None:
    assert PLAIN.count(old) == 1
    copies_ = line(PLAIN).removesuffix(PLAIN.encode())
    changed = copies_ + PLAIN.replace(old, new).encode()
    assert not bodies(changed, 1)
    assert not bodies(b"\n".join([line(PLAIN), changed, line(PLAIN)]), 3)


@pytest.mark.parametrize(
    "old", [',"rev":2', ',"ip":"10.3.2.7"', ',"req":"5f"', ',"role":"expert"', ',"sid":"01"']
)
def test_what_an_entry_may_lack_is_not_missed(old: str) -> None:
    assert PLAIN.count(old) == 1
    assert bodies(line(PLAIN.replace(old, "")), 1)


def test_two_broken_rows_that_make_one_entry_together_do_not_fit() -> None:
    first, second = line(PLAIN).split(b"10.3.2.7")
    broken = first + b"10.3\n.2.7" + second
    assert not bodies(broken, 2)
    assert not bodies(broken, 1)


def test_an_entry_tells_which_long_lists_it_refers_to() -> None:
    several = '{"data":{"a":{"count":40,"digest":"9f"},"b":{"count":1},"c":"x"}}'
    assert shape.lists(several.encode()) == ["9f"]
    assert shape.lists(b'{"data":[{"count":40,"digest":"9f"}]}') == []
    assert shape.lists(b"{}") == []
