"""F5: sheets filled too fast to be read, and bursts of saves."""

from __future__ import annotations

from panel.rules.flags import pace
from panel.rules.flags.facts import Facts, What
from tests.flagging import POLICY, Said, acts


def filled(
    application: str, seconds: float, units: int, *, read: bool = True, start: float = 0
) -> list[Said]:
    """An application opened, scored at this pace, and sealed with the last score."""
    several: list[Said] = [("sheet.read", f"E1/{application}", start)] if read else []
    times = [start + seconds * (n if read else n - 1) for n in range(1, units + 1)]
    saves: list[Said] = [
        ("sheet.save", f"E1/{application}", at, {"unit": f"S{n}"}) for n, at in enumerate(times, 1)
    ]
    return [*several, *saves, ("sheet.submit", f"E1/{application}", times[-1])]


def facts(*said: Said) -> Facts:
    return Facts(policy=POLICY, acts=acts(*said))


def test_under_a_minute_a_criterion_is_a_flag_and_a_minute_is_none() -> None:
    (flag,) = pace.find(facts(*filled("S01", 59, 6), *filled("S02", 60, 6, start=400)))
    assert flag.what is What.QUICK
    assert flag.applications == ("S01",)
    assert flag.numbers == {"sheets": 1, "of": 2, "seconds": 59, "limit": 60}
    assert flag.entries == (107,)


def test_a_sheet_whose_opening_is_not_on_record_is_timed_from_its_first_save() -> None:
    # Six saves are five spans of 60 s.
    assert list(pace.find(facts(*filled("S01", 60, 6, read=False)))) == []
    (flag,) = pace.find(facts(*filled("S01", 30, 6, read=False)))
    assert flag.numbers["seconds"] == 30


def test_a_sheet_that_is_not_sealed_or_has_no_span_has_no_pace() -> None:
    assert list(pace.find(facts(*filled("S01", 1, 3)[:-1]))) == []
    assert list(pace.find(facts(*filled("S01", 1, 1, read=False)))) == []


def test_eleven_saves_within_a_minute_are_a_burst_and_ten_are_none() -> None:
    eleven: list[Said] = [("sheet.save", f"E1/S{n:02}", n * 5.9, {"unit": "S1"}) for n in range(11)]
    (flag,) = pace.find(facts(*eleven))
    assert flag.what is What.BURST
    assert flag.numbers == {"saves": 11, "limit": 10}
    assert flag.entries == tuple(range(100, 111))
    assert list(pace.find(facts(*eleven[:10]))) == []
    # The eleventh exactly a minute after the first is in the next minute.
    assert list(pace.find(facts(*eleven[:10], ("sheet.save", "E1/S10", 60, {"unit": "S1"})))) == []
