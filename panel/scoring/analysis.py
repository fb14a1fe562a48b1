"""Everything a good statistician would tell a panel about its scores, computed once. Advice only.

`analyse` answers one list, `analyse_all` several that are linked: then every joint draw follows the links.
What the scores do not define is None. A design in parts loses what compares all applications, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from panel.scoring.advice import Advice, advice_score, codes_of
from panel.scoring.agreement.replication import Replication, another_panel
from panel.scoring.agreement.statistics import agreement
from panel.scoring.components import Component, components_of
from panel.scoring.descriptive import Named, descriptive
from panel.scoring.design import Design, Floats
from panel.scoring.experts.diagnosis import Diagnosis, diagnose
from panel.scoring.links import Links, links
from panel.scoring.models.least_squares import LeastSquares, least_squares
from panel.scoring.models.mixed import Mixed, mixed
from panel.scoring.models.rasch import Rasch, Refusal, rasch
from panel.scoring.official.adjusted import EXACT_EXPERTS
from panel.scoring.official.methods import METHODS, official
from panel.scoring.official.results import OfficialScores
from panel.scoring.question import Question, Scores
from panel.scoring.scenarios import (
    affordable,
    by_method,
    in_floats,
    scores_of,
    without_experts,
)
from panel.scoring.study import Study, study
from panel.scoring.uncertainty.chances import Chances, Contest, chances
from panel.scoring.uncertainty.stability import LeftOut, Stability

EXACT_SCORES = 5000
"""Up to so many scores the official methods are computed in exact numbers, above in float64."""

Omission = Literal[
    "not_connected",
    "no_residuals",
    "links_not_followed",
    "official_in_floats",
    "experts_not_left_out",
    "assigned_by_quality",
]
"""What a reader must be told about the whole analysis.

`not_connected`: experts link no two of some groups of applications; `components` names the groups.
`no_residuals`: the scores leave nothing to estimate variances from, so that no chances are given.
`links_not_followed`: an application needs one of a list for which there are no chances.
`official_in_floats`: too many scores for exact numbers.
`experts_not_left_out`: too large to refit without every expert.
`assigned_by_quality`: experts saw better or worse applications than others; the mixed model misleads.
"""

Step = Literal[
    "design", "official", "models", "advice", "chances", "scenarios", "agreement", "experts", "rasch"
]
"""What an analysis is doing."""

Tell = Callable[[str, Step], None]
"""Called with the name of the list before each step."""

Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was found about one list.

    Attributes
    ----------
    question : Question
        What was asked.
    components : tuple of Component
        One if all applications can be compared.
    links : Links
        Where a comparison hangs on a single score.
    descriptive : mapping of statistic to mapping of application to float or None
    official : mapping of method to mapping of application to float or None
        The seven official methods, not rounded; None for a method without a list.
    exact : mapping of method to OfficialScores
        The same as exact numbers with reasons and notes; empty for a large call, or without exact input.
    additive : LeastSquares or None
        None for a design in parts.
    mixed : Mixed or None
        Crossed random effects, without topics.
    topical : Mixed or None
        With a topic effect; None without topics, or if they cannot be told from applications.
    topics : tuple of str
        The topics in the order of `topical.topic`.
    advice : Advice
        The score by which the engine itself would advise, and the variance of every expert.
    chances : Chances or None
        Probability of selection, rank intervals, expected ranks, grey area, by the mixed model. Without a cap
        only the ranks mean anything.
    without_experts : LeftOut or None
        What a selection hangs on when an expert is left out.
    by_method : Stability or None
        The same when the method is another one; scenarios are the official methods, `median` and the models.
    agreement : mapping of statistic to float or None
    replication : Replication or None
        How much of a selection by plain means another panel of the same design would repeat.
    study : Study
        Generalizability, decision study, intraclass correlations for incomplete designs.
    diagnosis : Diagnosis
        Figures of the experts, and findings to check.
    rasch : Rasch, Refusal or None
        None without criterion scores.
    omissions : tuple of Omission
    """

    question: Question
    components: tuple[Component, ...]
    links: Links
    descriptive: Mapping[str, Named]
    official: Mapping[str, Scores | None]
    exact: Mapping[str, OfficialScores]
    additive: LeastSquares | None
    mixed: Mixed | None
    topical: Mixed | None
    topics: tuple[str, ...]
    advice: Advice
    chances: Chances | None
    without_experts: LeftOut | None
    by_method: Stability | None
    agreement: Mapping[str, float | None]
    replication: Replication | None
    study: Study
    diagnosis: Diagnosis
    rasch: Rasch | Refusal | None
    omissions: tuple[Omission, ...]

    @property
    def design(self) -> Design:
        """The totals that were analysed."""
        return self.question.design


def analyse(question: Question, tell: Tell | None = None) -> Analysis:
    """Analyse one list.

    Parameters
    ----------
    question : Question
    tell : callable, optional
        Told of every step before it is taken.

    Raises
    ------
    NotConverged
        A large design on which an iteration failed.
    """
    return analyse_all([question], tell)[question.name]


def analyse_all(questions: Sequence[Question], tell: Tell | None = None) -> dict[str, Analysis]:
    """Analyse lists in the order in which they are decided, and draw them jointly.

    The links of `Question.needs` are followed in every draw; an application whose need is not met falls.
    """
    say = tell or _silent
    single = {question.name: _single(question, say) for question in questions}
    for question in questions:
        say(question.name, "chances")
    return _with_chances(single)


def _silent(_name: str, _step: Step) -> None:
    """Say nothing."""


def _single(question: Question, say: Tell) -> Analysis:
    design, name = question.design, question.name
    say(name, "design")
    parts, linked, described = components_of(design), links(design), descriptive(design)
    say(name, "official")
    exact = _exact(question)
    scores = _official(question, exact)
    say(name, "models")
    additive = least_squares(design) if design.connected else None
    plain = mixed(design)
    topics, codes = codes_of(question.topics) if question.topics is not None else ((), None)
    with_topics = mixed(design, codes) if codes is not None else None
    say(name, "advice")
    advice = advice_score(design, codes, plain if codes is None else with_topics)
    say(name, "scenarios")
    method, experts = by_method(question, _advised(plain, advice)), without_experts(question)
    say(name, "agreement")
    agreed, studied = agreement(design, question.several_criteria), study(question, plain)
    say(name, "experts")
    found = diagnose(design, question.several_criteria, question.order, question.affiliated)
    say(name, "rasch")
    scaled = None if question.sheets is None else rasch(question.sheets)
    return Analysis(
        question=question,
        components=parts,
        links=linked,
        descriptive=described,
        official=scores,
        exact=exact,
        additive=additive,
        mixed=plain,
        topical=with_topics if with_topics is not None and with_topics.topic is not None else None,
        topics=topics,
        advice=advice,
        chances=None,
        without_experts=experts,
        by_method=method,
        agreement=agreed,
        replication=another_panel(plain, design, question.top),
        study=studied,
        diagnosis=found,
        rasch=scaled,
        omissions=_omissions(question, plain, exact, advice),
    )


def _exact(question: Question) -> dict[str, OfficialScores]:
    matrix, design = question.matrix, question.design
    if matrix is None or design.y.size > EXACT_SCORES or design.shape[1] > EXACT_EXPERTS:
        return {}
    return {name: official(name, matrix, question.options) for name in METHODS}


def _official(question: Question, exact: Mapping[str, OfficialScores]) -> dict[str, Scores | None]:
    if exact:
        return {
            name: {one: None if s is None else float(s) for one, s in found.scores.items()}
            for name, found in exact.items()
        }
    design = question.design
    return {name: scores_of(design, method(design)) for name, method in in_floats(question.options).items()}


def _advised(plain: Mixed | None, advice: Advice) -> dict[str, Floats]:
    models: dict[str, Floats] = {} if plain is None else {"mixed": plain.worth}
    return models | {"advice": advice.score}


def _omissions(
    question: Question, plain: Mixed | None, exact: Mapping[str, OfficialScores], advice: Advice
) -> tuple[Omission, ...]:
    design = question.design
    by_quality = advice.assignment is not None and advice.assignment.by_quality
    told: Mapping[Omission, bool] = {
        "not_connected": not design.connected,
        "no_residuals": plain is None,
        "official_in_floats": not exact,
        "experts_not_left_out": not affordable(design),
        "assigned_by_quality": by_quality,
    }
    return tuple(omission for omission, applies in told.items() if applies)


def _with_chances(single: Mapping[str, Analysis]) -> dict[str, Analysis]:
    """Draw the lists of one call together; a list in parts or without a mixed model has no chances."""
    drawn: list[Contest] = []
    known: set[str] = set()
    undrawn: set[str] = set()
    found: dict[str, Analysis] = {}
    for name, one in single.items():
        question, applications = one.question, one.design.applications
        needs = {a: b for a, b in question.needs.items() if a in set(applications)}
        if undrawn.intersection(needs.values()):
            one = replace(one, omissions=(*one.omissions, "links_not_followed"))
        found[name] = one
        if one.mixed is None or not one.design.connected:
            undrawn |= set(applications)
            continue
        top = len(applications) if question.top is None else question.top
        # What needs an application that nobody scored cannot be selected.
        lost = {a for a, b in needs.items() if b not in known | undrawn}
        followed = {a: b for a, b in needs.items() if b in known}
        drawn.append(Contest(name, applications, one.mixed.posterior, top, followed, question.barred | lost))
        known |= set(applications)
    if not drawn:
        return found
    first = next(iter(single.values())).question
    results = chances(drawn, first.draws, first.seed)
    return {name: replace(one, chances=results.get(name)) for name, one in found.items()}
