"""Signed notes, checkpoints and cosignatures in the C2SP formats, which other people's verifiers read.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature. Signing and verifying
Ed25519 is the work of `cryptography`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 0x01, 0x04
"""Types of keys: a log's own Ed25519 key, and that of a witness that cosigns."""

MAX_NOTE = 16_384
"""Longer texts are no checkpoints of anybody."""

MAX_SIZE = 2**53

_DASH = "— "
_SKEY = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+\x00-\x20\x7f]{1,128}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_HASH, _SIGNATURE, _TIME, _PUBLIC = 4, 64, 8, 32


class Malformed(ValueError):
    """Bytes that are no note, checkpoint or key of the format."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name, as it is written on paper (vkey)."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read `<name>+<key hash>+<base64>`; anything else is refused."""
        name, plus, rest = vkey.strip().partition("+")
        written, plus_again, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if not plus or not plus_again or len(raw) != 1 + _PUBLIC or raw[0] not in (LOG, WITNESS):
            raise Malformed("no verifier key")
        key = cls(_named(name), raw[0], raw[1:])
        if key.hash.hex() != written:
            raise Malformed("the key's hash does not fit the key")
        return key

    @property
    def hash(self) -> bytes:
        """The four bytes by which signatures name the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_HASH]

    @property
    def id(self) -> str:
        """The same in hex."""
        return self.hash.hex()

    def __str__(self) -> str:
        return f"{self.name}+{self.id}+{_encoded(bytes([self.kind]) + self.public)}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this is a signature of the key over exactly this message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name."""

    name: str
    kind: int
    seed: bytes

    @classmethod
    def generate(cls, name: str, kind: int = LOG) -> Signer:
        """A new key from the system's randomness."""
        return cls(_named(name), kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, skey: str) -> Signer:
        """Read `PRIVATE+KEY+<name>+<key hash>+<base64>`."""
        text = skey.strip()
        parts = text.removeprefix(_SKEY).split("+", 2)
        if not text.startswith(_SKEY) or len(parts) != len(("name", "hash", "key")):
            raise Malformed("no signing key")
        raw = _decoded(parts[2])
        if len(raw) != 1 + _PUBLIC or raw[0] not in (LOG, WITNESS):
            raise Malformed("no signing key of a kind that is known")
        key = cls(_named(parts[0]), raw[0], raw[1:])
        if key.verifier.id != parts[1]:
            raise Malformed("the key's hash does not fit the key")
        return key

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return Verifier(self.name, self.kind, public)

    def written(self) -> str:
        """The key as it is kept in its file (skey)."""
        return f"{_SKEY}{self.name}+{self.verifier.id}+{_encoded(bytes([self.kind]) + self.seed)}"

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature over `message`."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note."""

    name: str
    hash: bytes
    value: bytes

    def line(self) -> str:
        """The line with its end."""
        return f"{_DASH}{self.name} {_encoded(self.hash + self.value)}\n"

    def of(self, key: Verifier) -> bool:
        """Whether the line claims to be of this key."""
        return (self.name, self.hash) == (key.name, key.hash)


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}"

    def plus(self, lines: Iterable[Signature]) -> Note:
        """The note with more signatures below the others."""
        return Note(self.text, self.signatures + tuple(lines))

    def signed_by(self, key: Verifier) -> bool:
        """Whether the key has signed; a false line in its name spoils the note, whatever stands beside it."""
        own = [signature.value for signature in self.signatures if signature.of(key)]
        return bool(own) and all(_holds(key, value, self.text.encode()) for value in own)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long a log is and its root, under the name of the log."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the three lines; a text with more says what nobody here understands, and is refused."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not _SIZE.fullmatch(lines[1]):
            raise Malformed("no checkpoint")
        root = _decoded(lines[2])
        if len(root) != hashlib.sha256().digest_size or int(lines[1]) > MAX_SIZE:
            raise Malformed("no checkpoint")
        return cls(_named(lines[0]), int(lines[1]), root)


def parse(written: str) -> Note:
    """Read a signed note strictly: its signatures stand in the last block of lines."""
    if len(written) > MAX_NOTE or any(c < " " and c != "\n" for c in written):
        raise Malformed("too long for a note, or no text")
    text, blank, lines = written.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise Malformed("a note needs an empty line and signatures below it")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    return Note(text + "\n", signatures)


def parse_signature(line: str) -> Signature:
    """Read one signature line, with or without its end."""
    return _signature(line.removesuffix("\n"))


def checkpoint_of(note: Note) -> Checkpoint:
    """The checkpoint that the note states."""
    return Checkpoint.parse(note.text)


def sign(checkpoint: Checkpoint, signer: Signer) -> Note:
    """The checkpoint as a note under the log's own signature."""
    value = signer.sign(checkpoint.text.encode())
    return Note(checkpoint.text, (Signature(signer.name, signer.verifier.hash, value),))


def cosign(checkpoint: Checkpoint, signer: Signer, seconds: int) -> Signature:
    """A witness's line: at that time it saw the log so, and consistent with what it had seen before."""
    value = seconds.to_bytes(_TIME, "big") + signer.sign(_cosigned(checkpoint.text.encode(), seconds))
    return Signature(signer.name, signer.verifier.hash, value)


def cosigned_at(signature: Signature) -> int:
    """The time that a cosignature states, in POSIX seconds."""
    return int.from_bytes(signature.value[:_TIME], "big")


def _holds(key: Verifier, value: bytes, text: bytes) -> bool:
    if key.kind == LOG:
        return len(value) == _SIGNATURE and key.verifies(value, text)
    if len(value) != _TIME + _SIGNATURE:
        return False
    return key.verifies(value[_TIME:], _cosigned(text, int.from_bytes(value[:_TIME], "big")))


def _cosigned(text: bytes, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n".encode() + text


def _signature(line: str) -> Signature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != len(("name", "value")):
        raise Malformed("no signature line")
    raw = _decoded(parts[1])
    if len(raw) <= _HASH:
        raise Malformed("no signature line")
    return Signature(_named(parts[0]), raw[:_HASH], raw[_HASH:])


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Malformed("a key's name has no blanks and no plus")
    return name


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str) -> bytes:
    """Strictly: what would not be written so again is refused."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("no base64") from None
    if _encoded(raw) != text:
        raise Malformed("no base64")
    return raw
