"""Whatever a page sends is a request that fits, or refused in words that help."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.errors import NotFound
from babyagi_nb.jupyter.protocol import (
    OPERATIONS,
    Refused,
    failure_of,
    jsonable,
    read_request,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def refused(message: object) -> Refused:
    with pytest.raises(Refused) as caught:
        read_request(message)
    return caught.value


def request(op: str, **args: Any) -> dict[str, Any]:
    return {"v": 1, "id": 3, "op": op, "args": args}


@given(ANYTHING)
def test_garbage_is_refused(message: object) -> None:
    assert refused(message).code in ("BadRequest", "Version")


@given(st.sampled_from(sorted(OPERATIONS)), st.dictionaries(st.text(), ANYTHING))
def test_arguments_that_do_not_fit_are_refused_with_the_number_of_the_request(
    op: str, args: dict[str, Any]
) -> None:
    error = None
    try:
        assert read_request(request(op, **args)).op == op
    except Refused as refused:
        error = refused
    assert error is None or (error.code in ("BadRequest", "Version") and error.id == 3)


def test_what_was_left_out_is_no_argument() -> None:
    assert read_request(request("functions.detail", name="f", version=None)).args == {"name": "f"}


@pytest.mark.parametrize(
    ("op", "args", "words"),
    [
        ("logs.pge", {}, "no operation a text"),
        ("logs.detail", {}, "logs.detail: id is missing, not a text"),
        ("logs.detail", {"id": "x", "idd": 1}, "unknown argument 'idd'; did you mean 'id'?"),
        ("logs.page", {"filter": {"status": ["odd"]}, "limit": 5}, "not a filter of runs"),
        ("logs.page", {"filter": {}, "limit": -1}, "limit is -1, not a number"),
        ("logs.page", {"filter": {}, "limit": 1, "before": ["x", 1]}, "not a time and an id"),
        ("graph.export", {**dict.fromkeys(("dependencies", "triggers", "keys", "imports"), True),
                          "format": "exe"}, "not svg, dot or mermaid"),
        ("drafts.approve", {"name": "f", "version": 1, "review": "", "grants": {"root": True}},
         "not a set of grants"),
    ],
)  # fmt: skip
def test_the_refusal_names_the_argument(op: str, args: dict[str, Any], words: str) -> None:
    assert words in refused(request(op, **args)).message


def test_the_value_of_a_key_is_not_repeated() -> None:
    error = refused(request("keys.set", name="k", value=12345))
    assert "12345" not in str(error)


@pytest.mark.parametrize(
    ("theirs", "words"), [(0, "the page is older"), (2, "the page is newer"), (None, "older")]
)
def test_another_version_is_told_apart_from_an_error(theirs: object, words: str) -> None:
    error = refused({"v": theirs, "id": 3, "op": "hello", "args": {}})
    assert error.code == "Version"
    assert words in error.message
    assert error.fix


def test_an_error_of_ours_keeps_its_mend() -> None:
    told = failure_of(NotFound("no function 'f'", fix="did you mean 'g'?"))
    assert told == {"code": "NotFound", "message": "no function 'f'", "fix": "did you mean 'g'?"}


def test_an_error_that_cannot_be_shown_is_told_as_well() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert failure_of(Odd())["message"] == "its message cannot be shown"


@given(ANYTHING)
def test_what_was_made_jsonable_is_json(value: object) -> None:
    import json

    json.dumps(jsonable(value), allow_nan=False).encode("utf-8")
