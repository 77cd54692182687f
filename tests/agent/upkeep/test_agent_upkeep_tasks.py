"""Reading files of tasks, and ground truth made out of them."""

from __future__ import annotations

import ast
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import upkeep_bench as bench
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.upkeep.bench.judging import Judge, ground_truth
from babyagi_nb.agent.upkeep.bench.tasks import Task, cast, read_tasks
from babyagi_nb.errors import UsageError

MEAN: dict[str, Any] = {
    "task_id": "HumanEval/1", "entry_point": "mean",
    "prompt": 'def mean(values: list) -> float:\n    """The mean."""\n',
    "canonical_solution": "    return sum(values) / len(values)\n",
    "base_input": [[[1, 2]]], "plus_input": [[[0.1, 0.2]]], "atol": 1e-6, "contract": "",
}  # fmt: skip


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "data.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in rows), encoding="utf-8")
    return path


def one(folder: Path, **other: Any) -> Task:
    (task,) = read_tasks(written(folder, {**MEAN, **other}))
    return task


def test_our_own_file_has_both_formats() -> None:
    tasks = read_tasks(bench.DATA)
    assert len(tasks) == 12
    by_entry = {each.entry: each for each in tasks}
    assert by_entry["halves"].tolerance == 1e-6
    assert by_entry["clamp"].solution.startswith("def clamp(value: int")
    assert by_entry["common"].wrap == "set"
    assert by_entry["common"].inputs[0] == ((3, 4), (4, 5))
    assert by_entry["swap_ends"].inputs[-1] == ((4, 5),)
    assert by_entry["count_even"].inputs[0] == ([1, 2, 4],)
    assert all(ast.parse(each.solution) for each in tasks)


def test_compressed_files_and_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl.gz"
    path.write_bytes(gzip.compress(bench.DATA.read_bytes()))
    assert read_tasks(path) == read_tasks(bench.DATA)
    assert len(read_tasks(path, 5)) == 5


def test_tests_of_other_editions_are_understood(tmp_path: Path) -> None:
    check = "def check(candidate):\n    assert candidate([1, 3]) == 2\n"
    task = one(tmp_path, base_input=None, plus_input=None, test=check)
    assert task.test.endswith("check(mean)\n")
    row = {
        "task_id": 7, "prompt": "Write a function to find the mean.",
        "code": "def mean(v):\n    return sum(v) / len(v)",
        "test_imports": ["import math"], "test_list": ["assert math.isclose(mean([1, 2]), 1.5)"],
    }  # fmt: skip
    (task,) = read_tasks(written(tmp_path, row))
    assert (task.id, task.entry) == ("7", "mean")
    assert task.test == "import math\nassert math.isclose(mean([1, 2]), 1.5)\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1 of data.jsonl is no JSON"),
        ("[]", "is no object"),
        ('{"task_id": "x"}', "has no task_id or no prompt"),
        (json.dumps({**MEAN, "base_input": [], "plus_input": []}), "neither inputs nor tests"),
        (json.dumps({**MEAN, "base_input": [1]}), "base_input is no list of argument lists"),
        (json.dumps({**MEAN, "entry_point": "a b"}), "names no entry_point"),
        (json.dumps({**MEAN, "canonical_solution": ""}), "no canonical_solution"),
        (json.dumps({**MEAN, "atol": "much"}), "atol is 'much'"),
        (f"{json.dumps(MEAN)}\n{json.dumps(MEAN)}", "line 2 of data.jsonl repeats task_id"),
        ("", "no tasks in data.jsonl"),
    ],
)
def test_what_is_no_task_is_said_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(UsageError, match="; ") as caught:
        read_tasks(path)
    assert said in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_tasks(tmp_path / "nowhere.jsonl")
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(gzip.compress(bench.DATA.read_bytes())[:100])
    with pytest.raises(UsageError, match="cannot be read"):
        read_tasks(torn)
    other = tmp_path / "latin.jsonl"
    other.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(UsageError, match="no UTF-8"):
        read_tasks(other)


plain = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=8,
)


@given(plain)
def test_a_value_is_its_own_example(value: Any) -> None:
    through = json.loads(json.dumps(value))
    found = cast(through, [value])
    assert type(found) is type(value)
    assert json.loads(json.dumps(found)) == through


def test_inputs_take_the_types_of_the_examples() -> None:
    assert cast([[1, 2], [3, 4]], [[(1, 2), (3, 4)]]) == [(1, 2), (3, 4)]
    assert cast([1, 2, 2], [{1, 2}]) == {1, 2}
    assert cast({"a": [1]}, [{"b": (1,)}]) == {"a": (1,)}
    assert cast("1+2j", [1j]) == 1 + 2j
    assert cast([1], []) == [1]
    assert cast([1], [(1,), "x"]) == [1]


# -- judging -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    app = bench.Application(":memory:", namespace={})
    yield Judge(app._laboratory, seconds=0.5)
    app.close()


def test_our_own_solutions_pass_and_wrong_ones_do_not(judge: Judge) -> None:
    for task in read_tasks(bench.DATA):
        assert judge.unusable(task) == "", task.id
        assert judge.judge(task, f"def {task.entry}(*args):\n    return args")[0] is False


def test_results_are_compared_as_strictly_as_the_task_says(judge: Judge, tmp_path: Path) -> None:
    task = one(tmp_path)
    near = "def mean(v):\n    return sum(v) / len(v) + 1e-8"
    assert judge.judge(task, near) == (True, "")
    assert judge.judge(task, near.replace("1e-8", "1e-3"))[0] is False
    pairs = next(each for each in read_tasks(bench.DATA) if each.entry == "pair_up")
    lists = "def pair_up(v):\n    return [[v[i], v[i + 1]] for i in range(0, len(v) - 1, 2)]"
    assert judge.judge(pairs, lists)[0] is False
    leap = next(each for each in read_tasks(bench.DATA) if each.entry == "is_leap")
    number = "def is_leap(y):\n    return int(y % 4 == 0 and (y % 100 != 0 or y % 400 == 0))"
    assert judge.judge(leap, number)[0] is True


def test_any_of_several_right_answers_is_right(judge: Judge, tmp_path: Path) -> None:
    head = "def poly(xs, x):\n    return sum(c * x**n for n, c in enumerate(xs))\n\n"
    zero = f'{head}def find_zero(xs):\n    """A zero."""\n'
    given = {"entry_point": "find_zero", "prompt": zero, "canonical_solution": "    return 1.0\n"}
    task = one(tmp_path, **given, base_input=[[[-1, 0, 1]]], plus_input=[], atol=1e-4)
    assert judge.judge(task, "def find_zero(xs):\n    return -1.0")[0] is True
    assert judge.judge(task, "def find_zero(xs):\n    return 0.5")[0] is False


def test_code_cannot_pass_by_its_looks(judge: Judge, tmp_path: Path) -> None:
    task = one(tmp_path)
    for code in (
        "class Same(float):\n    def __eq__(self, other):\n        return True\n"
        "    def __hash__(self):\n        return 1\n\ndef mean(v):\n    return Same(3)\n",
        "def mean(v):\n    raise SystemExit\n",
        "def other(v):\n    return 1\n",
        "def mean(v):\n    while True:\n        pass\n",
        "import os\n\ndef mean(v):\n    os._exit(0)\n",
        "def own_solution():\n    return mean\n\ndef mean(v):\n    return 0\n",
        "def mean(v):\n    v.clear()\n    return 0\n",
        "",
    ):
        passed, why = judge.judge(task, code)
        assert not passed, code
        assert why


def test_a_task_whose_own_solution_fails_is_left_out(judge: Judge, tmp_path: Path) -> None:
    gone = one(tmp_path, task_id="a", canonical_solution="    import nowhere_at_all\n")
    assert "its own solution does not pass" in judge.unusable(gone)
    broken = one(tmp_path, task_id="b", canonical_solution="    return (\n")
    assert "its ground truth cannot be read" in judge.unusable(broken)
    division = one(tmp_path, task_id="c", plus_input=[[[]]])
    assert "ZeroDivisionError" in judge.unusable(division)


def test_many_inputs_are_several_tests(tmp_path: Path) -> None:
    task = one(tmp_path, plus_input=[[list(range(2_000))] for _ in range(30)])
    texts = list(ground_truth(task))
    assert len(texts) > 5
    assert sum(text.count("[0, 1, 2, 3") for text in texts) == 30
