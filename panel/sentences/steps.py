"""The steps of a round (评审环节), put to the person who takes or confirms one."""

from __future__ import annotations

from collections.abc import Mapping

from panel.language import N_, _
from panel.rules.steps import Step

_EFFECTS: Mapping[Step, str] = {
    Step.OPEN_SCORING: N_("评审办法随本批次固定，申报和专家组不能再改动；专家开始按盲评编号各自独立评分。"),
    Step.CLOSE_SCORING: N_(
        "专家不能再评分或提交，此后由秘书退回的评分表除外。已提交的评分表继续密封，任何人仍看不到分数。"
    ),
    Step.OPEN_SEALS: N_("全部密封的评分表同时启封，供秘书和纪检监察员查看，并立即计算评审结果。"),
    Step.FINALIZE: N_("评审结果确认后不能再改动，只能按同样的输入重新核算。"),
}


def effect(step: Step) -> str:
    """What will have happened when the step is taken."""
    return _(_EFFECTS[step])
