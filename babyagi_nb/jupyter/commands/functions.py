"""Subcommands about stored functions: list, show, edit, diff, activate, rm, load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.runs import RunFilter, Statistics
from babyagi_nb.errors import BabyAGIError, NotFound, UsageError
from babyagi_nb.jupyter.celltext import cell_text
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.registering import bind, notes_of
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.card import FunctionCard
from babyagi_nb.widgets.diffview import DiffView
from babyagi_nb.widgets.table import FunctionRow, FunctionTable, TableView
from babyagi_nb.widgets.view import View

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = [
    "activate", "card_of", "diff", "edit", "list_functions", "load", "named", "remove", "show",
]  # fmt: skip


def list_functions(request: Request) -> View:
    app = request.app
    app.refresh()
    wanted = request.given.get("TEXT", "").lower()
    tag = request.given.get("tag")
    counted = _statistics(app)
    rows = []
    for name in app.catalogue:
        version = app.catalogue.version(name)
        spec = version.spec
        found = wanted in f"{name}\n{spec.description}".lower()
        if found and (tag is None or tag in spec.tags):
            rows.append(
                FunctionRow.of(
                    version,
                    triggers=_sources(app, name),
                    statistics=counted.get((version.name, version.number)),
                )
            )
    return FunctionTable(rows)


def show(request: Request) -> View:
    return card_of(request.app, _version(request, "NAME[@N]"))


def edit(request: Request) -> None:
    """Put the cell that would register this version below."""
    version = _version(request, "NAME[@N]")
    request.shell.set_next_input(cell_text(version))


def diff(request: Request) -> View:
    app, given = request.app, request.given
    name, at = named(given["NAME"])
    new = app.version(name, _number(given, "NEW") or at)
    if "OLD" in given:
        return DiffView(app.version(name, _number(given, "OLD")), new)
    earlier = [each for each in app.catalogue.numbers(name) if each < new.number]
    if not earlier:
        raise NotFound(f"{new.label} is the first version", fix="there is nothing to compare")
    return DiffView(app.version(name, earlier[-1]), new)


def activate(request: Request) -> View:
    name, number = named(request.given["NAME@N"])
    if number is None:
        has = ", ".join(f"{name}@{each}" for each in request.app.catalogue.numbers(name))
        raise UsageError(f"which version of {name!r}?", fix=f"write one of {has}" if has else "")
    before = request.app.catalogue.active(name)
    request.app.activate_function_version(name, number)
    bind(request.app, request.shell.user_ns, [name])
    if before == number:
        return Line(f"{name} v{number} is the active version already")
    was = f" (was v{before})" if before is not None else ""
    return Line(f"{name} v{number} activated{was}")


def remove(request: Request) -> View:
    app, name = request.app, request.given["NAME"]
    version = app.version(name)
    app.remove_function(name, force=bool(request.given.get("force")))
    if request.shell.user_ns.get(name) is app.executor.logged(name):
        del request.shell.user_ns[name]
    return Line(f"{version.name} v{version.number} removed · %babyagi undo brings it back")


def load(request: Request) -> View:
    from babyagi_nb.core.ports import Table

    app = request.app
    if "PACK" not in request.given:
        rows = tuple((name, str(file)) for name, file in sorted(app.packs().items()))
        return TableView(Table(columns=("pack", "file"), rows=rows))
    approve = bool(request.given.get("approve"))
    registration = app.load_functions(request.given["PACK"], approve=approve)
    names = [str(each.version.name) for each in registration.functions]
    bind(app, request.shell.user_ns, (name for name in names if name in app.catalogue))
    if len(registration.functions) == 1:
        return notes_of(registration)
    changed = sum(1 for each in registration.functions if each.change != "unchanged")
    warned = "".join(f"\nwarning: {each}" for each in registration.warnings)
    line = f"{len(names)} functions loaded, {changed} changed: {', '.join(names)}{warned}"
    drafts = sum(1 for each in app.catalogue.drafts() if each[0] in names)
    if drafts:
        line += f"\n{drafts} of them are drafts and run in the sandbox only: %babyagi drafts"
    return Line(line)


def named(text: str) -> tuple[str, int | None]:
    """Read ``name`` or ``name@number``.

    >>> named("hello@2")
    ('hello', 2)
    """
    name, sign, number = text.partition("@")
    number = number.removeprefix("v")
    if sign and not number.isdigit():
        raise UsageError(f"cannot read the version in {text!r}", fix=f"write {name or 'name'}@2")
    return name, int(number) if sign else None


def card_of(app: BabyAGI, version: FunctionVersion) -> FunctionCard:
    """The card of one version with its neighbours and last runs."""
    catalogue = app.catalogue
    name = version.name
    try:
        last = app.queries.runs(RunFilter(function=name, version=version.number, limit=5))
    except BabyAGIError:
        # A function can be looked at while its log cannot be read.
        last = []
    return FunctionCard(
        version,
        versions=catalogue.versions(name),
        dependents=catalogue.dependents(name),
        listeners=catalogue.listeners(name),
        last_runs=last,
        active=catalogue.active(name) or 0,
        triggers=_sources(app, name),
    )


def _version(request: Request, place: str) -> FunctionVersion:
    name, number = named(request.given[place])
    if number is None:
        # A function of a default pack is brought in when it is first asked for.
        request.app.function(name)
    return request.app.version(name, number)


def _sources(app: BabyAGI, name: str) -> list[str]:
    """After which functions and events *name* runs, as of now."""
    return [source for triggered, source in app.catalogue.triggers() if triggered == name]


def _number(given: Any, place: str) -> int | None:
    text = given.get(place)
    if text is None:
        return None
    text = text.partition("@")[2] or text
    if not text.removeprefix("v").isdigit():
        raise UsageError(f"{place} is {text!r}", fix="give a version number, for example 1")
    return int(text.removeprefix("v"))


def _statistics(app: BabyAGI) -> dict[tuple[str, int], Statistics]:
    try:
        return {(each.function, each.version): each for each in app.queries.statistics()}
    except BabyAGIError:
        return {}
