"""The demonstration: the example round in a folder, with accounts for every role."""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.cells import set_cell_size
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from panel import config
from panel.app import create_app
from panel.cli import signer
from panel.cli.cycle import CODE, PASSWORD, Cycle, Milestone
from panel.cli.serve import listen
from panel.cli.session import UNUSABLE, say
from panel.clock import stamp
from panel.documents.shelves import FOLDER
from panel.services.office import Office
from panel.services.openings import describe, open_office, shipped

BEGINS = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)
"""The moment at which the demonstration's clock starts, unless its last event is later."""

REACHED = {
    Milestone.IMPORTED: "申报和专家名册已导入",
    Milestone.CHECKED: "资格审查完毕",
    Milestone.DRAWN: "专家已抽取，回避已决定",
    Milestone.SCORING: "评分进行了一半",
    Milestone.CLOSED: "评分已结束，尚未启封",
    Milestone.OPENED: "已启封，并列待投票",
    Milestone.FINAL: "结果已确认",
}

DRAWN = (("评审专家", "E1 – E9", "expert/"),)
SEATED = (
    ("评审专家（组长）", "E1", "expert/"),
    ("评审专家", "E2 – E5, E7 – E9", "expert/"),
)
OFFICE = (
    ("评审组秘书", "secretary, secretary2", "secretary/"),
    ("纪检监察员", "inspector", "inspector/"),
    ("系统管理员", "admin", "admin/"),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    home: Annotated[Path | None, typer.Option("--home", help="Keep it in this folder.")] = None,
    stage: Annotated[
        Milestone, typer.Option("--stage", help="How far the round has come.")
    ] = Milestone.SCORING,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Make it and stop.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Remove an earlier demonstration first.")] = False,
) -> None:
    """Make the demonstration and serve it; a folder that is not empty is refused without --reset."""
    folder = home or Path(tempfile.mkdtemp(prefix="panel-demo-"))
    _clear(folder, reset)
    settings = config.create(folder, secure_cookies=False, clock_start=stamp(BEGINS))
    office = open_office(settings)
    _play(office, stage)
    office.engine.dispose()
    office = open_office(settings)  # its clock now runs on from the round's last event
    _announce(office, folder, stage, f"http://{host}:{port}/")
    if no_serve:
        command = Path(sys.executable).with_name("panel")
        say.print(f"  启动：{command} serve --home {folder} --port {port}\n", soft_wrap=True)
    else:
        stop = signer.inside(office, folder, "panel-demo")
        listen(create_app(office), host, port)
        stop()


def _clear(folder: Path, reset: bool) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not reset:
        say.print(f"{folder} is not empty. Choose another folder, or add --reset.", style="red")
        raise typer.Exit(UNUSABLE)
    if _installed(folder):
        say.print(f"{folder} holds an installation, not a demonstration; it was left as it is.", style="red")
        raise typer.Exit(UNUSABLE)
    for entry in folder.iterdir():
        ours = (config.DATABASE_FILE, signer.KEY_FILE)
        if entry.name == config.SETTINGS_FILE or entry.name.startswith(ours):
            entry.unlink()  # what is not ours stays
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def _experts(stage: Milestone) -> tuple[tuple[str, str, str], ...]:
    """The experts who can sign in: nobody before the draw, and a chair is elected only afterwards."""
    early = {Milestone.IMPORTED: (), Milestone.CHECKED: (), Milestone.DRAWN: DRAWN}
    return early.get(stage, SEATED)


def _installed(folder: Path) -> bool:
    """Whether a real installation lives here: only a demonstration has a clock of its own."""
    return (folder / config.SETTINGS_FILE).exists() and not config.load(folder).clock_start


def _play(office: Office, stage: Milestone) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=say, transient=True) as progress:
        task = progress.add_task("", total=None)
        Cycle(office, shipped("examples"), lambda words: progress.update(task, description=words)).play(stage)


def _announce(office: Office, folder: Path, stage: Milestone, address: str) -> None:
    say.print(f"\n[bold]panel[/bold] · {describe(office)}")
    say.print(f"演示批次 {CODE}，进行到：{REACHED[stage]}（{stage}）；数据在 {folder}", soft_wrap=True)
    say.print("演示中的人名和单位均为虚构。\n")
    for role, logins, page in (*_experts(stage), *OFFICE):
        columns = set_cell_size(role, 20) + set_cell_size(logins, 24)  # a Chinese character is two cells wide
        say.print(f"  {columns}{address}{page}", soft_wrap=True)
    say.print(f"\n  密码（全部账号）：{PASSWORD}\n")
