"""The log explorer: its state machine, and the widgets over it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from widget_records import NOON, PIPELINE, run

from babyagi_nb.core.ports import Table
from babyagi_nb.core.runs import Run, RunFilter, Statistics
from babyagi_nb.errors import NotFound, StoreLocked
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.widgets import LogExplorer
from babyagi_nb.widgets.exploration import ExplorerModel, ExplorerState


class FakeQueries:
    """Runs in memory; enough of the port for what the explorer asks."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.all = list(runs)
        self.asked: list[RunFilter] = []
        self.broken: Exception | None = None

    def runs(self, wanted: RunFilter) -> list[Run]:
        self.asked.append(wanted)
        if self.broken:
            raise self.broken
        found = [
            each
            for each in sorted(self.all, key=lambda each: (each.started, each.id), reverse=True)
            if wanted.function in (None, each.function)
            and (not wanted.status or each.status in wanted.status)
            and (wanted.before is None or (each.started, each.id) < wanted.before)
            and (wanted.since is None or each.started >= wanted.since)
        ]
        return found[: wanted.limit]

    def run(self, id: str) -> Run:
        for each in self.all:
            if each.id == id:
                return each
        raise NotFound(f"no run {id!r}")

    def tree(self, id: str) -> list[Run]:
        root = self.run(id).root
        return [each for each in self.all if each.root == root]

    def count(self, wanted: RunFilter) -> int:
        return len(self.runs(wanted))

    def statistics(self, since: int | None = None) -> list[Statistics]:
        names = dict.fromkeys(each.function for each in self.all)
        return [
            Statistics(
                function=FunctionName(name),
                version=VersionNumber(1),
                runs=1,
                errors=0,
                p50=1,
                p95=1,
                longest=1,
                last_started=NOON,
            )
            for name in names
        ]

    def sql(self, statement: str, parameters: Sequence[Any] = (), *, limit: int = 1000) -> Table:
        raise AssertionError("the explorer asks no SQL")

    def interrupt(self) -> None: ...


def model(runs: Sequence[Run] = PIPELINE, size: int = 20) -> tuple[ExplorerModel, FakeQueries]:
    queries = FakeQueries(runs)
    return ExplorerModel(queries, size=size, clock=lambda: NOON + 60 * 10**9), queries


# -- the state machine ---------------------------------------------------------------------


def test_a_filter_narrows_the_rows_and_begins_at_the_newest() -> None:
    explorer, queries = model()
    explorer.filter(function=" plot ", status="error", text="x", within=3600)
    assert [each.function for each in explorer.state.rows] == ["plot"]
    asked = queries.asked[-1]
    assert (asked.function, asked.status, asked.text) == ("plot", ("error",), "x")
    assert asked.since == NOON + 60 * 10**9 - 3600 * 10**9
    assert asked.before is None


def test_pages_follow_one_another_without_gap_or_repeat_while_new_runs_arrive() -> None:
    explorer, queries = model([run(at, at=at) for at in range(1, 8)], size=3)
    explorer.refresh()
    seen = [each.id for each in explorer.state.rows]
    queries.all.append(run(99, at=99))
    while explorer.state.more:
        explorer.older()
        seen += [each.id for each in explorer.state.rows]
    assert seen == [f"k1.{at:08d}" for at in range(7, 0, -1)]
    assert explorer.state.page == 3
    explorer.newer()
    explorer.newer()
    assert explorer.state.page == 1
    assert explorer.state.rows[0].id == "k1.00000099"


def test_older_and_newer_do_nothing_at_the_ends() -> None:
    explorer, queries = model()
    explorer.refresh()
    asked = len(queries.asked)
    explorer.older()
    explorer.newer()
    assert len(queries.asked) == asked


def test_selecting_a_run_brings_its_whole_tree() -> None:
    explorer, _ = model()
    explorer.select("k1.00000004")
    assert explorer.state.selected == PIPELINE[3]
    assert len(explorer.state.tree) == 6
    explorer.select(None)
    assert explorer.state.selected is None
    assert explorer.state.tree == ()


def test_an_open_selected_run_is_followed_to_its_end() -> None:
    explorer, queries = model()
    explorer.select("k1.00000006")
    queries.all[5] = run(6, "summarise", parent=5, status="success", output="done")
    explorer.refresh()
    assert explorer.state.selected is not None
    assert explorer.state.selected.output == "done"


def test_an_error_is_shown_and_the_rows_stay() -> None:
    explorer, queries = model()
    explorer.refresh()
    queries.broken = StoreLocked("the store is held by another program", fix="close it")
    explorer.refresh()
    assert explorer.state.error == "StoreLocked: the store is held by another program; close it"
    assert len(explorer.state.rows) == 6
    queries.broken = None
    explorer.refresh()
    assert explorer.state.error == ""


def test_selecting_a_run_that_is_gone_is_an_error_in_place() -> None:
    explorer, _ = model()
    explorer.select("zzz")
    assert "no run 'zzz'" in explorer.state.error


def test_subscribers_hear_changes_only_and_until_they_leave() -> None:
    explorer, _ = model()
    heard: list[ExplorerState] = []
    leave = explorer.subscribe(heard.append)
    explorer.refresh()
    explorer.refresh()
    assert len(heard) == 1
    leave()
    leave()
    explorer.select("k1.00000001")
    assert len(heard) == 1


# -- the widgets ---------------------------------------------------------------------------


@pytest.fixture
def shown() -> Iterator[tuple[LogExplorer, FakeQueries, Any]]:
    queries = FakeQueries(PIPELINE)
    explorer = LogExplorer(queries)
    explorer.widget()
    yield explorer, queries, explorer._parts
    explorer.close()


def test_making_an_explorer_asks_nothing_and_loads_no_widgets() -> None:
    queries = FakeQueries(PIPELINE)
    LogExplorer(queries)
    assert queries.asked == []


def test_the_list_shows_the_runs_and_a_choice_fills_the_tabs(shown: Any) -> None:
    _, _, parts = shown
    assert len(parts.rows.options) == 6
    assert "summarise@2" in parts.rows.options[0][0]
    parts.rows.value = "k1.00000004"
    detail, tree, waterfall = (page.value for page in parts.pages)
    assert "ValueError: no data" in detail
    assert "↳ triggered" in tree
    assert waterfall.count('class="bar') == 6


def test_filters_that_filter_nothing_say_so_in_words(shown: Any) -> None:
    _, queries, parts = shown
    assert (parts.status.label, parts.within.label) == ("any status", "any time")
    parts.status.value = "error"
    parts.status.label = "any status"
    assert (queries.asked[-1].status, queries.asked[-1].since) == ((), None)


def test_changing_a_filter_asks_the_store(shown: Any) -> None:
    _, queries, parts = shown
    parts.status.value = "error"
    assert queries.asked[-1].status == ("error",)
    assert [id for _, id in parts.rows.options] == ["k1.00000004"]
    parts.function.value = "nobody"
    assert parts.rows.options == ()
    assert "no runs match" in parts.place.value


def test_a_choice_survives_a_refresh_that_moves_it(shown: Any) -> None:
    _, queries, parts = shown
    parts.rows.value = "k1.00000004"
    queries.all.append(run(9, "late", at=10**9))
    parts.refresh.click()
    assert parts.rows.value == "k1.00000004"
    assert len(parts.rows.options) == 7


def test_errors_of_the_store_stand_in_the_explorer(shown: Any) -> None:
    _, queries, parts = shown
    queries.broken = RuntimeError("<b>broken</b>")
    parts.refresh.click()
    assert "RuntimeError: &lt;b&gt;broken&lt;/b&gt;" in parts.error.value


def test_ticks_of_the_page_ask_only_while_following(
    shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, queries, parts = shown
    now = [1000.0]
    monkeypatch.setattr("babyagi_nb.widgets.explorer.time.monotonic", lambda: now[0])
    before = len(queries.asked)
    parts.ticker.value = 1
    assert len(queries.asked) == before
    parts.follow.value = True
    assert parts.ticker.playing
    started = len(queries.asked)
    for tick in range(2, 6):
        now[0] += 2.0
        parts.ticker.value = tick
    assert len(queries.asked) == started + 4
    # Ticks that piled up behind a long cell arrive at once and count as one.
    now[0] += 60.0
    for tick in range(6, 30):
        parts.ticker.value = tick
    assert len(queries.asked) == started + 5
    parts.follow.value = False
    assert not parts.ticker.playing
    now[0] += 2.0
    parts.ticker.value = 40
    assert len(queries.asked) == started + 5


def test_following_ends_when_the_ticker_runs_out(shown: Any) -> None:
    _, _, parts = shown
    parts.follow.value = True
    parts.ticker.playing = False
    assert parts.follow.value is False


def test_closing_lets_go_of_the_model_and_the_widgets() -> None:
    queries = FakeQueries(PIPELINE)
    explorer = LogExplorer(queries)
    explorer.widget()
    parts: Any = explorer._parts
    explorer.close()
    explorer.close()
    parts.rows.options = ()
    explorer.model.filter(function="plot")
    assert parts.rows.options == ()
    assert parts.whole.comm is None
    assert explorer.widget() is not parts.whole
    explorer.close()


def test_messages_of_the_page_do_not_pass_through_the_kernels_cell_events(shown: Any) -> None:
    _, _, parts = shown
    for widget in (parts.rows, parts.refresh, parts.ticker):
        assert widget.comm.handle_msg == widget._handle_msg


def test_an_explorer_is_text_table_and_widget_at_once(shown: Any) -> None:
    explorer, _, _ = shown
    found = explorer._repr_mimebundle_()
    assert "✗  plot@2" in found["text/plain"]
    assert "<table" in found["text/html"]
    assert "model_id" in found["application/vnd.jupyter.widget-view+json"]


def test_without_widgets_the_table_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    found = LogExplorer(FakeQueries(PIPELINE))._repr_mimebundle_()
    assert found.keys() == {"text/plain", "text/html"}
    assert "plot@2" in found["text/plain"]


def test_a_store_that_cannot_be_read_is_said_in_every_form() -> None:
    queries = FakeQueries(PIPELINE)
    queries.broken = StoreLocked("held", fix="close it")
    explorer = LogExplorer(queries)
    assert explorer.plain() == "the log cannot be read: StoreLocked: held; close it"
    assert "held; close it" in explorer.html()
    explorer.close()
