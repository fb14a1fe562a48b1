"""A signed round with all that a verifier must follow, as a bundle, and ways to tamper with bundles."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlmodel import select

from panel import tables
from panel.audit import checkpoints
from panel.audit.notes import Signer
from panel.rules.eligibility import Verdict
from panel.rules.permissions import Role
from panel.services import bundles, cosignatures, saves, sheets, signing
from tests.conftest import actor
from tests.opened import CODE, COMMENT, Opened, caps, world_on
from tests.signed import ADMINISTRATOR, Signed

PERCENTS = {
    "S01": [90, 90, 80, 90, 90, 80],
    "S02": [80, 80, 80, 80, 80, 80],
    "S03": [80, 80, 80, 80, 80, 80],
    "S04": [60, 70, 60, 70, 60, 70],
    "P01": [80, 90, 80, 70, 80, 90],
    "P02": [90, 90, 90, 90, 100, 80],
    "P04": [100, 100, 100, 100, 90, 90],
    "P09": [50, 60, 50, 60, 50, 60],
}
HOLE = ("E6", "P01")
NEWEST = "rounds/1/results/2"
Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Worked:
    """The bundle, the keys that belong to it, and what was kept on the way."""

    file: Path
    files: Mapping[str, bytes]
    first_key: str
    log_key: Signer
    witness: Signer
    early: str
    """A checkpoint that was kept while experts scored."""
    returned: int
    """The entry by which a sheet was sealed that was returned later."""
    counted: int
    """The entry of its second sealing."""


def build(url: str, folder: Path) -> Worked:
    """Play the round: a returned sheet, a missing one, a tie with its vote, a fall, a new key, a witness."""
    world = world_on(url, folder)
    office = world.office
    caps(office, 2, 2)
    signed = Signed(office, folder)
    round_ = Opened(world, PERCENTS, others={"S05": Verdict.REFUSED}, hand=6)
    round_.sealed(without=[HOLE])
    signed.enter_witness()
    early = str(signed.sign())
    sheets.return_sheet(
        office,
        world.secretary,
        round_code=CODE,
        expert_number="E1",
        application_number="S04",
        reason="误录，请核对后重新提交。",
    )
    signing.rotate_key(office, ADMINISTRATOR, signed.file)
    _again(round_)
    signed.sign()
    round_.unsealed("设备故障，无法补评。")
    round_.vote(("S02", "S03"), ["S02", "S03", "S03", "S02", "S03", "S03"])
    round_.final()
    note = signed.sign()
    cosignatures.take(office, signed.size(), signed.cosigned(note))
    out = io.BytesIO()
    bundles.export(office, actor(Role.INSPECTOR), out)
    file = folder / "bundle.zip"
    file.write_bytes(out.getvalue())
    with office.reading() as session:
        assert checkpoints.newest(session) is not None
    office.engine.dispose()
    files = unpacked(file)
    sealed = [
        record["n"]
        for record in map(json.loads, files["log.jsonl"].splitlines())
        if record["act"] == "sheet.submit" and record["obj"]["id"] == "E1/S04"
    ]
    log_key = signing.read_key(signed.file)
    return Worked(file, files, str(signed.key), log_key, signed.witness, early, *sealed)


def _again(round_: Opened) -> None:
    """The returned sheet with another value, sealed for the second time."""
    expert, office = round_.experts[0], round_.office
    with office.reading() as session:
        row = session.get_one(tables.Application, round_.ids["S04"])
        found = select(tables.Sheet).where(
            tables.Sheet.expert_id == expert.expert_id, tables.Sheet.application_id == row.id
        )
        version, blind_code = session.exec(found).one().version, row.blind_code or ""
    saved = saves.save(
        office,
        expert,
        round_code=CODE,
        blind_code=blind_code,
        unit="S1",
        points="22",
        comment=COMMENT,
        version=version,
        key="again",
    )
    sheets.submit(office, expert, round_code=CODE, blind_code=blind_code, version=saved.version)


def unpacked(file: Path) -> Files:
    """The files of a bundle."""
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    """A bundle of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    return out.getvalue()


# What somebody can do to the entries


def flipped(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    line = bytearray(lines[at])
    line[random.randrange(len(line))] ^= 1 << random.randrange(7)
    lines[at] = bytes(line).replace(b"\n", b"x") if b"\n" in line else bytes(line)


def deleted(lines: list[bytes], random: Random) -> None:
    del lines[random.randrange(len(lines))]


def inserted(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    lines.insert(at, lines[at].replace(b'"v":1', b'"v":1', 1).replace(b'"id":"u-', b'"id":"x-', 1))


def swapped(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines) - 1)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def truncated(lines: list[bytes], random: Random) -> None:
    del lines[random.randrange(len(lines)) :]


def duplicated(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    lines.insert(at, lines[at])


MUTATIONS: tuple[Callable[[list[bytes], Random], None], ...] = (
    flipped,
    deleted,
    inserted,
    swapped,
    truncated,
    duplicated,
)


def mutated(files: Mapping[str, bytes], mutation: Callable[[list[bytes], Random], None], seed: int) -> Files:
    """The bundle after a careful forger: entries renumbered, size and root of the manifest made to fit.

    Every second seed leaves the numbers as they were.
    """
    random = Random(seed)
    covered = json.loads(files["checkpoints.jsonl"].splitlines()[-1])["size"]
    lines = files["log.jsonl"].splitlines()
    body, rest = lines[:covered], lines[covered:]
    before = list(body)
    mutation(body, random)
    if body == before:  # flipping a byte of a line end, or inserting nothing new
        return mutated(files, mutation, seed + 1000)
    lines = body + rest
    if seed % 2:
        lines = [_numbered(line, index) for index, line in enumerate(lines)]
    return refitted(dict(files) | {"log.jsonl": b"".join(line + b"\n" for line in lines)})


def _numbered(line: bytes, index: int) -> bytes:
    head, mark, tail = line.partition(b'"n":')
    return head + mark + str(index).encode() + tail.lstrip(b"0123456789")


def refitted(files: Files) -> Files:
    """The manifest with the size and root that the log now has."""
    lines = files["log.jsonl"].splitlines()
    manifest = json.loads(files["manifest.json"])
    manifest |= {"size": len(lines), "root": root(lines).hex()}
    return files | {"manifest.json": line_of(manifest)}


def root(lines: list[bytes]) -> bytes:
    """The root over these lines, by the definition."""
    if not lines:
        return hashlib.sha256(b"").digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\0" + lines[0]).digest()
    split = 1 << ((len(lines) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root(lines[:split]) + root(lines[split:])).digest()


def line_of(value: object) -> bytes:
    """Canonical JSON of plain data with its line end."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode() + b"\n"


def resigned(files: Files, key: Signer, *, keep: int = 0) -> Files:
    """The bundle with its checkpoints signed anew over the log as it is now, by the (stolen) key of the log.

    The first `keep` checkpoints stay as they were. Cosignatures are gone.
    """
    lines = files["log.jsonl"].splitlines()
    held = [json.loads(line) for line in files["checkpoints.jsonl"].splitlines()]
    size = held[-1]["size"]
    origin = held[-1]["note"].split("\n", 1)[0]
    text = f"{origin}\n{size}\n{base64.b64encode(root(lines[:size])).decode()}\n"
    raw = bytes.fromhex(str(key.verifier).split("+")[1]) + key.sign(text.encode())
    note = f"{text}\n— {origin} {base64.b64encode(raw).decode()}\n"
    kept = [line_of(one) for one in held[:keep]]
    return files | {
        "checkpoints.jsonl": b"".join([*kept, line_of({"note": note, "size": size})]),
        "checkpoint.txt": note.encode(),
    }


def receipt(worked: Worked, entry: int) -> str:
    line = worked.files["log.jsonl"].splitlines()[entry]
    leaf = hashlib.sha256(b"\0" + line).hexdigest()
    return f"panel-receipt entry={entry} leaf={leaf} seal={json.loads(line)['data']['c']}"


def rolled_back(worked: Worked) -> dict[str, bytes]:
    """The genuine state when the first checkpoint was signed, as an old backup would give it."""
    held = worked.files["checkpoints.jsonl"].splitlines(keepends=True)[:1]
    size = json.loads(held[0])["size"]
    lines = worked.files["log.jsonl"].splitlines(keepends=True)[:size]
    keys = json.loads(worked.files["keys.json"])
    keys["log"] = [one for one in keys["log"] if one["entry"] < size]
    folder = {name: worked.files[name] for name in worked.files if name.endswith(("rules.json", ".toml"))}
    about = json.loads(worked.files["rounds/1/round.json"]) | {"stage": "scoring"}
    return refitted(
        {
            **folder,
            "log.jsonl": b"".join(lines),
            "checkpoints.jsonl": held[0],
            "checkpoint.txt": json.loads(held[0])["note"].encode(),
            "keys.json": line_of(keys),
            "manifest.json": worked.files["manifest.json"],
            "rounds/1/round.json": line_of(about),
        }
    )


def rewritten(worked: Worked, entry: int) -> dict[str, bytes]:
    """The log with the time of an entry changed, signed anew with the stolen key."""
    lines = worked.files["log.jsonl"].splitlines()
    lines[entry] = lines[entry].replace(b"2026-", b"2025-", 1)
    files = refitted({**worked.files, "log.jsonl": b"\n".join(lines) + b"\n"})
    sizes = [json.loads(line)["size"] for line in files["checkpoints.jsonl"].splitlines()]
    return resigned(files, worked.log_key, keep=sum(size <= entry for size in sizes))


def relogged(worked: Worked, name: str, old: bytes, new: bytes) -> dict[str, bytes]:
    """A file of the final result changed, its digests in the log too, and all signed with the stolen key."""
    content = worked.files[f"{NEWEST}/{name}.json"]
    changed = content.replace(old, new, 1)
    digests = [hashlib.sha256(b"pingshen/record/v1\0" + data).hexdigest() for data in (content, changed)]
    assert changed != content
    log = worked.files["log.jsonl"].replace(digests[0].encode(), digests[1].encode())
    files = {**worked.files, "log.jsonl": log, f"{NEWEST}/{name}.json": changed}
    return resigned(refitted(files), worked.log_key)
