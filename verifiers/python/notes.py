"""Signed notes: verifier keys and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)."""

from __future__ import annotations

import base64
import hashlib
import re
import struct

from verifiers.python.ed25519 import PublicKey

LOG, WITNESS = 1, 4


class Key:
    """A verifier key: NAME+HASH+BASE64."""

    def __init__(self, vkey: str) -> None:
        self.vkey = vkey
        self.name, self.hash, data = vkey.split("+", 2)
        raw = base64.b64decode(data, validate=True)
        self.type = raw[0]
        if len(raw) != 33 or self.type not in (LOG, WITNESS):
            raise ValueError(f"no Ed25519 key: {vkey[:80]}")
        if hashlib.sha256(self.name.encode() + b"\n" + raw).hexdigest()[:8] != self.hash:
            raise ValueError(f"the hash of this key is not its own: {vkey[:80]}")
        self.public = PublicKey(raw[1:])

    def signed(self, text: str, signature: bytes) -> bool:
        if self.type == LOG:
            return self.public.verifies(signature, text.encode())
        if len(signature) != 72:
            return False
        (seconds,) = struct.unpack(">Q", signature[:8])
        return self.public.verifies(signature[8:], f"cosignature/v1\ntime {seconds}\n{text}".encode())


class Note:
    """A checkpoint with its signature lines."""

    SIGNATURE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
    TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n")

    def __init__(self, note: str) -> None:
        text, blank, lines = note.partition("\n\n")
        self.text = text + "\n"
        found = self.TEXT.fullmatch(self.text)
        if not found or not blank:
            raise ValueError("no checkpoint")
        self.origin, self.size = found.group(1), int(found.group(2))
        self.root = base64.b64decode(found.group(3)).hex()
        self.signatures: list[tuple[str, str, bytes]] = []
        for line in lines.splitlines():
            signature = self.SIGNATURE.fullmatch(line)
            if not signature:
                raise ValueError("no signature line")
            raw = base64.b64decode(signature.group(2), validate=True)
            self.signatures.append((signature.group(1), raw[:4].hex(), raw[4:]))

    def signed_by(self, key: Key) -> bool | None:
        """Whether this key has signed; None where it has no line. A wrong line spoils a good one."""
        own = [data for name, hash_, data in self.signatures if (name, hash_) == (key.name, key.hash)]
        return all(key.signed(self.text, data) for data in own) if own else None
