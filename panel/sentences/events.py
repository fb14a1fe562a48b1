"""What the audit trail says, each entry as one official sentence; from identifiers, counts and codes alone.

The names of people and units come from the caller, who knows whether the reader may see them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from panel.language import N_, _
from panel.rules import devices
from panel.rules.applications import Material, Track
from panel.rules.conflicts import ConflictCode, Reach
from panel.rules.criteria import Confirmation
from panel.rules.eligibility import Verdict
from panel.rules.imports import ImportKind
from panel.rules.permissions import Action, Role
from panel.rules.signatures import Manner
from panel.rules.stages import Stage
from panel.rules.steps import Step
from panel.sentences import refusals
from panel.sentences.articles import article
from panel.sentences.figures import day
from panel.vocabulary import term

Name = Callable[[str], str]
"""How the reader knows somebody or something that the trail names by a pseudonymous identifier."""

REFUSED = "refused"


class Kind(StrEnum):
    """Acts by what they belong to: what one looks for in the trail."""

    ACCOUNT = "account"
    ROUND = "round"
    IMPORT = "import"
    APPLICATION = "application"
    MATERIAL = "material"
    PANEL = "panel"
    CONFLICT = "conflict"
    SHEET = "sheet"
    RESULT = "result"
    WATCH = "watch"
    LOG = "log"


KINDS: Mapping[Kind, str] = {
    Kind.ACCOUNT: N_("账号与登录"),
    Kind.ROUND: N_("批次与环节"),
    Kind.IMPORT: N_("数据导入"),
    Kind.APPLICATION: N_("申报与审查"),
    Kind.MATERIAL: N_("申报材料与盲评审查"),
    Kind.PANEL: N_("抽取与专家组"),
    Kind.CONFLICT: N_("利益冲突与回避"),
    Kind.SHEET: N_("评分"),
    Kind.RESULT: N_("启封与结果"),
    Kind.WATCH: N_("监察查看"),
    Kind.LOG: N_("留痕与校验点"),
}
_KIND_OF: Mapping[str, Kind] = {
    "account": Kind.ACCOUNT,
    "round": Kind.ROUND,
    "import": Kind.IMPORT,
    "application": Kind.APPLICATION,
    "material": Kind.MATERIAL,
    "draw": Kind.PANEL,
    "expert": Kind.PANEL,
    "conflict": Kind.CONFLICT,
    "recusal": Kind.CONFLICT,
    "sheet": Kind.SHEET,
    "seal": Kind.RESULT,
    "ranking": Kind.RESULT,
    "vote": Kind.RESULT,
    "watch": Kind.WATCH,
    "log": Kind.LOG,
}

TITLES: Mapping[str, str] = {
    "account.create": N_("建立账号"),
    "account.code": N_("签发登录码"),
    "account.activate": N_("激活账号"),
    "account.password": N_("更改密码"),
    "account.reset": N_("重置系统管理员账号"),
    "account.disable": N_("停用账号"),
    "account.enable": N_("恢复账号"),
    "account.sign_in": N_("登录"),
    "account.sign_out": N_("退出登录"),
    "account.lock": N_("锁定屏幕"),
    "account.unlock": N_("解锁屏幕"),
    "account.replace": N_("换设备登录"),
    "account.guess": N_("连续输错密码，退出设备"),
    "account.lock_pin": N_("锁定个人密码"),
    "account.shut_out": N_("暂停新设备登录"),
    "account.renew": N_("换发登录卡"),
    "account.revoke_device": N_("收回一台设备"),
    "account.allow_devices": N_("设定设备数量"),
    "account.revoke": N_("强制退出登录"),
    "round.create": N_("设立评选批次"),
    "round.stage": N_("变更评审环节"),
    "round.propose": N_("提请第二人确认"),
    "round.decline": N_("不予确认"),
    "import.receive": N_("上传工作簿"),
    "import.apply": N_("导入工作簿"),
    "import.drop": N_("放弃导入"),
    "application.correct": N_("更正申报"),
    "application.withdraw": N_("登记撤回申报"),
    "application.decide": N_("作出资格审查结论"),
    "application.clear": N_("核对身份词语"),
    "material.receive": N_("上传申报材料"),
    "material.drop": N_("放弃上传的材料"),
    "material.add": N_("收入申报材料"),
    "material.remove": N_("移除申报材料"),
    "material.review": N_("审查盲评材料"),
    "material.see": N_("查看材料页面"),
    "draw.prepare": N_("准备抽取"),
    "draw.hold": N_("抽取专家"),
    "expert.select": N_("人工选定专家"),
    "expert.remove": N_("移出专家组"),
    "expert.absent": N_("登记专家缺席"),
    "expert.chair": N_("登记组长"),
    "expert.pledge": N_("签署承诺书"),
    "expert.file_signature": N_("登记纸质签名"),
    "conflict.find": N_("核查利益冲突"),
    "conflict.declare": N_("申明利益冲突"),
    "recusal.decide": N_("作出回避决定"),
    "sheet.read": N_("打开评审页面"),
    "sheet.save": N_("保存评分"),
    "sheet.submit": N_("提交评分表"),
    "sheet.return": N_("退回评分表"),
    "sheet.void": N_("作废评分表"),
    "seal.open": N_("启封评分表"),
    "seal.print": N_("下载签名评分表"),
    "ranking.compute": N_("计算评审结果"),
    "vote.record": N_("登记记名投票"),
    "vote.none": N_("登记无人可以投票"),
    "ranking.finalize": N_("确认评审结果"),
    "ranking.export": N_("导出结果工作簿"),
    "watch.log": N_("查看留痕"),
    "watch.entry": N_("查看留痕记录"),
    "watch.round": N_("查看评选批次"),
    "watch.flags": N_("查看核实提示"),
    "watch.report": N_("起草监督报告"),
    "watch.application": N_("查看申报"),
    "watch.result": N_("查看评审结果"),
    "watch.analysis": N_("查看评审分析"),
    "watch.verify": N_("核验留痕"),
    "log.key": N_("启用签名密钥"),
    "log.witness": N_("登记见证密钥"),
    "log.signer": N_("启动签名程序"),
    "log.clock": N_("时钟倒退"),
    "log.export": N_("导出留痕包"),
    REFUSED: N_("被拒绝的操作"),
    # What was refused before any act could be tried is logged by the action it asked for.
    Action.USE_OWN_ACCOUNT: N_("使用本人账号"),
    Action.MANAGE_ACCOUNTS: N_("管理账号"),
    Action.ISSUE_EXPERT_CODE: N_("签发专家登录码"),
    Action.REVOKE_EXPERT: N_("强制专家退出登录"),
    Action.SEE_DEVICES: N_("查看登录设备"),
    Action.ALLOW_DEVICES: N_("设定设备数量"),
    Action.FILE_SIGNATURE: N_("登记纸质签名"),
    Action.SEE_ROUND: N_("查看评选批次"),
    Action.CREATE_ROUND: N_("设立评选批次"),
    Action.IMPORT: N_("导入数据"),
    Action.DROP_IMPORT: N_("放弃导入"),
    Action.SEE_APPLICATIONS: N_("查看申报"),
    Action.CORRECT_APPLICATION: N_("更正申报"),
    Action.WITHDRAW_APPLICATION: N_("登记撤回申报"),
    Action.DECIDE_ELIGIBILITY: N_("作出资格审查结论"),
    Action.CLEAR_IDENTITY: N_("核对身份词语"),
    Action.SEE_MATERIAL: N_("查看申报材料"),
    Action.UPLOAD_MATERIAL: N_("上传申报材料"),
    Action.REVIEW_MATERIAL: N_("审查盲评材料"),
    Action.SEE_EXPERTS: N_("查看专家"),
    Action.COMPOSE_PANEL: N_("组建专家组"),
    Action.MARK_ABSENT: N_("登记专家缺席"),
    Action.DECIDE_RECUSAL: N_("作出回避决定"),
    Action.SEE_PROGRESS: N_("查看评分进度"),
    Action.OPEN_SCORING: N_("开启评分"),
    Action.CLOSE_SCORING: N_("结束评分"),
    Action.OPEN_SEALS: N_("启封评分表"),
    Action.CONFIRM_STEP: N_("确认环节变更"),
    Action.RETURN_SHEET: N_("退回评分表"),
    Action.TAKE_PLEDGE: N_("签署承诺书"),
    Action.DECLARE_CONFLICT: N_("申明利益冲突"),
    Action.SEE_OWN_QUEUE: N_("查看评审任务"),
    Action.SEE_OWN_SHEET: N_("打开评审页面"),
    Action.SAVE_SCORE: N_("保存评分"),
    Action.SUBMIT_SHEET: N_("提交评分表"),
    Action.SEE_RESULT: N_("查看评审结果"),
    Action.SEE_ANALYSIS: N_("查看评审分析"),
    Action.COMPUTE_RESULT: N_("计算评审结果"),
    Action.RECORD_VOTE: N_("登记记名投票"),
    Action.FINALIZE: N_("确认评审结果"),
    Action.EXPORT_RESULT: N_("导出结果工作簿"),
    Action.WATCH: N_("查看监察页面"),
    Action.EXPORT_BUNDLE: N_("导出留痕包"),
    Action.MANAGE_KEYS: N_("管理签名密钥"),
}

_SENTENCES: Mapping[str, str] = {
    "account.create": N_("建立账号：{who}，角色为{role}"),
    "account.code": N_("为{who}签发一次性登录码，此前的登录码作废"),
    "account.activate": N_("激活账号：{who}，设定密码"),
    "account.password": N_("更改密码，其他设备上的登录同时退出"),
    "account.reset": N_("在服务器上重置系统管理员 {who}：原密码失效，退出 {sessions} 处登录"),
    "account.disable": N_("停用账号：{who}"),
    "account.enable": N_("恢复账号：{who}"),
    "account.sign_in": N_("登录系统"),
    "account.sign_out": N_("退出登录"),
    "account.lock": N_("屏幕锁定，页面内容不再显示"),
    "account.unlock": N_("输入密码，屏幕解锁"),
    "account.replace": N_("在另一台设备登录，先前的 {sessions} 处登录随即结束"),
    "account.guess": N_("锁定的设备上连续输错密码，该处登录已结束"),
    "account.lock_pin": N_("{who}连续输错个人密码，个人密码作废，须换发登录卡"),
    "account.shut_out": N_("{who}的个人密码在新设备上连续输错，暂时只能在登录过的设备上登录"),
    "account.renew": N_("为{who}换发登录卡：原个人密码作废，退出 {sessions} 处登录"),
    "account.revoke_device": N_("强制{who}在一台设备上退出登录"),
    "account.allow_devices": N_("允许{who}同时在 {devices} 台设备上登录"),
    "account.revoke": N_("强制{who}退出全部登录，共 {sessions} 处"),
    "round.create": N_("设立评选批次 {code}，申报截止日期 {closing_day}"),
    "round.stage": N_("评审进入“{stage}”环节（{mode}）"),
    "round.propose": N_("提请{step}，等待第二人确认"),
    "round.decline": N_("提请的{step}未获确认"),
    "import.receive": N_("上传{kind}预览，发现 {problems} 处问题，尚未导入"),
    "import.apply": N_("导入{kind}，共 {rows} 行"),
    "import.drop": N_("放弃导入已上传的{kind}"),
    "application.correct": N_("更正申报 {who} 的 {fields} 项内容"),
    "application.withdraw": N_("登记申报 {who} 撤回"),
    "application.decide": N_("资格审查结论：申报 {who}，{verdict}"),
    "application.clear": N_("核对申报 {who} 中可能识别身份的词语，予以保留"),
    "material.receive": N_("上传申报材料 {files} 份，发现 {problems} 处问题，尚未收入"),
    "material.drop": N_("放弃已上传、尚未收入的申报材料"),
    "material.add": N_("收入申报 {who} 的材料（文件 {file}，{pages} 页）"),
    "material.remove": N_("移除申报 {who} 的材料（文件 {file}），留存备查"),
    "material.review": N_("审查申报 {who} 的材料（文件 {file}）：{pages} 页，遮盖 {boxes} 处"),
    "material.see": N_("查看申报 {application} 的材料（文件 {file}，第 {page} 页）"),
    "draw.prepare": N_("第 {attempt} 次抽取准备就绪：候选 {pool} 人，排除 {excluded} 人，拟抽 {size} 人"),
    "draw.hold": N_("生成随机种子，抽出 {drawn} 名专家：{drawn_names}"),
    "expert.select": N_("人工选定专家 {who}进入专家组"),
    "expert.remove": N_("将专家 {who}移出专家组"),
    "expert.absent": N_("登记专家 {who}缺席"),
    "expert.chair": N_("登记 {who}为专家组组长"),
    "expert.pledge": N_("签署保密与回避承诺书"),
    "expert.file_signature": N_("登记专家 {who}的纸质签名已收到"),
    "conflict.find": N_("核查利益冲突，发现 {found} 项"),
    "conflict.declare": N_("专家 {who}申明利益冲突（{code}）"),
    "recusal.decide": N_("决定专家 {who}回避{target}"),
    "sheet.read": N_("打开申报 {application} 的评审页面"),
    "sheet.save": N_("保存一项评分：申报 {application}，指标 {unit}"),
    "sheet.submit": N_("提交并封存评分表：申报 {application}"),
    "sheet.return": N_("退回专家 {expert}对申报 {application} 的评分表"),
    "sheet.void": N_("作废专家 {expert}对申报 {application} 的评分表，留存备查，不计入结果"),
    "seal.open": N_("启封全部评分表，共 {sheets} 份"),
    "seal.print": N_("下载专家 {who}的签名评分表，盲评编号 {code}"),
    "ranking.compute": N_("计算评审结果（{method}）"),
    "vote.record": N_("登记记名投票：{track} {tied_names} 并列，{ballots} 票"),
    "vote.none": N_("登记无人可以投票：{track} {tied_names} 并列，到会专家均须回避，均不入选"),
    "ranking.finalize": N_("确认评审结果（{mode}）"),
    "ranking.export": N_("导出结果工作簿"),
    "watch.log": N_("查看留痕"),
    "watch.entry": N_("查看第 {subject} 号留痕记录"),
    "watch.round": N_("查看评选批次 {subject}"),
    "watch.flags": N_("查看评选批次 {subject} 的核实提示"),
    "watch.report": N_("起草评选批次 {subject} 的监督报告，依据前 {size} 条留痕"),
    "watch.application": N_("查看申报 {who}"),
    "watch.result": N_("查看评审结果"),
    "watch.analysis": N_("查看评审分析"),
    "watch.verify": N_("核验全部 {size} 条留痕，没有发现改动"),
    "log.key": N_("启用首个校验点签名密钥 {subject}"),
    "log.witness": N_("登记见证密钥 {subject}，此后接受其副署"),
    "log.signer": N_("启动独立的签名程序，密钥 {subject}"),
    "log.clock": N_("时钟倒退了 {seconds} 秒，此后的记录仍按编号排列"),
    "log.export": N_("导出留痕包，共 {size} 条留痕"),
    REFUSED: N_("{tried}被拒绝：{why}"),
}


def title(act: str) -> str:
    """The name of an act in a few words; one that is not known keeps its code."""
    return _(TITLES.get(act, act))


def kind(act: str) -> Kind | None:
    """What an act belongs to; nothing for a page that was refused before any act was tried."""
    return _KIND_OF.get(act.partition(".")[0])


def sentence(act: str, data: Mapping[str, Any], subject: str = "", name: Name = str) -> str:
    """One entry in words. `data` is what the entry says, `subject` what it was done to."""
    template = _VARIANTS.get(act, _usual)(act, data)
    return _(template).format_map(_Words(act, data, subject, name))


class _Words(dict[str, str]):
    """The words of one sentence, made when the sentence asks for them."""

    def __init__(self, act: str, data: Mapping[str, Any], subject: str, name: Name) -> None:
        super().__init__(act=title(act), subject=subject, who=name(subject))
        expert, _slash, application = subject.rpartition("/")
        self.update(expert=name(expert), application=name(application))
        self._data, self._name = data, name

    def __missing__(self, field: str) -> str:
        if field.endswith("_names"):
            named = self._data.get(field.removesuffix("_names"), ())
            return _("、").join(map(self._name, named)) if isinstance(named, list | tuple) else ""
        if field == "target":
            return _target(self._data, self._name)
        return value(field, self._data.get(field, ""))


def value(field: str, given: Any) -> str:
    """One value of an entry in words: codes by their official terms, lists by their length."""
    if isinstance(given, list | tuple):
        return str(len(given))
    if isinstance(given, Mapping):  # a long list that is gone
        return str(given["count"])
    if isinstance(given, bool):
        return _("是") if given else _("否")
    return _VALUES[field](given) if field in _VALUES else str(given)


def _term(kind_: type[StrEnum]) -> Callable[[str], str]:
    """The official term of a code; an older code that is no longer known stays as it is."""

    def worded(code: str) -> str:
        return term(kind_(code)) if code in set(kind_) else code

    return worded


def _client(code: str) -> str:
    device = devices.read(code)
    return _("{device}，{browser}").format(device=term(device.kind), browser=term(device.browser))


def _local(terms: Mapping[str, str]) -> Callable[[str], str]:
    return lambda code: _(terms.get(code, code))


_VALUES: Mapping[str, Callable[[str], str]] = {
    "role": _term(Role),
    "stage": _term(Stage),
    "step": _term(Step),
    "kind": _term(ImportKind),
    "verdict": _term(Verdict),
    "material": _term(Material),
    "track": _term(Track),
    "article": article,
    "closing_day": lambda text: day(date.fromisoformat(text)),
    "mode": _local({Confirmation.TWO_PERSON: N_("双人确认"), Confirmation.ONE_PERSON: N_("单人确认")}),
    "method": _local(
        {
            "adjusted": N_("校正分法"),
            "mean": N_("平均分法"),
            "trimmed": N_("去最高最低分平均法"),
            "standard": N_("标准分法"),
            "robust": N_("稳健标准分法"),
            "minmax": N_("极差标准化法"),
            "rank": N_("名次法"),
        }
    ),
    "manner": _term(Manner),
    "client": _client,
    "reach": _term(Reach),
    # A round has a code, too; it is none of these.
    "code": _term(ConflictCode),
    "tried": title,
    "why": refusals.reason,
}


# Sentences that depend on what was found or decided.


def _usual(act: str, _data: Mapping[str, Any]) -> str:
    return _SENTENCES.get(act, "{act}")


def _stage(act: str, data: Mapping[str, Any]) -> str:
    if data.get("missing"):
        return N_("评审进入“{stage}”环节（{mode}），尚缺 {missing} 份评分表")
    return _SENTENCES[act]


def _received(act: str, data: Mapping[str, Any]) -> str:
    return _SENTENCES[act] if data.get("problems") else N_("上传{kind}预览，没有发现问题，尚未导入")


def _handed_in(act: str, data: Mapping[str, Any]) -> str:
    return _SENTENCES[act] if data.get("problems") else N_("上传申报材料 {files} 份，没有发现问题，尚未收入")


def _decided(act: str, data: Mapping[str, Any]) -> str:
    return N_("资格审查结论：申报 {who}，{verdict}（{article}）") if data.get("article") else _SENTENCES[act]


def _conflicts(act: str, data: Mapping[str, Any]) -> str:
    return _SENTENCES[act] if data.get("found") else N_("核查利益冲突，没有发现冲突")


def _recusal(act: str, data: Mapping[str, Any]) -> str:
    late = bool(data.get("late"))
    if not data.get("recused"):
        return (
            N_("决定专家 {who}无需回避{target}（评分开始后）")
            if late
            else N_("决定专家 {who}无需回避{target}")
        )
    return N_("决定专家 {who}回避{target}（评分开始后）") if late else _SENTENCES[act]


def _target(data: Mapping[str, Any], name: Name) -> str:
    reach, target = data.get("reach", ""), str(data.get("target", ""))
    if reach == Reach.ROUND:
        return _term(Reach)(reach)
    return _("申报 {numbers}").format(numbers=_("、").join(map(name, target.split())))


def _verified(act: str, data: Mapping[str, Any]) -> str:
    return N_("核验留痕，发现 {damages} 处改动") if data.get("damages") else _SENTENCES[act]


def _key(act: str, data: Mapping[str, Any]) -> str:
    if data.get("how") == "rotated":
        return N_("更换校验点签名密钥为 {subject}，由原密钥签署认可")
    if data.get("how") == "lost":
        return N_("原签名密钥遗失，改用新密钥 {subject}，未经原密钥认可")
    return _SENTENCES[act]


def _signer(act: str, data: Mapping[str, Any]) -> str:
    if data.get("mode") == "inside":
        return N_("在服务程序内签署校验点（未独立），密钥 {subject}")
    return _SENTENCES[act]


_VARIANTS: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "log.key": _key,
    "log.signer": _signer,
    "round.stage": _stage,
    "import.receive": _received,
    "material.receive": _handed_in,
    "application.decide": _decided,
    "conflict.find": _conflicts,
    "recusal.decide": _recusal,
    "watch.verify": _verified,
}
