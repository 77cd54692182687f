"""What the views say, in text exactly and in HTML where it matters."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from widget_records import NOON, PIPELINE, run, version

from babyagi_nb.core.diagram import Diagram, Edge, Node
from babyagi_nb.core.ports import Table
from babyagi_nb.core.records import Import, Parameter
from babyagi_nb.core.runs import Run, Statistics
from babyagi_nb.errors import NotFound, UsageError
from babyagi_nb.ids import FunctionName, RunId, VersionNumber
from babyagi_nb.widgets import (
    DiffView,
    FunctionCard,
    FunctionRow,
    FunctionTable,
    GraphView,
    RegistrationNote,
    RunCard,
    RunTable,
    RunTree,
    Stack,
    StatusCard,
    TableView,
    View,
    Waterfall,
)
from babyagi_nb.widgets.lineage import lineage
from babyagi_nb.widgets.moment import duration
from babyagi_nb.widgets.values import call, shown
from babyagi_nb.widgets.waterfall import ticks

# -- registration, status, cards -----------------------------------------------------------


def test_a_registration_is_one_line_of_what_matters() -> None:
    note = RegistrationNote(version(2, dependencies=("world",), keys=("api",)), tests=1)
    assert note.plain() == "hello v2 registered · depends on world · uses key api · 1 test passed"


def test_an_unchanged_function_says_no_more_than_that() -> None:
    assert RegistrationNote(version(dependencies=("world",)), outcome="unchanged").plain() == (
        "hello v1 unchanged"
    )


def test_a_warning_has_a_line_of_its_own() -> None:
    note = RegistrationNote(version(), tests=2, notes=["was v0"], warnings=["deps=x is not used"])
    assert note.plain() == (
        "hello v1 registered · 2 tests passed · was v0\nwarning: deps=x is not used"
    )


def test_the_status_card_counts_and_says_what_to_type_next() -> None:
    card = StatusCard({"functions": 3, "runs": 12}, [("%babyagi list", "every function")])
    assert card.plain() == "babyagi: 3 functions · 12 runs\n  %babyagi list  every function"
    assert "%babyagi list" in card.html()


def test_a_function_card_tells_signature_neighbours_versions_and_code() -> None:
    two = version(
        2,
        description="Say hello.",
        dependencies=("world",),
        effects="pure",
        returns="str",
        imports=(Import(module="math", name="math"),),
    )
    card = FunctionCard(two, versions=(version(1), two), dependents=("greet",), listeners=("log",))
    assert card.plain().splitlines() == [
        "hello v2",
        "  hello(x: int = 1) -> str",
        "  Say hello.",
        "  depends on    world",
        "  used by       greet",
        "  triggers      log",
        "  imports       import math",
        "  effects       pure",
        "  versions      v1, v2 (active)",
        "",
        "    def hello(x: int = 1) -> str:",
        "        return str(x)",
    ]
    assert '<span class="k">def</span> <span class="d">hello</span>' in card.html()


def test_a_signature_shows_where_parameters_change_their_kind() -> None:
    kinds = (
        Parameter(name="a", kind="positional_only"),
        Parameter(name="b"),
        Parameter(name="c", kind="keyword_only", default="1"),
        Parameter(name="k", kind="var_keyword"),
    )
    assert "hello(a, /, b, *, c=1, **k)" in FunctionCard(version(parameters=kinds)).plain()
    star = (Parameter(name="xs", kind="var_positional"), Parameter(name="c", kind="keyword_only"))
    assert "hello(*xs, c)" in FunctionCard(version(parameters=star)).plain()


@pytest.mark.parametrize("code", ["def f(:\n", "x = '''never closed", "\tif\n  x", "f'{'", ""])
def test_code_that_is_no_python_is_shown_without_colour(code: str) -> None:
    page = FunctionCard(version(code=code)).html()
    assert "cannot be shown" not in page


# -- tables --------------------------------------------------------------------------------


def test_a_table_of_functions_is_aligned_text() -> None:
    rows = [
        FunctionRow.of(version(2, description="Say hello.\nMore.", dependencies=("world",))),
        FunctionRow(name="x", version=1, triggers=("hello",)),
    ]
    assert FunctionTable(rows).plain().splitlines() == [
        "function  depends on  runs after  description",
        "hello@2   world                   Say hello.",
        "x@1                   hello",
    ]


def test_a_row_takes_its_figures_from_the_statistics() -> None:
    figures = Statistics(
        function=FunctionName("hello"),
        version=VersionNumber(1),
        runs=12,
        errors=2,
        p50=1_500_000,
        p95=2,
        longest=3,
        last_started=NOON,
    )
    page = FunctionTable([FunctionRow.of(version(), statistics=figures, last="error")]).html()
    assert "1.5 ms" in page
    assert "2✗" in page


def test_a_table_of_runs_shows_arguments_and_outcome() -> None:
    assert RunTable(PIPELINE[::-1]).plain().splitlines() == [
        "   function     arguments            outcome",
        "▶  summarise@2                       running",
        "✓  notify@2     result={'pages': 3}  None",
        "✗  plot@2                            ValueError: no data",
        "✓  read@2                            <pandas.DataFrame 3×2>",
        "✓  collect@2                         [1, … 7 more]",
        "✓  report@2     title='Sizes'        {'pages': 3}",
    ]


def test_empty_tables_name_the_next_action() -> None:
    assert "%%babyagi_function" in FunctionTable([]).plain()
    assert "%%babyagi_function" in FunctionTable([]).html()
    assert "widen the filter" in RunTable([]).plain()


def test_long_tables_say_how_much_they_leave_out() -> None:
    many = RunTable([run(at) for at in range(700)])
    assert many.plain().endswith("… 640 more rows")
    assert "… 200 more rows" in many.html()
    assert len(many.html()) < 700_000


def test_an_answer_of_sql_keeps_null_apart_and_aligns_numbers() -> None:
    table = Table(columns=("name", "n"), rows=(("a", 1.25), (None, None)), truncated=True)
    assert (
        TableView(table).plain() == "name  n\na     1.25\nNULL  NULL\n… more rows beyond the limit"
    )
    page = TableView(table).html()
    assert '<td class="num"><span class="m">1.25</span></td>' in page
    assert '<td class="nil">NULL</td>' in page
    assert TableView(Table(columns=(), rows=())).plain() == "done"


# -- trees and waterfalls ------------------------------------------------------------------


def test_a_call_tree_shows_who_called_whom_and_what_was_triggered() -> None:
    assert RunTree(PIPELINE).plain().splitlines() == [
        "✓ report@2(title='Sizes') → {'pages': 3}",
        "├─ ✓ collect@2() → [1, … 7 more]",
        "│  └─ ✓ read@2() → <pandas.DataFrame 3×2>",
        "├─ ✗ plot@2() → ValueError: no data",
        "└─ triggered ✓ notify@2(result={'pages': 3}) → None",
        "   └─ ▶ summarise@2() → running",
    ]
    page = RunTree(PIPELINE).html()
    assert page.count("<details") == page.count("</details>") == 3
    assert "↳ triggered" in page


def test_a_tree_of_ten_thousand_levels_is_told_and_bounded() -> None:
    deep = [run(at, parent=at - 1 if at > 1 else None, at=at) for at in range(1, 10_001)]
    steps = lineage(deep)
    assert len(steps) == 10_000
    assert steps[-1].depth == 9_999
    page = RunTree(deep).html()
    assert page.count("<details") == page.count("</details>") == 40
    assert "… 9600 more runs" in RunTree(deep).plain()
    assert "… 9600 more runs" in page


def test_broken_records_that_cause_each_other_are_told_once() -> None:
    steps = lineage([run(1, parent=2), run(2, parent=1), run(3, parent=3)])
    assert sorted(step.run.id for step in steps) == [f"k1.{at:08d}" for at in (1, 2, 3)]


def test_a_run_whose_parent_is_not_known_is_a_root() -> None:
    assert [step.depth for step in lineage([run(5, parent=4), run(6, parent=5)])] == [0, 1]


def bars(page: str) -> list[tuple[float, float]]:
    found = re.findall(r'class="bar \w+" style="left:([\d.]+)%;width:([\d.]+)%"', page)
    return [(float(left), float(wide)) for left, wide in found]


def test_bars_lie_where_the_time_was_and_open_runs_reach_the_end() -> None:
    found = bars(Waterfall([*PIPELINE[:5], replace(PIPELINE[5], started=NOON + 46000000)]).html())
    assert len(found) == 6
    assert found[0] == (0.0, pytest.approx(100 * 90 / 92, abs=0.01))
    assert (50.0, 50.0) in found
    assert all(left + wide <= 100.01 for left, wide in found)


def test_a_waterfall_of_one_instant_divides_by_nothing() -> None:
    assert bars(Waterfall([run(1, duration=0)]).html()) == [(0.0, 0.0)]
    assert Waterfall([]).plain() == "no runs"


@pytest.mark.parametrize("span", [1, 7, 999, 10**6, 95_000_000, 10**13])
def test_marks_are_few_round_and_within_the_span(span: int) -> None:
    marks = ticks(span)
    assert marks[0] == 0
    assert len(marks) <= 6
    assert marks[-1] <= span


# -- one run -------------------------------------------------------------------------------


def test_a_run_card_tells_input_outcome_and_what_was_printed() -> None:
    card = RunCard(PIPELINE[3])
    assert card.plain() == "✗ plot@2 error\n  → ValueError: no data\n  printed:\n    drawing"
    page = card.html()
    assert "Traceback …" in page
    assert PIPELINE[3].id in page


def test_a_run_can_be_called_again_from_its_card() -> None:
    assert RunCard(run(1, params={"name": "x", "n": 2})).call() == "hello(name='x', n=2)"
    assert call(run(1, params={"a": 1, "*rest": [2, "b"], "k": None})) == "hello(1, 2, 'b', k=None)"
    assert call(run(1, params={"a": 1, "b": 2}), positional=("a",)) == "hello(1, b=2)"


def test_a_call_leaves_out_what_was_logged_in_part() -> None:
    frame = {"$type": "pandas.DataFrame", "$repr": "…", "shape": [9, 9]}
    long = {"$type": "str", "$repr": "xxx", "$more": 9}
    given = {
        "df": frame,
        "text": long,
        "rows": [1, {"$more": 5}],
        "pair": {"$type": "tuple", "$items": [1]},
    }
    assert call(run(1, params=given)) == "hello(df=..., text=..., rows=..., pair=(1,))"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ("a'b", '"a\'b"'),
        ({"a": [1, 2.5]}, "{'a': [1, 2.5]}"),
        ({"$type": "tuple", "$items": [1]}, "(1,)"),
        ({"$type": "set", "$items": [1, 2]}, "{1, 2}"),
        ({"$type": "dict", "$items": [[1, "b"]]}, "{1: 'b'}"),
        ({"$type": "float", "$value": "nan"}, "float('nan')"),
        ({"$type": "int", "$value": "12345678901234567890"}, "12345678901234567890"),
        ({"$type": "bytes", "$value": "b'a'"}, "b'a'"),
        ({"$type": "decimal.Decimal", "$value": "1.5"}, "Decimal('1.5')"),
        ({"$type": "generator", "$repr": "<generator>"}, "<generator>"),
        ({"$type": "numpy.float64", "$value": 2.0}, "float64(2.0)"),
        ({"$type": "m.P", "$repr": "<m.P>", "$fields": {"x": 1}}, "<P x=1>"),
        ({"a": 1, "$more": 4}, "{'a': 1, … 4 more}"),
        ({"$type": "ValueError", "$repr": "ValueError: no"}, "<ValueError: no>"),
        ({"$type": None}, "<None>"),
        ({"$type": "dict", "$items": 3}, "<dict>"),
    ],
)
def test_snapshots_read_like_python(value: object, text: str) -> None:
    assert shown(value) == text


def test_deep_and_wide_snapshots_stay_short() -> None:
    deep: object = 1
    for _ in range(400):
        deep = [deep]
    assert shown(deep) == "[[[[[[[…]]]]]]]"
    assert len(shown(list(range(10_000)), 60)) <= 60


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1_500, "1.5 µs"),
        (2_000_000, "2 ms"),
        (1_234_567_890, "1.23 s"),
        (90_000_000_000, "1.5 min"),
        (7_200_000_000_000, "2 h"),
        (None, ""),
    ],
)
def test_durations_have_three_digits_and_a_unit(nanoseconds: int | None, text: str) -> None:
    assert duration(nanoseconds) == text


# -- the same on every run -----------------------------------------------------------------

MASK = re.compile(r'(?:<time[^>]*>[^<]*</time>)+|<data[^>]*>[^<]*</data>|style="left[^"]*"')


def later(each: Run) -> Run:
    def other(id: RunId | None) -> RunId | None:
        return None if id is None else RunId(id.replace("k1", "zz"))

    took = None if each.duration is None else each.duration * 3 + 17
    started = NOON + 10**15 + (each.started - NOON) * 2
    return replace(
        each,
        id=RunId(each.id.replace("k1", "zz")),
        root=RunId(each.root.replace("k1", "zz")),
        parent=other(each.parent),
        trigger=other(each.trigger),
        started=started,
        duration=took,
    )


@pytest.mark.parametrize(
    "kind", [RunTable, RunTree, Waterfall, lambda runs: Stack(*map(RunCard, runs))]
)
def test_text_is_the_same_at_another_time_and_html_but_for_marked_parts(kind) -> None:  # type: ignore[no-untyped-def]
    first: View = kind(PIPELINE)
    second: View = kind([later(each) for each in PIPELINE])
    assert first.plain() == second.plain()
    assert first.html() != second.html()
    if kind is not Waterfall:
        assert MASK.sub("", first.html()) == MASK.sub("", second.html()).replace("zz", "k1")


# -- differences ---------------------------------------------------------------------------


def test_a_difference_shows_changed_lines_and_changed_fields() -> None:
    new = version(2, code="def hello(x: int = 1) -> str:\n    return repr(x)\n", effects="pure")
    assert DiffView(version(1), new).plain().splitlines() == [
        "--- hello@1",
        "+++ hello@2",
        "effects: unknown → pure",
        "  def hello(x: int = 1) -> str:",
        "-     return str(x)",
        "+     return repr(x)",
    ]


def test_long_equal_stretches_are_folded() -> None:
    lines = [f"line {at}" for at in range(50)]
    old = version(1, code="\n".join(lines))
    new = version(2, code="\n".join([*lines[:25], "new", *lines[25:]]))
    text = DiffView(old, new).plain().splitlines()
    assert "… 22 lines as before" in text
    assert len(text) == 2 + 1 + 3 + 1 + 3 + 1
    assert "⋯ 22 lines as before" in DiffView(old, new, side_by_side=True).html()


def test_equal_code_says_so() -> None:
    assert DiffView(version(1), version(2, tags=("x",))).plain().splitlines()[2:] == [
        "tags: nothing → x",
        "the code is the same",
    ]


def test_side_by_side_pairs_removed_with_added_lines() -> None:
    page = DiffView(
        version(1, code="a\nb\nc"), version(2, code="a\nB\nc"), side_by_side=True
    ).html()
    assert re.search(
        r'class="del"[^>]*>b</td><td class="no">2</td><td class="add"[^>]*>B</td>', page
    )


# -- graphs --------------------------------------------------------------------------------

PAIR = Diagram.of(
    [Node(id="hello", label="hello", detail="v2"), Node(id="world", label="world")],
    [Edge(source="hello", target="world")],
)


def test_a_graph_comes_as_text_picture_and_data() -> None:
    found = GraphView(PAIR)._repr_mimebundle_()
    assert found["text/plain"] == "hello v2\n└─ world"
    assert "<svg" in found["text/html"]
    assert found["application/vnd.babyagi.graph+json"]["nodes"][1]["id"] == "world"


def test_without_dot_the_built_in_drawing_takes_its_place_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    page = GraphView(PAIR, engine="dot")._repr_mimebundle_()["text/html"]
    assert 'class="bnb-g"' in page
    assert "drawn without Graphviz: there is no dot program on PATH" in page


def test_a_dot_that_fails_does_not_fail_the_view(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "dot"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    page = GraphView(PAIR, engine="dot")._repr_mimebundle_()["text/html"]
    assert "drawn without Graphviz" in page


def test_dot_draws_when_it_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dot = tmp_path / "dot"
    dot.write_text(
        "#!/bin/sh\ncat > /dev/null\necho '<?xml version=\"1.0\"?><svg>from dot</svg>'\n"
    )
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    page = GraphView(PAIR, engine="dot").html()
    assert "<svg>from dot</svg>" in page
    assert "<?xml" not in page


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("g.svg", "<svg"),
        ("g.dot", "digraph"),
        ("g.gv", "digraph"),
        ("g.mmd", "flowchart"),
        ("g.txt", "hello"),
    ],
)
def test_the_suffix_of_a_file_says_how_it_is_written(tmp_path: Path, name: str, start: str) -> None:
    assert GraphView(PAIR).save(tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_an_unknown_suffix_or_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="known are svg"):
        GraphView(PAIR).save(tmp_path / "g.pdf")
    with pytest.raises(UsageError, match="did you mean 'mermaid'"):
        GraphView(PAIR, format="mermaids")  # type: ignore[arg-type]


def test_mermaid_is_handed_to_the_page_as_mermaid() -> None:
    found = GraphView(PAIR, format="mermaid")._repr_mimebundle_()
    assert found["text/vnd.mermaid"].startswith("flowchart LR")
    assert "text/html" not in found


def test_focus_narrows_a_graph_and_must_be_in_it() -> None:
    names = "abcdef"
    edges = [Edge(source=a, target=b) for a, b in itertools.pairwise(names)]
    whole = Diagram.of([Node(id=name, label=name) for name in names], edges)
    assert GraphView(whole, focus="a", hops=1).text() == "a\n└─ b"
    with pytest.raises(NotFound):
        GraphView(whole, focus="zzz")


def test_a_graph_too_large_for_a_picture_shows_the_busiest_part_and_says_so() -> None:
    nodes = [Node(id=str(at), label=f"f{at}") for at in range(1500)]
    edges = [Edge(source=str(at), target="7") for at in range(20) if at != 7]
    page = GraphView(Diagram.of(nodes, edges)).html()
    assert "1500 nodes are too many" in page
    assert page.count("data-id=") == 20


def test_no_functions_make_no_graph() -> None:
    assert GraphView(Diagram.of([])).plain() == "nothing to show"
    assert "No functions yet" in GraphView(Diagram.of([])).html()
