"""What packs find under the name of litellm."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import packs_of_original as original
import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import BudgetSpent, MissingName, ModelError, ModelUnavailable, PackError
from babyagi_nb.packs.leniency import finished, without_client_keys
from babyagi_nb.packs.response import Item, bare, messages_of, response_of
from babyagi_nb.packs.trouble import EXCEPTIONS, translated
from babyagi_nb.settings import Settings
from babyagi_nb.testing import FaultServer, Reply, Rule, call, faults

Start = Callable[..., BabyAGI]
HEAD = "from functionz.core.framework import func\n"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Open an application whose pack holds a function ``f`` with the body given."""
    opened: list[Any] = []

    def start(
        body: str,
        *rules: Any,
        top: str = "",
        head: str = "()",
        approve: bool = True,
        **settings: Any,
    ) -> BabyAGI:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        text = f"{HEAD}{top}\n@func.register_function{head}\ndef f(*args):\n{lines}\n"
        file = tmp_path / "asking.py"
        file.write_text(text, encoding="utf-8")
        context = original.opened(
            *rules, load=lambda app: app.load_functions(file, approve=approve), **settings
        )
        app = context.__enter__()
        opened.append(context)
        return app

    yield start
    for context in opened:
        context.__exit__(None, None, None)


ASK = "messages=[{'role': 'user', 'content': 'Hi'}]"
IMPORT = "from litellm import completion"
WORDS = "message.get('content')"
TEXT = "choices[0].message.content"


@pytest.mark.parametrize(
    ("top", "body"),
    [
        ("import litellm", f"return litellm.completion('m', {ASK}).{TEXT}"),
        (IMPORT, f"return completion('m', {ASK})['choices'][0].message['content']"),
        ("", f"import litellm as it\nreturn it.completion('m', {ASK})['choices'][0].{WORDS}"),
        ("", f"from litellm import completion as c\nreturn c('m', {ASK}).{TEXT}"),
        ("", f"import litellm.exceptions\nreturn litellm.completion('m', {ASK}).{TEXT}"),
        (
            "import asyncio",
            "from litellm import acompletion\n"
            f"return asyncio.run(acompletion(model='m', {ASK})).{TEXT}",
        ),
        (
            "",
            "from litellm import completion\n"
            f"pieces = completion('m', {ASK}, stream=True)\n"
            "return ''.join(each.choices[0].delta.content or '' for each in pieces)",
        ),
    ],
)  # fmt: skip
def test_every_way_to_import_and_ask_is_answered_by_the_picked_model(
    start: Start, top: str, body: str
) -> None:
    app = start(body, "Hello from the model that was picked, at some length.", top=top)
    assert app.f() == "Hello from the model that was picked, at some length."
    assert "litellm" not in sys.modules


def test_a_library_of_that_name_is_not_used_where_it_is_installed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SimpleNamespace(completion=lambda *args, **kwargs: pytest.fail("the real one was asked"))
    monkeypatch.setitem(sys.modules, "litellm", real)  # type: ignore[arg-type]
    body = f"from litellm import completion\nreturn completion('m', {ASK}).{TEXT}"
    assert start(body, "Ours.").f() == "Ours."


def test_outside_of_packs_the_name_is_what_it_is_anywhere(start: Start) -> None:
    app = start("return 1")
    app.add_function("own", "def own():\n    return litellm", imports=["litellm"])
    with pytest.raises(MissingName, match="pip install litellm"):
        app.own()


def test_a_pack_asks_nothing_while_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "eager.py"
    file.write_text(f"{HEAD}import litellm\nlitellm.set_verbose = True\nlitellm.completion('m')\n")
    with original.opened() as app, pytest.raises(PackError, match=r"line 4.*while it is read"):
        app.load_functions(file, approve=True)


def test_a_class_of_pydantic_as_the_format_is_answered_with_json_that_fits(start: Start) -> None:
    body = (
        "from litellm import completion\nfrom pydantic import BaseModel\n"
        "class Sum(BaseModel):\n    total: int\n"
        f"said = completion('m', {ASK}, response_format=Sum).choices[0].message.content\n"
        "return Sum.model_validate_json(said).total"
    )
    app = start(body, "I think it is three.", 'Here: {"total": "3"} as asked')
    assert app.f() == 3


def test_json_in_a_fence_is_unwrapped_where_json_was_asked_for(start: Start) -> None:
    body = (
        "import json\nfrom litellm import completion\n"
        f"said = completion('m', {ASK}, response_format={{'type': 'json_object'}})\n"
        "return json.loads(said.choices[0].message.content)"
    )
    assert start(body, '```json\n{"a": [1]}\n```').f() == {"a": [1]}


def test_tools_go_out_and_calls_come_back(start: Start) -> None:
    body = (
        "from litellm import completion\n"
        "tool = {'type': 'function', 'function': {'name': 'add', 'parameters': {}}}\n"
        f"response = completion('m', {ASK}, tools=[tool], tool_choice='auto', drop=1)\n"
        "message = response.choices[0].message\n"
        "found = message.tool_calls[0]\n"
        "again = completion('m', [message, {'role': 'tool', 'tool_call_id': found.id,"
        " 'content': '3'}])\n"
        "return [found.function.name, found['function']['arguments'], found.id,"
        " response.choices[0].finish_reason, again.usage.total_tokens > 0, message.model_dump()]"
    )
    app = start(body, Reply(calls=(call("add", {"a": 1}),)), "Three.")
    name, arguments, id, finish, counted, dumped = app.f()
    assert (name, arguments, id, finish, counted) == (
        "add",
        '{"a": 1}',
        "call_add",
        "tool_calls",
        True,
    )
    assert dumped["tool_calls"][0]["function"]["name"] == "add"
    second = app.open_model().requests[1]  # type: ignore[attr-defined]
    assert second.messages[0]["tool_calls"][0]["id"] == second.messages[1]["tool_call_id"]


def test_vectors_have_the_shape_of_a_response(start: Start) -> None:
    body = "from litellm import embedding\nreturn embedding(model='m', input=['a b', 'c']).data"
    one, two = start(body).f()
    assert (one["index"], two["index"]) == (0, 1)
    assert len(one["embedding"]) == len(two["embedding"]) > 8


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (faults.unauthorized(), "AuthenticationError"),
        (faults.unknown_model(), "NotFoundError"),
        (faults.quota(), "RateLimitError"),
    ],
)
def test_errors_are_caught_by_the_names_of_the_library(start: Start, fault: Any, name: str) -> None:
    body = (
        "import litellm\n"
        f"from litellm.exceptions import {name}\n"
        f"assert litellm.{name} is litellm.exceptions.{name} is {name}\n"
        f"try:\n    litellm.completion('m', {ASK})\nexcept {name} as error:\n"
        "    return [str(error), error.status_code]"
    )
    said, status = start(body, Rule(fault, "never")).f()
    assert said
    assert status >= 400


@given(st.sampled_from(sorted({*EXCEPTIONS, "key", "rate", "form", "other"})), st.booleans())
def test_a_translated_error_is_still_what_it_was(kind: str, unavailable: bool) -> None:
    made = ModelUnavailable if unavailable else ModelError
    error = translated(made("no", fix="mend", kind=kind, after=2.0))
    assert isinstance(error, made)
    assert isinstance(error, EXCEPTIONS["APIError"])
    assert (str(error), error.kind, error.after) == ("no; mend", kind, 2.0)
    assert translated(error) is error


def test_a_spent_budget_stays_one(start: Start) -> None:
    body = f"import litellm\nwhile True:\n    litellm.completion('m', {ASK})\n"
    app = start(body, Rule("again", times=None), calls=4)
    with pytest.raises(BudgetSpent):
        app.f()
    assert len(app.open_model().requests) == 4  # type: ignore[attr-defined]


def test_a_name_that_is_not_there_says_what_is(start: Start) -> None:
    app = start("import litellm\nreturn litellm.completions")
    with pytest.raises(AttributeError, match="did you mean 'completion'"):
        app.f()


def test_a_server_is_asked_once_with_its_own_key_and_the_run_is_logged(tmp_path: Path) -> None:
    file = tmp_path / "asking.py"
    file.write_text(
        f"{HEAD}\n@func.register_function()\ndef f():\n    import litellm\n"
        "    litellm.api_key = 'sk-of-the-pack'\n"
        f"    return litellm.completion(model='gpt-4-turbo', {ASK}, api_key='sk-of-the-pack',\n"
        "        api_base='http://127.0.0.1:9/').choices[0].message.content\n",
        encoding="utf-8",
    )
    with FaultServer([Rule("Hello.")]) as server:
        app = BabyAGI(
            ":memory:", namespace={}, notify=[].append,
            settings=Settings(model="local", base_url=server.url),
        )  # fmt: skip
        try:
            app.load_functions(file, approve=True)
            assert app.f() == "Hello."
            (asked,) = [each for each in server.requests if each.method == "POST"]
            assert asked.model == "local"
            assert "sk-of-the-pack" not in str(asked.headers) + str(asked.body)
            rows = {row["function_name"]: row for row in app.get_logs()}
            (question,) = [row for name, row in rows.items() if name != "f"]
            assert question["parent_log_id"] == rows["f"]["id"]
        finally:
            app.close()


def test_what_a_run_that_asked_stores_waits_as_a_draft(start: Start) -> None:
    body = (
        "import litellm\n"
        "if args:\n"
        f"    litellm.completion('m', {ASK})\n"
        "func.add_function('made', 'def made():\\n    return 1\\n', description='Made.')\n"
        "return func.get_function('made')['is_active']"
    )
    app = start(body, Rule("hm", times=None))
    assert app.f("ask") is False
    assert "made" not in app.catalogue
    assert [each["origin"] for each in app.drafts()] == ["model:scripted"]
    assert app.f() is True


def test_changing_code_in_a_run_that_asked_is_a_draft_and_describing_is_not(start: Start) -> None:
    body = (
        "import litellm\n"
        f"litellm.completion('m', {ASK})\n"
        "func.update_function('own', metadata={'description': 'Said anew.'})\n"
        "func.update_function('own', code='def own():\\n    return 2\\n')\n"
        "return func.execute_function('own')"
    )
    app = start(body, "hm")
    app.add_function("own", "def own():\n    return 1\n", description="Said.")
    assert app.f() == 1
    assert app.get_function("own")["description"] == "Said anew."
    assert [each["name"] for each in app.drafts()] == ["own"]


def test_in_the_sandbox_the_stand_in_is_not_there(start: Start) -> None:
    body = f"from litellm import completion\nreturn completion('m', {ASK})"
    app = start(body, approve=False)
    with pytest.raises(ImportError, match="litellm"):
        app.call("f", version=1)
    assert app.open_model().requests == []  # type: ignore[attr-defined]


# -- small parts -------------------------------------------------------------------------------

TEXTS = st.text(max_size=40)


@given(TEXTS, TEXTS)
def test_a_text_is_only_ever_unwrapped_from_a_whole_fence(text: str, question: str) -> None:
    said = bare(text, question)
    assert said == text or (text.strip().startswith("```") and said in text)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(["system", "user", "assistant"]), "content": TEXTS | st.none()}
        )
    )
)
def test_messages_keep_their_order_and_their_words(given_: list[dict[str, Any]]) -> None:
    found = messages_of(given_)
    assert [(each.role, each.content) for each in found] == [
        (each["role"], each["content"] or "") for each in given_
    ]


def test_an_item_is_a_dictionary_and_an_object() -> None:
    item = Item(a=Item(b=[Item(c=1)]))
    item.d = 2
    assert item["a"].b[0]["c"] == 1
    assert (item["d"], item.nothing) == (2, None)
    assert item.model_dump() == {"a": {"b": [{"c": 1}]}, "d": 2}
    assert type(item.model_dump()["a"]) is dict
    assert not hasattr(item, "__array__")


@pytest.mark.parametrize(
    "text", ["", "x = 1", "@a\ndef f(): ...\n", "def f(:\n", "@a\n@b\ndef f():\n  1\n"]
)
def test_a_file_that_does_not_break_off_behind_a_decorator_stays_as_it_is(text: str) -> None:
    assert finished(text) == (text, None)


def test_a_key_that_the_function_reads_is_kept() -> None:
    import ast

    text = "def f():\n    import litellm\n    return globals()['openai_api_key'], other_api_key\n"
    said = {"key_dependencies": ["openai_api_key", "groq_api_key", "other_api_key"]}
    kept = without_client_keys(said, "f", ast.parse(text))
    assert kept["key_dependencies"] == ["openai_api_key", "other_api_key"]
    assert without_client_keys(said, "f", ast.parse("def f(): ...")) == said


def test_streams_are_awaited_too(start: Start) -> None:
    app = start("import litellm\nreturn litellm", "One, two.")
    client = app.f()

    async def read() -> str:
        pieces = await client.acompletion("m", [{"role": "user", "content": "Hi"}], stream=True)
        return "".join([each.choices[0].delta.content or "" async for each in pieces])

    assert asyncio.run(read()) == "One, two."


def test_an_answer_without_words_has_no_content() -> None:
    from babyagi_nb.core.model import Answer, ToolCall

    answer = Answer(
        text="", calls=(ToolCall(id="1", name="f", arguments="{}"),), finish="truncated"
    )
    choice = response_of(answer, "")["choices"][0]
    assert (choice.message.content, choice.finish_reason) == (None, "length")
