"""An analysis as one flat object: a value, or a map by application or expert, under every published name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from panel.scoring.agreement.anova import mean_squares
from panel.scoring.agreement.generalizability import Components
from panel.scoring.analysis import Analysis
from panel.scoring.columns import ROUNDABLE, TIE_PLACES
from panel.scoring.design import Design, Floats
from panel.scoring.links import Links
from panel.scoring.models.rasch import Rasch, Refusal
from panel.scoring.named import Statistic, additive, by_name, crossed, number, places, topical
from panel.scoring.question import Means
from panel.scoring.study import Study, dependabilities
from panel.scoring.uncertainty.stability import Stability


def flat(found: Analysis) -> dict[str, Statistic]:
    """Every statistic of an analysis; nothing in it is NaN or infinite."""
    question, design = found.question, found.design
    answers: dict[str, Statistic] = {
        "n_applications": design.shape[0],
        "n_experts": design.shape[1],
        "omissions": list(found.omissions),
        **({} if question.means is None else of_means(question.means)),
        **additive(design, found.additive, found.components),
        **_of_links(found.links),
        **found.descriptive,
        "rank_of_raw_mean": _competition(design, found.descriptive["raw_mean"]),
    }
    nothing = dict.fromkeys(design.applications)
    for name, scores in found.official.items():
        answers[f"official_{name}"] = nothing if scores is None else scores
    answers |= crossed(design, found.mixed)
    if question.topic is not None:
        answers |= topical(design, found.topics, found.topical)
    answers |= _of_advice(found)
    answers |= places(design, found.chances, question.top)
    answers |= _of_scenarios("method", found.by_method)
    if found.without_experts is not None:
        answers |= _of_scenarios("without_expert", found.without_experts.stability)
        answers["scored_by_one_expert_only"] = found.without_experts.unscored
    again = found.replication
    answers["replication_inconsistent"] = None if again is None else again.inconsistent
    answers["replication_precision"] = None if again is None else again.precision
    answers |= dict(found.agreement) | found.study.icc | _of_study(found.study) | _mean_squares(design)
    answers |= found.diagnosis.figures.named()
    answers["findings"] = [asdict(finding) for finding in found.diagnosis.findings]
    return answers | _of_rasch(found.rasch)


def of_means(means: Means) -> dict[str, Statistic]:
    """What a missing criterion does to the means, and which sheets it leaves out."""
    found: dict[str, Statistic] = {
        "n_sheets": means.sheets,
        "n_sheets_incomplete": len(means.incomplete),
        "sheets_incomplete": [list(sheet) for sheet in means.incomplete],
        "item_mean_strict": means.strict,
        "item_mean_renormalised": means.renormalised,
        "item_criteria_first": means.criteria_first,
    }
    if means.of_sheets is not None:
        incomplete = set(means.incomplete)
        whole = means.of_sheets
        strict: dict[str, dict[str, float | None]] = {}
        renormalised: dict[str, dict[str, float | None]] = {}
        rows = (whole.application.tolist(), whole.expert.tolist(), whole.y.tolist())
        for i, j, y in zip(*rows, strict=True):
            sheet = application, expert = whole.applications[i], whole.experts[j]
            renormalised.setdefault(application, {})[expert] = y
            strict.setdefault(application, {})[expert] = None if sheet in incomplete else y
        found |= {"sheet_score_strict": strict, "sheet_score_renormalised": renormalised}
    return found


def _of_links(found: Links) -> dict[str, Statistic]:
    return {
        "n_bridges": found.bridge_count,
        "bridges": [asdict(bridge) for bridge in found.bridges],
        "single_score_applications": list(found.single),
        "connectivity": number(found.gap),
    }


def _competition(design: Design, scores: Mapping[str, float | None]) -> dict[str, int | None]:
    """1, 2, 2, 4: one more than the number of higher scores; equal to nine decimals is a tie."""
    values = np.array([np.nan if score is None else score for score in scores.values()])
    small = np.abs(values) < ROUNDABLE
    values = np.where(small, np.round(np.where(small, values, 0.0), TIE_PLACES), values)
    known = np.sort(-values[~np.isnan(values)])
    ranks = np.searchsorted(known, -values) + 1
    pairs = zip(design.applications, ranks.tolist(), np.isnan(values).tolist(), strict=True)
    return {name: None if unknown else rank for name, rank, unknown in pairs}


def _of_advice(found: Analysis) -> dict[str, Statistic]:
    advice, design = found.advice, found.design
    variances, sets = advice.variances, advice.assignment
    return {
        "advice_score": by_name(design.applications, advice.score),
        "advice_model": advice.model,
        "expert_variance": by_name(design.experts, None if variances is None else variances.variance),
        "expert_variance_prior_df": None if variances is None else number(variances.prior_df),
        "assignment_ratio": None if sets is None else number(sets.ratio),
        "assignment_z": None if sets is None else number(sets.z),
        "assignment_disagreement": None if sets is None else number(sets.disagreement),
    }


def _of_scenarios(kind: str, found: Stability | None) -> dict[str, Statistic]:
    if found is None:
        return {}
    count = max(found.scenarios, 1)
    return {
        "selected": sorted(found.base),
        f"{kind}_selected_share": {name: times / count for name, times in found.members.items()},
        f"{kind}_removed_by": {name: list(who) for name, who in found.removed_by.items()},
        f"{kind}_added_by": {name: list(who) for name, who in found.added_by.items()},
        f"{kind}_without_result": list(found.without_result),
    }


def _of_study(found: Study) -> dict[str, Statistic]:
    """How dependable so many experts are, and the variance components."""
    return {
        "dependability_relative": {str(step.experts): step.relative for step in found.steps},
        "dependability_absolute": {str(step.experts): step.absolute for step in found.steps},
        "experts_for_80": found.experts_for_80,
    } | of_components(found.components)


def of_components(components: Components | None) -> dict[str, Statistic]:
    """Generalizability and decision study of the criterion scores; nothing if some are missing."""
    if components is None:
        return {}
    names = {"c": "t", "r_in_c": "r_in_t", "pc": "pt", "pr_in_c": "pr_in_t"} if components.nested else {}
    squares, variances = components.mean_squares, components.variances
    return {
        "anova_ms": {names.get(effect, effect): number(square) for effect, square in squares.items()},
        "gstudy_ems": {names.get(effect, effect): number(value) for effect, value in variances.items()},
        "gstudy_below_zero": [names.get(effect, effect) for effect in components.below_zero],
        "dstudy": {
            f"{'t' if components.nested else 'c'}{criteria}_r{experts}": {
                "erho2": number(coefficient.relative),
                "phi": number(coefficient.absolute),
            }
            for (criteria, experts), coefficient in dependabilities(components).items()
        },
    }


def _mean_squares(design: Design) -> dict[str, Statistic]:
    """`BMS`, `JMS`, `EMS`, `WMS` of Shrout and Fleiss, in the squared unit of the scores."""
    found = mean_squares(design)
    if found is None:
        return dict.fromkeys(("BMS", "JMS", "EMS", "WMS"))
    squares = {"BMS": found.applications, "JMS": found.experts, "EMS": found.error, "WMS": found.within}
    return {name: number(found.size * (found.size * square)) for name, square in squares.items()}


def _of_rasch(found: Rasch | Refusal | None) -> dict[str, Statistic]:
    if found is None or isinstance(found, str):
        return {"rasch_refused": found}
    answers: dict[str, Statistic] = {"rasch_refused": None}
    for kind in ("application", "expert", "criterion"):
        facet = {"application": found.applications, "expert": found.experts, "criterion": found.criteria}[
            kind
        ]
        columns: dict[str, Floats] = {
            "measure": facet.measure,
            "se": facet.se,
            "infit": facet.infit,
            "outfit": facet.outfit,
            "fair": facet.fair,
        }
        answers |= {f"rasch_{kind}_{name}": by_name(facet.names, values) for name, values in columns.items()}
    return answers | {
        "rasch_thresholds": [number(threshold) for threshold in found.thresholds.tolist()],
        "rasch_log_likelihood": number(found.log_likelihood),
    }
