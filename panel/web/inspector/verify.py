"""Verification (核验): everything recomputed at the press of a button, and a checkpoint to take away."""

from __future__ import annotations

import re

import segno
from flask import Blueprint, render_template, request
from markupsafe import Markup

from panel.clock import stamp
from panel.errors import InvalidInput, Problem
from panel.language import _
from panel.queries import trail
from panel.queries.trail import Kept
from panel.rules.permissions import Action
from panel.services import verification, verifiers
from panel.services.verification import Verification
from panel.web import current
from panel.web.access import allow

blueprint = Blueprint("inspector_verify", __name__, url_prefix="/inspector/verify")

_ROOT = re.compile(r"[0-9a-f]{64}")


@blueprint.get("")
@allow(Action.WATCH)
def form() -> str:
    """What will be checked, and the button."""
    return render_template("inspector/verify.html", found=None, verifiers=verifiers.every())


@blueprint.post("")
@allow(Action.WATCH)
def run() -> str:
    """Recompute everything; that somebody did is recorded, and nothing else is written."""
    kept = _kept()
    found = verification.verify_as(current.office(), current.actor())
    partial = request.headers.get("HX-Request") is not None
    return render_template(
        "inspector/_verified.html" if partial else "inspector/verify.html",
        verifiers=verifiers.every(),
        found=found,
        kept=kept,
        held=trail.kept(current.reader(), kept, found.size) if kept else None,
        Kept=Kept,
        reach=verification.reach(found),
        caveat=_(verification.CAVEAT),
        now=current.office().clock(),
        checkpoint=_checkpoint(found),
        code=Markup(_picture(found)),  # noqa: S704 - made here of a number and a hash
    )


def _kept() -> tuple[int, str] | None:
    """The checkpoint that somebody kept, as typed or pasted; nothing where both fields are empty."""
    size, root = (request.form.get(name, "").strip() for name in ("size", "root"))
    if not size and not root:
        return None
    plain = "".join(root.split()).lower()
    if not size.isdecimal() or len(size) > 15:
        raise InvalidInput(Problem(_("记录条数"), size[:20], _("请填写当时的记录条数，如 1042。")))
    if not _ROOT.fullmatch(plain):
        raise InvalidInput(Problem(_("根摘要"), root[:20], _("请填写当时的根摘要，共 64 个字母和数字。")))
    return int(size), plain


def _checkpoint(found: Verification) -> str:
    """Size and root in one line, for machines and for people with a telephone."""
    return f"panel-checkpoint size={found.size} root={found.root} at={stamp(current.office().clock())}"


def _picture(found: Verification) -> str:
    code = segno.make(_checkpoint(found), error="m", micro=False)
    return code.svg_inline(
        border=2, omitsize=True, svgclass="qr__code", lineclass=None, title=_("校验点二维码")
    )
