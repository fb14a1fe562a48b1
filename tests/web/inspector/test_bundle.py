"""The bundle and the proofs as the inspector gets them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

from panel.audit import read, seals, tree
from panel.audit.events import BundleExported
from panel.services.office import Office
from tests.web.inspector.conftest import Visitor


def test_the_bundle_is_downloaded_and_recorded(inspector: Visitor, office: Office) -> None:
    answer = inspector.client.get("/inspector/bundle")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    with office.reading() as session:
        (record,) = read.of_act(session, BundleExported.act)
    assert record.data == {"size": manifest["size"], "digest": seals.file_digest(answer.data)}
    answer.close()


def test_proofs_between_any_two_lengths(inspector: Visitor, office: Office) -> None:
    for _ in range(5):
        inspector.get("/inspector/entries/0")
    with office.reading() as session:
        size = read.size(session)
        leaves = [bytes.fromhex(record.leaf) for record in reversed(read.page(session, limit=size))]
        roots = {length: bytes.fromhex(read.root_at(session, length)) for length in (3, size)}
    found = json.loads(inspector.get(f"/inspector/proofs/inclusion?index=1&size={size}").text)
    assert tree.includes(1, size, leaves[1], [bytes.fromhex(one) for one in found["proof"]], roots[size])
    found = json.loads(inspector.get(f"/inspector/proofs/consistency?from=3&to={size}").text)
    assert tree.extends(3, roots[3], size, roots[size], [bytes.fromhex(one) for one in found["proof"]])


def test_what_is_not_there_has_no_proof(inspector: Visitor) -> None:
    wrong = (
        "inclusion",
        "inclusion?index=9999&size=10000",
        "inclusion?index=1&size=1",
        "consistency?from=0&to=2",
    )
    for query in wrong:
        assert inspector.get(f"/inspector/proofs/{query}").status_code == 404
    assert inspector.get("/inspector/proofs/consistency?from=0&to=2").status_code == 404


def test_the_verifiers_are_handed_out_as_files_with_their_hashes_beside(inspector: Visitor) -> None:
    page = inspector.get("/inspector/verify").text
    for name in ("verify_bundle.html", "verify_bundle.py"):
        answer = inspector.get(f"/inspector/verifiers/{name}")
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert answer.mimetype == "application/octet-stream"
        assert hashlib.sha256(answer.data).hexdigest() in page
    assert inspector.get("/inspector/verifiers/manifest.json").status_code == 404
    assert "由被监察单位当场提供的程序什么也证明不了" in page
