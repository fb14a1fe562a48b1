"""Applications (申报) at the secretary's desk: the list, and one with its findings and verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.audit.events import ApplicationCorrected, ApplicationWithdrawn
from panel.errors import InvalidInput, NotFound, RuleBroken, StaleVersion
from panel.language import N_, _
from panel.queries import applications as register
from panel.queries import dossiers
from panel.queries.dossiers import Act, Dossier, Line
from panel.rules.applications import (
    REQUIRED_MATERIALS,
    Track,
)
from panel.rules.eligibility import Verdict, Weight
from panel.rules.identities import STATEMENT
from panel.rules.permissions import Action
from panel.sentences.articles import article
from panel.sentences.findings import sentence
from panel.services import applications
from panel.vocabulary import term
from panel.web import current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_applications", __name__, url_prefix="/secretary/rounds/<code>")

Page = str | Response | tuple[str, int]

MOST_REASON = 1000
FOLLOWS_ARTICLE = "10"

VERDICT_TONES = {
    Verdict.ACCEPTED: "done",
    Verdict.INCOMPLETE: "act",
    Verdict.REFUSED: "plain",
    Verdict.VETOED: "plain",
}
VERDICT_ICONS = {Verdict.REFUSED: "close", Verdict.VETOED: "ban"}
WEIGHT_TONES = {Weight.BARS: "act", Weight.COMPLETES: "act", Weight.WARNS: "warn"}

FIELD_NAMES = {
    "unit": N_("申报单位"),
    "unit_code": N_("统一社会信用代码"),
    "parent_unit": N_("上级单位"),
    "branch": N_("分公司（分厂）"),
    "address": N_("地址"),
    "in_district": N_("在本区注册或经营"),
    "master_name": N_("技能大师姓名"),
    "master_key": N_("身份证号"),
    "master_last4": N_("身份证尾号"),
    "occupation": N_("职业（工种）"),
    "occupation_state": N_("职业列入情况"),
    "certificate": N_("证书等级"),
    "exception": N_("例外说明"),
    "linked_studio": N_("所属工作室编号"),
    "title": N_("项目名称"),
    "kind": N_("项目类别"),
    "months": N_("建设期（月）"),
    "total_fen": N_("总预算（元）"),
    "subsidy_fen": N_("申请补助（元）"),
    "summary": N_("内容摘要"),
    "team": N_("团队成员"),
    "budget": N_("经费预算"),
    "materials": N_("申报材料"),
    "statements": N_("评审陈述"),
}

FOUND: Mapping[str, tuple[str, Callable[[Line], bool]]] = {
    "bars": (N_("不符合条件"), lambda line: line.weight is Weight.BARS),
    "completes": (N_("需要补正"), lambda line: line.weight is Weight.COMPLETES),
    "warns": (N_("提请注意"), lambda line: line.weight is Weight.WARNS),
    "clean": (N_("没有待处理的问题"), lambda line: line.weight is None),
    "words": (N_("有身份词语待处理"), lambda line: line.words > 0),
    "outdated": (N_("结论之后有变化"), lambda line: line.outdated),
}
"""The filters by what was found."""


@blueprint.get("/applications")
@allow(Action.SEE_APPLICATIONS)
def index(code: str) -> str:
    """Every application of the round, filtered."""
    everything = _lines()
    track, verdict, found = (request.args.get(name, "") for name in ("track", "verdict", "found"))
    shown = [line for line in everything if _wanted(line, track, verdict, found)]
    return desk.page(
        "secretary/applications.html",
        lines=shown,
        everything=everything,
        track=track,
        verdict=verdict,
        found=found,
        tracks=[("", _("全部类别")), *((t.value, term(t)) for t in Track)],
        verdicts=[
            ("", _("全部结论")),
            ("none", _("尚无结论")),
            *((v.value, term(v)) for v in Verdict),
            ("withdrawn", _("已撤回")),
        ],
        founds=[("", _("全部核查情况")), *((key, _(text)) for key, (text, _test) in FOUND.items())],
        **_marks(),
    )


@blueprint.get("/studios")
@allow(Action.SEE_APPLICATIONS)
def studios(code: str) -> str:
    """The studios recognised earlier, as the register stood for this round."""
    brought: dict[str, list[str]] = {}
    for line in _lines():
        brought.setdefault(line.linked_studio, []).append(line.number)
    listed = register.studios(current.reader(), current.round_().id).values()
    return desk.page("secretary/studios.html", studios=list(listed), brought=brought)


@blueprint.get("/applications/<number>")
@allow(Action.SEE_APPLICATIONS)
def one(code: str, number: str) -> str:
    """One application with everything that is known of it."""
    return _one(number)


@blueprint.post("/applications/<number>/verdict")
@allow(Action.DECIDE_ELIGIBILITY)
def decide(code: str, number: str) -> Page:
    """Give the verdict."""

    def act() -> None:
        applications.decide(
            current.office(),
            current.actor(),
            code,
            number,
            Verdict(forms.choice("verdict", _("结论"), [v.value for v in Verdict])),
            forms.text("article", _("依据条款"), required=False, most=60),
            forms.text("reason", _("理由"), most=MOST_REASON),
            version=forms.number("version", _("版本")),
        )

    return _done(code, number, act, _("结论已记录。"))


@blueprint.post("/applications/<number>/follow")
@allow(Action.DECIDE_ELIGIBILITY)
def follow(code: str, number: str) -> Page:
    """Refuse a project because the studio that brings it was not admitted: one tap."""
    studio = desk.dossier(number).line.falls_with
    if not studio:
        raise NotFound("the project does not fall with its studio")
    reason = _("所属工作室 {studio} 未受理，项目随之不予受理。").format(studio=studio)

    def act() -> None:
        applications.decide(
            current.office(), current.actor(), code, number, Verdict.REFUSED, FOLLOWS_ARTICLE, reason
        )

    said = _("{number} 已随工作室 {studio} 不予受理。").format(number=number, studio=studio)
    return _done(code, number, act, said)


@blueprint.post("/applications/<number>/withdraw")
@allow(Action.WITHDRAW_APPLICATION)
def withdraw(code: str, number: str) -> Page:
    """Take the application out at the applicant's wish."""

    def act() -> None:
        reason = forms.text("withdraw_reason", _("撤回理由"), most=MOST_REASON)
        applications.withdraw(current.office(), current.actor(), code, number, reason)

    return _done(code, number, act, _("{number} 已撤回，记录保留。").format(number=number))


@blueprint.post("/applications/<number>/clear")
@allow(Action.CLEAR_IDENTITY)
def clear(code: str, number: str) -> Page:
    """Let a word stay in a text of a coded application."""

    def act() -> None:
        applications.clear(
            current.office(),
            current.actor(),
            code,
            number,
            forms.text("field", _("文字"), most=60),
            forms.text("word", _("词语"), most=300),
            forms.text("clear_reason", _("保留理由"), most=MOST_REASON),
        )

    return _done(code, number, act, _("已记录：该词语可以保留。文字改动后需要重新核对。"), anchor="texts")


# What the pages show


def _wanted(line: Line, track: str, verdict: str, found: str) -> bool:
    state = "withdrawn" if line.withdrawn else line.verdict.value if line.verdict else "none"
    test = FOUND.get(found)
    return (
        track in ("", line.track.value)
        and verdict in ("", state)
        and (test is None or (not line.withdrawn and test[1](line)))
    )


def _lines() -> list[Line]:
    round_ = current.round_()
    return dossiers.lines(current.reader(), desk.policy(), round_.id, round_.closes_on)


def _done(code: str, number: str, act: Callable[[], None], said: str, anchor: str = "") -> Page:
    """Do it and go back to the application; what was refused is shown there, with what was typed."""
    desk.dossier(number)
    current.close_reader()
    try:
        act()
    except InvalidInput as refusal:
        return _one(number, desk.errors(refusal, _fields())), 422
    except (RuleBroken, StaleVersion) as refusal:
        return _one(number, [{"field": "", "message": refusal.message}]), 409
    flash(said, "success")
    back = url_for("secretary_applications.one", code=code, number=number, _anchor=anchor or None)
    return redirect(back, 303)


def _fields() -> dict[str, str]:
    """The fields of the page's forms by their labels."""
    return {
        _("结论"): "verdict",
        _("依据条款"): "article",
        _("理由"): "reason",
        _("撤回理由"): "withdraw_reason",
        _("保留理由"): "clear_reason",
    }


def _one(number: str, problems: list[dict[str, str]] | None = None) -> str:
    current.close_reader()
    dossier = desk.dossier(number)
    line = dossier.line
    articles = dict.fromkeys(seen.finding.article for seen in dossier.seen if not seen.moot)
    return desk.page(
        "secretary/application.html",
        dossier=dossier,
        line=line,
        application=dossier.application,
        problems=problems or [],
        typed=request.form if problems else {},
        proposed_article=FOLLOWS_ARTICLE if line.falls_with else ", ".join(articles),
        criteria=desk.criteria(dossier.application.track),
        required=REQUIRED_MATERIALS[dossier.application.track],
        neighbours=_neighbours(number),
        text_names=_text_names(dossier),
        act_words=_act_words,
        sentence=sentence,
        **_marks(),
    )


def _text_names(dossier: Dossier) -> list[tuple[str, str]]:
    """The texts that experts read, with what they are called."""
    criteria = desk.criteria(dossier.application.track)
    names = [("title", _("项目名称")), ("summary", _("内容摘要"))]
    names += [(f"{STATEMENT}{id_}", f"{id_} {name}") for id_, name in criteria.items()]
    for row in range(1, len(dossier.application.budget) + 1):
        names.append((f"budget:{row}:item", _("预算第 {row} 行支出内容").format(row=row)))
        names.append((f"budget:{row}:note", _("预算第 {row} 行测算说明").format(row=row)))
    # A line of the budget is shown here only where something in it has to be looked at.
    return [
        (field, name) for field, name in names if not field.startswith("budget") or _marked(dossier, field)
    ]


def _marked(dossier: Dossier, field: str) -> bool:
    passage = dossier.passages.get(field)
    return passage is not None and any(piece.kind for piece in passage.pieces)


def _act_words(act: Act) -> str:
    """Something that was done, in words."""
    if act.act == ApplicationCorrected.act:
        names = _("、").join(_(FIELD_NAMES.get(field, field)) for field in act.fields)
        return _("更正：{names}").format(names=names)
    return _("撤回") if act.act == ApplicationWithdrawn.act else _("词语可以保留")


def _neighbours(number: str) -> tuple[str, str]:
    """The applications before and after in the list, to go through them one by one."""
    numbers = ["", *(line.number for line in _lines()), ""]
    place = numbers.index(number, 1)
    return numbers[place - 1], numbers[place + 1]


def _marks() -> dict[str, Any]:
    return {
        "article": article,
        "verdict_tones": VERDICT_TONES,
        "verdict_icons": VERDICT_ICONS,
        "weight_tones": WEIGHT_TONES,
        "Verdict": Verdict,
        "Weight": Weight,
        "Track": Track,
    }
