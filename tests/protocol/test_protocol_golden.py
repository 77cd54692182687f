"""Both sides of the protocol say the same: golden messages, names, shapes and constants."""

from __future__ import annotations

import json
import re
import typing
from pathlib import Path
from typing import Any

import pytest
from protocol_scene import FILES, FOLDER, scene, text_of

from babyagi_nb.core.runs import STATUSES
from babyagi_nb.core.trust import State
from babyagi_nb.jupyter import messages, protocol

TYPESCRIPT = (Path(__file__).parents[2] / "labextension" / "src" / "protocol.ts").read_text(
    encoding="utf-8"
)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return scene()


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_kernel_says_what_the_golden_file_holds(name: str, found: dict[str, Any]) -> None:
    kept = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert text_of(found[name]) == kept, "write it anew with tests/protocol/protocol_scene.py"


def test_every_operation_and_push_has_a_golden_file() -> None:
    pushes = {f"push.{event}" for event in re.findall(r"event: '(\w+)'", TYPESCRIPT)}
    assert {path.stem for path in FOLDER.glob("*.json")} == FILES
    assert set(protocol.OPERATIONS) | pushes < FILES


def test_a_golden_answer_is_an_answer_unless_it_is_called_a_failure(found: dict[str, Any]) -> None:
    for name, each in found.items():
        if not name.startswith("push."):
            assert ("error" in each["response"]) == name.startswith("failure.")


def test_both_sides_know_the_same_operations() -> None:
    body = TYPESCRIPT.partition("export interface Ops {")[2].partition("\n}\n")[0]
    named = re.findall(r"^  '?([\w.]+)'?: \{", body, re.MULTILINE)
    assert named == list(protocol.OPERATIONS)


def test_both_sides_have_the_same_constants() -> None:
    assert f"VERSION = {protocol.VERSION};" in TYPESCRIPT
    assert f"TARGET = '{protocol.TARGET}'" in TYPESCRIPT
    assert f"MARKER = '{protocol.MARKER}'" in TYPESCRIPT
    for name, words in (("Status", STATUSES), ("State", typing.get_args(State))):
        union = re.search(rf"export type {name} =(.*?);", TYPESCRIPT, re.DOTALL)
        assert union is not None
        assert tuple(re.findall(r"'(\w+)'", union[1])) == words


@pytest.mark.parametrize("name", [each for each in messages.__all__ if each != "Pairs"])
def test_a_shape_has_the_same_members_on_both_sides(name: str) -> None:
    match = re.search(
        rf"export interface {name}(?: extends (\w+))? \{{\n(.*?)\n\}}\n", TYPESCRIPT, re.DOTALL
    )
    assert match, f"protocol.ts has no {name}"
    text = re.sub(r"/\*.*?\*/", "", match[2], flags=re.DOTALL)
    own = re.findall(r"^  (\w+)\??:", text, re.MULTILINE)
    inherited = vars(messages)[match[1]].__annotations__ if match[1] else {}
    ours = vars(messages)[name].__annotations__
    assert own == [member for member in ours if member not in inherited]


def test_a_golden_file_is_ascii_json() -> None:
    for path in FOLDER.glob("*.json"):
        json.loads(path.read_bytes().decode("ascii"))
