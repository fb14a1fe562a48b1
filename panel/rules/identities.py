"""Words that tell who applies (身份信息), found in the texts of a coded track so that somebody clears them.

Found are the names and numbers that the application itself states, their usual short forms, and anything
shaped like a telephone number, an ID number, a credit code or an address of mail or web. Width, case,
spaces, dashes and brackets make no difference. Not found are given names alone, nicknames (老林), pinyin,
sound-alikes, traditional characters, abbreviations that keep neither the core of the name nor its order,
images, products or prizes that only one unit has: no finding is no proof of anonymity. A name that is also
an ordinary word is reported, and a person clears it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from panel.rules.applicants import normalised, split_remark
from panel.rules.applications import Application, Studio

STATEMENT = "statement:"
"""How the field of a statement begins; the rest is its criterion."""


class IdentityKind(StrEnum):
    """What a word gives away; where several fit the same place, the first named here stands."""

    UNIT = "unit"
    UNIT_SHORT = "unit_short"
    BRANCH = "branch"
    PARENT = "parent"
    STUDIO = "studio"
    MASTER = "master"
    MEMBER = "member"
    CALLED = "called"
    ADDRESS = "address"
    NUMBER = "number"
    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"
    PHONE = "phone"
    EMAIL = "email"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Hit:
    """One word found: `word` is `text[start:end]` as it is written in the text of `field`."""

    field: str
    start: int
    end: int
    word: str
    kind: IdentityKind


def texts_of(application: Application) -> Mapping[str, str]:
    """What experts will read, by field: title, summary, statement:ID, budget:LINE:item, budget:LINE:note."""
    texts = {"title": application.title, "summary": application.summary}
    texts |= {f"{STATEMENT}{criterion}": text for criterion, text in application.statements.items()}
    for line, budget in enumerate(application.budget, start=1):
        texts |= {f"budget:{line}:item": budget.item, f"budget:{line}:note": budget.note}
    return {field: text for field, text in texts.items() if text}


def hits(
    application: Application, texts: Mapping[str, str], *, studio: Studio | None = None
) -> tuple[Hit, ...]:
    """Everything in `texts` that tells who applies, in order; of hits one within another, only the longest.

    `studio` is the existing studio whose project this is.
    """
    words = tuple(_words(application, studio))
    calls = tuple(_calls(application, studio))
    return tuple(
        Hit(field, start, end, text[start:end], kind)
        for field, text in texts.items()
        for start, end, kind in _longest([*_known(text, words, calls), *_shaped(text)])
    )


# The text, folded: characters one width and case, each with its place in the original


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in one width and case, and the place of each of its characters in the original."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of it stands in the original."""
        return self.places[start], self.places[end - 1] + 1


_PASSED_OVER = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd", "Pc", "Ps", "Pe"})
_ALSO_PASSED_OVER = frozenset("·•・‧∙\"'“”‘’")


def _even(text: str) -> Folded:
    """Every character in one width and in lower case."""
    pairs = [(c, i) for i, raw in enumerate(text) for c in unicodedata.normalize("NFKC", raw).casefold()]
    return Folded("".join(c for c, _ in pairs), tuple(i for _, i in pairs))


def _dense(even: Folded) -> Folded:
    """Without the spaces, dashes, brackets and dots that may stand within a name."""
    kept = [i for i, c in enumerate(even.text) if not _passed_over(c)]
    return Folded("".join(even.text[i] for i in kept), tuple(even.places[i] for i in kept))


def _passed_over(character: str) -> bool:
    return character in _ALSO_PASSED_OVER or unicodedata.category(character) in _PASSED_OVER


def _key(word: str) -> str:
    return _dense(_even(word)).text


def folded(text: str) -> Folded:
    """A text as names are sought in it: one width and case, nothing that may stand within a name."""
    return _dense(_even(text))


_Span = tuple[int, int, IdentityKind]
_KIND_ORDER = {kind: place for place, kind in enumerate(IdentityKind)}


def _longest(spans: Iterable[_Span]) -> Iterator[_Span]:
    reached = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1], _KIND_ORDER[span[2]])):
        if end > reached:
            yield start, end, kind
            reached = end


# Names that the application states


def _known(
    text: str, words: Iterable[tuple[str, IdentityKind]], calls: Iterable[re.Pattern[str]]
) -> Iterator[_Span]:
    even = _even(text)
    dense = _dense(even)
    for word, kind in words:
        for match in re.finditer(f"(?={re.escape(word)})", dense.text):
            start, end = dense.span(match.start(), match.start() + len(word))
            if not _inside_latin(text, start, end):
                yield start, end, kind
    for call in calls:
        for match in call.finditer(dense.text):
            yield *dense.span(*match.span()), IdentityKind.CALLED


def _inside_latin(text: str, start: int, end: int) -> bool:
    """Whether the place is a part of a longer Latin word or number: P12 does not stand in P120."""
    around = ((text[start - 1 : start], text[start]), (text[end - 1], text[end : end + 1]))
    return any(_latin(left) and _latin(right) for left, right in around)


def _latin(character: str) -> bool:
    plain = unicodedata.normalize("NFKC", character)
    return plain.isascii() and plain.isalnum()


def _words(application: Application, studio: Studio | None) -> Iterator[tuple[str, IdentityKind]]:
    stated = [
        *((name, IdentityKind.MASTER) for name in _masters(application, studio)),
        *((member.name, IdentityKind.MEMBER) for member in application.team),
        *_unit_words(application, studio),
        *_address_words(application.address),
        *_studio_words(application, studio),
        (application.unit_code, IdentityKind.CREDIT_CODE),
    ]
    for word, kind in stated:
        key = _key(split_remark(normalised(word))[0])
        if len(key) >= 2:
            yield key, kind


def names_of(application: Application, studio: Studio | None) -> tuple[tuple[str, IdentityKind], ...]:
    """What an application states that tells who applies, as it is sought: folded, each once."""
    return tuple(dict.fromkeys(_words(application, studio)))


def _masters(application: Application, studio: Studio | None) -> tuple[str, ...]:
    return (application.master_name, *((studio.master_name,) if studio else ()))


def _unit_words(application: Application, studio: Studio | None) -> Iterator[tuple[str, IdentityKind]]:
    for entry in (application, *((studio,) if studio else ())):
        yield entry.unit, IdentityKind.UNIT
        yield entry.branch, IdentityKind.BRANCH
        yield entry.parent_unit, IdentityKind.PARENT
        yield from ((short, IdentityKind.UNIT_SHORT) for short in short_names(entry.unit))
        yield from ((short, IdentityKind.PARENT) for short in short_names(entry.parent_unit))


def _studio_words(application: Application, studio: Studio | None) -> Iterator[tuple[str, IdentityKind]]:
    """The name that Art. 9(1)2 prescribes; of the numbers, those that have a letter and a digit."""
    for master in _masters(application, studio):
        name = split_remark(normalised(master))[0]
        yield f"{name}{application.occupation}技能大师工作室", IdentityKind.STUDIO
        yield f"大兴区{name}{application.occupation}技能大师工作室", IdentityKind.STUDIO
        yield f"{name}工作室", IdentityKind.STUDIO
    for number in (application.number, application.linked_studio):
        if re.fullmatch(r"(?=.*[a-z])(?=.*[0-9])[a-z0-9]{3,}", _key(number)):
            yield number, IdentityKind.NUMBER


# Short names of units


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_PLACES = _listed("北京市 北京 大兴区 大兴 中国 (北京) (大兴)")
_FORMS = _listed(
    "有限责任公司 股份有限公司 有限公司 集团公司 总公司 分公司 公司 集团 股份 控股 总部 总厂 (北京) (大兴)"
)
_TRADES = _listed(
    "机器人 人工智能 智能 信息 科技 技术 电子 电气 电力 自动化 机械 装备 设备 制药 药业 医药 生物 医疗 焊装 "
    "焊接 制造 工业 实业 材料 化工 能源 环保 餐饮 酒店 食品 汽服 汽车 汽修 维修 服务 工坊 工艺品 工艺 美术 "
    "文化 建筑 建设 工程 装饰 物流 物业 园林 印刷 服装 家具 航空 贸易 商贸 管理 咨询 投资 发展 教育 培训 "
    "学校 学院 医院 中心 工厂"
)
_ORDINARY = frozenset(_TRADES) | frozenset(
    _listed(
        "北京 大兴 中国 首都 京南 华北 京津冀 国门 新国门 新航 航城 新航城 临空 机场 国际 亦庄 黄村 西红门 "
        "旧宫 瀛海 青云店 长子营 采育 礼贤 安定 榆垡 魏善庄 庞各庄 北臧村 观音寺 天宫院 高米店 清源 兴丰 "
        "林校路 开发区 经开区 现代 时代 未来 创新 东方 东区 西区 南区 北区 第一 第二 第三"
    )
)
"""Places and words that anybody in the district uses: never taken as the short name of a unit."""


def short_names(unit: str) -> frozenset[str]:
    """The usual short forms of a unit's name: without place and legal form, and then without its trade."""
    core = split_remark(normalised(unit))[0]
    core = _without(core, _PLACES, str.removeprefix)
    core = _without(core, _FORMS, str.removesuffix)
    names = {core, _without(core, _TRADES + _PLACES, str.removesuffix)}
    return frozenset(name for name in names if len(name) >= 2 and name not in _ORDINARY)


def _without(name: str, parts: Iterable[str], remove: Callable[[str, str], str]) -> str:
    """The name without those parts at one end, as long as two characters remain."""
    ordered = sorted(parts, key=len, reverse=True)
    while shorter := next((r for p in ordered if len(r := remove(name, p)) >= 2 and r != name), ""):
        name = shorter
    return name


# Addresses

_ADDRESS_TAIL = re.compile(r"[^0-9]*(?:[省市区县镇乡]|街道)(?P<tail>.+)")
_DOOR = re.compile(r".*?[0-9]+[号院]")


def _address_words(address: str) -> Iterator[tuple[str, IdentityKind]]:
    """The whole address, and the street with its number: 黄村镇 by itself tells nothing."""
    yield address, IdentityKind.ADDRESS
    whole = normalised(address)
    match = _ADDRESS_TAIL.fullmatch(whole)
    door = _DOOR.match(match["tail"] if match else whole)
    if door and len(door[0]) >= 4:
        yield door[0], IdentityKind.ADDRESS


# How people are called

_TITLES = _listed(
    "师傅 师父 大师 老师 总工 总监 总裁 总经理 经理 主任 教授 班长 组长 队长 厂长 院长 所长 校长 博士 先生 "
    "女士 同志 劳模 书记"
)
_ENGINEER = "工(?![作程业人艺具厂序种会龄伤资地期匠装科件况时坊商信段位能效质])"
_DIRECTOR = "总(?![结体数额量计和是共之投分要会部公局])"
_TITLE = f"(?:{'|'.join(_TITLES)}|{_ENGINEER}|{_DIRECTOR})"
_COMPOUND_SURNAMES = frozenset(
    _listed("欧阳 上官 司马 诸葛 皇甫 司徒 东方 尉迟 公孙 慕容 令狐 夏侯 端木 独孤 南宫 长孙 宇文")
)
_WORD_BEFORE = {
    entry[0]: entry[1:]
    for entry in _listed(
        "高提升最较更增拔崇 何任如为 段阶片时地路手 林森园农竹造营 方地官对双各多甲乙 "
        "于由关对等基位属处用至在 "
        "向方面导趋 成完形组构 安保治平公 关相有机 华中精 时当及按同 金资奖基 程工过流课 车汽 管主监 全安"
    )
}
"""Surnames that end ordinary words, with what stands before them there: 任何, 阶段, 森林."""


def _calls(application: Application, studio: Studio | None) -> Iterator[re.Pattern[str]]:
    """林师傅, 林工, 致远老师: the surname or the given name with a title."""
    people = (*_masters(application, studio), *(member.name for member in application.team))
    for name in dict.fromkeys(_key(split_remark(normalised(person))[0]) for person in people):
        surname = name[:2] if name[:2] in _COMPOUND_SURNAMES and len(name) > 2 else name[:1]
        given = name.removeprefix(surname)
        if len(name) < 2 or surname.isascii():
            continue
        before = f"(?<![{_WORD_BEFORE[surname]}])" if surname in _WORD_BEFORE else ""
        yield re.compile(before + surname + _TITLE)
        if len(given) >= 2:
            yield re.compile(re.escape(given) + _TITLE)


# Numbers by their shape

_GAP = "[ -]?"


def _digits(count: int) -> str:
    return rf"(?:{_GAP}[0-9]){{{count}}}"


_BIRTHDAY = rf"(?:1{_GAP}9|2{_GAP}0){_digits(2)}{_GAP}[01]{_digits(1)}{_GAP}[0-3]{_digits(1)}"
_LANDLINE = rf"\(?0[1-9][0-9]{{1,2}}\)?{_GAP}[2-9]{_digits(6)}(?:{_GAP}[0-9])?"
_SERVICE_LINE = r"[48]00[ -][0-9]{3,4}[ -]?[0-9]{3,4}"
_CREDIT_CODE = r"[0-9a-hj-npqrtuwxy]{2}[0-9]{6}[0-9a-hj-npqrtuwxy]{10}"
_SHAPES = tuple(
    (re.compile(shape), kind)
    for shape, kind in (
        (
            rf"(?<![0-9a-z])[1-9]{_digits(5)}{_GAP}{_BIRTHDAY}{_digits(3)}{_GAP}[0-9x](?![0-9a-z])",
            IdentityKind.ID_NUMBER,
        ),
        (rf"(?<![0-9a-z]){_CREDIT_CODE}(?![0-9a-z])", IdentityKind.CREDIT_CODE),
        (rf"(?<![0-9])(?:\+?86{_GAP})?1{_GAP}[3-9]{_digits(9)}(?![0-9])", IdentityKind.PHONE),
        (rf"(?<![0-9]){_LANDLINE}(?![0-9])", IdentityKind.PHONE),
        (rf"(?<![0-9]){_SERVICE_LINE}(?![0-9])", IdentityKind.PHONE),
        (
            r"(?:电话|座机|传真|热线|tel)[.:为是 ]{0,3}[2-9][0-9]{2,3}[ -]?[0-9]{4}(?![0-9])",
            IdentityKind.PHONE,
        ),
        (
            r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}",
            IdentityKind.EMAIL,
        ),
        (r"(?:https?://|www\.)[a-z0-9._~:/?#@!$&'()*+,;=%-]+", IdentityKind.WEB),
    )
)


def _shaped(text: str) -> Iterator[_Span]:
    even = _even(text)
    for shape, kind in _SHAPES:
        for match in shape.finditer(even.text):
            yield *even.span(*match.span()), kind
