"""The expert's own scores side by side, to keep one's own measure."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from panel.language import current as locale
from panel.queries import blind
from panel.queries.blind import OwnScores
from panel.rules.permissions import Action
from panel.rules.sheets import CardState
from panel.web import current
from panel.web.access import allow
from panel.web.expert import seats
from panel.web.expert.queue import TONES

blueprint = Blueprint("expert_scores", __name__, url_prefix="/expert/rounds/<code>/scores")


@blueprint.get("")
@allow(Action.SEE_OWN_SHEET)
def index(code: str) -> str | Response:
    """Own scores by track; a click on a column sorts by it, another turns the order."""
    seat = seats.own()
    if seat.pledged_at is None:
        return seats.to_pledge()
    policy = seats.policy()
    sort, down = request.args.get("sort", ""), request.args.get("order") == "down"
    found = blind.own_scores(current.reader(), policy, current.round_().id, seat)
    tables = [
        {
            "title": policy.track(track).title.in_(locale()),
            "track": track,
            "units": policy.track(track).units(),
            "rows": _sorted(rows, sort, down),
            "equals": _equals(rows),
        }
        for track, rows in found.items()
    ]
    return seats.page(
        "expert/scores.html", seat, tables=tables, sort=sort, down=down, tones=TONES, CardState=CardState
    )


def _equals(rows: list[OwnScores]) -> list[tuple[int, list[str]]]:
    """Totals that several fully scored applications share, highest first, with their codes."""
    sharing: dict[int, list[str]] = {}
    for row in rows:
        if row.state is not CardState.VOID and all(given.points is not None for given in row.given.values()):
            sharing.setdefault(row.total, []).append(row.code)
    return sorted(((total, codes) for total, codes in sharing.items() if len(codes) > 1), reverse=True)


def _sorted(rows: list[OwnScores], by: str, down: bool) -> list[OwnScores]:
    """By code, by total or by one unit; what has no points yet stands last either way."""
    if by == "code":
        return sorted(rows, key=lambda row: row.code, reverse=down)
    if not by:
        return rows

    def points(row: OwnScores) -> int | None:
        if by == "total":
            return row.total if row.state is not CardState.NEW else None
        return row.given[by].points if by in row.given else None

    scored = [row for row in rows if points(row) is not None]
    ordered = sorted(scored, key=lambda row: points(row) or 0, reverse=down)
    return ordered + [row for row in rows if points(row) is None]
