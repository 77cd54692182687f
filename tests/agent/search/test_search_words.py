"""Forms of one word become one term."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.search.related import RELATED
from babyagi_nb.agent.search.words import STOP_WORDS, stem, terms

FORMS = [
    "parse parses parsed parsing parser parsers",
    "validate validates validated validating validation",
    "copy copies copied copying",
    "stop stops stopped stopping",
    "create creates created creating creation",
    "directory directories",
    "matrix matrices",
    "index indexes indices",
    "write writes wrote written writing writer",
    "compress compressed compression",
    "cancel cancels cancelled cancelling canceled",
    "tokenize tokenized tokenizing tokenizer",
    "class classes",
    "box boxes",
    "search searches searching",
    "original origin",
    "install installed installing installs",
]


@pytest.mark.parametrize("forms", FORMS)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(each) for each in forms.split()}) == 1


@pytest.mark.parametrize(
    "different",
    [
        "size resize", "process procedure", "state stable", "string sting", "need kneel",
        "status statistic", "alias alien", "call calendar", "file fill",
    ],
)  # fmt: skip
def test_different_words_stay_different(different: str) -> None:
    one, other = different.split()
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    "written", ["splitCSVRow", "split_csv_row", "SplitCSVRow", "split-csv-row", "Splits CSV rows"]
)
def test_however_a_name_is_written_its_words_are_the_same(written: str) -> None:
    assert terms(written) == ["split", "csv", "row"]


def test_digits_are_words_of_their_own_in_a_mixed_name() -> None:
    assert terms("Base64Encode") == [stem("base"), "64", "encod"]
    assert terms("sha256") == ["sha256"]


def test_words_of_other_languages_are_terms() -> None:
    assert terms("Schlüssel der Datei") == ["schlüssel", "der", "datei"]
    assert terms("函数 数据") == ["函数", "数据"]


def test_of_a_script_without_blanks_every_two_neighbours_are_a_term() -> None:
    assert terms("读取数据csv") == ["读取", "取数", "数据", "csv"]


def test_stop_words_are_no_terms() -> None:
    assert terms("how do I get it from there to here") == ["get"]
    assert terms(" ".join(STOP_WORDS)) == []


def test_a_word_that_is_data_is_no_term() -> None:
    assert terms("a" * 41) == []
    assert len(terms("word " * 10_000)) == 400


@given(st.text())
def test_any_text_has_terms_without_blanks_or_capitals(text: str) -> None:
    for term in terms(text):
        assert term
        assert term == term.lower()
        assert not any(each.isspace() for each in term)


@given(st.from_regex(r"[a-z]{1,20}", fullmatch=True))
def test_a_stem_is_no_longer_than_its_word_and_begins_like_it(word: str) -> None:
    if word not in ("wrote", "got", "took", "chose", "broke", "gave", "drew", "threw", "began"):
        found = stem(word)
        assert 0 < len(found) <= len(word) + 1
        assert found[0] == word[0]


def test_related_words_stand_for_one_another() -> None:
    for word, others in RELATED.items():
        assert word not in others
        assert len(others) == len(set(others))
        assert all(word in RELATED[other] for other in others)
    assert stem("mean") in RELATED[stem("average")]
    assert stem("folder") in RELATED[stem("directories")]
