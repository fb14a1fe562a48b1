"""The PIN (个人密码) with which an expert signs in and unlocks a tablet: six digits, not easy ones."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

LENGTH = 6
TRIES = 8
"""So many wrong PINs in a row at the door: 8 of a million. On devices on which the account was opened before,
the PIN is void then, and only a new card helps; others are shut out until it is opened on one of those."""
TRIES_UNLOCKING = 5
"""So many at one locked tablet, and its session ends; the account goes on elsewhere."""

_DIGITS = 10
# All digits alike, counting up or down by one, two, …: their neighbours differ by one and the same amount.
_FEW = 2


def plain(typed: str) -> str:
    """What was typed, without blanks and full-width digits."""
    return "".join(unicodedata.normalize("NFKC", typed).split())


def is_pin(secret: str) -> bool:
    """Whether this has the form of a PIN; anything else is a password."""
    typed = plain(secret)
    return len(typed) == LENGTH and typed.isascii() and typed.isdigit()


def trivial(secret: str) -> bool:
    """Whether a PIN is among those tried first: 000000, 123456, 975319, 121212, 123123, 112233, 123321."""
    digits = [int(digit) for digit in plain(secret)]
    steps = {(after - before) % _DIGITS for before, after in pairwise(digits)}
    half = LENGTH // 2
    pairs = digits[::2], digits[1::2]
    return (
        len(steps) == 1
        or len(set(digits)) <= _FEW
        or digits[:half] in (digits[half:], digits[half:][::-1])
        or pairs[0] == pairs[1]
    )
