"""Receipts (回执): one line of text by which a sealed sheet is found in the trail again, anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

FIELDS = ("entry", "leaf", "seal", "size", "root")
MOST = 2000
"""How long a text may be that a receipt is looked for in."""

_FIELD = re.compile(r"\b(?:(entry|size)=([0-9]{1,15})|(leaf|seal|root)=([0-9a-f]{64}))(?![0-9a-f])")
_TYPED = re.compile(r"\D{0,5}?([0-9]{1,15})\s+([0-9A-Fa-f\s]{64,160})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The entry of a sealing and its leaf in hex, and what is on the receipt besides.

    `seal` is the commitment; `size` and `root` are the trail as it stood when the receipt was made: where it
    no longer goes on from there, it was cut off or rewritten.
    """

    entry: int
    leaf: str
    seal: str = ""
    size: int = 0
    root: str = ""

    def fields(self) -> dict[str, str]:
        """What stands on it, by name: the text and the address are made of this."""
        found = {name: str(getattr(self, name)) for name in FIELDS if getattr(self, name)}
        return {"entry": str(self.entry), "leaf": self.leaf} | found

    @property
    def text(self) -> str:
        """The receipt as one line."""
        return " ".join(["panel-receipt", *(f"{name}={value}" for name, value in self.fields().items())])

    @property
    def short(self) -> dict[str, str]:
        """What an address needs: the seal is in the leaf already."""
        return {name: value for name, value in self.fields().items() if name != "seal"}


def read_receipt(text: str) -> Receipt:
    """The receipt in a text: the line itself, an address that holds it, or the entry and the leaf as typed.

    ValueError where there is none.
    """
    said: dict[str, str] = {}
    for number, whole, name, digest in _FIELD.findall(text[:MOST]):
        said.setdefault(number or name, whole or digest)
    if "entry" in said and "leaf" in said:
        size, root = (said["size"], said["root"]) if {"size", "root"} <= said.keys() else ("0", "")
        return Receipt(int(said["entry"]), said["leaf"], said.get("seal", ""), int(size), root)
    typed = _TYPED.fullmatch(text[:MOST].strip())
    leaf = "".join(typed[2].split()).lower() if typed else ""
    if typed is None or len(leaf) != len("0" * 64):
        raise ValueError(f"no receipt: {text[:40]}")
    return Receipt(int(typed[1]), leaf)
