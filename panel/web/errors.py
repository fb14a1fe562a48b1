"""Errors become pages or partials here and nowhere else; what is hidden looks like what is not there."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from panel.errors import InvalidInput, NotAllowed, NotFound, PanelError, RuleBroken, StaleVersion
from panel.language import _
from panel.sentences.articles import article
from panel.web import current, forms, operations

Answer = tuple[str, int]


def install(app: Flask) -> None:
    """Register the one mapping from what went wrong to what is shown."""
    app.register_error_handler(NotAllowed, _missing)
    app.register_error_handler(NotFound, _missing)
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(StaleVersion, _stale)
    app.register_error_handler(InvalidInput, _invalid)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _show(status: int, title: str, **context: Any) -> Answer:
    partial = request.headers.get("HX-Request") is not None
    template = "_error.html" if partial else "error.html"
    return render_template(template, status=status, title=title, **context), status


def _missing(_error: PanelError) -> Answer:
    return _show(404, _("没有这个页面"), message=_("地址不存在，或者您无权查看。"))


def _rule_broken(error: RuleBroken) -> Answer:
    return _show(
        409,
        _("按规定不能这样做"),
        message=error.message,
        article=article(error.article),
        kept=_("原有内容，未作任何改动。"),
    )


def _stale(error: StaleVersion) -> Answer:
    return _show(
        409,
        _("内容已被他人修改"),
        message=error.message,
        kept=_("已存的内容未变，您这次的修改没有写入。"),
        todo=_("请刷新页面，核对后重新填写。"),
    )


def _invalid(error: InvalidInput) -> Answer:
    listed = [{"field": "", "message": forms.said(p)} for p in error.problems]
    return _show(422, _("填写的内容需要改正"), error_list=listed, kept=_("原有内容，未作任何改动。"))


def _forged(_error: CSRFError) -> Answer:
    return _show(400, _("页面已过期"), message=_("请返回上一页，刷新后重试。"))


def _http(error: HTTPException) -> Answer:
    code = error.code or 500
    if code in (404, 405):
        return _missing(NotFound())
    if code == 413:
        most = (request.max_content_length or 0) // (1024 * 1024)
        return _show(413, _("文件太大"), message=_("上传的文件不能超过 {most} MB。").format(most=most))
    return _show(code, _("请求无法处理"), message=_("请返回上一页重试。"))


def _fault(error: Exception) -> Answer:
    operations.fault(error, g.get("request_id", ""), str(request.url_rule))
    current.forget()  # The store itself may be out of order: the page must not ask it who is signed in.
    return _show(
        500,
        _("系统出现故障"),
        message=_("操作没有执行，已保存的内容不受影响。"),
        todo=_("请稍后重试；如仍不行，请把请求编号告诉管理员。"),
        request_id=g.get("request_id", ""),
    )
