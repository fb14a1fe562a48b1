"""Everything the scoring engine can say about a file of scores, without installation or database."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from panel import language
from panel.cli.analysis import experts, places
from panel.cli.analysis.tables import WIDTH, Report, figure, safe, some
from panel.cli.session import UNUSABLE
from panel.documents import scores
from panel.documents.scores import Scores
from panel.documents.weights import weights_in
from panel.errors import InvalidInput, PanelError, Problem
from panel.language import _
from panel.scoring.analysis import Analysis, Step, Tell, analyse
from panel.scoring.answers import flat, of_components, of_means
from panel.scoring.named import Statistic
from panel.scoring.official.methods import DEFAULT, METHODS
from panel.scoring.records import ask, without_sheets
from panel.scoring.study import components_of
from panel.scoring.uncertainty.chances import SEED
from panel.sentences import analyses

NUMBERS = 4_000_000
"""Numbers drawn in all, unless --draws says otherwise: the smaller the list, the more exact its chances."""

LEAST_DRAWS, MOST_DRAWS = 1_000, 200_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyse")(run)


def run(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="SCORES.csv",
            help="Columns application, expert, criterion, score; optional order, affiliated, topic.",
        ),
    ],
    top: Annotated[int | None, typer.Option(min=1, help="How many may be selected.")] = None,
    weights: Annotated[
        str, typer.Option(metavar="A=.5,B=.3", help="Weights of the criteria; one criterion needs none.")
    ] = "",
    method: Annotated[str, typer.Option(help=f"The method that ranks: {', '.join(METHODS)}.")] = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="One flat object on standard output.")] = False,
    progress: Annotated[bool, typer.Option("--progress", help="Say on standard error what goes on.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws: the same seed, the same output.")] = SEED,
    draws: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="Joint draws; 0: by the size of the list.")
    ] = 0,
    lang: Annotated[
        str, typer.Option("--language", envvar="PANEL_LANGUAGE", help="zh_CN or en; else by LANG.")
    ] = "",
) -> None:
    """Analyse a file of scores: places, chances, experts, agreement. It is advice and changes no result."""
    with language.speaking(lang or _language()):
        try:
            _run(file, _Asked(top, weights, method, seed, draws), as_json, _teller() if progress else None)
        except PanelError as error:
            problems = error.problems if isinstance(error, InvalidInput) else (error,)
            for problem in problems:
                typer.secho(safe(str(problem)), fg="red", err=True)
            raise typer.Exit(UNUSABLE) from None


@dataclass(frozen=True)
class _Asked:
    """The options."""

    top: int | None
    weights: str
    method: str
    seed: int
    draws: int

    def weights_of(self, criteria: tuple[str, ...]) -> dict[str, Fraction]:
        """The weights; a single criterion needs none."""
        if self.weights:
            return weights_in(self.weights, criteria)
        if len(criteria) > 1:
            known = ", ".join(criteria[:20])
            remedy = _("有 {count} 项指标，须给出权重，如 --weights {example}；指标为 {known}")
            example = ",".join(f"{name}=1" for name in criteria[:2])
            remedy = remedy.format(count=len(criteria), example=example, known=known)
            raise InvalidInput(Problem("--weights", "", remedy))
        return {criteria[0]: Fraction(1)}

    def draws_of(self, applications: int) -> int:
        """How many joint draws."""
        return self.draws or min(max(NUMBERS // applications, LEAST_DRAWS), MOST_DRAWS)


def _run(file: Path, asked: _Asked, as_json: bool, tell: Tell | None) -> None:
    if asked.method not in METHODS:
        raise InvalidInput(
            Problem("--method", asked.method, _("应为 {names} 之一").format(names=", ".join(METHODS)))
        )
    given = scores.read_file(file)
    records = given.records
    weights = asked.weights_of(records.criteria)
    question = ask(records, weights)
    if question is None:
        _without_sheets(given, weights, as_json)
        return
    draws = asked.draws_of(question.design.shape[0])
    question = replace(question, top=asked.top, method=asked.method, seed=asked.seed, draws=draws)
    found = analyse(question, tell)
    if as_json:
        _write(_of_file(given, weights) | flat(found) | {"draws": draws, "seed": asked.seed})
    else:
        _print(given, weights, found)


def _of_file(given: Scores, weights: Mapping[str, Fraction]) -> dict[str, Statistic]:
    return {
        "n_rows": given.rows,
        "n_blank": given.blank,
        "n_criteria": len(given.records.criteria),
        "weights": {criterion: float(weight) for criterion, weight in weights.items()},
        "columns_ignored": list(given.ignored),
    }


def _without_sheets(given: Scores, weights: Mapping[str, Fraction], as_json: bool) -> None:
    """No sheet has every criterion: what can be said is said, and why the rest cannot."""
    found = without_sheets(given.records, weights)
    components = of_components(components_of(given.records.sheets()))
    if as_json:
        _write(_of_file(given, weights) | of_means(found) | components)
        return
    report = Report(_console())
    report.line(_("没有一份评分表评全了所有指标，因此没有总分；以下只是各指标的情况。"))
    rows = [
        [name, figure(found.renormalised[name]), figure(found.criteria_first[name])]
        for name in found.renormalised
    ]
    report.table([_("申报"), _("按已评指标折算"), _("逐项平均后加权")], rows)
    variances = components.get("gstudy_ems") or {}
    if variances:
        report.table([_("来源"), _("方差")], [[name, figure(value, 3)] for name, value in variances.items()])


def _print(given: Scores, weights: Mapping[str, Fraction], found: Analysis) -> None:
    report = Report(_console())
    _head(report, given, weights, found)
    places.structure(report, found)
    places.places(report, found)
    places.cut(report, found)
    places.methods(report, found)
    experts.experts(report, found)
    experts.agreements(report, found)
    experts.scale(report, found)
    report.line(_("以上均为参考，正式结果只由事先公布的计分办法决定。"), style="bold")


def _head(report: Report, given: Scores, weights: Mapping[str, Fraction], found: Analysis) -> None:
    n, m = found.design.shape
    sentence = _("{n} 份申报，{m} 位专家，{criteria} 项指标，{sheets} 份完整的评分表。")
    report.line(sentence.format(n=n, m=m, criteria=len(weights), sheets=found.design.y.size), style="bold")
    if len(weights) > 1:
        named = some([f"{name}={float(weight):g}" for name, weight in weights.items()])
        sentence = _("权重：{weights}，合计 {sum}。")
        report.line(sentence.format(weights=named, sum=f"{float(sum(weights.values())):g}"))
    means = found.question.means
    if means is not None and means.incomplete:
        pairs = [f"{expert}–{application}" for application, expert in means.incomplete]
        sentence = _("{count} 份评分表缺指标，不计入：{sheets}。按已评指标折算的平均分见 --json。")
        report.line(sentence.format(count=len(pairs), sheets=some(pairs)), style="yellow")
    if given.ignored:
        report.line(_("未使用的列：{names}。").format(names=some(given.ignored)), style="yellow")
    for code in found.omissions:
        report.line(analyses.omission(code), style="yellow")


def _write(answers: dict[str, Statistic]) -> None:
    typer.echo(json.dumps(answers, ensure_ascii=False, allow_nan=False))


def _console() -> Console:
    return Console(width=WIDTH, highlight=False, soft_wrap=False)


def _language() -> str:
    """English where the shell speaks it, else Chinese."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if chosen.lower().startswith("en") else language.SOURCE


def _teller() -> Tell:
    start = time.monotonic()

    def tell(_name: str, step: Step) -> None:
        typer.echo(f"{time.monotonic() - start:8.1f} s  {analyses.step(step)}", err=True)

    return tell
