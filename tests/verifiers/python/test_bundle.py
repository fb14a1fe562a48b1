"""The verifier in Python on whole bundles: what is good passes, and every forger's work is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from panel.audit import notes
from panel.audit.notes import Signer
from tests.verifiers.worked import (
    MUTATIONS,
    NEWEST,
    Worked,
    line_of,
    mutated,
    packed,
    receipt,
    refitted,
    relogged,
    resigned,
    rewritten,
    rolled_back,
)
from verifiers.python.main import main

MUTATED = 4
"""How many of each kind here; all 1,200 were run by hand (docs/verifiers.md)."""


class Checked:
    """Runs the verifier as it is run, and reads what it says."""

    def __init__(self, folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        self.folder, self.captured = folder, capsysbinary

    def __call__(self, files: Mapping[str, bytes], *options: str) -> dict[str, Any]:
        file = self.folder / "bundle.zip"
        file.write_bytes(packed(files))
        status = main([str(file), "--json", *options])
        out: dict[str, Any] = json.loads(self.captured.readouterr().out)
        assert status == int(not out["ok"])
        return out

    def first(self, files: Mapping[str, bytes], *options: str) -> str:
        """The first damage in words; empty where there is none."""
        found = self(files, *options)["findings"]
        return next((str(one["en"]) for one in found if one["state"] == "bad"), "")


@pytest.fixture
def checked(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Checked:
    return Checked(tmp_path, capsysbinary)


def test_a_good_bundle_fits_together_and_says_what_that_is_worth(worked: Worked, checked: Checked) -> None:
    found = checked(worked.files)
    assert (found["ok"], found["anchors"]) == (True, 0)
    assert "nothing from outside" in found["verdict"]["en"]
    assert "没有包外的证据" in found["verdict"]["zh"]
    assert {one["state"] for one in found["findings"]} == {"ok"}


def test_the_list_is_worked_out_again(worked: Worked, checked: Checked) -> None:
    # By hand: S01 (90+90+80+90+90+80)/6; S02 and S03 level at 80, voted 2 to 4; S04 is outside the cap.
    (one,) = checked(worked.files)["lists"]
    places = {place["application"]: (place["official"], place["reason"]) for place in one["places"]}
    assert (one["final"], places["S01"], places["S02"]) == (True, (8667, "selected"), (8000, "tie_lost"))
    assert places["S03"] == (8000, "selected")
    assert places["S04"][1] == "below_cap"
    assert (places["P04"], places["S05"]) == ((9667, "studio_not_selected"), (None, "refused"))
    assert places["P09"] == (5500, "below_pass_mark")
    assert places["P01"][1] == "selected"


def test_what_was_kept_outside_makes_it_proof(worked: Worked, checked: Checked) -> None:
    found = checked(
        worked.files,
        *("--checkpoint", worked.early),
        *("--key", worked.first_key),
        *("--require-cosignature", str(worked.witness.verifier)),
        *("--receipt", receipt(worked, worked.counted)),
    )
    assert (found["ok"], found["anchors"]) == (True, 3)
    assert "fits the evidence from outside" in found["verdict"]["en"]


def test_a_kept_note_is_read_from_its_file_with_any_line_ends(
    worked: Worked, checked: Checked, tmp_path: Path
) -> None:
    file = tmp_path / "kept.txt"
    file.write_text(worked.early + "\n\n", encoding="utf-8", newline="\r\n")
    assert checked(worked.files, "--checkpoint", str(file))["anchors"] == 1


def test_a_kept_size_and_root_is_enough(worked: Worked, checked: Checked) -> None:
    manifest = json.loads(worked.files["manifest.json"])
    kept = f"panel-checkpoint size={manifest['size']} root={manifest['root']} at=2026"
    assert checked(worked.files, "--checkpoint", kept)["anchors"] == 1


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("seed", range(MUTATED))
def test_every_mutation_of_the_log_is_detected(
    worked: Worked, checked: Checked, mutation: Any, seed: int
) -> None:
    assert checked.first(mutated(worked.files, mutation, seed)) != ""


def test_the_first_damaged_entry_is_named(worked: Worked, checked: Checked) -> None:
    lines = worked.files["log.jsonl"].splitlines()
    lines[30], lines[31] = lines[31], lines[30]
    files = refitted({**worked.files, "log.jsonl": b"\n".join(lines) + b"\n"})
    assert checked.first(files).startswith("Line 30 says it is entry 31")


def test_a_changed_entry_is_named_between_checkpoints(worked: Worked, checked: Checked) -> None:
    sizes = [json.loads(line)["size"] for line in worked.files["checkpoints.jsonl"].splitlines()]
    lines = worked.files["log.jsonl"].splitlines()
    at = next(n for n in range(sizes[0], sizes[1]) if b'"sheet.save"' in lines[n])
    lines[at] = lines[at].replace(b"2026-", b"2025-", 1)
    files = refitted({**worked.files, "log.jsonl": b"\n".join(lines) + b"\n"})
    assert checked.first(files).startswith(
        f"Something from entry {sizes[0]} to entry {sizes[1] - 1} was changed"
    )


def test_a_rollback_is_seen_by_whoever_kept_a_newer_checkpoint(worked: Worked, checked: Checked) -> None:
    files = rolled_back(worked)
    assert checked.first(files) == ""
    newest = worked.files["checkpoint.txt"].decode()
    assert "rolled back" in checked.first(files, "--checkpoint", newest)


def test_a_rewriting_with_the_stolen_key(worked: Worked, checked: Checked) -> None:
    files = rewritten(worked, len(worked.files["log.jsonl"].splitlines()) - 2)
    assert checked.first(files) == ""  # nothing inside shows it
    assert checked.first(files, "--key", worked.first_key) == ""  # nor the key, which was stolen
    witness = str(worked.witness.verifier)
    assert "No checkpoint carries a good cosignature" in checked.first(
        files, "--require-cosignature", witness
    )
    newest = worked.files["checkpoint.txt"].decode()
    assert "were rewritten" in checked.first(files, "--checkpoint", newest)


def test_another_office_s_key_does_not_pass(worked: Worked, checked: Checked) -> None:
    other = str(Signer.generate("panel-test").verifier)
    assert checked.first(worked.files, "--key", other) == "The key given is not a key of this log."


def test_a_forged_signature_or_cosignature_is_named(worked: Worked, checked: Checked) -> None:
    forged = resigned(dict(worked.files), Signer.generate("panel-test"), keep=2)
    assert "is not signed by the key in force" in checked.first(forged)
    held = [json.loads(line) for line in worked.files["checkpoints.jsonl"].splitlines()]
    stranger = Signer("witness-test", notes.WITNESS, b"\1" * 32)
    point = notes.checkpoint_of(notes.parse(held[-1]["note"]))
    line = notes.cosign(point, stranger, 1).line()
    good, bad = held[-1]["note"].splitlines()[-1].split()[-1], line.split()[-1]
    held[-1]["note"] = held[-1]["note"].replace(good[8:], bad[8:])
    files = {**worked.files, "checkpoints.jsonl": b"".join(line_of(one) for one in held)}
    assert "cosignature of witness-test" in checked.first(files)


def test_receipts_are_held_against_the_log(worked: Worked, checked: Checked) -> None:
    def said(text: str) -> tuple[str, str]:
        found = [
            one for one in checked(worked.files, "--receipt", text)["findings"] if one["what"] == "receipt"
        ]
        return found[0]["state"], found[0]["en"]

    good = receipt(worked, worked.counted)
    assert said(good)[0] == "ok"
    assert said(receipt(worked, worked.returned)) == (
        "caution",
        f"The sheet of the receipt was sealed (entry {worked.returned}), but entry {worked.counted - 3} "
        "returned or voided it: it does not count.",
    )
    assert said(good.replace("leaf=", "leaf=0"))[0] == "bad"
    assert said(good.replace(f"entry={worked.counted}", "entry=99999"))[1].startswith(
        "Entry 99999 of the receipt"
    )
    assert said(good.partition("seal=")[0] + "seal=" + "0" * 64)[0] == "bad"


def test_a_score_changed_in_the_openings_is_named(worked: Worked, checked: Checked) -> None:
    name = "rounds/1/openings.jsonl"
    files = {**worked.files, name: worked.files[name].replace(b'"points":2700', b'"points":2800', 1)}
    assert "are not those sealed by entry" in checked.first(files)
    lines = worked.files[name].splitlines(keepends=True)
    assert "is not opened" in checked.first({**worked.files, name: b"".join(lines[1:])})
    assert "Nothing was sealed" in checked.first({**worked.files, name: b"".join([*lines, lines[-1]])})
    other = b"".join([lines[1], lines[0], *lines[2:]])
    assert "not those logged when the seals were opened" in checked.first({**worked.files, name: other})


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("result", b'"official":8000', b'"official":8001', "result 2 is not what the computation gives"),
        ("result", b'"raw_mean":8000', b'"raw_mean":8001', "result 2 are not what the computation gives"),
        ("inputs", b'"S1":2700', b'"S1":2600', "The sheets counted are not the sealed ones, first E1/S01"),
        ("inputs", b'"standing":"refused"', b'"standing":"vetoed"', "standing of S05 is not the decided one"),
        ("inputs", b'"S02","expert":"E1","reason"', b'"S03","expert":"E1","reason"',
         "vote on S02 S03 is not the recorded one"),
        ("inputs", b'"chair":"E1"', b'"chair":"E2"', ""),
    ],
)  # fmt: skip
def test_even_with_the_key_a_result_must_follow_from_what_was_sealed_decided_and_voted(
    worked: Worked, checked: Checked, name: str, old: bytes, new: bytes, said: str
) -> None:
    assert said in checked.first(relogged(worked, name, old, new))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            f"{NEWEST}/result.json",
            b'"official":8000',
            b'"official":8001',
            "result of result 2 is not the one",
        ),
        (f"{NEWEST}/inputs.json", b'"points"', b'"points"', ""),
        (f"{NEWEST}/inputs.json", b'"S02","expert"', b'"S03","expert"', "inputs of result 2 is not the one"),
        ("rounds/1/rules.json", b'"cap":2', b'"cap":3', "does not say what the policy text says"),
        ("rounds/1/round.json", b'"stage":"final"', b'"stage":"opened"', "is not that of the log"),
        ("keys.json", b'"entry":', b'"entry":1', "does not agree with the keys"),
        ("manifest.json", b'"rounds":[1]', b'"rounds":[]', "not those in which scoring has begun"),
        ("manifest.json", b'"scope":""', b'"scope": ""', "not canonical"),
    ],
)
def test_a_changed_file_is_named(
    worked: Worked, checked: Checked, name: str, old: bytes, new: bytes, said: str
) -> None:
    assert said in checked.first({**worked.files, name: worked.files[name].replace(old, new, 1)})


def test_a_changed_policy_or_a_missing_file_is_named(worked: Worked, checked: Checked) -> None:
    (policy,) = [name for name in worked.files if name.startswith("policies/")]
    changed = worked.files[policy].replace(b"cap = 2", b"cap = 3", 1)
    assert "not the one frozen" in checked.first({**worked.files, policy: changed})
    for name in (policy, f"{NEWEST}/inputs.json", "rounds/1/openings.jsonl", "checkpoint.txt"):
        assert checked.first({n: worked.files[n] for n in worked.files if n != name}) != ""


def test_a_file_that_nothing_proves_is_mentioned(worked: Worked, checked: Checked) -> None:
    found = checked({**worked.files, "notes.txt": b"?"})
    assert found["ok"]
    assert [one["what"] for one in found["findings"] if one["state"] == "caution"] == ["files"]


def test_what_is_no_bundle_is_not_called_damaged(
    tmp_path: Path, worked: Worked, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.zip"
    without = {name: worked.files[name] for name in worked.files if name != "keys.json"}
    layout = {
        **worked.files,
        "manifest.json": worked.files["manifest.json"].replace(b'"layout":1', b'"layout":2'),
    }
    for content in (b"", b"PK", packed({}), packed(without), packed(layout)):
        file.write_bytes(content)
        assert main([str(file)]) == 2
        assert "Cannot be checked" in capsys.readouterr().err
    file.write_bytes(packed(worked.files))
    assert main([str(file), "--checkpoint", "nonsense"]) == 2
    assert main([str(file), "--receipt", "entry=1"]) == 2
    for option in ("--key", "--require-cosignature"):
        slip = worked.first_key.replace("panel", "pane1")
        assert main([str(file), option, slip]) == 2
        assert "look for a slip" in capsys.readouterr().err


def test_a_damaged_archive_is_damage(tmp_path: Path, worked: Worked) -> None:
    content = bytearray(worked.file.read_bytes())
    at = content.index(b"log.jsonl") + 500
    content[at] ^= 255
    file = tmp_path / "x.zip"
    file.write_bytes(bytes(content))
    assert main([str(file)]) == 1


def test_the_words_stand_in_both_languages(
    worked: Worked, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main([str(worked.file)]) == 0
    said = capsysbinary.readouterr().out.decode()
    assert "结论：各部分相互一致" in said
    assert "Verdict: The parts fit together" in said
    assert "    1  S01         86.67  入选 selected" in said
