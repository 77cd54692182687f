"""Hostile text through every view and every export, opened in a real browser: nothing may run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browser_attacks import ATTACKS, INERT
from browser_page import Visit, Visitor, armed
from browser_views import VIEWS, diagram, widget_markup
from nbconvert import HTMLExporter

from babyagi_nb.widgets import GraphView

HEAD = '<!doctype html><meta charset="utf-8"><title>page</title><body>'
OURS = {
    "b", "code", "data", "details", "div", "p", "pre", "span", "style", "summary", "table",
    "tbody", "td", "th", "thead", "time", "tr", "svg", "g", "path", "rect", "polygon", "circle",
    "text", "title", "ellipse", "polyline",
}  # fmt: skip


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    found = Visitor(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


def case(number: int, markup: str) -> str:
    return f'<div data-case="{number}">{markup}</div>'


def page_of(visitor: Visitor, name: str) -> str:
    """One view of every attack, each in an element of its own."""
    shown = (VIEWS[name](armed(text, visitor.base, at)) for at, text in enumerate(ATTACKS))
    parts = []
    for at, view in enumerate(shown):
        bundle = view.bundle()
        plain = bundle["text/plain"].replace("&", "&amp;").replace("<", "&lt;")
        assert name == "broken" or "cannot be shown" not in plain, plain
        parts.append(case(at, bundle.get("text/html", "") + f"<pre>{plain}</pre>"))
    return HEAD + "".join(parts)


def assert_nothing_ran(visit: Visit) -> None:
    assert visit.requests == []
    assert not visit.marked


def test_the_harness_sees_what_runs_when_nothing_is_escaped(visitor: Visitor) -> None:
    """The control: the same texts put into pages as they are."""
    raw = {
        f"raw/{at}.html": HEAD + armed(text, visitor.base, at) for at, text in enumerate(ATTACKS)
    }
    visit = visitor.visit(raw)
    assert visit.marked
    assert len(visit.hits) >= 40
    assert {ATTACKS.index(text) for text in ("<script>{js}</script>", "<img src={url}>")} <= (
        visit.hits
    )
    print(f"control: {len(visit.hits)} of {len(ATTACKS)} ran or called home unescaped")


def test_no_view_runs_loads_or_links_anything(visitor: Visitor) -> None:
    visit = visitor.visit({f"{name}.html": page_of(visitor, name) for name in VIEWS})
    assert_nothing_ran(visit)
    for name in VIEWS:
        seen = visit.pages[f"{name}.html"]
        assert seen["cases"] == len(ATTACKS), name
        assert set(seen["names"]) <= OURS, name
        assert seen["live"] == [], name
    print(f"views: executed 0 of {len(ATTACKS) * len(VIEWS)}")


def test_what_the_explorers_widgets_put_into_a_page_is_text(visitor: Visitor) -> None:
    parts = [
        case(at, markup)
        for at, text in enumerate(ATTACKS)
        for markup in widget_markup(armed(text, visitor.base, at))
    ]
    visit = visitor.visit({"widgets.html": HEAD + "".join(parts)})
    assert_nothing_ran(visit)
    seen = visit.pages["widgets.html"]
    assert seen["cases"] == len(parts) >= 8 * len(ATTACKS)
    assert set(seen["names"]) <= OURS
    assert seen["live"] == []
    print(f"widgets: executed 0 of {len(parts)}")


def test_saved_pictures_and_notations_are_text_when_opened(
    visitor: Visitor, tmp_path: Path
) -> None:
    """Files are opened by themselves, where a browser is even more willing to run them."""
    pages: dict[str, str] = {}
    for at, text in enumerate(ATTACKS):
        graph = GraphView(diagram(armed(text, visitor.base, at)))
        for suffix in (".svg", ".dot", ".mmd"):
            saved = graph.save(tmp_path / f"{at}{suffix}")
            pages[saved.name] = saved.read_text(encoding="utf-8")
        # Mermaid's own reader takes its notation from the text of a page.
        pages[f"{at}.html"] = HEAD + f'<pre class="mermaid">{pages.pop(f"{at}.mmd")}</pre>'
    visit = visitor.visit(pages)
    assert_nothing_ran(visit)
    for name, seen in visit.pages.items():
        assert "error" not in seen, name
        assert set(seen["names"]) <= OURS, name
        assert seen["live"] == [], name
    print(f"saved files: executed 0 of {len(pages)}")


def test_mermaid_and_dot_hold_no_command_of_the_datas_own() -> None:
    for text in ATTACKS:
        graph = GraphView(diagram(armed(text, "http://a", 1)))
        calm = GraphView(diagram("calm"))
        for one, other in ((graph.mermaid(), calm.mermaid()), (graph.dot(), calm.dot())):
            bare = [re.sub(r'"(?:\\.|[^"\\])*"', '""', each) for each in (one, other)]
            assert bare[0] == bare[1]


def exported(visitor: Visitor, texts: list[str]) -> str:
    """A notebook with every view of *texts* in its outputs, as a page.

    The export parses its page once more, slowly; of many texts each view has every fourth.
    """
    outputs = []
    for turn, name in enumerate(VIEWS):
        for at in range(turn % min(4, len(texts)), len(texts), 4):
            text = texts[at]
            bundle = VIEWS[name](armed(text, visitor.base, at)).bundle()
            # A notebook file holds no lone surrogates.
            data = {
                kind: form.encode("utf-8", "replace").decode()
                for kind, form in bundle.items()
                if isinstance(form, str)
            }
            outputs.append(nbformat.v4.new_output("display_data", data))
    cell = nbformat.v4.new_code_cell("show", outputs=outputs)
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(
        nbformat.v4.new_notebook(cells=[cell])
    )
    return str(page)


def test_an_exported_notebook_shows_text_only(visitor: Visitor) -> None:
    hostile_page, calm_page = exported(visitor, ATTACKS), exported(visitor, ["calm"])
    shown = hostile_page.count('<div class="jp-OutputArea-child')
    assert shown == len(ATTACKS) * len(VIEWS) // 4
    visit = visitor.visit({"hostile.html": hostile_page, "calm.html": calm_page})
    assert_nothing_ran(visit)
    hostile, calm = visit.pages["hostile.html"], visit.pages["calm.html"]
    # What is live belongs to the template: the same elements, handlers and addresses.
    assert set(hostile["names"]) == set(calm["names"])
    assert sorted(hostile["live"]) == sorted(calm["live"])
    print(f"exported notebook: executed 0 of {shown}")


def test_dollar_signs_in_data_are_no_formulas() -> None:
    """Typesetters leave an element of these classes alone."""
    for name in VIEWS:
        page = VIEWS[name]("$x$").bundle().get("text/html", "")
        ignored = page.startswith('<div class="bnb mathjax_ignore tex2jax_ignore">')
        assert ignored or name == "mermaid"


def test_there_are_as_many_hostile_texts_as_were_promised() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) >= 30
    assert all("{js}" in text or "{url}" in text for text in ATTACKS if text not in INERT)
