"""What ``%babyagi`` alone and ``%babyagi help`` show."""

from __future__ import annotations

from babyagi_nb.core.runs import RunFilter
from babyagi_nb.errors import BabyAGIError
from babyagi_nb.jupyter.arguments import Option, Place, Syntax
from babyagi_nb.jupyter.display import Text
from babyagi_nb.jupyter.grammar import FUNCTION, SUBCOMMANDS, find_subcommand
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.card import StatusCard
from babyagi_nb.widgets.view import View

__all__ = ["guide", "status"]

_FUNCTION_NAMES = ("babyagi_function", "%%babyagi_function")


def status(request: Request) -> View:
    """Counts of the store, and five commands to go on with."""
    app = request.app
    app.refresh()
    counts: dict[str, object] = {}
    _count(counts, "function", len(app.catalogue))
    _count(counts, "trigger", len(list(app.catalogue.triggers())))
    try:
        _count(counts, "run", app.queries.count(RunFilter()))
        _count(counts, "error", app.queries.count(RunFilter(status=("error",))))
    except BabyAGIError as error:
        counts["log"] = str(error)
    hints = _hints(list(app.catalogue))
    waiting = len(list(app.catalogue.drafts()))
    if waiting:
        _count(counts, "draft", waiting)
        hints.insert(0, ("%babyagi drafts", "what others wrote and you have not decided on"))
    return StatusCard(counts, hints)


def guide(request: Request) -> View:
    word = request.given.get("SUBCOMMAND")
    if word is None:
        lines = [f"%babyagi {each.name:<9} {each.help}" for each in SUBCOMMANDS.values()]
        lines += ["", "%%babyagi_function  store the functions of a cell"]
        lines += ["%babyagi help NAME  one of them in full"]
        return Text("\n".join(lines))
    if word in _FUNCTION_NAMES:
        return Text(_in_full(FUNCTION, "store the functions of a cell", ()))
    subcommand = find_subcommand(word.removeprefix("%"))
    return Text(_in_full(subcommand.syntax, subcommand.help, subcommand.examples))


def _count(counts: dict[str, object], word: str, number: int) -> None:
    counts[word if number == 1 else f"{word}s"] = number


def _hints(names: list[str]) -> list[tuple[str, str]]:
    if not names:
        return [
            ("%%babyagi_function", "first line of a cell: stores its functions"),
            ("%babyagi load", "the packs that can be loaded"),
            ("%babyagi help", "everything that may be typed"),
        ]
    return [
        ("%babyagi list", "all functions"),
        (f"%babyagi show {names[-1]}", "one function in full"),
        ("%babyagi logs", "what ran"),
        ("%babyagi graph", "what depends on what"),
        ("%babyagi help", "everything that may be typed"),
    ]


def _in_full(syntax: Syntax, help: str, examples: tuple[str, ...]) -> str:
    rows = [(each.name, _place(each)) for each in syntax.places]
    rows += [(_written(each), each.help) for each in syntax.options]
    wide = max((len(name) for name, _ in rows), default=0)
    parts = [f"{syntax.command}: {help}", f"  {syntax.usage()}"]
    parts += [f"  {name:<{wide}}  {said}".rstrip() for name, said in rows]
    parts += [f"example: {each}" for each in examples]
    return "\n".join(parts)


def _place(place: Place) -> str:
    return f"{place.help} ({' | '.join(place.choices)})" if place.choices else place.help


def _written(option: Option) -> str:
    return f"--{option.name}" if option.kind == "flag" else f"{option.name}="
