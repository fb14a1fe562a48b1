"""The bundle holds what its page says, proves itself by that page alone, and gives nothing away too early."""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
import zipfile
from pathlib import Path

import pytest

from panel.audit import read
from panel.audit.events import BundleExported, RankingComputed, SealsOpened, SheetSubmitted
from panel.audit.notes import Verifier, parse
from panel.documents import bundles as document
from panel.documents.bundles import READMES
from panel.errors import NotAllowed, NotFound
from panel.rules.permissions import Role
from panel.services import bundles
from panel.services.office import Office
from tests.conftest import actor
from tests.opened import CODE, Opened
from tests.signed import Signed
from tests.world import World

PERCENTS = {"S01": [80, 81, 82, 83, 84], "S02": [70, 90, 75, 80, 85], "P01": [60, 70, 80, 90, 100]}
INSPECTOR = actor(Role.INSPECTOR)


def unpacked(office: Office, code: str = "") -> dict[str, bytes]:
    out = io.BytesIO()
    bundles.export(office, INSPECTOR, out, code)
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(archive.namelist(), key=str.encode)
        return {name: archive.read(name) for name in archive.namelist()}


def root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def test_an_opened_round_is_proven_from_the_page_alone(world: World, tmp_path: Path) -> None:
    Opened(world, PERCENTS).opened()
    Signed(world.office, tmp_path).sign()
    files = unpacked(world.office)
    manifest, about = json.loads(files["manifest.json"]), json.loads(files["rounds/1/round.json"])
    lines = files["log.jsonl"].splitlines()
    leaves = [hashlib.sha256(b"\x00" + line).digest() for line in lines]
    assert (manifest["size"], manifest["root"]) == (len(lines), root(leaves).hex())
    assert (manifest["rounds"], about["code"], about["stage"]) == ([1], CODE, "opened")
    note = parse(files["checkpoint.txt"].decode())
    (entered,) = json.loads(files["keys.json"])["log"]
    assert note.signed_by(Verifier.parse(entered["vkey"]))
    assert [json.loads(line)["note"] for line in files["checkpoints.jsonl"].splitlines()] == [str(note)]
    records = [json.loads(line) for line in lines]
    sealed = {
        (r["obj"]["id"], r["obj"]["rev"]): r["data"]["c"] for r in records if r["act"] == SheetSubmitted.act
    }
    openings = files["rounds/1/openings.jsonl"].splitlines()
    for line in openings:
        sheet = json.loads(line)
        tail = b',"salt":"' + sheet["salt"].encode() + b'"}'
        assert line.endswith(tail)
        text = line.removesuffix(tail) + b"}"
        salted = b"pingshen/score/v1\0" + bytes.fromhex(sheet["salt"]) + text
        key = (f"{sheet['expert']}/{sheet['app']}", sheet["rev"])
        assert hashlib.sha256(salted).hexdigest() == sealed.pop(key)
    assert sealed == {}
    (opening,) = [r["data"] for r in records if r["act"] == SealsOpened.act]
    digest = hashlib.sha256(b"pingshen/openings/v1\0" + b"\n".join(openings)).hexdigest()
    assert opening == {"openings": digest, "sheets": len(openings)}
    (computed,) = [r for r in records if r["act"] == RankingComputed.act]
    for name in ("inputs", "result"):
        content = files[f"rounds/1/results/{computed['obj']['id']}/{name}.json"]
        assert hashlib.sha256(b"pingshen/record/v1\0" + content).hexdigest() == computed["data"][name]
    policy = files[f"policies/{about['policy']}.toml"]
    assert hashlib.sha256(b"pingshen/policy/v1\0" + policy).hexdigest() == computed["data"]["policy"]


def test_the_rules_are_those_of_the_policy_text(world: World) -> None:
    Opened(world, PERCENTS).scoring()
    files = unpacked(world.office)
    about, rules = json.loads(files["rounds/1/round.json"]), json.loads(files["rounds/1/rules.json"])
    policy = tomllib.loads(files[f"policies/{about['policy']}.toml"].decode())
    assert {name: rules[name] for name in ("method", "places", "quorum", "trimmed_min_sheets")} == {
        name: policy[name] for name in ("method", "places", "quorum", "trimmed_min_sheets")
    }
    for track, one in rules["tracks"].items():
        text = policy[track]
        assert (one["cap"], one["floors"], one["ladder"]) == (text["cap"], text["floors"], text["ladder"])
        assert one["pass_mark"] == text["pass_mark"] * 100
        wanted = [
            (c["id"], c["points"] * 100, [i["id"] for i in c.get("items", ())] or [c["id"]])
            for c in text["criteria"]
        ]
        assert [(c["id"], c["points"], c["units"]) for c in one["criteria"]] == wanted


def test_before_opening_no_value_leaves(world: World) -> None:
    Opened(world, PERCENTS).sealed()
    files = unpacked(world.office)
    assert [name for name in files if name.startswith("rounds/")] == [
        "rounds/1/round.json",
        "rounds/1/rules.json",
    ]
    assert not any(
        b'"points":' in content for name, content in files.items() if name != "rounds/1/rules.json"
    )
    assert not any(b"salt" in content for name, content in files.items() if name not in READMES)


def test_the_same_state_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    Signed(world.office, tmp_path).sign()
    with world.office.reading() as session:
        made = []
        for _ in range(2):
            out = io.BytesIO()
            document.write(bundles.contents(session), out)
            made.append(out.getvalue())
    assert made[0] == made[1]


def test_a_round_can_be_chosen_and_the_log_stays_whole(world: World) -> None:
    Opened(world, PERCENTS).scoring()
    world.round_("2027")
    files = unpacked(world.office, "2027")
    manifest = json.loads(files["manifest.json"])
    assert (manifest["scope"], manifest["rounds"]) == ("2027", [])
    assert files["log.jsonl"].count(b"\n") == manifest["size"]
    assert "checkpoint.txt" not in files
    with pytest.raises(NotFound):
        unpacked(world.office, "1999")


def test_the_export_is_recorded_with_its_digest(world: World) -> None:
    out = io.BytesIO()
    digest = bundles.export(world.office, INSPECTOR, out)
    assert digest == hashlib.sha256(b"pingshen/file/v1\0" + out.getvalue()).hexdigest()
    with world.office.reading() as session:
        (record,) = read.of_act(session, BundleExported.act)
        assert record.data == {"size": record.index, "digest": digest}


def test_the_bundle_is_for_inspectors(world: World) -> None:
    out = io.BytesIO()
    for role in set(Role) - {Role.INSPECTOR}:
        with pytest.raises(NotAllowed):
            bundles.export(world.office, actor(role), out)
    assert out.getvalue() == b""
