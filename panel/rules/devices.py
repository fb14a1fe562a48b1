"""Devices (设备) in plain words: what a browser says of itself, so far as a person would say it too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class DeviceKind(StrEnum):
    """What somebody holds in the hand, or sits before."""

    IPAD = "ipad"
    IPHONE = "iphone"
    ANDROID_TABLET = "android_tablet"
    ANDROID_PHONE = "android_phone"
    HARMONY = "harmony"
    WINDOWS = "windows"
    MAC = "mac"
    LINUX = "linux"
    UNKNOWN = "unknown"


class Browser(StrEnum):
    """With which program."""

    WECHAT = "wechat"
    EDGE = "edge"
    HUAWEI = "huawei"
    FIREFOX = "firefox"
    CHROME = "chrome"
    SAFARI = "safari"
    UNKNOWN = "unknown"


class Ending(StrEnum):
    """Why a session ended that its holder did not end."""

    REVOKED = "revoked"
    REPLACED = "replaced"
    GUESSED = "guessed"
    CREDENTIAL = "credential"
    BARRED = "barred"


@dataclass(frozen=True, slots=True)
class Device:
    """A device as far as it tells."""

    kind: DeviceKind = DeviceKind.UNKNOWN
    browser: Browser = Browser.UNKNOWN

    @property
    def code(self) -> str:
        """How it is kept: two words, and nothing by which a single device could be told from its like."""
        return f"{self.kind}/{self.browser}"


# In this order: a name further down also stands in the texts of those above it.
_KINDS: Sequence[tuple[str, DeviceKind]] = (
    ("iPad", DeviceKind.IPAD),
    ("iPhone|iPod", DeviceKind.IPHONE),
    ("HarmonyOS|OpenHarmony", DeviceKind.HARMONY),
    ("Android.*Mobile", DeviceKind.ANDROID_PHONE),
    ("Android", DeviceKind.ANDROID_TABLET),
    ("Windows", DeviceKind.WINDOWS),
    ("Macintosh", DeviceKind.MAC),
    ("Linux|X11|CrOS", DeviceKind.LINUX),
)
_BROWSERS: Sequence[tuple[str, Browser]] = (
    ("MicroMessenger", Browser.WECHAT),
    ("Edg(e|A|iOS)?/", Browser.EDGE),
    ("HuaweiBrowser|ArkWeb", Browser.HUAWEI),
    ("Firefox/|FxiOS/", Browser.FIREFOX),
    ("Chrome/|CriOS/|Chromium/", Browser.CHROME),
    ("Safari/", Browser.SAFARI),
)
_MOST = 400


def recognised(user_agent: str) -> Device:
    """The device that sends this text with every request."""
    said = user_agent[:_MOST]
    kind = next((kind for pattern, kind in _KINDS if re.search(pattern, said)), DeviceKind.UNKNOWN)
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, said)), Browser.UNKNOWN)
    return Device(kind, browser)


def read(code: str) -> Device:
    """A device as it was kept; one that was never noted is unknown."""
    kind, _, browser = code.partition("/")
    return Device(DeviceKind(kind), Browser(browser)) if browser else Device()
