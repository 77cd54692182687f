"""The original's own pack files, unmodified, against a scripted model."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import packs_of_original as original
import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import BudgetSpent, MissingName
from babyagi_nb.testing import Reply, Rule, call

pytestmark = pytest.mark.filterwarnings(
    # Its code calls pydantic by the names of its first edition.
    "ignore::pydantic.warnings.PydanticDeprecatedSince20",
)

ADD = 'def add(a: int, b: int):\n    "Adds two numbers."\n    return a + b\n'

Loading = Callable[..., Callable[[BabyAGI], None]]


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return original.unpack(tmp_path_factory.mktemp("original"))


@pytest.fixture
def loading(packs: Path, monkeypatch: pytest.MonkeyPatch) -> Loading:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def loading(*names: str, **code: str) -> Callable[[BabyAGI], None]:
        """Load the default packs, add the functions in *code*, load the packs *names*."""

        def load(app: BabyAGI) -> None:
            for name in original.DEFAULT:
                app.load_functions(packs / f"{name}.py", approve=True)
            for name, text in code.items():
                app.add_function(name, text)
            for name in names:
                app.load_functions(packs / f"{name}.py", approve=True)

        return load

    return loading


def fenced(value: Any) -> str:
    return f"```json\n{json.dumps(value)}\n```"


@pytest.mark.parametrize("name", original.FILES)
def test_each_file_loads_as_it_is(packs: Path, name: str) -> None:
    file = packs / f"{name}.py"
    with original.opened() as app:
        app.load_functions(file, approve=True)
        assert set(original.arguments(file)) <= set(app.catalogue)
        assert app.drafts() == []


def test_without_approval_all_of_them_are_drafts_that_were_read_in_the_sandbox(packs: Path) -> None:
    with original.opened(packs=()) as app:
        for name in original.FILES:
            app.load_functions(packs / f"{name}.py")
        assert list(app.catalogue) == []
        wanted = {
            each for name in original.FILES for each in original.arguments(packs / f"{name}.py")
        }
        assert {each["name"] for each in app.drafts()} == wanted


def test_gpt_call_asks_the_picked_model_and_needs_no_key(loading: Loading) -> None:
    with original.opened("Hello.", load=loading()) as app:
        assert app.gpt_call("Say hello") == "Hello."
        (asked,) = app.open_model().requests  # type: ignore[attr-defined]
        assert asked.messages == ({"role": "user", "content": "Say hello"},)
        assert asked.model == "scripted"
        assert app.get_function("gpt_call")["key_dependencies"] == []


def test_a_description_is_written_when_a_function_without_one_comes(loading: Loading) -> None:
    code = "def add(a, b):\n    return a + b\n"
    with original.opened("Adds two numbers.", load=loading(add=code)) as app:
        found = app.get_function("add")
        assert found["description"] == "Adds two numbers."
        assert (found["code"], found["origin"]) == (code, "user")
        assert app.add(1, 2) == 3


def test_chat_with_functions_calls_the_function_and_answers(loading: Loading) -> None:
    said = [Reply(calls=(call("add", {"a": 1, "b": 2}),)), "It is three."]
    with original.opened(*said, load=loading("default/function_calling_chat", add=ADD)) as app:
        history = [{"role": "user", "message": "What is 1 + 2?"}]
        assert app.chat_with_functions(history, "add") == "It is three."
        first, second = app.open_model().requests  # type: ignore[attr-defined]
        assert first.tools == ("add",)
        assert second.messages[-1]["content"] == "3"
        assert second.messages[-1]["tool_call_id"] == "call_add"
        assert {"add", "execute_function_wrapper"} <= {
            each["function_name"] for each in app.get_logs()
        }


def test_react_agent_thinks_and_calls(loading: Loading) -> None:
    said = [Reply(calls=(call("add", {"a": 1, "b": 2}),)), "Done. Answer: three"]
    with original.opened(*said, load=loading("drafts/react_agent", add=ADD)) as app:
        report = app.react_agent("What is 1 + 2?")
        assert "with arguments {'a': 1, 'b': 2}, produced output: 3" in report
        assert report.endswith("Final Answer:\nthree")


def writing(code: str) -> list[Rule]:
    """What a model says to the original's own way of writing a function; all in fences."""
    planned = {
        "name": "double", "description": "Doubles a number.",
        "input_parameters": [{"name": "x", "type": "int"}],
        "output_parameters": [{"name": "output", "type": "int"}],
        "dependencies": [], "imports": [], "code": "…",
    }  # fmt: skip
    written = {
        "function_name": "double", "metadata": {"description": "Doubles a number."}, "code": code,
        "imports": [], "dependencies": [], "key_dependencies": [], "triggers": [],
    }  # fmt: skip
    needed = {"standard_imports": [], "external_imports": [], "external_apis": [],
              "documentation_needed": []}  # fmt: skip
    return [
        Rule(
            fenced({"function_found": False, "function_name": None}), contains="perfectly fulfill"
        ),
        Rule(fenced([planned]), contains="provide the breakdown"),
        Rule(fenced(needed), contains="external APIs needed"),
        Rule(fenced(written), contains="expert Python programmer"),
        Rule(fenced({"parameters": {"x": 21}}), contains="extract the required parameters"),
    ]


NONE = {
    "find_similar_function": "def find_similar_function(it, top_n=3):\n    'None.'\n    return []\n"
}
"""The original's wants two large packages, and a file in the working directory."""


def test_what_a_model_wrote_is_a_draft_and_runs_in_the_sandbox(loading: Loading) -> None:
    rules = writing("def double(x):\n    import os\n    return [2 * x, os.getpid()]\n")
    with original.opened(*rules, load=loading("drafts/code_writing_functions", **NONE)) as app:
        doubled, process = app.process_user_input("Double 21, please.")
        assert doubled == 42
        assert process != os.getpid()
        (draft,) = app.drafts()
        assert (draft["name"], draft["origin"]) == ("double", "model:scripted")
        assert "double" not in app.catalogue
        app.open_model().assert_consumed()  # type: ignore[attr-defined]


def test_a_model_cannot_replace_a_function_by_planning_one_of_its_name(loading: Loading) -> None:
    rules = writing("def double(x):\n    return 'not yours'\n")
    with original.opened(*rules, load=loading("drafts/code_writing_functions", **NONE)) as app:
        app.add_function("double", "def double(x):\n    return 2 * x\n", description="Mine.")
        assert app.process_user_input("Double 21, please.") == 42
        assert app.get_function("double")["description"] == "Mine."


def test_a_loop_that_no_answer_ends_is_ended_by_the_budget(loading: Loading) -> None:
    endless = Rule("I would rather not answer in JSON.", times=None)
    with original.opened(endless, load=loading("drafts/code_writing_functions"), calls=6) as app:
        with pytest.raises(BudgetSpent, match="6 calls"):
            app.process_user_input("Double 21, please.")
        assert len(app.open_model().requests) == 6  # type: ignore[attr-defined]
        assert app.drafts() == []
        with pytest.raises(BudgetSpent):
            app.break_down_task("Another run has a budget of its own.")
        assert len(app.open_model().requests) == 12  # type: ignore[attr-defined]


def test_self_build_thinks_of_queries_and_processes_each(loading: Loading) -> None:
    queries = Rule(fenced(["Add 1 and 2", "Add 3 and 4"]), contains="distinct queries")
    rules = [
        queries,
        Rule(
            fenced({"function_found": True, "function_name": "add"}), contains="perfectly", times=2
        ),
        Rule(
            fenced({"parameters": {"a": 1, "b": 2}}), fenced({"parameters": {"a": 3, "b": 4}}),
            contains="extract the required",
        ),
    ]  # fmt: skip
    packs = ("drafts/code_writing_functions", "drafts/self_build")
    with original.opened(*rules, load=loading(*packs, add=ADD)) as app:
        assert app.self_build("somebody who adds", 2) == [
            {"query": "Add 1 and 2", "output": 3},
            {"query": "Add 3 and 4", "output": 7},
        ]


def deciding(existing: bool) -> list[Rule]:
    chosen = {"use_existing_function": existing, "function_name": "add" if existing else None,
              "function_description": None if existing else "Doubles a number."}  # fmt: skip
    return [
        Rule(chosen, contains="The user has provided the following input", last="Available"),
        Rule(
            {"parameters": {"a": 1, "b": 2} if existing else {"x": 21}},
            system="only JSON-formatted data",
        ),
    ]


def test_choose_or_create_runs_what_is_there(loading: Loading) -> None:
    packs = ("drafts/generate_function", "drafts/choose_or_create_function")
    with original.opened(*deciding(True), load=loading(*packs, add=ADD)) as app:
        assert app.choose_or_create_function("Add 1 and 2")["execution_result"] == 3


def test_choose_or_create_generates_a_draft_and_runs_it(loading: Loading) -> None:
    code = "def double(x):\n    return 2 * x\n"
    rules = [
        *deciding(False),
        Rule({"reusable_functions": [], "reference_functions": ["gpt_call"]}, contains="for reuse"),
        Rule({"name": "none", "purpose": "none", "endpoints": []}, contains="external APIs"),
        Rule({"selected_urls": []}, contains="search results"),
        Rule(
            {"name": "double", "code": code, "metadata": {"description": "Doubles."}},
            contains="Generate a complete function",
        ),
    ]
    packs = ("drafts/generate_function", "drafts/choose_or_create_function")
    search = {
        name: f"def {name}(*args, **kwargs):\n    'None.'\n    return {{}}\n"
        for name in ("serpapi_search_v2", "scrape_website")
    }
    with original.opened(*rules, load=loading(*packs, **search)) as app:
        app.add_key("serpapi_api_key", "not-a-real-key")
        app.add_key("firecrawl_api_key", "not-a-real-key")
        done = app.choose_or_create_function("Double 21")
        assert done.get("execution_result") == 42, done
        assert [each["name"] for each in app.drafts()] == ["double"]


def test_generate_and_process_queries_reads_a_pydantic_form(loading: Loading) -> None:
    rules = [
        Rule(fenced({"queries": ["Add 1 and 2"]}), contains="Number of Queries"), *deciding(True)
    ]  # fmt: skip
    packs = ("drafts/generate_function", "drafts/choose_or_create_function", "drafts/self_build2")
    with original.opened(*rules, load=loading(*packs, add=ADD)) as app:
        (result,) = app.generate_and_process_queries("somebody who adds", 1)["results"]
        assert (result["query"], result["result"]) == ("Add 1 and 2", 3)


def test_embed_input_gives_a_vector(loading: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    with original.opened(load=loading()) as app:
        # It sets the variable to what it is, and cannot where it is not.
        monkeypatch.setenv("OPENAI_API_KEY", "not-a-real-key")
        vector = app.embed_input("some words")
        assert len(vector) > 8
        assert all(isinstance(each, float) for each in vector)


@pytest.mark.parametrize(
    ("name", "function", "args", "package"),
    [
        ("plugins/airtable", "init_airtable", ("a", "b"), "pyairtable"),
        ("plugins/e2b", "execute_code_in_sandbox", ("1",), "e2b_code_interpreter"),
        ("plugins/firecrawl", "scrape_website", ("x",), "firecrawl"),
        ("drafts/user_db", "create_database", ("x",), "sqlalchemy"),
    ],
)
def test_a_function_that_needs_a_package_says_which(
    packs: Path, name: str, function: str, args: tuple[Any, ...], package: str
) -> None:
    file = packs / f"{name}.py"
    with original.opened() as app:
        app.load_functions(file, approve=True)
        for key in app.get_function(function)["key_dependencies"]:
            app.add_key(key, "not-a-real-key")
        with pytest.raises((ImportError, MissingName), match=package):
            app.execute_function(function, *args)


def test_the_stand_in_asks_although_the_function_names_a_key_it_reads(packs: Path) -> None:
    with original.opened("1 + 1") as app:
        app.load_functions(packs / "plugins/e2b.py", approve=True)
        # This one reads the key itself, so it is asked for.
        assert app.get_function("chat_with_llm_and_execute")["key_dependencies"] == [
            "openai_api_key"
        ]
