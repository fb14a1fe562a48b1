"""Time: aware UTC inside, the office's own zone on paper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel import clock

MOMENT = datetime(2026, 9, 18, 16, 30, tzinfo=UTC)


def test_the_present_is_aware_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_a_demonstration_runs_on_from_its_start() -> None:
    real = [datetime(2030, 1, 1, tzinfo=UTC)]
    demonstration = clock.running_from(MOMENT, lambda: real[0])
    assert demonstration() == MOMENT
    real[0] += timedelta(hours=2)
    assert demonstration() == MOMENT + timedelta(hours=2)


def test_the_day_is_that_of_the_office() -> None:
    assert clock.office_date(MOMENT) == date(2026, 9, 19)
    assert clock.office_date(MOMENT - timedelta(hours=1)) == date(2026, 9, 18)


def test_a_stamp_is_utc_to_the_microsecond() -> None:
    there = MOMENT.astimezone(timezone(timedelta(hours=8)))
    assert clock.stamp(there) == "2026-09-18T16:30:00.000000Z"


@pytest.mark.parametrize("text", ["", "2026-09-18", "2026-09-18T16:30:00", "2026-09-18T16:30:00+08:00", "Z"])
def test_what_is_no_moment_in_utc_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"UTC|[Ii]nvalid"):
        clock.from_stamp(text)


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - a bound
def test_a_stamp_comes_back_as_the_same_moment(moment: datetime) -> None:
    assert clock.from_stamp(clock.stamp(moment)) == moment


def test_later_and_earlier() -> None:
    assert clock.later(MOMENT, minutes=15) == MOMENT + timedelta(minutes=15)
    assert clock.later(MOMENT, minutes=-15, days=1) == MOMENT + timedelta(days=1, minutes=-15)
