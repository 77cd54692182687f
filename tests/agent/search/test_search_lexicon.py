"""A lexicon ranks documents by the words of a query, and is a function of what it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyagi_nb.agent.search.lexicon import PLAIN, Lexicon
from babyagi_nb.core.search import Document

DOCUMENTS = [
    Document(name="moving_average", description="Mean of the last n values of a list."),
    Document(name="send_mail", description="Send a message to somebody by SMTP."),
    Document(name="clear_folder", description="Delete everything in a directory."),
    Document(name="copy_folder", description="Duplicate a directory with all it holds."),
    Document(name="read_rows", description="Rows of a CSV file.", parameters=("path", "encoding")),
    Document(name="plot", description="Draw a chart.", tags=("picture", "matplotlib")),
    Document(name="f", description="Does it.", phrases=("smooth a noisy signal", "low pass")),
]


def lexicon_of(*documents: Document) -> Lexicon:
    lexicon = Lexicon()
    for each in documents:
        lexicon.add(each)
    return lexicon


@pytest.fixture
def lexicon() -> Lexicon:
    return lexicon_of(*DOCUMENTS)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("moving average", "moving_average"),
        ("rolling mean", "moving_average"),
        ("average", "moving_average"),
        ("e-mail somebody a message", "send_mail"),
        ("remove a folder", "clear_folder"),
        ("clone directories", "copy_folder"),
        ("csv", "read_rows"),
        ("encoding", "read_rows"),
        ("picture", "plot"),
        ("denoise: smooth the signal", "f"),
    ],
)
def test_every_field_and_every_related_word_leads_to_a_document(
    lexicon: Lexicon, query: str, name: str
) -> None:
    assert lexicon.search(query, 3)[0].name == name


@pytest.mark.parametrize(
    ("typed", "meant"), [("averge", "average"), ("direktory", "directory"), ("mesage", "message")]
)
def test_a_misspelt_word_finds_what_was_meant(lexicon: Lexicon, typed: str, meant: str) -> None:
    assert meant in lexicon.search(typed, 3)[0].why


def test_a_word_that_is_there_is_not_taken_for_a_misspelling() -> None:
    lexicon = lexicon_of(
        Document(name="a", description="A container."), Document(name="b", description="Contain.")
    )
    assert [hit.name for hit in lexicon.search("container", 5)] == ["a", "b"]
    lexicon = lexicon_of(
        Document(name="a", description="Parcels."), Document(name="b", description="Parcela.")
    )
    assert [hit.name for hit in lexicon.search("parcels", 5)] == ["a"]


def test_why_names_the_words_of_the_document(lexicon: Lexicon) -> None:
    (first, *_) = lexicon.search("remove every folder", 3)
    assert set(first.why.split(", ")) == {"folder", "delete"}


def test_a_word_of_the_name_says_more_than_one_of_the_description() -> None:
    lexicon = lexicon_of(
        Document(name="other_thing", description="Rotate and resize it."),
        Document(name="resize_thing", description="Rotate and bend it."),
    )
    assert lexicon.search("resize", 2)[0].name == "resize_thing"


def test_a_rare_word_says_more_than_a_common_one() -> None:
    common = [Document(name=f"c{at}", description="Open a socket.") for at in range(20)]
    lexicon = lexicon_of(*common, Document(name="rare", description="Open a telescope."))
    assert lexicon.search("socket telescope", 5)[0].name == "rare"


def test_the_one_that_answers_the_whole_query_is_before_those_that_answer_a_part() -> None:
    parts = [Document(name=f"p{at}", description="Rotate, rotate, rotate.") for at in range(3)]
    whole = Document(name="whole", description="Rotate an image clockwise about its middle.")
    assert lexicon_of(*parts, whole).search("rotate image clockwise", 4)[0].name == "whole"


def test_equal_scores_are_in_order_of_name() -> None:
    twins = [Document(name=name, description="Sort numbers.") for name in ("zz", "mm", "aa")]
    assert [hit.name for hit in lexicon_of(*twins).search("sort", 3)] == ["aa", "mm", "zz"]


def test_only_those_among_are_found(lexicon: Lexicon) -> None:
    found = lexicon.search("folder", 5, among=lambda name: name != "clear_folder")
    assert [hit.name for hit in found] == ["copy_folder"]


@pytest.mark.parametrize("query", ["", "the of", "zzz qqq", "\x00", "(((", "🙂"])
def test_a_query_that_says_nothing_finds_nothing(lexicon: Lexicon, query: str) -> None:
    assert lexicon.search(query, 5) == []


def test_an_empty_lexicon_finds_nothing() -> None:
    assert Lexicon().search("anything", 5) == []


def test_a_document_of_the_same_name_takes_the_place_of_the_first(lexicon: Lexicon) -> None:
    lexicon.add(replace(DOCUMENTS[0], description="Everything flows."))
    assert len(lexicon) == len(DOCUMENTS)
    assert "moving_average" in lexicon
    assert "moving_average" not in [hit.name for hit in lexicon.search("list of n values", 9)]
    assert lexicon.search("flowing", 1)[0].name == "moving_average"


def test_plain_weights_know_words_only() -> None:
    lexicon = Lexicon(PLAIN)
    for each in DOCUMENTS:
        lexicon.add(each)
    assert lexicon.search("averge", 3) == []
    assert [hit.name for hit in lexicon.search("folder", 3)] == ["clear_folder", "copy_folder"]


names = st.sampled_from(["a", "b_c", "sort_rows", "read"])
text = st.lists(
    st.sampled_from(["read", "rows", "sorted", "mean", "average", "file", "the", "xyz"]), max_size=5
).map(" ".join)
documents = st.builds(
    Document,
    name=names,
    description=text,
    phrases=st.lists(text, max_size=2).map(tuple),
    tags=st.lists(text, max_size=1).map(tuple),
)


@settings(max_examples=60)
@given(st.lists(st.one_of(documents, names), max_size=12), text)
def test_how_documents_came_and_went_makes_no_difference(
    steps: list[Document | str], query: str
) -> None:
    lexicon = Lexicon()
    left: dict[str, Document] = {}
    for step in steps:
        if isinstance(step, str):
            lexicon.remove(step)
            left.pop(step, None)
        else:
            lexicon.add(step)
            left[step.name] = step
    fresh = lexicon_of(*(left[name] for name in sorted(left)))
    assert lexicon.search(query, 5) == fresh.search(query, 5)
    for name in list(left):
        lexicon.remove(name)
    assert len(lexicon) == 0
    assert vars(lexicon)["_postings"] == vars(lexicon)["_grams"] == {}


@settings(max_examples=60)
@given(st.lists(documents, max_size=6), text, st.integers(1, 4))
def test_hits_are_best_first_and_between_nought_and_one(
    several: list[Document], query: str, k: int
) -> None:
    found = lexicon_of(*several).search(query, k)
    assert len(found) <= k
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert all(0 < hit.score <= 1 for hit in found)
