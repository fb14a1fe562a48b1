from __future__ import annotations

from fractions import Fraction

import pytest

from panel.documents.weights import weights_in
from panel.errors import InvalidInput


def test_weights_are_exact_and_need_not_sum_to_one() -> None:
    assert weights_in(" A = .5, B=0.3", ("A", "B")) == {"A": Fraction(1, 2), "B": Fraction(3, 10)}


def test_a_criterion_may_hold_an_equals_sign() -> None:
    assert weights_in("a=b=2", ("a=b",)) == {"a=b": 2}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("A", "指标=权重"),
        ("A=x", "大于 0"),
        ("A=0", "大于 0"),
        ("A=-1", "大于 0"),
        ("A=1,C=1", "'C' 没有这项指标；评分中有 A, B"),
        ("A=1,A=2", "权重重复"),
        ("A=1", "'B' 缺少权重"),
    ],
)
def test_weights_that_do_not_fit_are_refused(written: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        weights_in(written, ("A", "B"))
    assert said in str(refused.value)
