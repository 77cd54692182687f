"""What every shelf does, whether its documents lie in files or in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from babyagi_nb.core import scrubbing
from babyagi_nb.core.ports import Shelf
from babyagi_nb.errors import UsageError
from babyagi_nb.keys.redaction import Redaction
from babyagi_nb.store.home import Home
from babyagi_nb.store.shelf import FileShelf, MemoryShelf


@pytest.fixture(params=["file", "memory"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "file":
        return FileShelf(Home(tmp_path / ".babyagi").create())
    return MemoryShelf()


def test_a_document_comes_back_until_it_is_replaced_or_removed(shelf: Shelf) -> None:
    assert shelf.get("prices") is None
    shelf.put("prices", {"a": [1, 2.5, None, "ü"]})
    assert shelf.get("prices") == {"a": [1, 2.5, None, "ü"]}
    shelf.put("prices", [])
    assert shelf.get("prices") == []
    assert shelf.remove("prices")
    assert not shelf.remove("prices")
    assert shelf.get("prices") is None


def test_names_are_listed_in_order_by_how_they_begin(shelf: Shelf) -> None:
    assert shelf.names() == []
    for name in ("prices", "chats/b", "chats/a", "chat"):
        shelf.put(name, 1)
    assert shelf.names() == ["chat", "chats/a", "chats/b", "prices"]
    assert shelf.names("chats/") == ["chats/a", "chats/b"]


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../a", "a/../b", "/a", "a/", "a/b/c", ".a", "A", "a b", "ä", "a\n", "a\\b",
     "a.json/b", "a" * 102],
)  # fmt: skip
def test_no_name_leads_outside(shelf: Shelf, name: str) -> None:
    for attempt in (shelf.get, shelf.remove):
        with pytest.raises(UsageError, match="no name of a document"):
            attempt(name)
    with pytest.raises(UsageError, match="no name of a document"):
        shelf.put(name, 1)


def test_who_got_a_document_cannot_change_it(shelf: Shelf) -> None:
    given = {"a": [1]}
    shelf.put("prices", given)
    given["a"].append(2)
    shelf.get("prices")["a"].append(3)  # type: ignore[index]
    assert shelf.get("prices") == {"a": [1]}


def test_values_of_keys_are_never_kept(shelf: Shelf, tmp_path: Path) -> None:
    redaction = Redaction()
    redaction.learn("service", "s3cret-value")
    scrubbing.enlist(redaction)
    shelf.put("chat", ["my key is s3cret-value"])
    assert shelf.get("chat") == ["my key is [key service]"]
    assert not any(b"s3cret" in each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())


def test_what_json_cannot_say_is_refused_and_the_old_document_stays(shelf: Shelf) -> None:
    shelf.put("chat", 1)
    with pytest.raises(UsageError, match="no JSON"):
        shelf.put("chat", object())
    assert shelf.get("chat") == 1


def test_text_that_no_file_can_hold_is_kept_with_a_question_mark(shelf: Shelf) -> None:
    shelf.put("chat", {"half \ud800": ["\udfff", 10**30, float("nan")]})
    assert shelf.get("chat") == {"half ?": ["?", 1e30, None]}
