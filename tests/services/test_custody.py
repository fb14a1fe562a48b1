"""A file of material, a page image or a box that is not what the trail says is named by verification."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import Session, SQLModel

from panel import tables
from panel.audit import read
from panel.audit.coverage import Damage
from panel.audit.events import MaterialAdded, MaterialRemoved, MaterialReviewed
from panel.documents.shelves import FOLDER, Shelf, file_digest
from panel.queries import materials as register
from panel.rules.redactions import Box
from panel.services import materials, redactions, verification
from tests.conftest import START
from tests.databases import sqlite_copy
from tests.material import PICTURE, known, pdf
from tests.material import read as pages_of
from tests.opened import CODE, world_on
from tests.tampering import undone, unfence
from tests.world import PROJECT, World

PLAN = pdf("本项目由甲单位实施，联系人王一。", "第二页没有什么可以看出来的")
OTHER = pdf("另一份计划", "共两页")
BOX = Box(1_000, 1_000, 5_000, 2_000)
WHO = "申报 P01 的材料（文件 {file}）"


@dataclass(slots=True)
class Held:
    """An office with a reviewed file, a file that was removed again, and one that still waits."""

    world: World
    plan: int
    picture: int

    @property
    def folder(self) -> Path:
        """Where the plan stands on the shelf."""
        digest = file_digest(PLAN)
        return self.world.office.settings.home / FOLDER / digest[:2] / digest

    def entry(self, act: str, n: int = 0) -> int:
        """The number of an entry."""
        with self.world.office.reading() as session:
            return read.of_act(session, act)[n].index

    def found(self) -> tuple[Damage, ...]:
        """What verification finds."""
        return verification.verify(self.world.office).damages

    def after(self, tamper: Callable[[Connection], object]) -> tuple[Damage, ...]:
        """What verification finds once somebody who rules the database has done this; undone afterwards."""
        with undone(self.world.office.engine) as connection:
            for table in ("material_reviews", "material_files", "material_pages"):
                unfence(connection, table)
            tamper(connection)
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                return verification.check(session, materials.shelf(self.world.office)).damages


def said(index: int, what: str, file: int = 1) -> tuple[Damage, ...]:
    return (Damage(index, (WHO + what).format(file=file)),)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("held")
    if request.param == "sqlite":
        yield from _filled(sqlite_copy(request.getfixturevalue("sqlite_file"), folder), folder)
        return
    with request.getfixturevalue("databases").own() as url:
        yield from _filled(url, folder)


def _filled(url: str, folder: Path) -> Iterator[Held]:
    world = world_on(url, folder)
    office, secretary = world.office, world.secretary
    with world.store():
        round_id = world.round_()
        world.application(round_id, PROJECT)
    known(office, PLAN, PICTURE, OTHER)
    materials.add(office, secretary, CODE, "P01", "计划.pdf", PLAN)
    materials.add(office, secretary, CODE, "P01", "照片.png", PICTURE)
    with office.reading() as session:
        plan, picture = (file.id for file in register.of_number(session, office.policy, round_id, "P01"))
    redactions.review(office, secretary, CODE, plan, 1, (BOX,), version=0)
    redactions.review_rest(office, secretary, CODE, plan)
    redactions.review(office, secretary, CODE, plan, 1, (BOX, Box(0, 0, 500, 500)), version=1)
    materials.remove(office, secretary, CODE, picture, "传错了")
    yield Held(world, plan, picture)
    office.engine.dispose()


@pytest.fixture
def shelf(held: Held) -> Iterator[Path]:
    """The folder of the plan, put back as it was afterwards."""
    kept = held.folder.with_name("kept")
    shutil.copytree(held.folder, kept)
    yield held.folder
    shutil.rmtree(held.folder, ignore_errors=True)
    kept.rename(held.folder)


def table(kind: type[SQLModel]) -> Any:
    return kind.__table__  # type: ignore[attr-defined]


FILES, PAGES = table(tables.MaterialFile), table(tables.MaterialPage)
REVIEWS = table(tables.MaterialReview)


def of_material(damages: tuple[Damage, ...]) -> tuple[Damage, ...]:
    """Without what is said of the scene itself, which was put into the store past the services."""
    return tuple(damage for damage in damages if "材料" in damage.what)


def test_what_stands_as_it_was_taken_in_is_whole(held: Held) -> None:
    assert of_material(held.found()) == ()


@pytest.mark.parametrize("how", ["swapped", "lost"])
def test_a_swapped_or_lost_original_is_named(held: Held, shelf: Path, how: str) -> None:
    (shelf / "original").write_bytes(OTHER) if how == "swapped" else shutil.rmtree(shelf)
    what = "的原件不见了，或者已不是收入时的那一份"
    assert of_material(held.found()) == said(held.entry(MaterialAdded.act), what, held.plan)


def test_a_swapped_page_image_is_named_with_its_page(held: Held, shelf: Path) -> None:
    (shelf / "2.webp").write_bytes((shelf / "1.webp").read_bytes())
    what = "第 2 页的图像不见了，或者被换过"
    assert of_material(held.found()) == said(held.entry(MaterialAdded.act), what, held.plan)


def test_a_swapped_image_whose_listing_was_made_anew_is_named(held: Held, shelf: Path) -> None:
    facts = json.loads((shelf / "facts.json").read_bytes())
    (shelf / "2.webp").write_bytes((shelf / "1.webp").read_bytes())
    facts["images"][1] = facts["images"][0]
    (shelf / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    assert of_material(held.found()) == said(
        held.entry(MaterialAdded.act), "的文字和页面清单被改动过", held.plan
    )


TAMPERED: dict[str, tuple[Callable[[Held, Connection], object], Callable[[Held], int], str]] = {
    "another file in its place": (
        lambda held, c: c.execute(
            update(FILES).where(FILES.c.id == held.plan).values(digest=file_digest(OTHER))
        ),
        lambda held: held.entry(MaterialAdded.act),
        "与收入时的记录不一致",
    ),
    "taken out without a word": (
        lambda held, c: c.execute(update(FILES).where(FILES.c.id == held.plan).values(removed_at=START)),
        lambda _held: -1,
        "是否已移除，与留痕记录不一致",
    ),
    "a page said to need no look": (
        lambda held, c: c.execute(update(PAGES).where(PAGES.c.file_id == held.plan).values(look="no_text")),
        lambda held: held.entry(MaterialAdded.act),
        "的页面与读取时的不一致",
    ),
    "a box taken away": (
        lambda _held, c: c.execute(update(REVIEWS).where(REVIEWS.c.version == 2).values(boxes="[]")),
        lambda held: held.entry(MaterialReviewed.act, 2),
        "的遮盖与审查时的记录不一致",
    ),
    "the newest review taken away": (
        lambda _held, c: c.execute(delete(REVIEWS).where(REVIEWS.c.version == 2)),
        lambda held: held.entry(MaterialReviewed.act, 2),
        "的遮盖与审查时的记录不一致",
    ),
    "a review made to fit other words": (
        lambda _held, c: c.execute(update(REVIEWS).where(REVIEWS.c.version == 2).values(words="0" * 64)),
        lambda held: held.entry(MaterialReviewed.act, 2),
        "的遮盖与审查时的记录不一致",
    ),
    "somebody else said to have looked": (
        lambda _held, c: c.execute(update(REVIEWS).where(REVIEWS.c.version == 2).values(reviewed_by="u-9")),
        lambda held: held.entry(MaterialReviewed.act, 2),
        "的遮盖与审查时的记录不一致",
    ),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_a_store_changed_past_the_services_is_named(held: Held, case: str) -> None:
    tamper, entry, what = TAMPERED[case]
    damages = held.after(lambda connection: tamper(held, connection))
    assert of_material(damages) == said(entry(held), what, held.plan)


def test_a_file_brought_back_is_named(held: Held) -> None:
    damages = held.after(
        lambda c: c.execute(update(FILES).where(FILES.c.id == held.picture).values(removed_at=None))
    )
    what = "是否已移除，与留痕记录不一致"
    assert of_material(damages) == said(held.entry(MaterialRemoved.act), what, held.picture)


def test_a_file_slipped_in_without_an_entry_is_named(held: Held) -> None:
    def slip(connection: Connection) -> None:
        row = connection.execute(select(FILES).where(FILES.c.id == held.plan)).one()._asdict()
        row |= {"id": 99, "place": 9, "digest": file_digest(OTHER), "added_at": START + timedelta(hours=1)}
        connection.execute(insert(FILES).values(row))

    assert of_material(held.after(slip)) == said(-1, "与收入时的记录不一致", 99)


def test_a_file_that_is_gone_is_named(held: Held) -> None:
    def rid(connection: Connection) -> None:
        connection.execute(delete(PAGES).where(PAGES.c.file_id == held.picture))
        connection.execute(delete(FILES).where(FILES.c.id == held.picture))

    added = held.entry(MaterialRemoved.act)
    assert of_material(held.after(rid)) == said(added, "不见了", held.picture)


def test_a_review_slipped_in_without_an_entry_is_named(held: Held) -> None:
    def slip(connection: Connection) -> None:
        row = connection.execute(select(REVIEWS).where(REVIEWS.c.version == 2)).one()._asdict()
        connection.execute(insert(REVIEWS).values(row | {"id": 99, "version": 3, "boxes": "[]"}))

    what = f"材料文件 {held.plan} 第 1 页有一次审查没有留痕记录"
    assert of_material(held.after(slip)) == (Damage(-1, what),)


def test_of_a_file_from_before_images_were_listed_the_original_alone_is_held_against_the_trail(
    tmp_path: Path,
) -> None:
    shelf, digest = Shelf(tmp_path), file_digest(PICTURE)
    shelf.put(digest, PICTURE, *pages_of(PICTURE))
    facts = tmp_path / FOLDER / digest[:2] / digest / "facts.json"
    old = json.loads(facts.read_bytes())
    del old["images"]
    facts.write_text(json.dumps(old), encoding="utf-8")
    assert shelf.facts(digest) == ""
    assert shelf.damage(digest, "") is None
