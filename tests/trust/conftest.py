"""An application on a store in a fresh directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from babyagi_nb.app import BabyAGI


@pytest.fixture
def told() -> list[str]:
    """What the application told the person at the notebook."""
    return []


@pytest.fixture
def opened(tmp_path: Path, told: list[str]) -> Iterator[Callable[[], BabyAGI]]:
    """Opens the one store of this test, each time as another kernel."""
    apps: list[BabyAGI] = []

    def open_one() -> BabyAGI:
        apps.append(BabyAGI(tmp_path / "store", namespace={}, notify=told.append))
        return apps[-1]

    yield open_one
    for each in apps:
        each.close()


@pytest.fixture
def app(opened: Callable[[], BabyAGI]) -> BabyAGI:
    return opened()
