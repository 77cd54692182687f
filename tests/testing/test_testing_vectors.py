"""Vectors made of words: always of length one, always the same, near where words are shared."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from babyagi_nb.testing import vector

WORDS = st.lists(st.text("abcdefgh", min_size=3, max_size=6), min_size=3, max_size=8, unique=True)


def cosine(one: list[float], two: list[float]) -> float:
    return sum(a * b for a, b in zip(one, two, strict=True))


@settings(deadline=None)
@given(st.text(), st.integers(1, 300))
def test_any_text_has_a_vector_of_length_one(text: str, dimensions: int) -> None:
    found = vector(text, dimensions)
    assert len(found) == dimensions
    assert math.isclose(cosine(found, found), 1.0)
    assert found == vector(text, dimensions)


@settings(deadline=None)
@given(WORDS)
def test_order_and_case_make_no_difference(words: list[str]) -> None:
    turned = vector(", ".join(reversed(words)).upper())
    assert cosine(vector(" ".join(words)), turned) > 0.999


@settings(deadline=None)
@given(WORDS)
def test_a_text_is_nearest_to_itself(words: list[str]) -> None:
    whole, part = vector(" ".join(words), 256), vector(" ".join(words[1:]), 256)
    assert cosine(whole, whole) >= cosine(whole, part)


def test_a_lone_surrogate_is_a_word_like_any() -> None:
    assert len(vector("\ud83d")) == 64
