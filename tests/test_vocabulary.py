"""Every closed vocabulary has its official terms, and the glossary says the same."""

from __future__ import annotations

from enum import StrEnum

import pytest

from panel.vocabulary import TERMS, term
from tools import glossary


@pytest.mark.parametrize("kind", TERMS, ids=lambda kind: kind.__name__)
def test_every_member_has_a_term_of_its_own(kind: type[StrEnum]) -> None:
    terms = [term(member) for member in kind]
    assert all(terms)
    assert len(set(terms)) == len(terms)


def test_the_glossary_is_that_of_the_vocabulary() -> None:
    written = glossary.GLOSSARY.read_text(encoding="utf-8").partition(glossary.MARK)[2]
    assert written == f"\n{glossary.tables()}\n", "run: python -m tools.glossary"
