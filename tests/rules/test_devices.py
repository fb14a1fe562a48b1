"""Devices in plain words; the texts are those that the makers' browsers send."""

from __future__ import annotations

import pytest

from panel.rules.devices import Browser, Device, DeviceKind, read, recognised

SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("said", "kind", "browser"),
    [
        (f"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) {SAFARI}", DeviceKind.IPAD, Browser.SAFARI),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {SAFARI}",
            DeviceKind.IPHONE,
            Browser.SAFARI,
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-X710) {CHROME} Safari/537.36",
            DeviceKind.ANDROID_TABLET,
            Browser.CHROME,
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36",
            DeviceKind.ANDROID_PHONE,
            Browser.CHROME,
        ),
        (
            "Mozilla/5.0 (Tablet; OpenHarmony 5.0) Chrome/132.0.0.0 Safari/537.36 ArkWeb/6.0",
            DeviceKind.HARMONY,
            Browser.HUAWEI,
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/140.0.0.0",
            DeviceKind.WINDOWS,
            Browser.EDGE,
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
            DeviceKind.LINUX,
            Browser.FIREFOX,
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; V2307A) {CHROME} Mobile Safari/537.36 MicroMessenger/8.0",
            DeviceKind.ANDROID_PHONE,
            Browser.WECHAT,
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15",
            DeviceKind.MAC,
            Browser.SAFARI,
        ),
        ("curl/8.0", DeviceKind.UNKNOWN, Browser.UNKNOWN),
        ("", DeviceKind.UNKNOWN, Browser.UNKNOWN),
    ],
)
def test_a_browser_is_told_by_what_it_says(said: str, kind: DeviceKind, browser: Browser) -> None:
    found = recognised(said)
    assert found == Device(kind, browser)
    assert read(found.code) == found


def test_what_was_never_noted_is_unknown() -> None:
    assert read("") == Device()


def test_a_long_text_is_not_looked_through() -> None:
    assert recognised("x" * 1000 + "iPad").kind is DeviceKind.UNKNOWN
