"""Texts travel compressed, unpacked by software that is not ours."""

from __future__ import annotations

import gzip
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.web.compression import packed
from tests.visitors import Visitor

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
local = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@settings(max_examples=50)
@given(st.binary(max_size=3000), st.binary(max_size=40).map(lambda noise: noise.replace(b"\0", b"")))
def test_what_is_packed_is_unpacked_by_the_standard_library(plain: bytes, noise: bytes) -> None:
    assert gzip.decompress(packed(plain, noise)) == plain


@local
def test_a_page_is_compressed_for_who_asks_for_it_and_its_length_says_nothing(stranger: Visitor) -> None:
    plain = stranger.get("/sign-in")
    assert "Content-Encoding" not in plain.headers
    answers = [stranger.client.get("/sign-in", headers=GZIP) for _ in range(6)]
    assert all(answer.headers["Content-Encoding"] == "gzip" for answer in answers)
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in answers)
    assert len({len(answer.data) for answer in answers}) > 1
    assert "<h1>" in gzip.decompress(answers[0].data).decode()


@local
def test_a_style_is_packed_the_same_each_time_and_still_found_unchanged(stranger: Visitor) -> None:
    address = re.findall(r'href="(/static/css/base[^"]+)"', stranger.get("/sign-in").text)[0]
    plain = stranger.client.get(address, buffered=True)
    first, second = (stranger.client.get(address, headers=GZIP, buffered=True) for _ in range(2))
    assert first.data == second.data
    assert gzip.decompress(first.data) == plain.data
    assert int(first.headers["Content-Length"]) == len(first.data) < len(plain.data) / 2
    again = stranger.client.get(
        address, headers={**GZIP, "If-None-Match": first.headers["ETag"]}, buffered=True
    )
    assert (again.status_code, again.data) == (304, b"")


@local
def test_what_is_short_or_no_text_stays_as_it_is(stranger: Visitor) -> None:
    answer = stranger.client.get("/", headers=GZIP)
    assert answer.status_code == 303
    assert "Content-Encoding" not in answer.headers
