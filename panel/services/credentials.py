"""Passwords, one-time codes and session tokens: how they are made, and how they are kept."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from panel.rules import pins

# No 0 O 1 I L: the code is read from paper and typed on a tablet.
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_GROUPS, _CODE_GROUP = 3, 4


WORK = (3, 64 * 1024)
"""What a hash costs whoever computes it: passes, and KiB of memory. A stored hash says how it was made."""

# A crowd at the door must not take all memory.
_AT_ONCE = threading.BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """Argon2id in PHC form."""
    # One lane: lanes share the threads of the library, and several hashes with more than one at the same time
    # can wait for each other's for ever.
    passes, memory = WORK
    maker = Argon2id(salt=os.urandom(16), length=32, iterations=passes, lanes=1, memory_cost=memory)
    with _AT_ONCE:
        return maker.derive_phc_encoded(_typed(password))


def password_fits(password: str, stored: str) -> bool:
    """Whether the password is the one that was hashed; takes as long for an unknown account."""
    known = stored or _nobody()
    try:
        with _AT_ONCE:
            Argon2id.verify_phc_encoded(_typed(password), known)
    except InvalidKey:
        return False
    return bool(stored)


def new_token() -> str:
    """A session's token."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A one-time code as it is printed."""
    groups = ("".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_GROUP)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)


def token_hash(token: str) -> str:
    """How a session token is kept."""
    return hashlib.sha256(b"pingshen/token/v1\0" + token.encode()).hexdigest()


def code_hash(code: str) -> str:
    """How a one-time code is kept: without the blanks, dashes and full-width letters that people type."""
    plain = unicodedata.normalize("NFKC", code).upper()
    return token_hash("".join(character for character in plain if character.isalnum()))


def _typed(password: str) -> bytes:
    # The same characters from different keyboards are the same password; a PIN may be typed in groups.
    if pins.is_pin(password):
        return pins.plain(password).encode()
    return unicodedata.normalize("NFKC", password).encode()


_NOBODY: list[str] = []


def _nobody() -> str:
    # Hashed once, so that an unknown login costs the same time as a known one.
    if not _NOBODY:
        _NOBODY.append(hash_password(secrets.token_urlsafe(16)))
    return _NOBODY[0]
