"""``%babyagi deps``: what is shown, what is asked, and what an answer does."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from index_bench import (  # noqa: F401  (fixtures)
    Index,
    clean_fixture,
    index_fixture,
)

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.declaring import declare
from babyagi_nb.core.policy import Policy
from babyagi_nb.core.source import CellSource
from babyagi_nb.distributions.installed import read_installed
from babyagi_nb.errors import PackageError, UsageError
from babyagi_nb.jupyter.arguments import read_arguments
from babyagi_nb.jupyter.commands import deps as command
from babyagi_nb.jupyter.grammar import find_subcommand
from babyagi_nb.settings import Settings


@dataclass
class Person:
    """Types commands, and answers questions."""

    app: BabyAGI
    answers: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    present: bool = True

    def types(self, line: str, *answers: str) -> str:
        self.answers = list(answers)
        self.shown.clear()
        self.questions.clear()
        request = SimpleNamespace(
            app=self.app,
            given=read_arguments(line, find_subcommand("deps").syntax),
            shell=SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=self.present)),
        )
        return command.deps(request).plain()  # type: ignore[arg-type]

    def answer(self, question: str) -> str:
        self.questions.append(question)
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def has(self, name: str, code: str, origin: str = "user", **given: Any) -> None:
        text = f"def {name}():\n    {code}\n"
        declared = declare(given, origin=origin)
        self.app.registrar.register(CellSource(text=text, declared=declared))


@pytest.fixture(name="person")
def person_fixture(
    tmp_path: Path,
    index: Index,
    clean: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Person]:
    for name in ("CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "GITLAB_CI", "PIP_TARGET"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings(packs=(), index=index.address)
    app = BabyAGI(
        tmp_path / "store", namespace={}, settings=settings, policy=Policy(), notify=lambda _: None
    )
    person = Person(app)
    monkeypatch.setattr(builtins, "input", person.answer)
    monkeypatch.setattr(command, "_show", lambda view: person.shown.append(view.plain()))
    yield person
    app.close()


@pytest.fixture(name="put")
def put_fixture(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What would have been put into this environment, which is not changed."""
    done: list[tuple[str, ...]] = []

    def pretend(report: Any, target: Path | None, **_: object) -> tuple[str, ...]:
        assert target is None
        done.append(tuple(each.pin for each in report.packages))
        return done[-1]

    monkeypatch.setattr(command, "install", pretend)
    return done


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_all_functions_are_listed_with_what_they_import(person: Person) -> None:
    person.has("one", "import json, packaging")
    person.has("two", "import sklearn", origin="model:m")
    text = person.types("")
    version = read_installed().version("packaging")
    assert ["one@1", "packaging", "packaging", "installed", version] in lines(text)
    assert "two@1" in text
    assert "scikit-learn" in text
    assert "json" not in text, "part of Python, and nothing to look after"


def test_functions_that_need_nothing_are_told_in_one_line(person: Person) -> None:
    person.has("one", "import json")
    assert person.types("") == "no function needs more than Python itself"
    assert "part of Python" in person.types("one")
    person.has("bare", "pass")
    assert person.types("bare") == "bare@1 imports nothing"


def test_a_function_is_reported_on_with_all_it_calls(person: Person) -> None:
    person.has("below", "import surely_invented")
    person.has("above", "below()")
    text = person.types("above")
    assert "below@1" in text
    assert "missing, and unknown" in text
    assert "%babyagi deps above@1 --install" in text


def test_looking_asks_no_index_and_nobody(person: Person, index: Index) -> None:
    person.has("one", "import plain")
    before = len(index.asked)
    person.types("one")
    assert len(index.asked) == before
    assert person.questions == []


def test_an_unknown_name_has_to_be_typed_in_full(
    person: Person, put: list[tuple[str, ...]]
) -> None:
    person.has("one", "import plain")
    for answer in ("y", "install", "plaln"):
        assert person.types("one --install", answer, "install") == "nothing was installed"
    assert put == []
    assert "installed into this environment" in person.types("one --install", "plain", "install")
    assert put == [("plain==1.0",)]


def test_a_declared_name_is_agreed_to_with_one_word(
    person: Person, put: list[tuple[str, ...]]
) -> None:
    person.has("one", "import plain", imports={"name": "plain", "lib": "plain>=0.5"})
    for answer in ("yes", "Install it"):
        assert person.types("one --install", answer) == "nothing was installed"
    assert person.types("one --install", "install")
    assert len(person.questions) == 1
    assert put == [("plain==1.0",)]


def test_the_dry_run_is_shown_before_anything_is_asked(
    person: Person, put: list[tuple[str, ...]]
) -> None:
    person.has("one", "import parent")
    person.types("one --install")
    (table,) = person.shown
    rows = {row[0]: row for row in lines(table) if row}
    assert rows["parent"][1:4] == ["1.0", "2020-01-02", "parent-1.0-py3-none-any.whl"]
    assert "required by another" in table
    assert put == []


def test_a_draft_gets_packages_of_its_own_and_the_environment_none(person: Person) -> None:
    person.has("wild", "import plain", origin="model:m")
    with pytest.raises(PackageError, match="wild@1 is not approved"):
        person.types("wild@1 --install", "plain", "install")
    said = person.types("wild@1 --draft", "plain", "yes")
    assert said == "installed for wild@1 alone: plain==1.0"
    target = person.app.path / "packages" / "wild@1"  # type: ignore[operator]
    assert (target / "plain.py").is_file()
    assert read_installed().version("plain") == ""
    assert person.types("wild@1 --draft") == "everything that wild@1 needs is installed"
    assert person.questions == []


def test_what_a_model_declares_must_be_typed_all_the_same(person: Person) -> None:
    person.has("wild", "import plain", origin="model:m", imports={"name": "plain", "lib": "parent"})
    assert person.types("wild --draft", "yes", "yes") == "nothing was installed"
    assert "'parent'" in person.questions[0]


@pytest.mark.parametrize("name", ["CI", "GITHUB_ACTIONS"])
def test_in_ci_nothing_is_looked_up_or_installed(
    person: Person, index: Index, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.has("one", "import plain")
    monkeypatch.setenv(name, "true")
    before = len(index.asked)
    with pytest.raises(PackageError, match="nothing is installed in CI"):
        person.types("one --install", "plain", "install")
    assert len(index.asked) == before


def test_where_nobody_can_answer_nothing_is_installed(person: Person) -> None:
    person.has("one", "import plain")
    person.present = False
    with pytest.raises(PackageError, match="nobody is there"):
        person.types("one --install", "plain", "install")


def test_the_policy_of_the_machine_counts_more_than_the_setting(person: Person) -> None:
    person.has("one", "import plain")
    person.app.policy = Policy(deps="never")
    with pytest.raises(PackageError, match="switched off"):
        person.types("one --install", "plain", "install")


def test_the_allowlist_installs_what_it_names_and_nothing_else(
    person: Person, put: list[tuple[str, ...]], index: Index
) -> None:
    person.app.settings = Settings(
        packs=(), index=index.address, deps="allowlist", allowlist=("Plain",)
    )
    person.has("one", "import plain")
    person.has("two", "import parent")
    assert "plain==1.0" in person.types("one --install")
    with pytest.raises(PackageError, match="parent is not on the allowlist"):
        person.types("two --install", "parent", "install")
    assert put == [("plain==1.0",)]
    assert person.questions == []


def test_installing_needs_a_function(person: Person) -> None:
    with pytest.raises(UsageError, match="which function"):
        person.types("--install")


def test_a_store_in_memory_has_no_place_for_a_drafts_packages(person: Person, index: Index) -> None:
    settings = Settings(packs=(), index=index.address)
    app = BabyAGI(":memory:", namespace={}, settings=settings, notify=lambda _: None)
    person.app.close()
    person.app = app
    person.has("wild", "import plain", origin="model:m")
    with pytest.raises(PackageError, match="in memory"):
        person.types("wild --draft")


def test_hostile_names_are_shown_as_text(person: Person) -> None:
    person.has(
        "wild", "import plain", origin="model:m",
        imports={"name": "plain", "lib": "<script>\x1b[31m"},
    )  # fmt: skip
    request = SimpleNamespace(app=person.app, given={"NAME[@N]": "wild"}, shell=None)
    view = command.deps(request)  # type: ignore[arg-type]
    assert "<script>" not in view.html()
    assert "\x1b" not in view.plain()
    with pytest.raises(PackageError, match="no name of a package"):
        person.types("wild --draft", "yes")
