"""Policies: the figures that a computation reads, out of the policy text."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

from verifiers.python.report import Json


class Toml:
    """As much of TOML as a policy text uses: tables, strings, numbers, arrays, inline tables."""

    BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
    SPACE = re.compile(r"[ \t]*")
    BARE = re.compile(r"[A-Za-z0-9_-]+")
    TOKEN = re.compile(r"[^\s,\]}#]+")
    ESCAPES: ClassVar[dict[str, str]] = {
        "n": "\n",
        "t": "\t",
        "r": "\r",
        '"': '"',
        "\\": "\\",
        "b": "\b",
        "f": "\f",
    }

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.top: Json = {}
        table = self.top
        while self._skip(self.BLANK) < len(text):
            if text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _take(self, token: str) -> None:
        if not self.text.startswith(token, self.at):
            raise ValueError(f"{token!r} is missing in the policy text at {self.at}")
        self.at += len(token)

    def _header(self) -> Json:
        many = self.text.startswith("[[", self.at)
        self._take("[[" if many else "[")
        keys = self._keys()
        self._take("]]" if many else "]")
        table = self.top
        for key in keys[:-1]:
            table = self._into(table, key)
        if many:
            table.setdefault(keys[-1], []).append({})
        return self._into(table, keys[-1])

    @staticmethod
    def _into(table: Json, key: str) -> Json:
        below = table.setdefault(key, {})
        return below[-1] if isinstance(below, list) else below  # type: ignore[no-any-return]

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(self.SPACE)
            found = self.BARE.match(self.text, self.at)
            if found:
                keys.append(found.group())
                self.at = found.end()
            else:
                keys.append(self._string())
            self._skip(self.SPACE)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _pair(self, table: Json) -> None:
        keys = self._keys()
        self._take("=")
        self._skip(self.SPACE)
        for key in keys[:-1]:
            table = self._into(table, key)
        if keys[-1] in table:
            raise ValueError(f"{keys[-1]} stands twice in the policy text")
        table[keys[-1]] = self._value()

    def _value(self) -> Any:
        first = self.text[self.at]
        if first in "\"'":
            return self._string()
        if first == "[":
            return self._several("[", "]", lambda: self._value())
        if first == "{":
            table: Json = {}
            self._several("{", "}", lambda: self._pair(table))
            return table
        found = self.TOKEN.match(self.text, self.at)
        word = found.group() if found else ""
        self.at += len(word)
        if word in ("true", "false"):
            return word == "true"
        plain = word.replace("_", "")
        if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain):
            return Fraction(plain)
        return word  # a date: nothing here reads one

    def _several(self, opening: str, closing: str, one: Callable[[], Any]) -> list[Any]:
        self._take(opening)
        found: list[Any] = []
        while True:
            self._skip(self.BLANK)
            if self.text.startswith(closing, self.at):
                self._take(closing)
                return found
            if found:
                self._take(",")
                self._skip(self.BLANK)
                if self.text.startswith(closing, self.at):
                    continue
            found.append(one())

    def _string(self) -> str:
        quote = self.text[self.at]
        if quote not in "\"'":
            raise ValueError(f"no string in the policy text at {self.at}")
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = self.at + len(mark)
        end = start
        while not self.text.startswith(mark, end):
            if end >= len(self.text):
                raise ValueError("a string without end in the policy text")
            end += 2 if quote == '"' and self.text[end] == "\\" else 1
        self.at = end + len(mark)
        raw = self.text[start:end]
        raw = raw[1:] if len(mark) == len('"""') and raw.startswith("\n") else raw
        return raw if quote == "'" else re.sub(r"\\(u[0-9A-Fa-f]{4}|\n\s*|.)", self._escape, raw)

    def _escape(self, found: re.Match[str]) -> str:
        said = found.group(1)
        if said[0] == "u":
            return chr(int(said[1:], 16))
        return "" if said[0] == "\n" else self.ESCAPES[said]


def rules_of(text: str) -> Json:
    """The figures of a policy text from which a result follows, in the form of rules.json."""
    policy = Toml(text).top
    return {
        "method": policy["method"],
        "places": int(policy["places"]),
        "quorum": int(policy["quorum"]),
        "trimmed_min_sheets": int(policy["trimmed_min_sheets"]),
        "tracks": {track: _track_rules(policy[track]) for track in ("project", "studio")},
    }


def _track_rules(track: Json) -> Json:
    return {
        "cap": int(track["cap"]),
        "criteria": [
            {
                "id": one["id"],
                "points": int(one["points"] * 100),
                "units": [item["id"] for item in one.get("items", ())] or [one["id"]],
            }
            for one in track["criteria"]
        ],
        "floors": {criterion: int(percent) for criterion, percent in track["floors"].items()},
        "ladder": track["ladder"],
        "pass_mark": int(track["pass_mark"] * 100),
    }
