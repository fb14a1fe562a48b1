"""The draw: anybody who has the pool and the seed comes to the same experts."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import RuleBroken
from panel.rules.draws import Draw, DrawProblem, Exclusion, ExclusionReason, Pool, draw, order, verify

SEED = bytes(range(32))
EXCLUDED = Exclusion("E7", ExclusionReason.CONFLICT, "申报单位职工")
POOL = Pool(("E1", "E2", "E3", "E4", "E5"), (EXCLUDED,))

numbers = st.lists(st.from_regex(r"E[0-9]{1,3}", fullmatch=True), min_size=1, max_size=40, unique=True)
seeds = st.binary(min_size=32, max_size=32)


def test_the_order_is_that_of_the_hashes() -> None:
    def hashed(expert: str) -> str:
        return hashlib.sha256(b"pingshen/draw/v1\x00" + SEED + expert.encode("utf-8")).hexdigest()

    assert list(order(SEED, POOL.experts)) == sorted(POOL.experts, key=hashed)


def test_another_program_comes_to_the_same_order() -> None:
    # (printf 'pingshen/draw/v1\0'; printf 'A%.0s' $(seq 32); printf E1) | sha256sum begins with 9e;
    # E2 gives f5, E3 gives 17.
    assert order(b"A" * 32, ["E1", "E2", "E3"]) == ("E3", "E1", "E2")


def test_the_digest_of_the_pool_is_that_of_its_canonical_json() -> None:
    text = '{"exclusions":[["E7","conflict","申报单位职工"]],"experts":["E1","E2","E3","E4","E5"]}'
    content = b"pingshen/pool/v1\0" + text.encode()
    assert POOL.digest == hashlib.sha256(content).hexdigest()


def test_the_order_of_the_pool_means_nothing() -> None:
    turned = replace(POOL, experts=POOL.experts[::-1])
    assert turned.digest == POOL.digest
    assert draw(SEED, turned, 3).drawn == draw(SEED, POOL, 3).drawn


@given(numbers, seeds, st.data())
def test_a_draw_can_be_repeated_and_takes_each_expert_once(
    experts: list[str], seed: bytes, data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(experts)))
    record = draw(seed, Pool(tuple(experts)), size)
    assert record == draw(seed, Pool(tuple(experts)), size)
    assert verify(record) == ()
    assert sorted(record.order) == sorted(experts)
    assert len(record.drawn) == size
    assert record.drawn + record.reserves == record.order


def test_each_of_five_is_drawn_first_about_as_often() -> None:
    first = [draw(n.to_bytes(32), POOL, 1).drawn[0] for n in range(2000)]
    # 400 expected each; five standard deviations of a binomial count are 5 * sqrt(2000 * 0.2 * 0.8) = 89.
    assert all(abs(first.count(expert) - 400) < 90 for expert in POOL.experts)


@pytest.mark.parametrize("size", [0, -1, 6])
def test_nobody_draws_more_than_the_pool_holds_or_none(size: int) -> None:
    with pytest.raises(RuleBroken, match="5 人") as refused:
        draw(SEED, POOL, size)
    assert refused.value.code == "draw_size"


@pytest.mark.parametrize(
    ("seed", "pool", "code"),
    [
        (SEED[:31], POOL, "draw_seed_length"),
        (SEED, Pool(("E1", "E1", "E2")), "draw_pool_repeats"),
        (SEED, Pool(("E1", "E7"), (EXCLUDED,)), "draw_excluded_in_pool"),
    ],
)
def test_a_pool_or_a_seed_that_cannot_stand_is_refused(seed: bytes, pool: Pool, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        draw(seed, pool, 1)
    assert refused.value.code == code


RECORD = draw(SEED, POOL, 3)


@pytest.mark.parametrize(
    ("record", "problems"),
    [
        (RECORD, ()),
        (replace(RECORD, pool=replace(POOL, exclusions=())), (DrawProblem.POOL_CHANGED,)),
        (
            replace(RECORD, pool=replace(POOL, experts=(*POOL.experts, "E6"))),
            (DrawProblem.POOL_CHANGED, DrawProblem.ORDER, DrawProblem.DRAWN),
        ),
        (replace(RECORD, order=RECORD.order[::-1]), (DrawProblem.ORDER,)),
        (replace(RECORD, drawn=RECORD.order[1:4]), (DrawProblem.DRAWN,)),
        (replace(RECORD, size=2), (DrawProblem.DRAWN,)),
        (replace(RECORD, size=-1, drawn=()), (DrawProblem.SIZE,)),
        (replace(RECORD, seed=b""), (DrawProblem.SEED_LENGTH, DrawProblem.ORDER, DrawProblem.DRAWN)),
    ],
)
def test_a_changed_record_does_not_pass(record: Draw, problems: tuple[DrawProblem, ...]) -> None:
    assert verify(record) == problems


@given(seeds)
def test_another_seed_does_not_pass_for_the_recorded_one(seed: bytes) -> None:
    other = replace(RECORD, seed=seed)
    assert bool(verify(other)) is (order(seed, POOL.experts) != RECORD.order)
