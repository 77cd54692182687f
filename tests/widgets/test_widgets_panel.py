"""The panel in a cell: a widget where the front end is, a view of the same content elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from widget_records import PIPELINE

from babyagi_nb.core.panel import SECTIONS, Panel
from babyagi_nb.errors import UsageError
from babyagi_nb.widgets import RunTable, panel
from babyagi_nb.widgets.panel import PanelView

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(name="built")
def built_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "panel.js").write_text("export default { render() {} }", encoding="utf-8")
    monkeypatch.setattr(panel, "_FOLDER", tmp_path)
    made = panel._panel_class
    made.cache_clear()
    yield tmp_path
    made.cache_clear()


def view(connected: list[Any] | None = None) -> PanelView:
    found: list[Any] = [] if connected is None else connected
    return PanelView("logs", "plot", connect=found.append, instead=lambda: RunTable(PIPELINE))


def test_without_the_front_end_the_stand_in_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "_FOLDER", tmp_path)
    shown = view()._repr_mimebundle_()
    assert "plot@2" in shown["text/plain"]
    assert VIEW not in shown


@pytest.mark.usefixtures("built")
def test_with_the_front_end_the_widget_is_shown_and_the_stand_in_kept() -> None:
    connected: list[Any] = []
    one = view(connected)
    shown = one._repr_mimebundle_()
    assert shown[VIEW]["model_id"] == connected[0].model_id
    assert "plot@2" in shown["text/plain"]
    assert "plot" in shown["text/html"]
    assert one._repr_mimebundle_()[VIEW] == shown[VIEW]
    one.close()


@pytest.mark.usefixtures("built")
def test_the_state_that_a_notebook_saves_holds_two_settings_and_no_data() -> None:
    one = view()
    state = one.widget().get_state()
    own = {name for name in state if not name.startswith("_")}
    assert own == {"section", "name", "layout", "tabbable", "tooltip"}
    assert (state["section"], state["name"]) == ("logs", "plot")
    assert "plot@2" not in json.dumps(state, default=str)
    one.close()


def test_a_widget_library_that_fails_leaves_the_stand_in(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ImportError("no widgets")

    monkeypatch.setattr(panel, "_panel_class", broken)
    assert VIEW not in view()._repr_mimebundle_()


def test_a_section_that_is_none_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match="no panel 'lgos'; did you mean 'logs'"):
        Panel(None, "lgos")


@pytest.mark.parametrize("section", SECTIONS)
def test_outside_a_notebook_a_panel_says_what_it_needs(section: str) -> None:
    assert "%load_ext babyagi_nb" in repr(Panel(None, section, "hello"))
