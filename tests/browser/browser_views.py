"""Every view there is, with one text in every field that can hold text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from babyagi_nb.core.diagram import Diagram, Edge, Node
from babyagi_nb.core.isolation import TierReport
from babyagi_nb.core.ports import Table
from babyagi_nb.core.records import Cell, FunctionSpec, FunctionVersion, Import, Parameter
from babyagi_nb.core.runs import Run, RunFilter, Statistics
from babyagi_nb.core.trust import Grants
from babyagi_nb.errors import BabyAGIError
from babyagi_nb.widgets import (
    DiffView,
    FunctionCard,
    FunctionRow,
    FunctionTable,
    GraphView,
    LogExplorer,
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
)  # fmt: skip

__all__ = ["VIEWS", "diagram", "widget_markup"]

NOON = 1_800_000_000_000_000_000


def version(text: str, number: int = 1) -> FunctionVersion:
    fact: Any = text
    spec = FunctionSpec(
        name=fact, code=f"def f():\n    '''{text}'''  # {text}\n{text}", description=text,
        tags=(text,), metadata={text: text},
        parameters=(Parameter(name=text, annotation=text, default=text),), returns=text,
        imports=(Import(module=text, name=text, attribute=text, distribution=text),),
        dependencies=(fact,), keys=(text,), uses=(text,), unresolved=(text,), triggers=(fact,),
        tests=(text,), origin=text, effects=fact, log=fact, cell=Cell(id=text, notebook=text),
        asks=Grants(keys=(text,), hosts=(text,), reads=(text,), calls=(text,)),
    )  # fmt: skip
    return FunctionVersion(spec=spec, number=Any and number, digest=fact, created_at=NOON)  # type: ignore[arg-type]


def run(text: str, number: int = 1, **rest: Any) -> Run:
    fact: Any = text
    given: dict[str, Any] = {
        "id": f"k.{number}{text}", "root": f"k.1{text}", "function": fact, "version": 1,
        "parent": None, "trigger": None, "kernel": fact, "cell": text, "started": NOON + number,
        "duration": 1_000_000, "status": "success", "stdout": text,
        "params": {text: text, "n": {"$type": text, "$repr": text}, "m": {"$type": "dict",
                   "$items": [[text, text]]}},
    }  # fmt: skip
    return Run(**given | rest)


def runs(text: str) -> list[Run]:
    return [
        run(text, 1, output=[text, {text: {"$type": text, "$value": text}}]),
        run(text, 2, parent=f"k.1{text}", status="error", error=text, message=text, traceback=text),
        run(text, 3, trigger=f"k.1{text}", status="started", duration=None),
        run(text, 4, parent=f"k.1{text}", status=text, output={"$type": "str", "$repr": text}),
    ]


def diagram(text: str) -> Diagram:
    return Diagram.of(
        [
            Node(id=text, label=text, detail=text, tip=text),
            Node(id="b", label=text, kind="missing"),
            Node(id="c", label=text, kind="key"),
            Node(id="d", label=text, kind="event", status="failing"),
        ],
        [
            Edge(source=text, target="b"),
            Edge(source="b", target="b", kind="triggers"),
            Edge(source=text, target="c", kind="key"),
        ],
        text,
    )


class HostileQueries:
    """A store whose every text is *text*; when *broken*, its errors are too."""

    def __init__(self, text: str, broken: bool = False) -> None:
        self.text, self.broken = text, broken

    def runs(self, wanted: RunFilter) -> list[Run]:
        if self.broken:
            raise BabyAGIError(self.text, fix=self.text)
        return runs(self.text)

    def run(self, id: str) -> Run:
        return runs(self.text)[0]

    def tree(self, id: str) -> list[Run]:
        return runs(self.text)

    def count(self, wanted: RunFilter) -> int:
        return 4

    def statistics(self, since: int | None = None) -> list[Statistics]:
        fact: Any = self.text
        counted = dict.fromkeys(("runs", "errors", "p50", "p95", "longest", "last_started"), 1)
        return [Statistics(function=fact, version=fact, **counted)]

    def sql(self, statement: str, parameters: Sequence[Any] = (), *, limit: int = 1000) -> Table:
        return Table(columns=(self.text,), rows=((self.text,),))

    def interrupt(self) -> None: ...


class Broken(View):
    def __init__(self, text: str) -> None:
        self.text = text

    def plain(self) -> str:
        raise RuntimeError(self.text)

    def body(self) -> Any:
        raise RuntimeError(self.text)


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    return ((text, text),)


VIEWS: dict[str, Callable[[str], View]] = {
    "card": lambda text: FunctionCard(
        version(text), versions=(version(text),), dependents=(text,), listeners=(text,),
        last_runs=runs(text),
    ),
    "note": lambda text: RegistrationNote(version(text), notes=[text], warnings=[text], tests=1),
    "status": lambda text: StatusCard({text: text}, [(text, text)], title=text),
    "functions": lambda text: FunctionTable(
        [FunctionRow.of(version(text)), FunctionRow(name=text, version=1, last=text)]  # type: ignore[arg-type]
    ),
    "runs": lambda text: RunTable(runs(text)),
    "tree": lambda text: RunTree(runs(text)),
    "waterfall": lambda text: Waterfall(runs(text)),
    "run": lambda text: Stack(*(RunCard(each, positional=[text]) for each in runs(text))),
    "diff": lambda text: DiffView(version(text), version(text + "!", 2)),
    "columns": lambda text: DiffView(version(text), version(text + "!", 2), side_by_side=True),
    "table": lambda text: TableView(
        Table(columns=(text, "b"), rows=((text, None), ([text, {text: text}], 1.5)))
    ),
    "graph": lambda text: GraphView(diagram(text)),
    "graphviz": lambda text: GraphView(diagram(text), engine="dot"),
    "focus": lambda text: GraphView(diagram(text), focus=text),
    "dot": lambda text: GraphView(diagram(text), format="dot"),
    "mermaid": lambda text: GraphView(diagram(text), format="mermaid"),
    "text": lambda text: GraphView(diagram(text), format="text"),
    "explorer": lambda text: LogExplorer(HostileQueries(text)),
    "failing explorer": lambda text: LogExplorer(HostileQueries(text, broken=True)),
    "review": lambda text: ReviewCard(
        version(text + "!", 2), state=text, base=version(text), asked=pairs(text),
        granted=pairs(text), closure=pairs(text), tests=(text,), packages=pairs(text), code=text,
        approve=text, deny=text, notes=(text,),
    ),
    "pending": lambda text: PendingTable(
        [PendingRow(label=text, state=text, origin=text, asks=pairs(text))]
    ),
    "tier": lambda text: TierNote(TierReport(tier="process", reason=text)),
    "broken": Broken,
}  # fmt: skip


def widget_markup(text: str) -> list[str]:
    """What the explorer's own widgets put into a page as markup, once a run is selected."""
    import ipywidgets as w

    found: list[str] = []
    for queries in (HostileQueries(text), HostileQueries(text, broken=True)):
        explorer = LogExplorer(queries)
        whole = explorer.widget()
        if not queries.broken:
            explorer.model.select("any")
        waiting = [whole]
        for each in waiting:
            waiting += getattr(each, "children", ())
            if isinstance(each, w.HTML):
                found.append(each.value)
            assert not getattr(each, "description_allow_html", False)
        explorer.close()
    return found
