"""Records to show: a small pipeline with one failure, one trigger and one open run."""

from __future__ import annotations

from typing import Any

from babyagi_nb.core.records import FunctionSpec, FunctionVersion, Parameter
from babyagi_nb.core.runs import Run, RunStatus
from babyagi_nb.ids import Digest, FunctionName, KernelId, RunId, VersionNumber

NOON = 1_800_000_000_000_000_000


def run(
    number: int,
    function: str = "hello",
    *,
    parent: int | None = None,
    trigger: int | None = None,
    at: int = 0,
    duration: int | None = 1_000_000,
    status: RunStatus = "success",
    params: dict[str, Any] | None = None,
    **rest: Any,
) -> Run:
    def name(of: int) -> RunId:
        return RunId(f"k1.{of:08d}")

    return Run(
        id=name(number), root=name(1), parent=None if parent is None else name(parent),
        trigger=None if trigger is None else name(trigger), function=FunctionName(function),
        version=VersionNumber(2), kernel=KernelId("k1"), cell="In[3]", started=NOON + at,
        duration=duration, status=status, params=params or {}, **rest,
    )  # fmt: skip


def version(number: int = 1, name: str = "hello", **rest: Any) -> FunctionVersion:
    given = {"code": f"def {name}(x: int = 1) -> str:\n    return str(x)\n", **rest}
    given.setdefault("parameters", (Parameter(name="x", annotation="int", default="1"),))
    return FunctionVersion(
        spec=FunctionSpec(name=FunctionName(name), **given),
        number=VersionNumber(number), digest=Digest(f"b1:{number}"), created_at=NOON,
    )  # fmt: skip


PIPELINE = [
    run(1, "report", params={"title": "Sizes"}, output={"pages": 3}, duration=90_000_000),
    run(2, "collect", parent=1, at=2_000_000, output=[1, {"$more": 7}]),
    run(3, "read", parent=2, at=3_000_000, output={"$type": "pandas.DataFrame", "shape": [3, 2]}),
    run(4, "plot", parent=1, at=40_000_000, status="error", error="ValueError", message="no data",
        traceback="Traceback …\nValueError: no data", stdout="drawing\n"),
    run(5, "notify", trigger=1, at=91_000_000, params={"result": {"pages": 3}}),
    run(6, "summarise", parent=5, at=92_000_000, duration=None, status="started"),
]  # fmt: skip
