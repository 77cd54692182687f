"""Our own packs: the original's names and arguments, on our pipeline, with a scripted model."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import packs_of_original as original
import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.builds import Build, Made
from babyagi_nb.errors import BudgetSpent, ModelUnavailable
from babyagi_nb.packs.loader import find_pack, installed_packs
from babyagi_nb.testing import Reply, Rule, call

OURS = {
    "default/ai_functions": "ai_functions",
    "default/default_functions": "default_functions",
    "default/function_calling_chat": "function_calling_chat",
    "default/os": "os",
    "drafts/choose_or_create_function": "choose_or_create_function",
    "drafts/code_writing_functions": "code_writing_functions",
    "drafts/generate_function": "generate_function",
    "drafts/react_agent": "react_agent",
    "drafts/self_build": "self_build",
    "drafts/self_build2": "self_build",
}
"""Packs of the original, and where their functions are here."""

ADD = 'def add(a: int, b: int) -> int:\n    "Adds two numbers, a sum."\n    return a + b\n'


def names(given: ast.arguments) -> list[str]:
    return [each.arg for each in (*given.posonlyargs, *given.args)]


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return original.unpack(tmp_path_factory.mktemp("original"))


@pytest.mark.parametrize(("theirs", "ours"), OURS.items())
def test_every_function_is_there_and_takes_what_the_originals_takes(
    packs: Path, theirs: str, ours: str
) -> None:
    here = original.arguments(installed_packs()[ours])
    for name, wanted in original.arguments(packs / f"{theirs}.py").items():
        given = here[name]
        assert names(given)[: len(names(wanted))] == names(wanted), name
        assert len(given.args) - len(given.defaults) <= len(wanted.args) - len(wanted.defaults)
        assert (given.vararg is None, given.kwarg is None) == (
            wanted.vararg is None, wanted.kwarg is None,
        )  # fmt: skip


@pytest.mark.parametrize("name", sorted(installed_packs()))
def test_each_pack_loads_without_a_model_and_says_what_its_functions_do(name: str) -> None:
    with original.opened() as app:
        done = app.load_functions(name)
        assert app.open_model().requests == []  # type: ignore[attr-defined]
        for each in done.functions:
            spec = each.version.spec
            assert len(spec.description) > 15, spec.name
            assert spec.unresolved == ()
            assert app.schema(spec.name)["type"] == "object"
        assert app.drafts() == []


def test_no_function_of_a_pack_hides_behind_a_method_of_the_application() -> None:
    known = {"get_all_secret_keys"}  # the original has both, and so do we
    for file in installed_packs().values():
        assert not known ^ ({*original.arguments(file), *known} & {*dir(BabyAGI), *known})


@pytest.mark.parametrize("form", ["self_build", "drafts/self_build", "drafts/self_build.py"])
def test_a_pack_is_found_by_the_names_the_original_gave_it(form: str) -> None:
    assert find_pack(form) == installed_packs()["self_build"]


# -- ai_functions ------------------------------------------------------------------------------


def ai(app: BabyAGI) -> None:
    app.load_functions("ai_functions")
    app.add_function("add", ADD)


def test_gpt_call_says_what_the_model_says() -> None:
    with original.opened("Hello.", load=ai) as app:
        assert app.gpt_call("Say hello") == "Hello."


def test_without_a_model_there_is_one_line_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BABYAGI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    app = BabyAGI(":memory:", namespace={}, notify=[].append)
    try:
        app.load_functions("ai_functions")
        with pytest.raises(ModelUnavailable) as caught:
            app.gpt_call("hello")
        assert caught.value.fix
    finally:
        app.close()


def test_a_missing_description_is_written_and_nothing_else_is_touched() -> None:
    with original.opened('"Multiplies by two."\n', load=ai) as app:
        app.add_function("double", "def double(x):\n    return add(x, x)\n")
        before = app.get_function("double")
        assert "Multiplies by two." in app.ai_description_generator("double")
        after = app.get_function("double")
        assert after["description"] == "Multiplies by two."
        for member in ("code", "dependencies", "imports", "key_dependencies", "origin"):
            assert after[member] == before[member]
        assert "already" in app.ai_description_generator("double")
        assert "no function" in app.ai_description_generator("nowhere")
        assert "somebody else's" not in app.ai_description_generator("add")


def test_descriptions_are_written_by_themselves_only_where_somebody_asked_for_it() -> None:
    code = "def one():\n    return 1\n"
    with original.opened("Gives one.", load=ai) as app:
        app.add_function("one", code)
        assert app.get_function("one")["description"] == ""
        app.add_trigger("ai_description_generator", "function_added_or_updated")
        app.add_function("two", code.replace("one", "two"))
        assert app.get_function("two")["description"] == "Gives one."
        assert app.get_function("one")["description"] == ""


def test_descriptions_that_are_missing_are_written_together() -> None:
    with original.opened("One.", "Two.", load=ai) as app:
        for name in ("one", "two"):
            app.add_function(name, f"def {name}():\n    return 1\n")
        assert app.generate_missing_descriptions() == ["one: One.", "two: Two."]
        assert app.generate_missing_descriptions() == []


def test_functions_are_found_by_words_without_asking_anybody() -> None:
    with original.opened(load=ai) as app:
        assert app.find_similar_function("the sum of two numbers", 1) == ["add"]
        assert "words" in app.generate_missing_embeddings()


def test_vectors_come_from_the_model() -> None:
    with original.opened(load=ai) as app:
        text = "some words, and a few more that are all of them different from each other"
        whole = app.embed_input(text)
        short = app.embed_input(text, dimensions=len(whole) // 2)
        assert len(short) == len(whole) // 2
        assert sum(each * each for each in short) == pytest.approx(1.0)
        assert app.embed_function_description("add") == app.embed_input("Adds two numbers, a sum.")
        assert "no function" in app.embed_function_description("nowhere")


def test_choose_function_shows_the_model_what_fits() -> None:
    with original.opened(Rule("Use add.", contains="- add: Adds two numbers"), load=ai) as app:
        found = app.choose_function("the sum of two numbers")
        assert found["choice"] == "Use add."
        assert "add" in [each["name"] for each in found["functions"]]


def test_the_budget_counts_for_the_run_on_top() -> None:
    code = "def ask_for_ever():\n    'Asks.'\n    while True:\n        gpt_call('and?')\n"
    with original.opened(Rule("hm", times=None), load=ai, calls=5) as app:
        app.add_function("ask_for_ever", code)
        with pytest.raises(BudgetSpent):
            app.ask_for_ever()
        assert len(app.open_model().requests) == 5  # type: ignore[attr-defined]


# -- chats and agents --------------------------------------------------------------------------


def test_chat_with_functions_answers_with_what_a_function_returned() -> None:
    def load(app: BabyAGI) -> None:
        app.load_functions("function_calling_chat")
        app.add_function("add", ADD, effects="pure")

    said = [Reply(calls=(call("add", {"a": 1, "b": 2}),)), "Three."]
    with original.opened(*said, load=load) as app:
        history = [{"role": "user", "message": "1 + 2?"}]
        assert app.chat_with_functions(history, "add") == "Three."
        with pytest.raises(ValueError, match="empty"):
            app.execute_function("chat_with_functions", [], "add")


def test_react_agent_reports_its_steps() -> None:
    def load(app: BabyAGI) -> None:
        app.load_functions("react_agent")
        app.add_function("add", ADD, effects="pure")

    said = [Reply(text="I need a sum.", calls=(call("add", {"a": 1, "b": 2}),)), "Answer: three"]
    with original.opened(*said, load=load) as app:
        report = app.react_agent("What is add of 1 and 2?")
        assert "I need a sum." in report
        assert report.endswith("three")


def test_the_working_directory_is_listed_without_hidden_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("one.txt", ".two", "a/three.txt", ".hidden/four"):
        (tmp_path / name).write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with original.opened(load=lambda app: app.load_functions("os")) as app:
        found = app.get_full_directory_contents_cleaned()
        assert found["directory_structure"] == {
            "": {"folders": ["a"], "files": ["one.txt"]},
            "a": {"folders": ["b"], "files": ["three.txt"]},
            "a/b": {"folders": [], "files": []},
        }
        assert found["complete"] is True


# -- writing functions -------------------------------------------------------------------------


class Building:
    """Stands in for the pipeline, which has tests of its own: proposes what it is told to."""

    def __init__(self, app: BabyAGI, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.tasks: list[str] = []
        monkeypatch.setattr(app, "build", self.build)
        monkeypatch.setattr(app, "build_role", self.build_role)
        monkeypatch.setattr(app, "builds", lambda: list(self.made))
        self.made: list[Build] = []

    def build(self, task: str, parent: str | None = None, **limits: Any) -> Build:
        self.tasks.append(task)
        if "impossible" in task:
            return self._note(task, state="failed", message="no plan; say more", parent=parent)
        self.app.propose(
            "def double(x: int) -> int:\n    return 2 * x\n",
            origin="model:scripted", name="double", description="Doubles a number.",
        )  # fmt: skip
        return self._note(
            task, state="done", main="double", parent=parent,
            made=(Made(name="double", how="written", version=1),),
        )  # fmt: skip

    def build_role(self, role: str, n: int = 3, **limits: Any) -> Build:
        whole = self._note(role, state="done")
        for at in range(n):
            self.build("impossible" if at else "double a number", parent=whole.id)
        return whole

    def _note(self, task: str, **facts: Any) -> Build:
        made = Build(id=f"B{len(self.made)}", task=task, model="scripted", started=0, **facts)
        self.made.append(made)
        return made


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    opened: list[Any] = []

    def start(*rules: Any) -> tuple[BabyAGI, Building]:
        context = original.opened(*rules)
        opened.append(context)
        app = context.__enter__()
        for name in set(OURS.values()):
            app.load_functions(name)
        app.add_function("add", ADD)
        return app, Building(app, monkeypatch)

    yield start
    for context in opened:
        context.__exit__(None, None, None)


def test_a_request_is_done_by_a_function_that_is_there(writing: Any) -> None:
    app, building = writing(
        Rule({"function_found": True, "function_name": "add"}, contains="- add: Adds"),
        Rule({"parameters": {"a": 1, "b": 2}}, contains="Which arguments"),
    )
    assert app.process_user_input("the sum of two numbers, 1 and 2") == 3
    assert building.tasks == []


def test_a_request_that_nothing_fits_is_built_and_waits_for_approval(writing: Any) -> None:
    app, building = writing(Rule({"function_found": False}, contains="do all"))
    waiting = app.process_user_input("double the sum of two numbers")
    assert building.tasks == ["double the sum of two numbers"]
    assert (waiting["main"], waiting["made"]) == ("double", ["double"])
    assert "approve double" in waiting["message"]
    assert "double" not in app.catalogue


def test_what_manages_the_store_is_never_what_a_request_is_answered_with(writing: Any) -> None:
    app, _ = writing()
    found = app.check_existing_functions("Store a function from its code, activate a version")
    assert found == {"function_found": False, "function_name": None}
    assert app.open_model().requests == []


def test_the_steps_of_writing_work_by_themselves(writing: Any) -> None:
    plan = {"name": "double", "description": "Doubles.", "input_parameters": [{"name": "x"}]}
    app, building = writing(
        Rule({"functions": [plan]}, contains="Plan the smallest"),
        Rule({"standard_imports": ["math"]}, contains="Which modules"),
        Rule({"function_name": "other", "code": "def double(x): ..."}, contains="Write this"),
    )
    (planned,) = app.break_down_task("double something")
    assert planned["input_parameters"] == [{"name": "x", "type": "any"}]
    assert app.decide_imports_and_apis({"a": 1})["standard_imports"] == ["math"]
    assert app.generate_function_code(planned, {})["function_name"] == "double"
    (created,) = app.generate_functions([planned], {})
    assert (created["name"], created["active"], created["version"]) == ("double", False, 1)
    assert "double: Doubles." in building.tasks[0]
    assert "It takes x: any." in building.tasks[0]
    assert app.create_function({"name": "no", "description": "impossible"}, {}) is None
    app.add_function("twice", "def twice(x):\n    return add(x, x)\n")
    assert app.get_functions_that_depend_on("add") == ["twice"]
    assert app.run_final_function("add", 1, b=2) == 3
    assert app.extract_function_parameters("x", "nowhere") is None


def test_self_build_says_what_came_of_each_task(writing: Any) -> None:
    app, _ = writing()
    assert app.self_build("somebody who doubles", 2) == [
        {"query": "double a number", "output": "double"},
        {"query": "impossible", "output": None, "error": "no plan; say more"},
    ]


def test_queries_are_asked_for_until_there_are_enough(writing: Any) -> None:
    app, _ = writing({"queries": ["a", "a"]}, {"queries": ["b", "c"]})
    assert app.generate_queries("somebody", 2) == ["a", "b"]


def test_choose_or_create_runs_what_fits_and_builds_what_does_not(writing: Any) -> None:
    app, building = writing(
        Rule(
            {"use_existing_function": True, "function_name": "add"},
            {"use_existing_function": False, "function_description": "doubles"},
            contains="Does one of",
        ),
        Rule({"parameters": {"a": 1, "b": 2}}, contains="Which arguments"),
    )
    assert app.choose_or_create_function("sum of numbers 1, 2")["execution_result"] == 3
    waiting = app.choose_or_create_function("sum of numbers, doubled")
    assert "approve double" in waiting["error"]
    assert building.tasks == ["doubles"]


def test_generated_queries_are_each_processed(writing: Any) -> None:
    app, _ = writing(
        Rule({"queries": ["sum of numbers 1, 2"]}, contains="Think of"),
        Rule({"use_existing_function": True, "function_name": "add"}, contains="Does one of"),
        Rule({"parameters": {"a": 1, "b": 2}}, contains="Which arguments"),
    )
    done = app.generate_and_process_queries("somebody", 1)
    assert done["results"] == [{"query": "sum of numbers 1, 2", "result": 3}]


def test_a_function_is_built_from_a_description(writing: Any) -> None:
    app, _ = writing()
    done = app.generate_function_from_description("double a number")
    assert (done["function_name"], done["added_to_database"]) == ("double", True)
    assert "return 2 * x" in done["final_code"]
    failed = app.generate_function_from_description("impossible")
    assert failed["added_to_database"] is False
    assert failed["intermediate_steps"][-1]["content"] == "no plan; say more"


def test_the_steps_of_generating_hand_their_notes_on(writing: Any) -> None:
    code = "def triple(x):\n    return add(x, add(x, x))\n"
    app, _ = writing(
        Rule({"reusable_functions": ["add", "gone"]}, contains="Which of the stored"),
        Rule({"external_apis": [{"name": "S", "purpose": "p"}]}, contains="Which services"),
        Rule({"relevant_info": "It counts."}, contains="know about S"),
        Rule({"name": "triple", "code": code, "dependencies": ["add"]}, contains="Write one"),
    )
    found = app.fetch_existing_functions("a sum of numbers")
    steps = found["intermediate_steps"]
    chosen = app.analyze_internal_functions("triple", found["existing_functions"], steps)
    assert chosen["reusable_functions"] == ["add"]
    codes = app.fetch_function_codes(["add"], steps)["function_codes"]
    (service,) = app.determine_required_external_apis("triple", steps)["external_apis"]
    contexts = app.handle_api_documentation(service["name"], "triple", steps)["api_contexts"]
    assert contexts == ["It counts."]
    made = app.generate_final_function_code("triple", codes, {}, contexts, steps)["combined_final"]
    assert app.add_function_to_database(made, steps)["success"] is True
    assert [each["name"] for each in app.drafts()] == ["triple"]
    assert len(steps) == 7
    bad = {**made, "code": "def triple(:\n"}
    assert app.add_function_to_database(bad, steps)["success"] is False
