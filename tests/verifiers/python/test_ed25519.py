"""Ed25519 against the vectors of RFC 8032, section 7.1, and against what must be refused."""

from __future__ import annotations

import pytest

from verifiers.python.ed25519 import L, PublicKey

# Tests 1, 2 and 3: public key, message, signature.
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd"
        "25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c38"
        "7b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a"
        "7c15e9716ed28dc027beceea1ec40a",
    ),
)


def parts(vector: tuple[str, str, str]) -> tuple[bytes, bytes, bytes]:
    key, message, signature = vector
    return bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)


@pytest.mark.parametrize("vector", VECTORS)
def test_the_published_signatures_are_good(vector: tuple[str, str, str]) -> None:
    key, message, signature = parts(vector)
    assert PublicKey(key).verifies(signature, message)


def test_whatever_is_changed_is_refused() -> None:
    key, message, signature = parts(VECTORS[1])
    public = PublicKey(key)
    assert not public.verifies(signature, message + b"x")
    assert not public.verifies(signature[:-1], message)
    for at in range(0, 64, 7):
        wrong = bytearray(signature)
        wrong[at] ^= 1
        assert not public.verifies(bytes(wrong), message)


def test_a_second_form_of_the_same_signature_is_refused() -> None:
    key, message, signature = parts(VECTORS[2])
    s = int.from_bytes(signature[32:], "little") + L
    assert not PublicKey(key).verifies(signature[:32] + s.to_bytes(32, "little"), message)


@pytest.mark.parametrize("weak", ["01" + "00" * 31, "00" * 32, "ec" + "ff" * 30 + "7f", "ff" * 32])
def test_keys_that_sign_everything_or_are_no_point_are_refused(weak: str) -> None:
    # The neutral element, orders 4 and 2, and no point at all.
    forged = bytes.fromhex("01" + "00" * 63)
    assert not PublicKey(bytes.fromhex(weak)).verifies(forged, b"anything")
