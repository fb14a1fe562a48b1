"""What a tablet needs to go on without network: the key of its outbox, the worker that keeps open pages."""

from __future__ import annotations

import hashlib
import json

from flask import Blueprint, Response, render_template, request, url_for

from panel import language
from panel.rules.permissions import Action
from panel.services import outboxes
from panel.web import assets, current
from panel.web.access import allow, public
from panel.web.current import office

blueprint = Blueprint("expert_outbox", __name__, url_prefix="/expert")

KEPT = frozenset({"expert_queue.index", "expert_sheets.show", "expert_scores.index"})
"""The pages that come back without network, once they were open."""
KEEP_HEADER, LABEL_HEADER, IDLE_HEADER = "Panel-Keep", "Panel-Label", "Panel-Idle"


@blueprint.get("/outbox-key")
@allow(Action.SEE_OWN_QUEUE)
def key() -> Response:
    """The key of one's own box; the browser takes it in such a way that no script can read it again."""
    lock = outboxes.lock(office(), current.actor())
    answer = Response(lock.key, mimetype="application/octet-stream")
    answer.headers[LABEL_HEADER] = lock.label
    answer.headers[IDLE_HEADER] = str(office().policy.idle_lock_minutes * 60)
    return answer


@blueprint.get("/worker.js")
@public
def worker() -> Response:
    """The service worker: named with all that it keeps, so that any change of that makes it anew."""
    kept = kept_assets()
    facts = {
        "version": hashlib.sha256("\n".join(kept).encode()).hexdigest()[:12],
        "assets": kept,
        "offline": {tag: _offline(locale) for locale, tag in (("zh_CN", "zh-CN"), ("en", "en"))},
    }
    scripts = ", ".join(json.dumps(assets.asset(f"js/{name}.js")) for name in ("vault", "worker"))
    text = f"self.PANEL = {json.dumps(facts, ensure_ascii=False)};\nimportScripts({scripts});\n"
    answer = Response(text, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def kept_assets() -> list[str]:
    """What the kept pages are made of, by addresses that change with the content."""
    return [
        *map(assets.bundle, assets.BUNDLES),
        assets.asset("css/print.css"),
        assets.asset("icons/sprite.svg"),
        assets.asset("icons/favicon.svg"),
    ]


def _offline(locale: str) -> str:
    """The page for an address that was not kept."""
    with language.speaking(locale):
        return render_template("expert/offline.html", locale=locale)


@blueprint.after_app_request
def _keep(response: Response) -> Response:
    """Mark a page that its expert's tablet may keep, under the label of that expert's box."""
    if request.endpoint in KEPT and response.status_code == 200:
        response.headers[KEEP_HEADER] = label()
    return response


def label() -> str:
    """The label of the viewer's box."""
    return outboxes.lock(office(), current.actor()).label


def page_facts() -> dict[str, str]:
    """What a page tells its scripts: whose box it is, where the key is, which worker for which addresses."""
    return {
        "data-label": label(),
        "data-key": url_for("expert_outbox.key"),
        "data-worker": url_for("expert_outbox.worker"),
        "data-scope": url_for("expert_queue.home") + "rounds/",
    }
