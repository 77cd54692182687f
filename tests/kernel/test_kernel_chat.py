"""A chat in a real kernel: what streams, what an interrupt leaves, what a notebook compares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from kernel_bench import Bench, Kernel

SET_UP = """
import threading
from babyagi_nb import kernel_app
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.model import Answer
from babyagi_nb.testing import Reply, Rule, ScriptedModel, call

class Model(ScriptedModel):
    def ask(self, ask, **options):
        if "hang" in ask.messages[-1].content:
            options["on_text"]("half an answer")
            threading.Event().wait(600)
        return super().ask(ask, **options)

model = Model([
    Rule(Reply(calls=(call("add", {"a": 2, "b": 3}),)), last="add two"),
    Rule(Reply(calls=(call("wait", {}),)), last="wait for it"),
    Rule("It is five.", contains="result of add", times=None),
    Rule("Here I am.", times=None),
])
app = BabyAGI("store", namespace=globals(), model=model)
app.add_function("add", "def add(a: int, b: int):\\n    return a + b", effects="pure")
app.add_function("wait", "def wait():\\n    print('waiting', flush=True)\\n"
                 "    import time\\n    time.sleep(600)", effects="pure")
kernel_app.use(app)
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Bench.set_up(tmp_path_factory.mktemp("chat")).start()
    kernel.ok(SET_UP)
    yield kernel
    kernel.close()


def interrupted(kernel: Kernel, cell: str, sign: str) -> str:
    """Run *cell*, interrupt it when *sign* is shown, and return its error."""
    done = False

    def seen(kind: str, content: dict[str, Any]) -> None:
        nonlocal done
        text = content.get("text", "") or str(content.get("data", {}).get("text/plain", ""))
        if not done and sign in text and kind != "execute_input":
            done = True
            kernel.manager.interrupt_kernel()

    outcome = kernel.finish(kernel.begin(cell), seen)
    assert done
    return outcome.error


def test_an_answer_is_shown_while_it_comes_and_then_is_the_result(kernel: Kernel) -> None:
    kinds: list[tuple[str, str]] = []

    def seen(kind: str, content: dict[str, Any]) -> None:
        if "data" in content:
            kinds.append((kind, content["data"].get("text/plain", "")))

    outcome = kernel.finish(kernel.begin("%babyagi chat add two and three"), seen)
    assert outcome.status == "ok", outcome.traceback
    assert kinds[0] == ("display_data", "")
    assert ("update_display_data", '▶ add {"a": 2, "b": 3}') in kinds
    assert kinds[-2] == ("update_display_data", ""), "it ends as it began, so notebooks compare"
    assert kinds[-1] == ("execute_result", '✓ add {"a": 2, "b": 3} → 5\nIt is five.')


def test_ctrl_c_while_the_model_answers_gives_the_prompt_back(kernel: Kernel) -> None:
    error = interrupted(kernel, "%babyagi chat --new please hang", "half an answer")
    assert error.startswith("KeyboardInterrupt")
    outcome = kernel.ok("%babyagi chat are you there")
    assert outcome.lines[-1] == "Here I am."
    kept = kernel.ok("%babyagi chats 1").lines[-1]
    assert "half an answer" in kept
    assert "(This turn ended early: interrupted.)" in kept


def test_ctrl_c_while_a_function_runs_gives_the_prompt_back(kernel: Kernel) -> None:
    error = interrupted(kernel, "%babyagi chat --new wait for it", "waiting")
    assert error.startswith("KeyboardInterrupt")
    assert kernel.ok("%babyagi chat are you there").lines[-1] == "Here I am."
    first = kernel.ok("%babyagi chats 1").lines[-1].splitlines()
    assert "it may have been done in part" in first[1]
