"""The lock of an unattended screen: over the open page by script, and as a page of its own after a reload."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from panel.errors import RuleBroken
from panel.rules.permissions import Action
from panel.services import locks
from panel.web import access, current, forms
from panel.web.access import allow, locked_too

blueprint = Blueprint("locks", __name__)

Page = str | Response | tuple[str, int]


@blueprint.get("/locked")
@locked_too
@allow(Action.USE_OWN_ACCOUNT)
def show() -> Page:
    """Nothing but the question for PIN or password; an open session goes on where it was."""
    viewer = current.viewer()
    if viewer is None or not access.locked(viewer):
        return redirect(forms.own_place(request.values.get("next", "")), 303)
    return _page()


@blueprint.post("/lock")
@locked_too
@allow(Action.USE_OWN_ACCOUNT)
def lock() -> Response:
    """Lock the session: by hand, or by the script that saw nobody at work."""
    locks.lock(current.office(), current.actor(), access.token())
    if _by_script():
        return Response(status=204)
    return redirect(url_for("locks.show", next=forms.own_place(request.form.get("next", ""))), 303)


@blueprint.post("/unlock")
@locked_too
@allow(Action.USE_OWN_ACCOUNT)
def unlock() -> Page:
    """Go on with PIN or password; after too many wrong ones the session is over."""
    current.close_reader()
    try:
        locks.unlock(current.office(), current.actor(), access.token(), forms.secret("secret"))
    except RuleBroken as refusal:
        if access.ended() is not None:
            return access.to_sign_in()
        return (refusal.message if _by_script() else _page(refusal.message)), 422
    access.seen()
    if _by_script():
        return Response(status=204)
    return redirect(forms.own_place(request.form.get("next", "")), 303)


@blueprint.post("/at-work")
@allow(Action.USE_OWN_ACCOUNT)
def at_work() -> Response:
    """Somebody reads or taps on a page that asks nothing of the server: the lock waits."""
    return Response(status=204)


def _by_script() -> bool:
    return request.headers.get("HX-Request") is not None


def _page(problem: str = "") -> str:
    return render_template("account/locked.html", problem=problem, next=request.values.get("next", ""))
