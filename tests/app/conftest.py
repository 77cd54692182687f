"""An application on a fresh store, in memory and on disk alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from babyagi_nb.app import BabyAGI


@pytest.fixture(params=["disk", "memory"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BabyAGI]:
    told: list[str] = []
    namespace: dict[str, object] = {}
    opened = BabyAGI(
        ":memory:" if request.param == "memory" else tmp_path / "store",
        namespace=namespace,
        notify=told.append,
    )
    opened.told = told  # type: ignore[attr-defined]
    yield opened
    opened.close()
