"""Make `examples/materials-2026.zip` again: `python -m tools.examples.materials [FILE]`.

Four fictional files of material: a report of a named studio; a project's proposal in which its unit and a
telephone number are planted; a scanned page, which has no text; and a plan with a picture on its second page.
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import typst
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tools.examples.make import EXAMPLES, source

MADE = datetime(2026, 8, 28, 9, 0, tzinfo=UTC)
FONT = Path(str(distribution("zhplot").locate_file("zhplot/fonts/NotoSansSC-Regular.ttf")))
PICTURE = "picture.png"
_PAGE = """
#set page(paper: "a4", margin: (x: 2.4cm, y: 2.6cm), numbering: "1",
  header: text(9pt, fill: luma(90))[虚构材料，仅供演示 #h(1fr) {head}])
#set text(font: "Noto Sans SC", size: 11pt, lang: "zh")
#set par(justify: true, leading: 1em, first-line-indent: (amount: 2em, all: true))
#show heading: set block(above: 1.6em, below: 1em)
"""


def _entry(file: str, number: str) -> dict[str, Any]:
    return next(entry for entry in source(file)["application"] if entry["number"] == number)


def pdf(text: str, head: str) -> bytes:
    """A PDF of this typst text, the same bytes whenever it is made."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / PICTURE).write_bytes(_picture())
        main_file = Path(folder) / "main.typ"
        main_file.write_text(_PAGE.replace("{head}", head) + text, encoding="utf-8")
        made: Any = typst.compile(  # type: ignore[misc]  # its stub leaves a type open
            str(main_file),
            root=folder,
            font_paths=[FONT.parent],
            ignore_system_fonts=True,
            timestamp=MADE,
        )
    return bytes(made)


def _picture() -> bytes:
    """A drawing of a test bench, as a picture: what it shows no text says."""
    drawing = Image.new("RGB", (560, 300), "white")
    brush = ImageDraw.Draw(drawing)
    brush.rectangle((40, 200, 520, 240), outline="black", width=3)
    brush.rectangle((90, 90, 230, 200), outline="black", width=3)
    brush.ellipse((300, 100, 400, 200), outline="black", width=3)
    brush.line((230, 150, 300, 150), fill="black", width=3)
    out = io.BytesIO()
    drawing.save(out, "PNG")
    return out.getvalue()


def report() -> bytes:
    """S01: the studio's report; its track is a named one."""
    entry = _entry("studios.toml", "S01")
    names = ("技能大师条件", "师徒传承", "团队建设", "单位支持", "发展规划", "社会贡献")
    parts = [f"= {entry['master']}工作室申报报告", entry["summary"]]
    for number, name in enumerate(names, 1):
        parts += [f"== {number}. {name}", entry[f"S{number}"]] + (
            ["#pagebreak()"] if number in (2, 4) else []
        )
    return pdf("\n\n".join(parts), "工作室申报报告")


def proposal() -> bytes:
    """P01: a project's proposal; the unit, its short name and a telephone number tell who applies."""
    entry = _entry("projects.toml", "P01")
    unit = _entry("studios.toml", "S01")["unit"]
    parts = [
        f"= {entry['title']}",
        f"实施单位：{unit}，联系电话 010-6925 0018。",
        "== 一、项目内容",
        entry["summary"],
        entry["P1"],
        "== 二、技术路线",
        entry["P2"],
        "#pagebreak()",
        "== 三、经费与效益",
        entry["P3"],
        entry["P4"],
        "兴瀚机器人为本项目提供试验场地，其余条件不变。",
    ]
    return pdf("\n\n".join(parts), "项目申报书")


def plan() -> bytes:
    """P02: a project's plan; nothing in its text tells anything, and a picture has to be looked at."""
    entry = _entry("projects.toml", "P02")
    rows = "".join(f"[{kind}], [{item}], [{amount}], " for kind, item, amount, _note in entry["budget"])
    parts = [
        f"= {entry['title']}",
        entry["summary"],
        "== 进度安排",
        entry["P6"],
        "#pagebreak()",
        "== 经费",
        f"#table(columns: (auto, 1fr, auto), inset: 8pt, [类别], [内容], [金额（元）], {rows})",
        "== 试验装置示意",
    ]
    return pdf("\n\n".join(parts) + f'\n\n#image("{PICTURE}", width: 70%)', "项目工作计划书")


def scan() -> bytes:
    """P01: a stamped statement as a scanner hands it in: crooked, grey, without any text."""
    page = Image.new("L", (1_000, 1_414), 246)
    brush = ImageDraw.Draw(page)
    lines = (
        "情况说明（虚构）",
        "",
        "本项目的试验台和工装车间可供全年使用，",
        "六轴机器人四台、减速器试验台一座，",
        "试验期间由专人值守，记录保存五年。",
        "",
        "特此说明。",
    )
    for row, line in enumerate(lines):
        brush.text(
            (130, 190 + 74 * row), line, fill=40, font=ImageFont.truetype(str(FONT), 34 if row else 46)
        )
    brush.text((520, 800), "兴瀚机器人有限公司", fill=60, font=ImageFont.truetype(str(FONT), 34))
    brush.ellipse((560, 690, 820, 950), outline=95, width=7)
    page = page.rotate(0.9, fillcolor=246).filter(ImageFilter.GaussianBlur(0.7))
    chance = random.Random(2026)  # noqa: S311 - specks of dust
    for _speck in range(400):
        page.putpixel((chance.randrange(1_000), chance.randrange(1_414)), chance.randrange(120, 220))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=60)
    return out.getvalue()


def archive() -> bytes:
    """All four, named by the template."""
    files = {
        "S01_申报报告.pdf": report(),
        "P01_项目申报书.pdf": proposal(),
        "P01_情况说明.jpg": scan(),
        "P02_项目工作计划书.pdf": plan(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), content)
    return out.getvalue()


def main(file: Path = EXAMPLES / "materials-2026.zip") -> None:
    """Write it."""
    file.write_bytes(archive())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
