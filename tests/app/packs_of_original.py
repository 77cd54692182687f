"""The pack files of the original BabyAGI, out of its wheel, where ``make`` has fetched that."""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.settings import Settings
from babyagi_nb.testing import ScriptedModel

_FOLDER = Path(__file__).parents[2] / "build" / "original"
_INSIDE = "babyagi/functionz/packs/"

DEFAULT = ("default/default_functions", "default/ai_functions")
"""What most of the other packs count on."""

FILES = (
    "default/ai_functions", "default/default_functions", "default/function_calling_chat",
    "default/os", "drafts/choose_or_create_function", "drafts/code_writing_functions",
    "drafts/generate_function", "drafts/generate_own_function", "drafts/react_agent",
    "drafts/self_build", "drafts/self_build2", "drafts/user_db", "plugins/airtable",
    "plugins/augie", "plugins/e2b", "plugins/firecrawl", "plugins/harmonic", "plugins/payman",
    "plugins/serpapi", "plugins/voilanorbert", "plugins/wokelo",
)  # fmt: skip


def unpack(folder: Path) -> Path:
    """Write the files below *folder*, and return where they are; skips where there is no wheel."""
    wheels = sorted(_FOLDER.glob("babyagi-*.whl"))
    if not wheels:
        pytest.skip("the original is not there: make build/original/.fetched gets it")
    with zipfile.ZipFile(wheels[-1]) as wheel:
        names = [each for each in wheel.namelist() if each.startswith(_INSIDE)]
        wheel.extractall(folder, names)
    return folder / _INSIDE


def arguments(file: Path) -> dict[str, ast.arguments]:
    """The functions that *file* registers with what they take."""
    text = file.read_text(encoding="utf-8")
    # One of them breaks off behind a decorator.
    tree = ast.parse(text if _parses(text) else text[: text.rindex("\n@")])
    defined = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    return {each.name: each.args for each in defined if each.decorator_list}


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@contextmanager
def opened(*rules: Any, load: Callable[[BabyAGI], Any] = id, **settings: Any) -> Iterator[BabyAGI]:
    """An application in memory that asks a scripted model, ``app.open_model()``."""
    told: list[str] = []
    model = ScriptedModel(rules)
    app = BabyAGI(
        ":memory:", model=model, namespace={}, notify=told.append, settings=Settings(**settings)
    )
    try:
        load(app)
        yield app
    finally:
        app.close()
