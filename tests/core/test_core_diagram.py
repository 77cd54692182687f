"""Diagrams and the notations they are written in: nothing of the data becomes syntax."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.cleaning import clean, one_line, width
from babyagi_nb.core.diagram import Diagram, Edge, Node, neighbourhood
from babyagi_nb.core.drawing import place, to_svg
from babyagi_nb.core.notation import to_dot, to_json, to_mermaid, to_text
from babyagi_nb.errors import NotFound

SVG = "{http://www.w3.org/2000/svg}"


def chain(*names: str) -> Diagram:
    edges = [Edge(source=a, target=b) for a, b in itertools.pairwise(names)]
    return Diagram.of([Node(id=name, label=name) for name in names], edges)


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    ids = draw(st.lists(st.text(max_size=8), min_size=1, max_size=8, unique=True))
    kinds = st.sampled_from(["function", "event", "key", "import", "missing"])
    states = st.sampled_from(["ok", "failing", "running", "idle"])
    nodes = [
        Node(id=i, label=draw(st.text(max_size=20)), detail=draw(st.text(max_size=6)),
             kind=draw(kinds), status=draw(states), tip=draw(st.text(max_size=10)))
        for i in ids
    ]  # fmt: skip
    edge_kinds = st.sampled_from(["depends", "triggers", "key", "import"])
    end = st.sampled_from(ids)
    edges = draw(st.lists(st.builds(Edge, source=end, target=end, kind=edge_kinds), max_size=10))
    return Diagram.of(nodes, edges, draw(st.text(max_size=10)))


# -- text ----------------------------------------------------------------------------------


def test_text_marks_circles_repeats_triggers_and_what_is_missing() -> None:
    diagram = Diagram.of(
        [
            Node(id="a", label="a", detail="v1"), Node(id="b", label="b"),
            Node(id="c", label="c"), Node(id="gone", label="gone", kind="missing"),
            Node(id="key", label="api", kind="key"), Node(id="late", label="late"),
        ],
        [
            Edge(source="a", target="b"), Edge(source="a", target="c"),
            Edge(source="b", target="gone"), Edge(source="c", target="b"),
            Edge(source="gone", target="a"), Edge(source="c", target="key", kind="key"),
            Edge(source="a", target="late", kind="triggers"),
        ],
        "all",
    )  # fmt: skip
    assert to_text(diagram).splitlines() == [
        "all",
        "a v1",
        "├─ b",
        "│  └─ gone (missing)",
        "│     └─ a v1 (circle)",
        "├─ c",
        "│  ├─ b (above)",
        "│  └─ key api",
        "└─ triggers late",
    ]


def test_a_node_that_nothing_touches_is_in_the_text() -> None:
    assert to_text(Diagram.of([Node(id="x", label="x"), Node(id="y", label="y")])) == "x\ny"


def test_a_self_loop_is_a_circle_of_one() -> None:
    loop = Diagram.of([Node(id="f", label="f")], [Edge(source="f", target="f")])
    assert to_text(loop) == "f\n└─ f (circle)"


def test_an_empty_diagram_says_so() -> None:
    assert to_text(Diagram.of([])) == "nothing to show"


@given(diagrams())
def test_every_node_stands_in_the_text_and_the_text_is_stable(diagram: Diagram) -> None:
    text = to_text(diagram)
    assert text == to_text(diagram)
    assert len(text.split("\n")) >= len(diagram.nodes)


def test_text_is_bounded_and_deep_chains_need_no_recursion() -> None:
    text = to_text(chain(*(f"f{at}" for at in range(5000))), limit=300)
    assert len(text.splitlines()) <= 302
    assert max(map(len, text.splitlines())) < 200


# -- DOT and Mermaid -----------------------------------------------------------------------

HOSTILE = [
    '<b>x</b>', '"]; evil [URL="javascript:alert(1)', "a\\", 'a\\"', "\\N\\G", "<<table></table>>",
    "]]>", "click n0 href \"javascript:alert(1)\"", "`**md**`", "end", "%%{init: {}}%%", "a-->b",
    "x\n  n9[evil]", "{{x}}", "#quot;", "javascript:alert(1)", "\u202eabc", "\x1b[31mred", "a\x00b",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_cannot_leave_its_quotes_in_dot(text: str) -> None:
    diagram = Diagram.of(
        [Node(id=text, label=text, detail=text)], [Edge(source=text, target=text)], text
    )
    string = re.compile(r'"(?:[^"\\\n]|\\.)*"')
    bare = string.sub("", to_dot(diagram))
    assert bare.count('"') == 0
    assert not set("<>") & set(bare.replace("->", ""))
    assert "URL" not in bare
    assert "evil" not in bare
    assert len(bare.splitlines()) == 9


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_cannot_leave_its_quotes_in_mermaid(text: str) -> None:
    diagram = Diagram.of([Node(id=text, label=text)], [Edge(source=text, target=text)])
    lines = to_mermaid(diagram).splitlines()
    assert len(lines) == 3
    found = re.fullmatch(r'  n0\["((?:[\w .,+*@=/-]|#\d+;)*)"\]', lines[1])
    assert found, lines[1]
    assert "javascript:" not in lines[1]
    assert lines[2] == "  n0 --> n0"


@given(diagrams())
def test_any_text_leaves_the_structure_of_dot_and_mermaid_alone(diagram: Diagram) -> None:
    bare = re.sub(r'"(?:[^"\\\n]|\\.)*"', "", to_dot(diagram))
    assert bare.count(" -> ") == len(diagram.edges)
    assert '"' not in bare
    mermaid = to_mermaid(diagram)
    nodes = re.findall(r"^  n\d+[\[({]+\"[^\"\n]*\"[\])}]+$", mermaid, re.M)
    assert len(nodes) == len(diagram.nodes)


# -- SVG -----------------------------------------------------------------------------------


@given(diagrams())
def test_svg_is_well_formed_and_holds_only_our_elements(diagram: Diagram) -> None:
    root = ET.fromstring(to_svg(diagram))
    ours = {"svg", "style", "g", "path", "title", "rect", "polygon", "circle", "text"}
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ours
        assert not any(name.startswith("on") or "href" in name for name in element.attrib)
        for name, value in element.attrib.items():
            assert "javascript:" not in value or name == "data-id"
    assert len(root.findall(f".//{SVG}g[@data-id]")) == len(diagram.nodes)
    assert len(
        [p for p in root.iter(f"{SVG}path") if (p.get("class") or "").startswith("edge")]
    ) >= len(diagram.edges)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_label_is_text_in_the_drawing(text: str) -> None:
    root = ET.fromstring(to_svg(Diagram.of([Node(id="n", label=text)])))
    shown = root.find(f".//{SVG}g[@data-id]/{SVG}text")
    assert shown is not None
    assert shown.text in (one_line(text, 34), None)


def test_the_legend_names_what_the_drawing_uses_and_nothing_else() -> None:
    diagram = Diagram.of(
        [Node(id="a", label="a", status="failing"), Node(id="b", label="b")],
        [Edge(source="a", target="b", kind="triggers")],
    )
    legend = to_svg(diagram).split('class="legend"')[1]
    assert "triggers" in legend
    assert "last run failed" in legend
    assert "depends on" not in legend
    assert "last run fine" not in legend


def test_a_standalone_drawing_brings_its_colours_and_a_part_of_a_page_takes_them() -> None:
    assert "prefers-color-scheme:dark" in to_svg(chain("a"))
    assert "prefers-color-scheme" not in to_svg(chain("a"), standalone=False)


def test_the_tooltip_has_what_the_label_has_no_room_for() -> None:
    name = "a_function_with_a_name_that_is_much_too_long_for_any_box"
    root = ET.fromstring(to_svg(chain(name)))
    group = root.find(f".//{SVG}g[@data-id]")
    assert group is not None
    assert group.findtext(f"{SVG}title") == name
    assert (group.findtext(f"{SVG}text") or "").endswith("…")


def test_wide_characters_get_room() -> None:
    diagram = chain("函数函数函数函数函数", "abcdefghij")
    boxes = place(diagram).boxes
    assert boxes["函数函数函数函数函数"].width > boxes["abcdefghij"].width


# -- JSON, parts ---------------------------------------------------------------------------


@given(diagrams())
def test_json_can_be_encoded_and_places_every_node(diagram: Diagram) -> None:
    found = json.loads(json.dumps(to_json(diagram, place(diagram))))
    assert [node["kind"] for node in found["nodes"]] == [node.kind for node in diagram.nodes]
    assert all(0 <= node["x"] <= found["width"] for node in found["nodes"])
    assert len(found["edges"]) == len(diagram.edges)


def test_a_neighbourhood_reaches_both_ways_and_no_further() -> None:
    whole = chain(*"abcde")
    assert [node.id for node in neighbourhood(whole, "c", 1).nodes] == ["b", "c", "d"]
    assert [node.id for node in neighbourhood(whole, "c", 0).nodes] == ["c"]
    assert len(neighbourhood(whole, "a", 2).edges) == 2


def test_the_neighbourhood_of_an_unknown_name_suggests_a_known_one() -> None:
    with pytest.raises(NotFound, match="did you mean 'hello'"):
        neighbourhood(chain("hello", "world"), "helo")


def test_edges_without_both_ends_and_doubled_edges_fall_away() -> None:
    edge = Edge(source="a", target="b")
    diagram = Diagram.of(
        [Node(id="a", label="a"), Node(id="b", label="b"), Node(id="a", label="other")],
        [edge, edge, Edge(source="a", target="zzz")],
    )
    assert diagram.edges == (edge,)
    assert diagram.nodes[0].label == "a"


# -- cleaning ------------------------------------------------------------------------------


@given(st.text())
def test_cleaned_text_holds_nothing_that_acts(text: str) -> None:
    cleaned = clean(text)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", cleaned
    )
    assert clean(cleaned) == cleaned


@given(st.text(), st.integers(1, 50))
def test_cleaned_text_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit
    assert len(one_line(text, limit)) <= limit
    assert "\n" not in one_line(text, limit)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title", ""),
        ("\x9b31mred", "red"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("x\u202ey\u2066z", "xyz"),
        ("lone \ud800", "lone \ufffd"),
        ("bell\x07", "bell"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_sequences_of_terminals_and_overrides_of_direction_are_dropped(
    text: str, plain: str
) -> None:
    assert clean(text) == plain


def test_width_counts_columns_of_a_terminal() -> None:
    assert [width(each) for each in ("abc", "函", "e\u0301", "")] == [3, 2, 1, 0]
