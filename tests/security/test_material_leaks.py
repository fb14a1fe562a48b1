"""Names planted in everything that a file can carry: none of it reaches an expert of a coded track."""

from __future__ import annotations

import io
import re
from functools import cache

import pikepdf
import pytest
from flask import Flask
from PIL import Image, ImageChops

from panel.documents import page_sandbox
from panel.documents.leaves import shown
from panel.rules.redactions import Box
from panel.rules.steps import Step
from panel.services import materials, redactions
from tests.material import known, pdf, read
from tests.opened import CODE
from tests.security.conftest import Door
from tests.security.planted import CODED, IDENTITIES, Planted, comment, held
from tests.visitors import Visitor

# What a page shows is the same on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NUMBER = "P71"
UNIT, PARENT, ADDRESS, MASTER = (IDENTITIES[NUMBER][at].removesuffix("（虚构）") for at in (2, 3, 6, 7))
PHONE, ID_NUMBER = "13871234567", "110115199001011234"
SECRETS = (*IDENTITIES[NUMBER], PHONE, ID_NUMBER)
SAID = f"本项目由{UNIT}（{PARENT}）实施，地址{ADDRESS}，联系人{MASTER}，电话{PHONE}，证号{ID_NUMBER}。"
SCAN_BOX = Box(500, 500, 9_500, 3_000)


@cache
def burdened() -> bytes:
    """A plan with names on its page, and in its properties, notes, attachments, scripts and outline."""
    with pikepdf.open(io.BytesIO(pdf(SAID, "第二页写的是进度和经费安排"))) as document:
        with document.open_metadata() as meta:
            meta["dc:creator"] = [MASTER]
            meta["dc:title"] = UNIT
        document.docinfo["/Author"], document.docinfo["/Subject"] = MASTER, PHONE
        document.attachments[f"{UNIT}.txt"] = UNIT.encode()
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[9, 9, 99, 99], Contents=UNIT, T=MASTER
        )
        document.pages[1].Annots = pikepdf.Array([document.make_indirect(note)])
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


@cache
def scanned() -> bytes:
    """A picture whose data say who made it, where and for whom."""
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x8298] = UNIT, MASTER, PHONE
    out = io.BytesIO()
    Image.effect_noise((600, 800), 60).convert("RGB").save(
        out, "JPEG", exif=exif, comment=f"{UNIT} {ID_NUMBER}".encode()
    )
    return out.getvalue()


@pytest.fixture
def visitor(planted: Planted, door: Door) -> Visitor:
    """E1, in a round whose coded project has both files, reviewed as the secretary would."""
    planted.prepared()
    office, secretary = planted.office, planted.secretary
    known(office, burdened(), scanned())
    for name, data in ((f"{NUMBER}_{UNIT}计划.pdf", burdened()), (f"{NUMBER}_{MASTER}照片.jpg", scanned())):
        assert materials.add(office, secretary, CODE, NUMBER, name, data).problems == ()
    redactions.review_rest(office, secretary, CODE, 1)
    redactions.review(office, secretary, CODE, 2, 1, [SCAN_BOX], version=0)
    planted.step(Step.OPEN_SCORING)
    return door("E1")


def found(planted: Planted, file: int = 1) -> redactions.Proposal:
    return redactions.proposal(planted.office, planted.round_id, file)


def pages(planted: Planted, visitor: Visitor) -> dict[str, bytes]:
    """Every page image that the sheet of the project shows."""
    sheet = visitor.get(f"/expert/rounds/{CODE}/sheets/{planted.blind_code(NUMBER)}").text
    return {address: visitor.get(address).data for address in re.findall(r'<img [^>]*src="([^"]+)"', sheet)}


def test_everything_planted_on_the_page_is_proposed_and_everything_behind_it_told(
    planted: Planted, visitor: Visitor
) -> None:
    proposal = found(planted)
    words = "".join("".join(one.word.split()) for one in proposal.pages[1])
    assert all(secret in words for secret in (UNIT, PARENT, MASTER, PHONE, ID_NUMBER))
    assert ADDRESS.removeprefix("大兴区") in words
    assert {UNIT, MASTER, PHONE} <= set(proposal.behind)
    assert (proposal.annotations, proposal.attachments) == (1, 1)
    assert {UNIT, MASTER, PHONE} <= set(found(planted, 2).behind)


def test_no_answer_to_an_expert_carries_what_was_planted(
    planted: Planted, visitor: Visitor, app: Flask
) -> None:
    carried, codes = {}, [code for number in planted.ids if (code := planted.blind_code(number))]
    others = tuple(code for code in codes if code != planted.blind_code(NUMBER))
    for address in [*planted.addresses(app, "expert"), *pages(planted, visitor)]:
        # What the sheets of the others show is looked through in `test_leaks`, and ties to units are declared
        # on a page without any code.
        if not address.endswith("/conflicts") and not any(code in address for code in others):
            answer = visitor.get(address)
            # A short word may well turn up among the bytes of a picture; what it shows is looked at below.
            body = (
                "" if (answer.mimetype or "").startswith("image/") else answer.data.decode("utf-8", "ignore")
            )
            text = f"{address}\n{answer.headers}\n{body}"
            raw = [secret for secret in (UNIT, MASTER, PHONE, ID_NUMBER) if secret.encode() in answer.data]
            carried[address] = held(text, SECRETS) + raw
    assert {address: secrets for address, secrets in carried.items() if secrets} == {}
    assert len([address for address in carried if "/papers/" in address]) >= 3


def test_what_is_sent_is_a_picture_and_nothing_else_and_in_its_boxes_nothing_is_left(
    planted: Planted, visitor: Visitor
) -> None:
    several = pages(planted, visitor)
    assert len(several) == 3
    for data in several.values():
        # One WebP container that ends where its length says, with one still picture and no further chunk.
        assert data[:4] == b"RIFF"
        assert int.from_bytes(data[4:8], "little") + 8 == len(data)
        assert data[8:16] == b"WEBPVP8 "
        with pytest.raises(page_sandbox.RefusedPages):
            page_sandbox.kind_of(data, page_sandbox.PageLimits())

    boxes = {0: found(planted).boxes(1), 1: (), 2: (SCAN_BOX,)}
    for place, data in enumerate(several.values()):
        image = Image.open(io.BytesIO(data)).convert("L")
        for box in boxes[place]:
            inner = image.crop(
                (
                    box.left * image.width // 10_000 + 4,
                    box.top * image.height // 10_000 + 4,
                    box.right * image.width // 10_000 - 4,
                    box.bottom * image.height // 10_000 - 4,
                )
            )
            grey = inner.tobytes()
            assert max(grey) - min(grey) <= 24, box
            assert max(grey) < 60, box

    other = next(number for number in CODED if number != NUMBER)
    address = f"/expert/rounds/{CODE}/sheets/{planted.blind_code(other)}"
    assert "/papers/" not in visitor.get(address).text
    assert visitor.get(f"{address}/papers/1/1").status_code == 404


def test_beside_the_boxes_nothing_is_left_by_which_the_words_could_be_told(
    planted: Planted, visitor: Visitor
) -> None:
    """Another plan of the same shape, with other words in these places, looks the same once it is shown."""
    others = SAID
    for word in (UNIT, PARENT, ADDRESS.removeprefix("大兴区"), MASTER, PHONE, ID_NUMBER):
        others = others.replace(word, "".join("8" if c.isdigit() else "国" for c in word))
    boxes = found(planted).boxes(1)
    (ours, *_), (theirs, *_) = (read(pdf(said))[1] for said in (SAID, others))
    pictures = [Image.open(io.BytesIO(shown(image, boxes))).convert("L") for image in (ours, theirs)]
    bare = [Image.open(io.BytesIO(image)).convert("L") for image in (ours, theirs)]
    assert max(ImageChops.difference(*pictures).tobytes()) <= 24
    assert max(ImageChops.difference(*bare).tobytes()) > 200


def test_a_submitted_sheet_as_a_document_does_not_carry_it_either(planted: Planted, visitor: Visitor) -> None:
    planted.save("E1", [NUMBER])
    answer = visitor.get(f"/expert/rounds/{CODE}/sheets/{planted.blind_code(NUMBER)}/paper.pdf")
    assert answer.mimetype == "application/pdf"
    head, _images = page_sandbox.read(answer.data, page_sandbox.PageLimits())
    said = "".join("".join(page["text"] for page in head["pages"]).split()) + str(head["behind"])
    assert planted.blind_code(NUMBER) in said
    assert comment("E1", NUMBER)[:6] in said
    assert held(said, SECRETS) == []
