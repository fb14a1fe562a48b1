"""Passwords, codes and tokens: how they are made and kept."""

from __future__ import annotations

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from panel.services import credentials
from panel.services.credentials import (
    code_hash,
    hash_password,
    new_code,
    new_token,
    password_fits,
    token_hash,
)
from tests.world import SHIPPED_WORK


@pytest.fixture(autouse=True)
def as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes cost what they cost in the product."""
    monkeypatch.setattr(credentials, "WORK", SHIPPED_WORK)
    monkeypatch.setattr(credentials, "_NOBODY", [])


def test_several_passwords_at_once_do_not_wait_for_each_other() -> None:
    with ThreadPoolExecutor(4) as threads:
        stored = list(threads.map(hash_password, ["correct horse"] * 4))
        assert all(threads.map(password_fits, ["correct horse"] * 4, stored))


def test_a_password_is_kept_as_argon2id_in_phc_form() -> None:
    stored = hash_password("correct horse battery")
    assert re.fullmatch(r"\$argon2id\$v=19\$m=65536,t=3,p=1\$[\w+/]{22}\$[\w+/]{43}", stored)
    assert password_fits("correct horse battery", stored)
    assert not password_fits("correct horse batterz", stored)


def test_the_same_password_is_kept_differently_each_time() -> None:
    assert hash_password("correct horse battery") != hash_password("correct horse battery")


def test_the_same_characters_from_another_keyboard_fit() -> None:
    stored = hash_password("café 一二三四")
    assert password_fits(unicodedata.normalize("NFD", "café 一二三四"), stored)


def test_without_a_stored_password_nothing_fits_and_a_hash_is_computed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []
    real = Argon2id

    class Counting:
        @staticmethod
        def verify_phc_encoded(password: bytes, stored: str) -> None:
            tried.append(stored)
            real.verify_phc_encoded(password, stored)

    assert not password_fits("whatever it is", "")
    nobody = credentials._nobody()
    monkeypatch.setattr(credentials, "Argon2id", Counting)
    assert not password_fits("whatever it is", "")
    assert tried == [nobody]
    assert nobody.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_a_code_is_easy_to_read_from_paper() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"([2-9A-HJKMNP-Z]{4}-){2}[2-9A-HJKMNP-Z]{4}", code) for code in codes)
    assert not set("".join(codes)) & set("01ILO")


@pytest.mark.parametrize(
    "typed",
    ["ABCD-EFGH-JKMN", "abcdefghjkmn", " abcd efgh jkmn ", "ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ", "abcd—efgh—jkmn"],
)
def test_a_code_fits_however_it_is_typed(typed: str) -> None:
    assert code_hash(typed) == code_hash("ABCD-EFGH-JKMN")


def test_tokens_are_long_and_kept_as_hashes() -> None:
    assert len(new_token()) == 43
    assert new_token() != new_token()
    assert re.fullmatch(r"[0-9a-f]{64}", token_hash("token"))
    assert token_hash("Token") != token_hash("token")
