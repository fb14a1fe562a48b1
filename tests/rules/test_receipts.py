"""Receipts are read again however they were kept: as a line, as an address, or typed from paper."""

from __future__ import annotations

import pytest

from panel.rules.receipts import Receipt, read_receipt

LEAF, SEAL, ROOT = "ab" * 32, "cd" * 32, "0f" * 32
WHOLE = Receipt(812, LEAF, SEAL, 900, ROOT)


def test_the_line_holds_everything_in_one_order() -> None:
    assert WHOLE.text == f"panel-receipt entry=812 leaf={LEAF} seal={SEAL} size=900 root={ROOT}"
    assert Receipt(0, LEAF).text == f"panel-receipt entry=0 leaf={LEAF}"
    assert read_receipt(WHOLE.text) == WHOLE
    assert read_receipt(Receipt(0, LEAF).text) == Receipt(0, LEAF)


def test_an_address_holds_what_is_needed() -> None:
    address = "https://panel.example/receipt?" + "&".join(f"{k}={v}" for k, v in WHOLE.short.items())
    assert read_receipt(address) == Receipt(812, LEAF, "", 900, ROOT)


@pytest.mark.parametrize(
    "typed", [f"812 {LEAF}", f"#812\n{LEAF[:32]} {LEAF[32:]}", f" 812\t{LEAF.upper()} ", f"第 812 {LEAF}"]
)
def test_what_is_typed_from_paper_is_enough(typed: str) -> None:
    assert read_receipt(typed) == Receipt(812, LEAF)


def test_a_size_without_its_root_says_nothing() -> None:
    assert read_receipt(f"entry=1 leaf={LEAF} size=9") == Receipt(1, LEAF)
    assert read_receipt(f"entry=1 leaf={LEAF} root={ROOT}") == Receipt(1, LEAF)


@pytest.mark.parametrize(
    "text",
    ["", "812", LEAF, f"812 {LEAF[:-1]}", f"812 {LEAF}0", f"812 {LEAF[:-1]}g", f"entry=812 leaf={LEAF}0",
     f"leaf={LEAF}", f"entry={'9' * 16} leaf={LEAF}", f"812 {'0 ' * 63}"],
)  # fmt: skip
def test_anything_else_is_no_receipt(text: str) -> None:
    with pytest.raises(ValueError, match="no receipt"):
        read_receipt(text)
