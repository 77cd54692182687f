"""The figure: who asks in words of their own finds the function, without a key."""

from __future__ import annotations

import json

from babyagi_nb.agent.search.lexicon import PLAIN
from benchmarks.bench_search import GOAL, documents, lexicon_of, questions, recall
from benchmarks.corpus import FOLDER, real_functions


def test_two_of_three_paraphrases_find_their_function_among_the_first_five() -> None:
    assert GOAL == 0.65
    assert recall(lexicon_of(documents(phrases=True)), questions())[5] >= GOAL


def test_where_questions_share_words_with_docstrings_no_phrases_are_needed() -> None:
    ours = recall(lexicon_of(documents(phrases=False)), questions("tuning.json"))[5]
    plain = recall(lexicon_of(documents(phrases=False), PLAIN), questions("tuning.json"))[5]
    assert ours >= GOAL > plain


def test_search_phrases_and_related_words_are_worth_their_keep() -> None:
    ours = recall(lexicon_of(documents(phrases=True)), questions())[5]
    without_phrases = recall(lexicon_of(documents(phrases=False)), questions())[5]
    plain = recall(lexicon_of(documents(phrases=False), PLAIN), questions())[5]
    assert ours > without_phrases > plain


def test_there_are_functions_questions_and_phrases_enough() -> None:
    names = [each.name for each in real_functions()]
    assert len(names) == len(set(names)) >= 1500
    assert len(questions()) >= 200
    assert all(each.phrases and each.description for each in documents(phrases=True))


def test_every_question_is_about_functions_that_are_there() -> None:
    names = {each.name for each in real_functions()}
    for question, targets in (*questions(), *questions("tuning.json")):
        assert question.strip()
        assert targets
        assert targets <= names, question


def test_no_question_is_answered_by_its_own_text() -> None:
    """Phrases were written without the questions; a question that is a phrase tells nothing."""
    phrases = {phrase.casefold() for each in documents(phrases=True) for phrase in each.phrases}
    same = [question for question, _ in questions() if question.casefold() in phrases]
    assert len(same) / len(questions()) < 0.02


def test_the_data_names_functions_and_copies_no_text_of_theirs() -> None:
    files = sorted(path.name for path in FOLDER.iterdir())
    phrases = [f"phrases_{at}.json" for at in range(1, 5)]
    assert files == ["functions.txt", *phrases, "queries.json", "tuning.json"]
    descriptions = {each.description.casefold() for each in real_functions()}
    for at in range(1, 5):
        said = json.loads((FOLDER / f"phrases_{at}.json").read_text(encoding="utf-8"))
        assert not [each for every in said.values() for each in every if each in descriptions]
