"""Why something was refused, in a few words: the codes under which refusals stand in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping

from panel.errors import NotAllowed, NotFound
from panel.language import N_, _

REASONS: Mapping[str, str] = {
    NotAllowed.__name__: N_("此人此时无权这样做"),
    NotFound.__name__: N_("没有这个对象，或者无权查看"),
    "account_disabled": N_("账号已停用"),
    "account_unknown": N_("没有这个账号"),
    "administrator_exists": N_("系统管理员已经设立"),
    "already_activated": N_("专家已激活账号，须另行换发登录卡"),
    "already_absent": N_("专家已登记缺席"),
    "already_chair": N_("专家已是组长"),
    "already_declared": N_("同一项利益冲突已经申明"),
    "already_member": N_("专家已在专家组中"),
    "already_proposed": N_("同一步骤已在等待确认"),
    "application_withdrawn": N_("申报已经撤回"),
    "material_unreviewed": N_("盲评申报的材料还没有审查完"),
    "upload_settled": N_("这次上传已经处理过"),
    "attempts_exhausted": N_("失败次数过多"),
    "chair_absent": N_("缺席的专家不能担任组长"),
    "code_unknown": N_("登录码不正确或已失效"),
    "draw_held": N_("这一次抽取已经完成"),
    "draw_replaced": N_("抽取名单已被后来的名单取代"),
    "draw_size": N_("抽取人数超过可抽人数"),
    "draw_waiting": N_("抽取名单已固定，尚未抽取"),
    "expert_absent": N_("专家已登记缺席"),
    "expert_by_import": N_("专家账号只由名册导入产生"),
    "file_settled": N_("文件已经导入或者放弃"),
    "file_unreadable": N_("文件无法读取"),
    "key_reused": N_("保存编号重复使用"),
    "login_taken": N_("登录名已被使用"),
    "no_blind_code_left": N_("盲评编号已经用完"),
    "no_recusal": N_("没有可以撤销的回避决定"),
    "no_voters": N_("没有可以投票的专家"),
    "not_administrator": N_("不是系统管理员的账号"),
    "own_account": N_("不得对本人账号这样做"),
    "password_wrong": N_("密码不正确"),
    "passwords_differ": N_("两次输入的密码不一致"),
    "chair_card": N_("组长的登录卡须由系统管理员换发"),
    "devices_of_experts": N_("只有专家的账号限定设备数量"),
    "pin_locked": N_("个人密码已作废"),
    "strangers_shut_out": N_("暂不接受新设备登录"),
    "signature_filed": N_("纸质签名已经登记"),
    "pledge_changed": N_("承诺书文本已经更新"),
    "pledge_missing": N_("尚未签署承诺书"),
    "proposal_settled": N_("提请已经处理"),
    "recusal_after_final": N_("结果已经确认"),
    "recusal_in_force": N_("回避决定仍然有效"),
    "recusal_stands": N_("评分开始后不能撤销回避"),
    "result_changed": N_("提请确认之后结果已重新计算"),
    "result_current": N_("结果已是最新"),
    "round_exists": N_("批次代码已经存在"),
    "key_exists": N_("已有签名密钥"),
    "key_missing": N_("还没有签名密钥"),
    "witness_known": N_("见证密钥已经登记"),
    "scoring_closed": N_("评分已经结束，此后没有退回"),
    "sheet_not_submitted": N_("评分表尚未提交或已经作废"),
    "sheet_submitted": N_("评分表已经提交"),
    "sheet_void": N_("评分表已经作废"),
    "sign_in_wrong": N_("登录名或密码不正确"),
    "studio_unknown": N_("所属工作室不存在"),
    "tie_provisional": N_("工作室的并列尚未确定"),
    "voters_there": N_("还有专家可以投票"),
    "withdrawn": N_("申报已经撤回"),
    # What stands in the way of a step.
    "no_applications": N_("还没有申报"),
    "not_decided": N_("尚有申报没有资格审查结论"),
    "not_completed": N_("尚有申报等待补正"),
    "studio_not_admitted": N_("项目已受理而所属工作室未受理"),
    "identity_words": N_("尚有可能识别身份的词语没有处理"),
    "statement_missing": N_("尚有申报缺少评审陈述"),
    "panel_too_small": N_("专家组人数不足"),
    "draw_unfinished": N_("抽取尚未完成"),
    "conflict_undecided": N_("尚有利益冲突没有作出回避决定"),
    "out_of_validity": N_("日期不在管理办法的有效期内"),
    "sheets_missing": N_("尚有评分表没有提交"),
    "no_result": N_("还没有计算评审结果"),
    "result_stale": N_("结果计算之后情况有变化"),
    "tie_pending": N_("尚有并列等待记名投票"),
}


def reason(code: str) -> str:
    """The reason in words; a code without words of its own is named as it is."""
    if code in REASONS:
        return _(REASONS[code])
    return _("不符合规定（{code}）").format(code=code)
