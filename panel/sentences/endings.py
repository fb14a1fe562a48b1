"""Why a session ended, said to whoever holds the device, and in the list of somebody's devices."""

from __future__ import annotations

from collections.abc import Mapping

from panel.language import N_, _
from panel.rules.devices import Ending

_TITLES: Mapping[Ending, str] = {
    Ending.REVOKED: N_("这台设备的登录已被收回"),
    Ending.REPLACED: N_("您已在另一台设备登录"),
    Ending.GUESSED: N_("这台设备的登录已经结束"),
    Ending.CREDENTIAL: N_("密码已更改，或者登录卡已换发"),
    Ending.BARRED: N_("账号已停用"),
}
_TEXTS: Mapping[Ending, str] = {
    Ending.REVOKED: N_("评审组秘书或系统管理员已收回这台设备的登录。如果设备在您手中，请联系评审组秘书。"),
    Ending.REPLACED: N_("这台设备的登录随即结束。如果不是您本人登录，请立即联系评审组秘书。"),
    Ending.GUESSED: N_("锁定时连续输错个人密码。请用登录名和个人密码重新登录。"),
    Ending.CREDENTIAL: N_("请用新的密码登录；领到新登录卡的，请先扫码或输入登录码。"),
    Ending.BARRED: N_("如有疑问，请联系评审组秘书或系统管理员。"),
}
_LISTED: Mapping[Ending, str] = {
    Ending.REVOKED: N_("已收回"),
    Ending.REPLACED: N_("在另一台设备登录，随即退出"),
    Ending.GUESSED: N_("锁定时连续输错，已结束"),
    Ending.CREDENTIAL: N_("更改密码或换发登录卡，随即退出"),
    Ending.BARRED: N_("账号停用，随即退出"),
}


def title(ending: Ending) -> str:
    """In one line."""
    return _(_TITLES[ending])


def listed(ending: Ending) -> str:
    """As it stands in the list, which others read, too."""
    return _(_LISTED[ending])


def text(ending: Ending) -> str:
    """What to do now."""
    return _(_TEXTS[ending])
