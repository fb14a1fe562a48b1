"""Reads one cell: what people type becomes a plain value, or `Wrong` with what would be right.

Full-width digits, numbers kept as text and dates as text are taken; formulas and Excel's errors never are.
"""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from decimal import Decimal

from panel.documents.workbooks import Cell
from panel.language import _


class Wrong(ValueError):
    """The cell cannot be taken; the message says what would be right."""


YES = frozenset({"是", "✓", "√", "✔", "☑", "y", "yes", "true", "1", "1.0"})
NO = frozenset({"否", "×", "✗", "✘", "☐", "n", "no", "false", "0", "0.0"})

MOST_FEN = 10**12
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")
_MONEY = re.compile(r"[0-9]+(\.[0-9]{1,2})?")
_WHOLE = re.compile(r"[0-9]{1,9}(\.0+)?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?|月)?")
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"
_UNIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_UNIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e"))


def raw(cell: Cell) -> str:
    """What stands in the cell; a formula or an error of Excel is refused."""
    if cell.kind == "f":
        raise Wrong(_("不接受公式。请复制该单元格，用“粘贴为数值”替换。"))
    if cell.kind == "e":
        raise Wrong(_("这是 Excel 的错误值。请填写实际内容。"))
    if cell.kind == "d":
        return cell.value[:10]
    if cell.kind == "n":
        return _plain(cell.value)
    return cell.value


def _plain(number: str) -> str:
    """A number as Excel shows it: fifteen digits, no exponent, no empty decimals."""
    value = Decimal(f"{Decimal(number):.15g}")
    return f"{value.normalize():f}"


def compact(text: str) -> str:
    """One width, no spaces: for numbers, codes and choices."""
    narrow = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return "".join(narrow.split())


def prose(cell: Cell, longest: int, lines: bool = False) -> str:
    """Text as people wrote it, punctuation and all; a single line unless `lines`."""
    text = (
        unicodedata.normalize("NFC", raw(cell))
        .translate(_INVISIBLE)
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )
    if lines:
        text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
    else:
        text = " ".join(text.split())
    if any(unicodedata.category(character) == "Cc" for character in text.replace("\n", "")):
        raise Wrong(_("含有不可见的控制字符。请重新输入这一格。"))
    if len(text) > longest:
        raise Wrong(
            _("共 {length} 字，超过上限 {longest} 字。请精简。").format(length=len(text), longest=longest)
        )
    return text


def number(cell: Cell) -> str:
    """The office's own number of a thing: S01, P10, E3."""
    text = compact(raw(cell)).upper()
    if not _NUMBER.fullmatch(text):
        raise Wrong(_("编号只用字母、数字、“-”和“_”，不超过 20 位，例如 S01。"))
    return text


def money(cell: Cell) -> int:
    """An amount in yuan with at most two decimals, as fen."""
    text = compact(raw(cell)).replace(",", "").removeprefix("¥").removesuffix("元")
    if not _MONEY.fullmatch(text):
        raise Wrong(_("请填写以元为单位的金额，最多两位小数，例如 48000 或 26800.50。"))
    fen = int(Decimal(text) * 100)
    if fen > MOST_FEN:
        raise Wrong(_("金额过大。请核对是否以元为单位。"))
    return fen


def whole(cell: Cell, least: int, most: int) -> int:
    """A whole number within limits."""
    text = compact(raw(cell))
    if not _WHOLE.fullmatch(text) or not least <= Decimal(text) <= most:
        raise Wrong(_("请填写 {least} 至 {most} 之间的整数。").format(least=least, most=most))
    return int(Decimal(text))


def yes(cell: Cell) -> bool:
    """Yes or no."""
    text = compact(raw(cell)).casefold()
    if text in YES:
        return True
    if text in NO:
        return False
    raise Wrong(_("请填“是”或“否”。"))


def ticked(cell: Cell) -> bool:
    """A tick in a box; an empty box never gets here."""
    try:
        return yes(cell)
    except Wrong:
        raise Wrong(_("已提交的填“✓”，未提交的留空。")) from None


def day(cell: Cell, end: bool = False) -> datetime.date:
    """A date of Excel, or text such as 2024-03-31; of a month alone its first day, or its last when `end`."""
    wrong = Wrong(_("请填写日期，例如 2024-03-31 或 2024年3月。"))
    match = _DAY.fullmatch(compact(raw(cell))) if cell.kind != "n" else None
    if not match:
        raise wrong
    year, month = int(match[1]), int(match[2])
    try:
        last = calendar.monthrange(year, month)[1] if end else 1
        return datetime.date(year, month, int(match[3] or last))
    except ValueError:
        raise wrong from None


def identity(cell: Cell) -> str:
    """A citizen's ID number of 18 characters with its check digit (GB 11643)."""
    _as_text(cell)
    text = compact(raw(cell)).upper()
    if not _IDENTITY.fullmatch(text) or not _is_day(text[6:14]):
        raise Wrong(_("请填写 18 位公民身份号码（第 7 至 14 位为出生日期，末位可为 X）。"))
    total = sum(int(digit) * weight for digit, weight in zip(text, _IDENTITY_WEIGHTS, strict=False))
    if text[-1] != _IDENTITY_CHECKS[total % 11]:
        raise Wrong(_("身份号码的校验码不符。请对照证件逐位核对。"))
    return text


def _is_day(digits: str) -> bool:
    try:
        born = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= 1900


def unit_code(cell: Cell) -> str:
    """A unified social credit code of 18 characters with its check digit (GB 32100)."""
    _as_text(cell)
    text = compact(raw(cell)).upper()
    if len(text) != 18 or not set(text) <= set(_UNIT_ALPHABET):
        raise Wrong(_("统一社会信用代码为 18 位数字和大写字母（不含 I、O、S、V、Z）。"))
    total = sum(_UNIT_ALPHABET.index(c) * weight for c, weight in zip(text, _UNIT_WEIGHTS, strict=False))
    if text[-1] != _UNIT_ALPHABET[-total % 31]:
        raise Wrong(_("统一社会信用代码的校验码不符。请对照证照逐位核对。"))
    return text


def _as_text(cell: Cell) -> None:
    """Excel keeps fifteen digits of a number: the last three of a code typed as a number are lost."""
    if cell.kind == "n":
        raise Wrong(_("这一格是数值格式，Excel 会丢失末尾数字。请改为文本格式后重新输入。"))


def masked(text: str) -> str:
    """A code in an error message: the last four characters are enough to find it."""
    return "…" + text[-4:] if len(text) > 4 else text
