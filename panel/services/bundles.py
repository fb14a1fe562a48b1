"""The bundle (留痕包): all that it takes to prove the trail, the opened scores and the results elsewhere.

The layout is that of docs/bundle.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import IO, Any

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import checkpoints, keys, read, seals
from panel.audit.events import BundleExported
from panel.documents import bundles as document
from panel.documents.bundles import READMES, Part
from panel.errors import NotAllowed, NotFound
from panel.queries import seals as sealed
from panel.queries import standings
from panel.rules.criteria import Policy
from panel.rules.permissions import Action, may
from panel.rules.policies import read_policy
from panel.rules.stages import Stage, reached
from panel.services.office import Actor, Office

LAYOUT = 1
_AT_ONCE = 1 << 20


def export(office: Office, actor: Actor, out: IO[bytes], code: str = "") -> str:
    """Write the bundle into `out` and record its digest; with `code` only that round's folder is in it.

    `out` must be readable as well: the digest is that of what was written.
    """
    if actor.role is None or not may(Action.EXPORT_BUNDLE, actor.role):
        refusal = NotAllowed("the bundle is not for this role")
        office.refuse(actor, BundleExported.act, refusal)
        raise refusal
    with office.reading() as session:
        parts = contents(session, code)
        size = read.size(session)
        document.write(parts, out)
    digest = _digest(out)
    with office.change(actor, BundleExported) as change:
        change.permit(Action.EXPORT_BUNDLE)
        change.record(BundleExported(size=size, digest=digest, code=code), subject="log")
    return digest


def contents(session: Session, code: str = "") -> Mapping[str, Part]:
    """Every file of the bundle by its name."""
    found = session.exec(select(tables.Round).order_by(col(tables.Round.id))).all()
    if code and code not in {row.code for row in found}:
        raise NotFound("no such round")
    rounds = [row for row in found if row.policy and code in ("", row.code)]
    entered, head, newest = keys.of_log(session), read.head(session), checkpoints.newest(session)
    parts: dict[str, Part] = {
        **READMES,
        "log.jsonl": (body.encode() + b"\n" for body in read.bodies(session)),
        "checkpoints.jsonl": [
            _line({"note": note, "size": size}) for size, note in checkpoints.every(session)
        ],
        "keys.json": _line({"log": _keys(entered), "witnesses": _keys(keys.witnesses(session))}),
        "manifest.json": _line(
            {
                "layout": LAYOUT,
                "origin": entered[-1].key.name if entered else "",
                "root": head.root,
                "rounds": [row.id for row in rounds],
                "scope": code,
                "size": head.size,
            }
        ),
    }
    if newest:
        parts["checkpoint.txt"] = str(newest).encode()
    for row in rounds:
        parts |= dict(_round(session, row))
    return parts


def _round(session: Session, row: tables.Round) -> Iterator[tuple[str, Part]]:
    folder, policy = f"rounds/{row.id}", read_policy(row.policy, f"policy of round {row.code}")
    about = {"code": row.code, "id": row.id, "policy": row.policy_digest, "stage": row.stage}
    yield f"policies/{row.policy_digest}.toml", row.policy.encode()
    yield f"{folder}/round.json", _line(about)
    yield f"{folder}/rules.json", _line(rules(policy))
    if not reached(Stage(row.stage), Stage.OPENED):
        return
    yield (
        f"{folder}/openings.jsonl",
        b"".join(line + b"\n" for line in seals.openings_lines(sealed.openings(session, row.id))),
    )
    for ranking in session.exec(standings.every(row.id)):
        # As they are stored, without a line end: their digests are over these very bytes.
        yield f"{folder}/results/{ranking.id}/inputs.json", ranking.inputs.encode()
        yield f"{folder}/results/{ranking.id}/result.json", ranking.result.encode()


def rules(policy: Policy) -> dict[str, Any]:
    """The few figures of a policy from which a result follows."""
    return {
        "method": policy.method,
        "places": policy.places,
        "quorum": policy.quorum,
        "tracks": {
            track.value: {
                "cap": one.cap,
                "criteria": [
                    {"id": c.id, "points": c.points, "units": [unit.id for unit in c.units()]}
                    for c in one.criteria
                ],
                "floors": dict(one.floors),
                "ladder": list(one.ladder),
                "pass_mark": one.pass_mark,
            }
            for track, one in policy.tracks.items()
        },
        "trimmed_min_sheets": policy.trimmed_min_sheets,
    }


def _keys(entries: list[keys.KeyEntry]) -> list[dict[str, Any]]:
    return [{"entry": entry.index, "vkey": str(entry.key)} for entry in entries]


def _line(value: Any) -> bytes:
    return seals.canonical(value) + b"\n"


def _digest(out: IO[bytes]) -> str:
    found = hashlib.sha256(seals.FILE_LABEL)
    out.seek(0)
    while piece := out.read(_AT_ONCE):
        found.update(piece)
    out.seek(0)
    return found.hexdigest()
