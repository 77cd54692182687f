"""Nothing from a store can act on a page or a terminal, whatever view it comes through."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from widget_records import run, version

from babyagi_nb.core.diagram import Diagram, Edge, Node
from babyagi_nb.core.isolation import TierReport
from babyagi_nb.core.ports import Table
from babyagi_nb.core.records import Import, Parameter
from babyagi_nb.widgets import (
    DiffView,
    FunctionCard,
    FunctionRow,
    FunctionTable,
    GraphView,
    PendingRow,
    PendingTable,
    RegistrationNote,
    ReviewCard,
    RunCard,
    RunTable,
    RunTree,
    Stack,
    StatusCard,
    TableView,
    TierNote,
    View,
    Waterfall,
)
from babyagi_nb.widgets.markup import Html, escape, tag

HOSTILE = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</pre><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<!--<img src='--><img src=x onerror=x>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "<style>*{display:none}",
    "expression(alert(1))",
    "url(javascript:alert(1))",
    "--x:1;}body{display:none",
    "<details ontoggle=x>",
    "<object data=x>",
    "<embed src=x>",
    "<base href=//x>",
    "<form action=x><input>",
    "<link rel=x href=y>",
    "<meta http-equiv=refresh content=0>",
    "</svg><script>x</script>",
    "</title><script>x</script>",
    "]]></style>",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://x\x07link\x1b]8;;\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\u202egnp.exe",
    "\u2066hidden\u2069",
    "a\x00b\x08c",
    "\ud800",
    "'; DROP TABLE runs; --",
    "<<b>html label</b>>",
    '"]; n0 [URL="javascript:x"',
    "`x`${y}{{z}}",
    "x" * 3000,
    "\n\n\n",
    "",
]


def hostile_diagram(text: str) -> Diagram:
    return Diagram.of(
        [
            Node(id=text, label=text, detail=text, tip=text),
            Node(id="b", label=text, kind="missing"),
        ],
        [Edge(source=text, target="b"), Edge(source="b", target="b", kind="triggers")],
        text,
    )


def hostile_version(text: str, number: int = 1):  # type: ignore[no-untyped-def]
    return version(
        number,
        name=text or "f",
        code=text,
        description=text,
        tags=(text,),
        keys=(text,),
        uses=(text,),
        dependencies=(text,),
        triggers=(text,),
        unresolved=(text,),
        tests=(text,),
        origin=text,
        imports=(Import(module=text, name=text),),
        returns=text,
        parameters=(Parameter(name=text, annotation=text, default=text),),
    )


def hostile_runs(text: str):  # type: ignore[no-untyped-def]
    filled = {"params": {text: text, "n": {"$type": text, "$repr": text}}, "stdout": text}
    return [
        run(1, text, output=[text, {text: text}], **filled),
        run(2, text, parent=1, status="error", error=text, message=text, traceback=text, **filled),
        run(3, text, trigger=1, status="started", duration=None),
        run(4, text, parent=1, status=text, output={"$type": "str", "$repr": text}),  # type: ignore[arg-type]
    ]


VIEWS: dict[str, Callable[[str], View]] = {
    "card": lambda text: FunctionCard(
        hostile_version(text),
        versions=(hostile_version(text),),
        dependents=(text,),
        listeners=(text,),
        last_runs=hostile_runs(text),
    ),
    "note": lambda text: RegistrationNote(
        hostile_version(text), notes=[text], warnings=[text], tests=1
    ),
    "status": lambda text: StatusCard({text: text}, [(text, text)], title=text),
    "functions": lambda text: FunctionTable(
        [FunctionRow.of(hostile_version(text)), FunctionRow(name=text, version=1, last=text)]  # type: ignore[arg-type]
    ),
    "runs": lambda text: RunTable(hostile_runs(text)),
    "tree": lambda text: RunTree(hostile_runs(text)),
    "waterfall": lambda text: Waterfall(hostile_runs(text)),
    "run": lambda text: Stack(*map(RunCard, hostile_runs(text))),
    "diff": lambda text: DiffView(hostile_version(text), hostile_version(text + "!", 2)),
    "columns": lambda text: DiffView(
        hostile_version(text), hostile_version(text + "!", 2), side_by_side=True
    ),
    "review": lambda text: ReviewCard(
        hostile_version(text + "!", 2),
        state=text,
        base=hostile_version(text),
        asked=((text, text),),
        granted=((text, text),),
        closure=((text, text),),
        tests=(text,),
        packages=((text, text),),
        code=text,
        approve=text,
        notes=(text,),
    ),
    "pending": lambda text: PendingTable(
        [PendingRow(label=text, state=text, origin=text, asks=((text, text),))]
    ),
    "tier": lambda text: TierNote(TierReport(tier="standard", reason="why: " + text)),
    "table": lambda text: TableView(Table(columns=(text, "b"), rows=((text, None), ([text], 1.5)))),
    "graph": lambda text: GraphView(hostile_diagram(text)),
    "dot": lambda text: GraphView(hostile_diagram(text), format="dot"),
}

ELEMENTS = {
    *[
        "b",
        "code",
        "data",
        "details",
        "div",
        "p",
        "pre",
        "span",
        "style",
        "summary",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "time",
        "tr",
        "svg",
        "g",
        "path",
        "rect",
        "polygon",
        "circle",
        "text",
        "title",
    ]
}
ATTRIBUTES = {
    "aria-hidden",
    "aria-label",
    "class",
    "colspan",
    "cx",
    "cy",
    "d",
    "data-id",
    "fill",
    "font-size",
    "height",
    "open",
    "points",
    "r",
    "role",
    "rx",
    "stroke",
    "stroke-dasharray",
    "style",
    "text-anchor",
    "title",
    "transform",
    "viewbox",
    "width",
    "x",
    "xmlns",
    "y",
}
SHEETS = re.compile(r"<style>(.*?)</style>", re.S)


class Audit(HTMLParser):
    """Checks every tag as a browser would meet it, and that what opens closes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        assert name in ELEMENTS, name
        for key, value in attributes:
            assert key in ATTRIBUTES, (name, key)
            if key == "style":
                assert re.fullmatch(r"[-\w:;%. ]*", value or ""), value
                assert "url" not in (value or "")
        self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError("a section")


def audit(page: str) -> str:
    reader = Audit()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return "".join(reader.text)


@pytest.mark.parametrize("name", VIEWS)
def test_no_text_of_a_store_becomes_markup_or_acts_on_a_terminal(name: str) -> None:
    quiet = SHEETS.findall(VIEWS[name]("calm").html())
    for text in HOSTILE:
        view = VIEWS[name](text)
        found = view._repr_mimebundle_()
        page = found["text/html"]
        assert "cannot be shown" not in found["text/plain"], found["text/plain"]
        assert "cannot be shown" not in page, page[-200:]
        shown = audit(page)
        # The rules of the page are ours, to the letter.
        assert SHEETS.findall(page) == quiet
        for form in (found["text/plain"], shown):
            assert not re.search(
                "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800]", form
            )


def test_the_audit_itself_notices_what_it_looks_for() -> None:
    for bad in ("<script>x</script>", "<b onclick='x'>y</b>", "<img src=x>", "<!-- x -->", "<b>"):
        with pytest.raises(AssertionError):
            audit(bad)


def test_markup_cannot_be_built_with_foreign_elements_attributes_or_styles() -> None:
    with pytest.raises(ValueError, match="script"):
        tag("script", "x")
    with pytest.raises(ValueError, match="onclick"):
        tag("b", onclick="x")
    with pytest.raises(ValueError, match="style"):
        tag("b", style="background:url(x)")


def test_text_is_escaped_once_and_markup_not_again() -> None:
    inner = tag("b", "<&>")
    assert inner == "<b>&lt;&amp;&gt;</b>"
    assert tag("p", inner, " & ") == "<p><b>&lt;&amp;&gt;</b> &amp; </p>"
    assert isinstance(escape(inner), Html)
    assert tag("p", title='"x"') == '<p title="&quot;x&quot;"></p>'


class Broken(View):
    def plain(self) -> str:
        raise RuntimeError("<b>no\x1b[31m")

    def body(self) -> Html:
        raise RuntimeError("<b>no")


def test_a_view_that_fails_says_so_in_its_place_and_does_not_raise() -> None:
    found = Broken()._repr_mimebundle_()
    assert found["text/plain"] == "Broken cannot be shown: RuntimeError: <b>no"
    assert "RuntimeError: &lt;b&gt;no" in found["text/html"]
    audit(found["text/html"])
    assert repr(Broken()).startswith("Broken cannot be shown")


def test_a_bundle_holds_what_was_asked_for() -> None:
    note = RegistrationNote(version())
    assert note._repr_mimebundle_(include={"text/plain"}).keys() == {"text/plain"}
    assert note._repr_mimebundle_(exclude={"text/html"}).keys() == {"text/plain"}
