"""What a witness does with a checkpoint that it was shown: compare it with the one that it kept, and cosign."""

from __future__ import annotations

from collections.abc import Sequence

from panel.audit import keys, notes, tree
from panel.audit.keys import KeyEntry
from panel.audit.notes import Checkpoint, Note, Verifier
from panel.errors import PanelError
from panel.language import _


class Alarm(PanelError):
    """The log is not what it was: somebody must be told."""


def successor(trusted: Verifier, entered: Sequence[KeyEntry]) -> Verifier:
    """The key in force, reached from a trusted one by endorsements alone."""
    mine = next((n for n, entry in enumerate(entered) if entry.key == trusted), None)
    if mine is None:
        raise Alarm(_("警报：对方的密钥表里没有我们认可的签名密钥 {key}。").format(key=trusted.id))
    # The trusted key needs nobody's word; each one after it needs that of the one before.
    for old, new in zip(entered[mine:], entered[mine + 1 :], strict=False):
        if new.how != keys.How.ROTATED or new in list(keys.unendorsed([old, new])):
            what = _("警报：签名密钥换成了 {key}，没有经过前一把密钥认可。请与评审单位的书面记录核对。")
            raise Alarm(what.format(key=new.key.id))
    return entered[-1].key


def read(shown: Note, key: Verifier) -> Checkpoint:
    """The checkpoint of a note that the log's key must have signed."""
    checkpoint = notes.checkpoint_of(shown)
    if checkpoint.origin != key.name or not shown.signed_by(key):
        raise Alarm(_("警报：校验点没有签名密钥 {key} 的有效签名。").format(key=key.id))
    return checkpoint


def compare(kept: Checkpoint, shown: Checkpoint, proof: Sequence[bytes]) -> None:
    """Nothing if the log only grew since the kept checkpoint; else an alarm that says what happened."""
    if shown.origin != kept.origin:
        what = _("警报：这不是原来的留痕记录：名称由 {then} 变成了 {now}。")
        raise Alarm(what.format(then=kept.origin, now=shown.origin))
    if shown.size < kept.size:
        what = _(
            "警报：留痕记录变少了。上次见证时有 {then} 条，现在只有 {now} 条：末尾的记录被删去，或者恢复了旧备份。"
        )
        raise Alarm(what.format(then=kept.size, now=shown.size))
    if not tree.extends(kept.size, kept.root, shown.size, shown.root, proof):
        what = _("警报：留痕记录被改写。上次见证的前 {then} 条记录，已经不是当时的内容。")
        raise Alarm(what.format(then=kept.size))
