"""Functions are found by name, by words and by meaning, as of now."""

from __future__ import annotations

from typing import Any

import pytest
from shelf_of_functions import Functions, Server

from babyagi_nb.agent.search.finder import Finder
from babyagi_nb.errors import ModelUnavailable, NotFound, StoreUnwritable
from babyagi_nb.store.vectors import MemoryVectors

FUNCTIONS = {
    "moving_average": "Mean of the last n values of a list.",
    "send_mail": "Send a message to somebody by SMTP.",
    "clear_folder": "Delete everything in a directory.",
    "pick_winner": "Choose one of several people at random.",
    "mail": "Fetch the newest messages.",
}


@pytest.fixture
def functions() -> Functions:
    return Functions(**FUNCTIONS)


@pytest.fixture
def finder(functions: Functions) -> Finder:
    return Finder(lambda: functions.catalogue)


def names(found: list[Any]) -> list[str]:
    return [hit.name for hit in found]


# -- names -----------------------------------------------------------------------------------


def test_the_very_name_comes_first(finder: Finder) -> None:
    found = finder.find("mail")
    assert (found[0].name, found[0].why, found[0].score) == ("mail", "its name", 1.0)
    assert "send_mail" in names(found)


def test_the_words_of_a_name_are_the_name(finder: Finder) -> None:
    assert finder.find("Moving Average")[0].why == "its name"


def test_a_name_in_the_middle_of_a_sentence_is_seen(finder: Finder) -> None:
    assert finder.find("please run clear_folder on my mail")[0].name == "clear_folder"


def test_a_common_word_in_a_sentence_is_not_taken_for_a_name(finder: Finder) -> None:
    assert finder.find("send mail to somebody")[0].name == "send_mail"


def test_the_beginning_of_a_name_finds_it(finder: Finder) -> None:
    (hit,) = finder.find("pick_w")
    assert (hit.name, hit.why) == ("pick_winner", "its name begins so")


# -- words -----------------------------------------------------------------------------------


def test_other_words_for_the_same_thing_find_it(finder: Finder) -> None:
    found = finder.find("remove all of a folder")
    assert found[0].name == "clear_folder"
    assert "folder" in found[0].why


def test_nothing_is_found_where_nothing_fits(finder: Finder) -> None:
    assert finder.find("quaternion eigenvalues") == []
    assert finder.find("   ") == []
    assert finder.find("the of and") == []


def test_a_search_phrase_leads_to_its_function(functions: Functions, finder: Finder) -> None:
    functions.add("f", "Does it.", metadata={"search_phrases": ["smooth a noisy signal"]})
    assert finder.find("smoothing noisy signals")[0].name == "f"


def test_scores_fall_from_the_first_to_the_last(finder: Finder) -> None:
    scores = [hit.score for hit in finder.find("mail a random mean of the directory")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_no_more_than_asked_for_and_each_once(finder: Finder) -> None:
    found = names(finder.find("mail", 1))
    assert found == ["mail"]
    assert finder.find("mail", 0) == []
    every = names(finder.find("mail message folder random mean", 20))
    assert len(every) == len(set(every)) == 5


# -- in step with the catalogue --------------------------------------------------------------


def test_a_function_is_found_as_soon_as_it_is_there(functions: Functions, finder: Finder) -> None:
    assert finder.find("parse an invoice") == []
    functions.add("invoice", "Parse an invoice.")
    assert names(finder.find("parse an invoice")) == ["invoice"]


def test_a_removed_function_is_found_no_more(functions: Functions, finder: Finder) -> None:
    assert finder.find("somebody")
    functions.remove("send_mail")
    assert finder.find("somebody") == []


def test_a_new_version_is_found_by_what_it_says_now(functions: Functions, finder: Finder) -> None:
    assert finder.find("somebody")
    functions.add("send_mail", "Send a letter by pigeon.")
    assert finder.find("somebody") == []
    assert names(finder.find("pigeon")) == ["send_mail"]


def test_drafts_are_found_when_asked_for(functions: Functions, finder: Finder) -> None:
    functions.add("tidy", "Bring a desk in order.", proposed=True)
    assert finder.find("desk") == []
    assert names(finder.find("desk", drafts=True)) == ["tidy"]


def test_an_exchanged_catalogue_is_read_anew() -> None:
    catalogues = [Functions(a="one thing").catalogue, Functions(a="quite different").catalogue]
    finder = Finder(lambda: catalogues[0])
    assert finder.find("different") == []
    catalogues.reverse()
    assert names(finder.find("different")) == ["a"]


# -- others like it, and the one -------------------------------------------------------------


def test_a_function_is_like_those_that_say_the_same(functions: Functions, finder: Finder) -> None:
    functions.add("weighted_average", "Mean of the values of a list, each with a weight.")
    assert names(finder.similar("moving_average"))[0] == "weighted_average"
    assert "moving_average" not in names(finder.similar("moving_average", 20))


def test_what_is_like_an_unknown_function_is_an_error_with_a_mend(finder: Finder) -> None:
    with pytest.raises(NotFound, match="did you mean 'send_mail'"):
        finder.similar("send_mial")


def test_the_one_that_clearly_fits_is_chosen(finder: Finder) -> None:
    chosen = finder.choose("delete everything in a folder")
    assert chosen is not None
    assert chosen.name == "clear_folder"


@pytest.mark.parametrize("query", ["eigenvalues", "list the primes below a million", ""])
def test_none_is_chosen_where_none_clearly_fits(finder: Finder, query: str) -> None:
    assert finder.choose(query) is None


def test_none_is_chosen_of_two_that_fit_alike(functions: Functions, finder: Finder) -> None:
    functions.add("parse_one", "Parse an invoice.")
    functions.add("parse_two", "Parse an invoice.")
    assert finder.choose("parse an invoice") is None


# -- meaning ---------------------------------------------------------------------------------


class Scene:
    """A finder with a server whose answers, failures and clock are ours."""

    def __init__(self, functions: Functions) -> None:
        self.server = Server(meanings={"post office": "mail", "roulette": "random"})
        self.vectors = MemoryVectors()
        self.notices: list[str] = []
        self.now = 0.0
        self.finder = Finder(
            lambda: functions.catalogue,
            vectors=self.vectors,
            embed=self.server.embed,
            embeddings="pretended",
            notify=self.notices.append,
            clock=lambda: self.now,
        )


@pytest.fixture
def scene(functions: Functions) -> Scene:
    for number in range(20):
        functions.add(f"other_{number}", f"Another thing altogether, number {number}.")
    return Scene(functions)


def test_meaning_finds_what_shares_no_word(scene: Scene, finder: Finder) -> None:
    assert "pick_winner" not in names(finder.find("roulette"))
    (hit,) = scene.finder.find("roulette")
    assert (hit.name, hit.why) == ("pick_winner", "meaning")


def test_meaning_leads_and_words_fill(scene: Scene) -> None:
    found = scene.finder.find("roulette for the directory")
    assert names(found)[:2] == ["pick_winner", "clear_folder"]
    assert [hit.why for hit in found[:2]] == ["meaning", "directory"]


def test_meaning_does_not_lead_where_it_is_not_sure(scene: Scene) -> None:
    assert names(scene.finder.find("somebody")) == ["send_mail"]


def test_a_name_comes_before_a_meaning(scene: Scene) -> None:
    assert names(scene.finder.find("moving_average of roulette"))[:2] == [
        "moving_average",
        "pick_winner",
    ]


def test_each_text_is_sent_once(functions: Functions, scene: Scene) -> None:
    scene.finder.find("roulette")
    sent = len(scene.server.sent)
    assert sent == 25 + 1
    functions.add("last", "A last one.")
    scene.finder.find("roulette")
    assert len(scene.server.sent) == sent + 2
    again = Scene(functions)
    again.finder = Finder(
        lambda: functions.catalogue,
        vectors=scene.vectors,
        embed=again.server.embed,
        embeddings="pretended",
    )
    again.finder.find("roulette")
    assert again.server.sent == ["roulette"]


def test_a_failing_server_leaves_the_words_and_is_told_once(scene: Scene) -> None:
    scene.server.failing = ModelUnavailable("no server at localhost:1", fix="start one")
    assert names(scene.finder.find("somebody")) == ["send_mail"]
    scene.now += 1000
    assert names(scene.finder.find("somebody roulette")) == ["send_mail"]
    assert scene.notices == ["searching by words alone: no server at localhost:1; start one"]


def test_a_server_that_failed_is_left_alone_for_a_while(scene: Scene) -> None:
    scene.server.failing = OSError("reset")
    scene.finder.find("roulette")
    scene.server.failing = None
    assert scene.finder.find("roulette") == []
    assert scene.server.sent == []
    scene.now += 61
    assert names(scene.finder.find("roulette")) == ["pick_winner"]


def test_a_server_that_sends_too_few_vectors_counts_as_failing(scene: Scene) -> None:
    scene.finder._meaning._embed = lambda texts: []  # type: ignore[union-attr]
    assert names(scene.finder.find("somebody")) == ["send_mail"]
    assert scene.notices == ["searching by words alone: 0 vectors came back for 25 texts"]


def test_an_interrupt_is_not_taken_for_a_failure(scene: Scene) -> None:
    def interrupted(texts: list[str]) -> list[list[float]]:
        raise KeyboardInterrupt

    scene.finder._meaning._embed = interrupted  # type: ignore[union-attr]
    with pytest.raises(KeyboardInterrupt):
        scene.finder.find("roulette")
    assert scene.notices == []


def test_drafts_are_not_meant_unless_asked_for(functions: Functions, scene: Scene) -> None:
    functions.add("lottery", "Pure random.", proposed=True)
    assert "lottery" not in names(scene.finder.find("roulette"))
    assert "lottery" in names(scene.finder.find("roulette", drafts=True))


def test_others_like_it_are_found_by_meaning_too(functions: Functions, scene: Scene) -> None:
    functions.add("dice", "Roulette without a table.")
    assert names(scene.finder.similar("pick_winner"))[0] == "dice"


def test_a_store_that_cannot_be_written_is_searched_with_the_vectors_it_has(
    functions: Functions, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(model: str, rows: Any) -> None:
        raise StoreUnwritable("read-only")

    scene.finder.find("roulette")
    functions.add("last", "A last one.")
    monkeypatch.setattr(scene.vectors, "put", refuse)
    scene.server.sent.clear()
    for _ in range(3):
        assert names(scene.finder.find("roulette")) == ["pick_winner"]
    assert len(scene.server.sent) == 1 + 3
    assert scene.notices == []
