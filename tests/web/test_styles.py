"""Colours can be told apart, in the light and in the dark, and every sheet takes them from one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from panel.web.assets import STATIC

CSS = STATIC / "css"
SCHEMES = ("light", "dark")
TEXT, CONTROL = 4.5, 3.0
"""What WCAG 2.2 asks of text (1.4.3) and of what shows a control or its focus (1.4.11)."""

GROUNDS = ("page", "surface", "sunken")
PAIRS = [
    *((TEXT, ink, ground) for ink in ("ink", "muted") for ground in (*GROUNDS, "blue-tint", "red-tint")),
    *((TEXT, "blue", ground) for ground in (*GROUNDS, "blue-tint")),
    *((TEXT, "red", ground) for ground in (*GROUNDS, "red-tint")),
    *((TEXT, "on-fill", fill) for fill in ("blue-fill", "blue-hover", "red-fill", "red-hover")),
    *((CONTROL, edge, ground) for edge in ("control", "focus") for ground in (*GROUNDS, "blue-tint")),
]


def tokens(scheme: str) -> dict[str, str]:
    """The colours in force in that scheme."""
    light, _rule, rest = (
        (CSS / "tokens.css").read_text(encoding="utf-8").partition("@media (prefers-color-scheme: dark)")
    )
    dark = rest.partition("\n}\n")[0] if scheme == "dark" else ""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", light + dark))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from relative luminance in sRGB."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_ratio_is_that_of_the_recommendation() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the best known failing grey
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the lightest that passes


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_must_be_read_or_found_stands_out_from_its_ground(scheme: str) -> None:
    colours = tokens(scheme)
    weak = {
        (one, other): round(contrast(colours[one], colours[other]), 2)
        for least, one, other in PAIRS
        if contrast(colours[one], colours[other]) < least
    }
    assert weak == {}


def test_both_schemes_name_every_colour_of_the_pairs() -> None:
    named = {name for _least, *pair in PAIRS for name in pair}
    light, dark = tokens("light"), tokens("dark")
    assert named <= light.keys()
    assert {name for name in named if light[name] == dark[name]} <= {"on-fill"}


SHEETS = sorted(file for file in CSS.glob("*.css") if file.stem not in ("tokens", "print"))
# White under a QR code or a page of somebody's paper is white in the dark as well.
PAPER = re.compile(r"background: #fff\b")


@pytest.mark.parametrize("file", SHEETS, ids=lambda file: file.stem)
def test_every_colour_is_a_token(file: Path) -> None:
    text = PAPER.sub("", re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.S))
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\b(?:rgb|hsl)a?\([^)]*\)", text) == []


@pytest.mark.parametrize("file", SHEETS, ids=lambda file: file.stem)
def test_every_token_that_a_sheet_takes_is_there(file: Path) -> None:
    known = set(re.findall(r"(--[\w-]+):", (CSS / "tokens.css").read_text(encoding="utf-8")))
    text = file.read_text(encoding="utf-8")
    own = set(re.findall(r"(--[\w-]+):", text))
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= known | own
