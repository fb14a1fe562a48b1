"""The interface speaks Chinese by itself and English from a catalogue that is complete."""

from __future__ import annotations

import ast
import contextvars
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages import Catalog
from jinja2 import Environment, TemplateSyntaxError, nodes

from panel import language
from panel.language import N_, SOURCE, _, pgettext, speaking, together
from panel.rules.stages import Stage
from panel.vocabulary import TERMS, term
from tools import catalogue

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]|%%")
SHEETS = re.compile("'(?:申报|已有工作室|评审陈述|专家|是|否)'|2024年3月")
"""What the import workbooks, which are Chinese for everybody, call their sheets and what is entered there."""


# Which language


def test_the_interface_is_chinese_by_itself() -> None:
    assert language.current() == SOURCE == "zh_CN"
    assert _("评分") == "评分"


def test_inside_speaking_everything_is_in_that_language() -> None:
    with speaking("en"):
        assert language.current() == "en"
        assert _("盲评编号") == "Blind code"
        with speaking("zh_CN"):
            assert _("盲评编号") == "盲评编号"
        assert term(Stage.SCORING) == "Scoring"
    assert language.current() == SOURCE


def test_the_language_before_returns_after_an_error() -> None:
    with pytest.raises(LookupError), speaking("en"):
        raise LookupError
    assert language.current() == SOURCE


@pytest.mark.parametrize("locale", ["", "fr", "EN", "../en"])
def test_an_unknown_language_is_answered_in_chinese(locale: str) -> None:
    with speaking(locale):
        assert language.current() == SOURCE

    def one_request() -> str:
        language.use("en")
        language.use(locale)
        return language.current()

    assert contextvars.copy_context().run(one_request) == SOURCE


def test_a_language_taken_for_one_request_stays_in_that_request() -> None:
    def one_request() -> str:
        language.use("en")
        return _("评审专家")

    assert contextvars.copy_context().run(one_request) == "Expert"
    assert _("评审专家") == "评审专家"


def test_a_text_that_no_catalogue_knows_stays_as_it_is() -> None:
    with speaking("en"):
        assert _("目录里没有的一句话") == "目录里没有的一句话"
        assert _("") == ""
    assert language.catalogue("none").gettext("评分") == "评分"


def test_one_chinese_word_may_be_two_english_ones() -> None:
    assert (_("确认"), pgettext("button", "确认")) == ("确认", "确认")
    with speaking("en"):
        assert (_("确认"), pgettext("button", "确认")) == ("Final", "Confirm")
        assert pgettext("button", "目录里没有的一句话") == "目录里没有的一句话"


def test_a_marked_text_is_not_translated_yet() -> None:
    with speaking("en"):
        assert N_("评分") == "评分"


# The English catalogue


@pytest.fixture(scope="module")
def english() -> Catalog:
    return catalogue.read("en")


@pytest.fixture(scope="module")
def pairs(english: Catalog) -> list[tuple[str, str]]:
    return list(catalogue.translations(english).items())


def test_every_text_is_translated_and_no_translation_is_left_over(english: Catalog) -> None:
    changes = catalogue.compare(catalogue.messages(), english)
    assert changes == catalogue.Changes(missing=(), obsolete=()), "run: python -m tools.catalogue"


def test_no_translation_is_a_guess(english: Catalog) -> None:
    assert [each.id for each in english if each.id and each.fuzzy] == []
    assert list(english.obsolete) == []


def test_both_sides_ask_for_the_same_facts(pairs: list[tuple[str, str]]) -> None:
    assert [pair for pair in pairs if _facts(pair[0]) != _facts(pair[1])] == []


def test_no_translation_can_break_a_page(pairs: list[tuple[str, str]]) -> None:
    # Templates take messages for markup and replace what follows a per cent sign; curly quotation marks are
    # as wide as a Chinese character in a Chinese font.
    assert [said for _text, said in pairs if re.search(r"[<>&\"“”‘’]|%(?!\(|%)", said)] == []


def test_no_chinese_is_left_in_english(pairs: list[tuple[str, str]]) -> None:
    assert [said for _text, said in pairs if CHINESE.search(SHEETS.sub("", said))] == []


# What joins words, and the one clause that every tie begins with.
JOINTS = frozenset({"、", "；", "，", "：", "（{}）"})
CLAUSE = "；"


def test_no_text_is_a_piece_of_a_sentence(pairs: list[tuple[str, str]]) -> None:
    pieces = [
        (chinese, english)
        for chinese, english in pairs
        if chinese not in JOINTS
        and not chinese.startswith("（")
        and not chinese.endswith(("：", CLAUSE))
        and (chinese[0] in "，。；？！”》" or chinese[-1] in "“《 " or english != english.strip())
    ]
    assert pieces == []


def test_sentences_stand_one_after_the_other_as_a_language_spaces_them() -> None:
    assert together("一。", "", "二。") == "一。二。"
    with speaking("en"):
        assert together("One.", "", "Two.") == "One. Two."


def test_english_is_not_much_wider_than_chinese(pairs: list[tuple[str, str]]) -> None:
    # A Chinese character is as wide as two letters; a short label may need a word more.
    assert [pair for pair in pairs if len(pair[1]) > 2.5 * _width(pair[0]) + 12] == []


def test_sentences_end_as_they_do_in_chinese(pairs: list[tuple[str, str]]) -> None:
    ends = {"。": ".", "：": ":", "？": "?", "…": "…"}
    assert [pair for pair in pairs if not pair[1].rstrip(" '").endswith(ends.get(pair[0][-1], ""))] == []
    assert [said for _text, said in pairs if "  " in said or "\n" in said] == []


def _facts(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def _width(text: str) -> int:
    return sum(2 if CHINESE.match(character) else 1 for character in text)


@pytest.mark.parametrize("kind", TERMS, ids=lambda kind: kind.__name__)
def test_english_terms_of_one_vocabulary_differ(kind: type[StrEnum]) -> None:
    with speaking("en"):
        terms = [term(member) for member in kind]
    assert len(set(terms)) == len(terms)


# The tool that keeps it


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "panel"
    _write(root / "stages.py", 'A = _("甲")\nB = N_("乙{x}")\nC = str("丙")\n# _("丁")\n')
    _write(root / "later.py", 'A = _("甲")\nB = pgettext("button", "甲")\n')
    _write(
        root / "templates" / "page.html",
        '{{ _("戊") }}{{ pgettext("button", "甲") }}{% trans n=3 %}己 {{ n }}{% endtrans %}\n',
    )
    _write(
        root / "templates" / "_layout" / "foot.html",
        "{% trans n=3 %}一份{% pluralize %}{{ n }} 份{% endtrans %}",
    )
    return root


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_texts_come_from_code_and_templates_with_their_files(package: Path) -> None:
    assert dict(catalogue.messages(package)) == {
        "甲": ("panel/later.py", "panel/stages.py"),
        "button\x04甲": ("panel/later.py", "panel/templates/page.html"),
        "乙{x}": ("panel/stages.py",),
        "一份": ("panel/templates/_layout/foot.html",),
        "%(n)s 份": ("panel/templates/_layout/foot.html",),
        "己 %(n)s": ("panel/templates/page.html",),
        "戊": ("panel/templates/page.html",),
    }


def test_a_template_that_cannot_be_read_is_not_passed_over(package: Path) -> None:
    _write(package / "templates" / "broken.html", '{% if %}{{ _("庚") }}')
    with pytest.raises(TemplateSyntaxError):
        catalogue.messages(package)


def test_the_file_says_where_a_text_stands_but_neither_line_nor_day(package: Path) -> None:
    known = {"甲": "A", "button\x04甲": "To A", "辛": "gone"}
    file = catalogue.written("en", catalogue.messages(package), known)
    assert list(_entries(file))[:3] == [
        '#: panel/later.py panel/stages.py\nmsgid "甲"\nmsgstr "A"',
        '#: panel/later.py panel/templates/page.html\nmsgctxt "button"\nmsgid "甲"\nmsgstr "To A"',
        '#: panel/stages.py\nmsgid "乙{x}"\nmsgstr ""',
    ]
    assert not re.search(r"Date|gone|fuzzy|\.(?:py|html):\d", file)


def test_the_same_texts_give_the_same_file() -> None:
    texts, english = catalogue.messages(), catalogue.read("en")
    once = catalogue.written("en", texts, catalogue.translations(english))
    assert once == catalogue.written("en", texts, dict(catalogue.translations(english)))
    assert "Content-Type: text/plain; charset=utf-8" in once.partition("#: ")[0]


def test_what_is_missing_and_what_is_left_over_is_named() -> None:
    known = Catalog(locale="en")
    known.add("甲", "A")
    known.add("乙{x}", "")
    known.add("戊", "A guess", flags=("fuzzy",))
    known.add("辛", "H")
    changes = catalogue.compare({"甲": (), "乙{x}": (), "戊": (), "庚": ()}, known)
    assert changes == catalogue.Changes(missing=("乙{x}", "戊", "庚"), obsolete=("辛",))


def test_a_language_without_a_catalogue_yet_begins_empty() -> None:
    assert catalogue.translations(catalogue.read("ja")) == {}
    assert catalogue.OTHERS == ("en",)


def _entries(file: str) -> Iterator[str]:
    yield from (block.strip() for block in file.split("\n\n")[1:])


# Nothing is said past the catalogue

AS_IT_IS = {
    # money, days and articles are written by rules of each language, not from the catalogue
    "sentences/articles.py": ".*",
    "sentences/conflicts.py": "。",
    "sentences/figures.py": ".*",
    "web/formats.py": ".*",
    # what is looked for in Chinese texts
    "rules/applicants.py": ".*",
    "rules/eligibility.py": ".*",
    "rules/identities.py": ".*",
    "rules/materials.py": ".*",
    # how several values stand in one field, as stored or typed
    "queries/experts.py": "、",
    "queries/panelists.py": "、",
    "services/applications.py": "，",
    "services/registers.py": "、",
    # each language by its own name; money by the reader's language; ＝ beside a tie
    "templates/_layout/header.html": "中文",
    "templates/_components.html": "＝",
    # what the demonstration adds to every name
    "templates/secretary/_conflicts_body.html": "（虚构）",
    "templates/secretary/_progress_now.html": "（虚构）",
}
SPEAKING = ("audit", "queries", "rules", "sentences", "services", "web", "templates")
"""The layers whose every Chinese word is for the reader; workbooks and commands are Chinese for everybody."""

MARKS = ("_", "N_", "gettext", "ngettext", "pgettext")


@pytest.mark.parametrize("layer", SPEAKING)
def test_nothing_is_said_past_the_catalogue(layer: str) -> None:
    bare = [
        (name, text)
        for file in sorted((catalogue.PACKAGE / layer).rglob("*.*"))
        if file.suffix in (".py", ".html")
        for name in [file.relative_to(catalogue.PACKAGE).as_posix()]
        for text in _bare(file)
        if text.strip() and CHINESE.search(text) and not re.fullmatch(AS_IT_IS.get(name, ""), text.strip())
    ]
    assert bare == []


def _bare(file: Path) -> Iterator[str]:
    read = _bare_in_template if file.suffix == ".html" else _bare_in_code
    return read(file.read_text(encoding="utf-8"))


def _bare_in_template(source: str) -> Iterator[str]:
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(source)  # only read, never rendered
    marked = {
        id(piece)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in MARKS
        for piece in call.find_all(nodes.Const)
    }
    for piece in tree.find_all((nodes.TemplateData, nodes.Const)):
        text = piece.value if isinstance(piece, nodes.Const) else getattr(piece, "data", "")
        if isinstance(text, str) and id(piece) not in marked:
            yield text


def _bare_in_code(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    notes = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    marked = {
        id(piece)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS
        for piece in ast.walk(node)
    } | {id(note) for note in notes}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in marked:
            yield node.value
