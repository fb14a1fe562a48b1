"""What a witness does with a checkpoint that it is shown: compare it with the one that it kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from panel.audit import keys, notes, tree
from panel.audit.keys import KeyEntry
from panel.audit.notes import Checkpoint, Note, Verifier
from panel.errors import PanelError
from panel.language import N_, _


class Alarm(PanelError):
    """The log is not what it was: somebody must be told, each in their own language."""

    def __init__(self, what: str, **values: object) -> None:
        super().__init__(what.format(**values))
        self._what, self._values = what, values

    def said(self) -> str:
        """The alarm in the reader's language."""
        return _(self._what).format(**self._values)


def successor(trusted: Verifier, entered: Sequence[KeyEntry]) -> Verifier:
    """The key in force, reached from a trusted one by endorsements alone."""
    mine = next((n for n, entry in enumerate(entered) if entry.key == trusted), None)
    if mine is None:
        raise Alarm(N_("警报：对方的密钥表里没有我们认可的签名密钥 {key}。"), key=trusted.id)
    for old, new in pairwise(entered[mine:]):
        if not keys.endorsed(old, new):
            what = N_("警报：签名密钥换成了 {key}，没有经过前一把密钥认可。请与评审单位的书面记录核对。")
            raise Alarm(what, key=new.key.id)
    return entered[-1].key


def read(shown: Note, key: Verifier) -> Checkpoint:
    """The checkpoint of a note that the log's key must have signed."""
    checkpoint = notes.checkpoint_of(shown)
    if checkpoint.origin != key.name or not shown.signed_by(key):
        raise Alarm(N_("警报：校验点没有签名密钥 {key} 的有效签名。"), key=key.id)
    return checkpoint


def compare(kept: Checkpoint, shown: Checkpoint, proof: Sequence[bytes]) -> None:
    """Nothing if the log only grew since the kept checkpoint; else an alarm that says what happened."""
    if shown.origin != kept.origin:
        what = N_("警报：这不是原来的留痕记录：名称由 {then} 变成了 {now}。")
        raise Alarm(what, then=kept.origin, now=shown.origin)
    if shown.size < kept.size:
        what = N_(
            "警报：留痕记录变少了。上次见证时有 {then} 条，现在只有 {now} 条："
            "末尾的记录被删去，或者恢复了旧备份。"
        )
        raise Alarm(what, then=kept.size, now=shown.size)
    if not tree.extends(kept.size, kept.root, shown.size, shown.root, proof):
        what = N_("警报：留痕记录被改写。上次见证的前 {then} 条记录，已经不是当时的内容。")
        raise Alarm(what, then=kept.size)
