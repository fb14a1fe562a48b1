"""Drawing the experts from a shell, and repeating every draw to see that it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from panel.cli.session import As, Home, actor, office_at, say
from panel.errors import InvalidInput, Problem
from panel.queries import draws as drawn
from panel.queries import rounds
from panel.queries.draws import DrawView
from panel.queries.rounds import RoundView
from panel.rules.draws import ExclusionReason
from panel.rules.permissions import Role
from panel.services import draws
from panel.services.office import Office
from panel.vocabulary import term

app = typer.Typer(help="The draw of the experts.", no_args_is_help=True)

Round = Annotated[str, typer.Argument(metavar="[ROUND]", help="The round; the newest if left out.")]


@app.callback()
def _group() -> None:
    """The draw of the experts."""


@app.command()
def prepare(
    home: Home,
    code: Round = "",
    size: Annotated[int, typer.Option(help="How many to draw; else the policy's panel size.")] = 0,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EXPERT=REASON[:NOTE]", help="Leave an expert out of the pool; may be repeated."
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why the draw is repeated; needed from the second on.")] = "",
    account: As = "",
) -> None:
    """Fix and log who may be drawn. The seed comes with `panel draw hold`, later."""
    with office_at(home) as office:
        round_ = _round(office, code)
        exclusions = dict(_exclusion(written) for written in exclude or [])
        actor_ = actor(office, account, Role.SECRETARY)
        size = size or office.policy.panel_size
        draws.prepare(office, actor_, round_.code, size, exclusions, reason)
        view = _views(office, round_)[0]
    typer.echo(f"draw {view.attempt}: {view.size} of {len(view.pool.experts)}\npool digest: {view.digest}")


@app.command()
def hold(home: Home, code: Round = "", account: As = "") -> None:
    """Make the seed of the prepared draw and seat those drawn."""
    with office_at(home) as office:
        round_ = _round(office, code)
        waiting = next((view for view in _views(office, round_) if view.waiting), None)
        if waiting is None:
            say.print("No draw is prepared: `panel draw prepare` comes first.", style="red")
            raise typer.Exit(2)
        draws.hold(office, actor(office, account, Role.SECRETARY), waiting.id)
        _tell(_views(office, round_)[0])


@app.command()
def verify(home: Home, code: Round = "") -> None:
    """Repeat every draw of a round, as stored and as logged: exit 0 when all stand, else 1 and why not."""
    with office_at(home) as office:
        round_ = _round(office, code)
        faults = draws.verify(office, round_.code)
        if not faults:
            for view in reversed(_views(office, round_)):
                _tell(view)
    for fault in faults:
        what = f"{fault.problem.value} ({term(fault.problem)})"
        say.print(f"DRAW {fault.attempt} DOES NOT STAND: {what}", style="red", markup=False)
    if faults:
        raise typer.Exit(1)


def _round(office: Office, code: str) -> RoundView:
    with office.reading() as session:
        found = rounds.by_code(session, code) if code else next(iter(rounds.everyone(session)), None)
    if found is None:
        raise InvalidInput(Problem("ROUND", code, "is not a round of this installation"))
    return found


def _views(office: Office, round_: RoundView) -> list[DrawView]:
    with office.reading() as session:
        return drawn.of_round(session, round_.id)


def _exclusion(written: str) -> tuple[str, tuple[ExclusionReason, str]]:
    expert, _, said = written.partition("=")
    reason, _, note = said.partition(":")
    if reason not in set(ExclusionReason):
        allowed = ", ".join(ExclusionReason)
        raise InvalidInput(Problem("--exclude", written, f"must be EXPERT=REASON[:NOTE], REASON {allowed}"))
    return expert, (ExclusionReason(reason), note)


def _tell(view: DrawView) -> None:
    typer.echo(f"draw {view.attempt}: {view.size} of {len(view.pool.experts)}")
    if not view.seed:
        typer.echo("  not held" if view.newest else "  replaced before it was held")
        return
    typer.echo(f"  seed: {view.seed}\n  drawn: {' '.join(view.drawn)}\n  reserves: {' '.join(view.reserves)}")
