"""The verifier page as an inspector uses it: opened from disk, without network, in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.audit.test_tree import INPUTS, ROOTS
from tests.databases import sqlite_copy
from tests.verifiers.python.test_ed25519 import VECTORS
from tests.verifiers.python.test_scores import agreed_by_all, whole_results
from tests.verifiers.worked import (
    MUTATIONS,
    Worked,
    build,
    mutated,
    packed,
    receipt,
    relogged,
    rewritten,
    rolled_back,
)
from tools.verifiers import ROOT
from verifiers.python.checkpoints import Kept
from verifiers.python.main import Evidence, Verification

pytestmark = pytest.mark.browser

MUTATED = 3
"""How many of each kind here; all 1,200 were run by hand (docs/verifiers.md)."""
NOTHING = {"kept": "", "key": "", "witness": "", "receipt": ""}


@pytest.fixture(scope="module")
def worked(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Worked:
    """The bundle of a finished round."""
    folder = tmp_path_factory.mktemp("worked")
    return build(sqlite_copy(sqlite_file, folder), folder)


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """The page from disk on a machine without network; what it asks for or complains about is a fault."""
    machine = chromium.new_context(locale="zh-CN", offline=True, viewport={"width": 1024, "height": 768})
    opened = machine.new_page()
    faults: list[str] = []
    address = (ROOT / "verify_bundle.html").as_uri()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text))
    opened.on("request", lambda asked: faults.append(asked.url) if asked.url.startswith("http") else None)
    opened.goto(address)
    yield opened
    machine.close()
    assert faults == []


def verified(page: Page, bundle: bytes, **given: str) -> dict[str, Any]:
    """What the page's checks say, called as the page calls them."""
    script = """([bundle, given]) => {
        const bytes = Uint8Array.from(atob(bundle), (character) => character.charCodeAt(0));
        return verify(bytes, given, () => {});
    }"""
    found: dict[str, Any] = page.evaluate(script, [base64.b64encode(bundle).decode(), NOTHING | given])
    return found


def damages(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["what"], one["en"]) for one in found["findings"] if one["state"] == "bad"]


def test_hashes_and_signatures_of_the_published_vectors(page: Page) -> None:
    messages = [
        "",
        "abc",
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "a" * 111,
        "a" * 119,
        "a" * 4096,
    ]
    script = "texts => texts.map(text => [hex(sha256(utf8(text))), hex(sha512(utf8(text)))])"
    # The first three with their results stand in FIPS 180-4's examples; hashlib is independent software.
    assert page.evaluate(script, messages) == [
        [hashlib.sha256(text.encode()).hexdigest(), hashlib.sha512(text.encode()).hexdigest()]
        for text in messages
    ]
    script = """([key, message, signature]) => {
        const public = new PublicKey(unhex(key));
        const wrong = unhex(signature);
        wrong[40] ^= 1;
        return [public.verifies(unhex(signature), unhex(message)), public.verifies(wrong, unhex(message))];
    }"""
    for vector in VECTORS:
        assert page.evaluate(script.replace("public", "key_"), list(vector)) == [True, False]


def test_roots_of_the_published_vectors_at_every_size(page: Page) -> None:
    script = """inputs => {
        const log = new Log([], []);
        const roots = [log.root()];
        inputs.forEach((input, index) => {
            log.append(index, sha256(unhex(input), 0, input.length / 2, [0]));
            roots.push(log.root());
        });
        return roots;
    }"""
    assert tuple(page.evaluate(script, list(INPUTS))) == ROOTS


def test_a_bundle_that_is_chosen_is_checked_and_the_verdict_is_in_both_languages(
    page: Page, worked: Worked
) -> None:
    page.reload()
    page.set_input_files("#file", worked.file)
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("各部分相互一致")
    expect(verdict).to_contain_text("The parts fit together")
    page.fill("#kept", worked.early)
    page.fill("#key", worked.first_key)
    page.fill("#witness", str(worked.witness.verifier))
    page.fill("#receipt", receipt(worked, worked.counted))
    page.click("#start")
    expect(page.locator(".verdict.ok")).to_contain_text("未发现改动，并与包外的证据相符。")
    expect(page.locator(".findings .bad, .findings .caution")).to_have_count(0)
    row = page.locator("tr", has_text="S01")
    expect(row.locator("td")).to_have_text(["1", "S01", "86.67", "入选Selected"])
    page.click("#language")
    expect(page.locator(".verdict h2 span").first).to_have_text(
        "No change found, and it fits the evidence from outside."
    )
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save this record").click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert f"panel-checkpoint size={json.loads(worked.files['manifest.json'])['size']} root=" in text


def test_damage_is_said_first_and_aloud(page: Page, worked: Worked, tmp_path: Path) -> None:
    page.reload()
    file = tmp_path / "swapped.zip"
    file.write_bytes(packed(mutated(worked.files, MUTATIONS[3], 2)))
    page.set_input_files("#file", file)
    verdict = page.locator(".verdict.bad")
    expect(verdict).to_contain_text("发现改动或损坏。")
    expect(verdict).to_contain_text("Damage found.")
    expect(page.locator("#outcome")).to_be_focused()
    expect(page.locator("table")).to_have_count(0)
    file.write_bytes(b"no bundle")
    page.set_input_files("#file", file)
    expect(page.locator(".verdict")).to_contain_text("无法核验")
    page.fill("#key", worked.first_key.replace("panel", "pane1"))
    page.set_input_files("#file", worked.file)
    expect(page.locator(".verdict")).to_contain_text("look for a slip in copying")


def test_anybody_can_use_the_page(page: Page, worked: Worked) -> None:
    page.reload()
    page.set_input_files("#file", worked.file)
    expect(page.locator(".verdict")).to_be_visible()
    found = Axe().run(page, context="body")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_both_verifiers_say_the_same_of_every_mutation(
    page: Page, worked: Worked, tmp_path: Path, mutation: Any
) -> None:
    for seed in range(MUTATED):
        bundle = packed(mutated(worked.files, mutation, seed))
        found = damages(verified(page, bundle))
        assert found != []
        assert [what for what, _ in found] == [
            one.what for one in by_python(bundle, tmp_path).run().damages()
        ]


def by_python(bundle: bytes, folder: Path, kept: str = "", witness: str = "") -> Verification:
    file = folder / "bundle.zip"
    file.write_bytes(bundle)
    evidence = Evidence([Kept(kept)] if kept else [], [], [], [witness] if witness else [])
    return Verification(str(file), evidence)


def test_both_verifiers_say_the_same_of_rollback_rewriting_and_wrong_results(
    page: Page, worked: Worked, tmp_path: Path
) -> None:
    newest, witness = worked.files["checkpoint.txt"].decode(), str(worked.witness.verifier)
    last = len(worked.files["log.jsonl"].splitlines()) - 2
    cases = [
        (dict(worked.files), newest, witness, 0),
        (rolled_back(worked), "", "", 0),
        (rolled_back(worked), newest, "", 1),
        (rewritten(worked, last), "", "", 0),
        (rewritten(worked, last), newest, "", 1),
        (rewritten(worked, last), "", witness, 1),
        (relogged(worked, "result", b'"official":8000', b'"official":8001'), "", "", 1),
        (relogged(worked, "inputs", b'"S1":2700', b'"S1":2600'), "", "", 1),
        (relogged(worked, "inputs", b'"standing":"refused"', b'"standing":"vetoed"'), "", "", 1),
        (relogged(worked, "inputs", b'"S02","expert":"E1","r', b'"S03","expert":"E1","r'), "", "", 1),
        ({**worked.files, "rounds/1/rules.json": worked.files["rounds/1/rules.json"] + b" "}, "", "", 1),
    ]
    for files, kept, key, expected in cases:
        bundle = packed(files)
        found = damages(verified(page, bundle, kept=kept, witness=key))
        theirs = by_python(bundle, tmp_path, kept, key).run()
        assert found == [(one.what, one.en) for one in theirs.damages()]
        assert len(found) == expected


def test_both_verifiers_compute_the_same_by_every_method(page: Page) -> None:
    random = Random(2026)
    for method, cells, own in agreed_by_all(random, 30):
        script = """([method, cells]) => {
            const table = new Map();
            for (const [expert, application, value] of cells) {
                if (!table.has(application)) table.set(application, new Map());
                table.get(application).set(expert, Q.of(value));
            }
            const [work] = METHODS[method];
            return [...work(table, 3)].map(([name, score]) => [name, score && `${score.n}/${score.d}`]);
        }"""
        found = page.evaluate(script, [method, [[*key, value] for key, value in cells.items()]])
        assert dict(found) == own


def test_the_page_computes_whole_results_as_the_program_does(page: Page) -> None:
    script = """cases => cases.map(([rules, inputs, given]) => computed(rules, inputs, given))"""
    cases = list(whole_results(Random(3), 6))
    for found, (_, _, theirs) in zip(page.evaluate(script, cases), cases, strict=True):
        places = [{k: v for k, v in place.items() if k != "facts"} for place in theirs["places"]]
        assert sorted(found["places"], key=lambda place: str(place["application"])) == places
        assert found["figures"] == theirs["figures"]
