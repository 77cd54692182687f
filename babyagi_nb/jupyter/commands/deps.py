"""``%babyagi deps``: packages that functions need, and installing those that are missing.

Without ``--install`` only what is on this machine is looked at. With it, the dry run is shown, and
then the person is asked. An answer that is not exactly the word that was asked for is a no.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from babyagi_nb.core.graph import closure
from babyagi_nb.core.ports import Table
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.distributions.classify import Classified, classify
from babyagi_nb.distributions.install import install, target_of
from babyagi_nb.distributions.installed import read_installed
from babyagi_nb.distributions.needs import needs
from babyagi_nb.distributions.pip import Pip
from babyagi_nb.distributions.plan import plan
from babyagi_nb.distributions.policy import Verdict, allowed, forbidden, in_ci, stricter
from babyagi_nb.distributions.report import Package, Report
from babyagi_nb.errors import PackageError, UsageError
from babyagi_nb.jupyter.commands.functions import named
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.table import TableView
from babyagi_nb.widgets.view import Stack, View

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["deps"]

_WORDS = {
    "stdlib": "part of Python",
    "installed": "installed",
    "local": "a file here",
    "mapped": "missing",
    "unknown": "missing, and unknown",
}
_FOLDER = "packages"
"""Where in the store's directory the packages of drafts are."""


def deps(request: Request) -> View:
    app, given = request.app, request.given
    wants = bool(given.get("install") or given.get("draft"))
    if "NAME[@N]" not in given:
        if wants:
            raise UsageError("which function's packages?", fix="%babyagi deps NAME --install")
        return _overview(app)
    version = _version(app, given["NAME[@N]"])
    target = _target(app, version) if given.get("draft") else None
    rows = _classified(app, version, target)
    if not wants:
        return _report_on(version, rows)
    if not any(each.missing for _, each in rows):
        return Line(f"everything that {version.label} needs is installed")
    # A directory of a draft's own is made anew, so it has to hold all that is not installed.
    return _install(request, version, _classified(app, version, None), target)


def _version(app: BabyAGI, text: str) -> FunctionVersion:
    name, number = named(text)
    app.refresh()
    if number is None:
        latest = app.catalogue.latest(name)
        if latest is not None:
            return latest
        # A function of a default pack is brought in when it is first asked for.
        app.function(name)
    return app.version(name, number)


def _overview(app: BabyAGI) -> View:
    app.refresh()
    wanted = [app.catalogue.version(name) for name in app.catalogue]
    wanted += [app.catalogue.version(name, number) for name, number in app.catalogue.drafts()]
    rows = [
        (version.label, *_cells(each))
        for version in wanted
        for each in classify(needs(version.spec))
        if each.state != "stdlib"
    ]
    if not rows:
        return Line("no function needs more than Python itself")
    return _needs_table(rows)


def _classified(
    app: BabyAGI, version: FunctionVersion, target: Path | None
) -> list[tuple[FunctionVersion, Classified]]:
    """What *version* and everything it depends on import, function by function."""
    here = read_installed([*([target] if target else []), *sys.path])
    names = closure(version.spec.dependencies, app.catalogue.dependencies)
    others = [app.catalogue.latest(name) for name in names if name != version.name]
    members = [version, *(each for each in others if each is not None)]
    return [(member, each) for member in members for each in classify(needs(member.spec), here)]


def _report_on(
    version: FunctionVersion, rows: Sequence[tuple[FunctionVersion, Classified]]
) -> View:
    if not rows:
        return Line(f"{version.label} imports nothing")
    table = _needs_table([(member.label, *_cells(each)) for member, each in rows])
    if not any(each.missing for _, each in rows):
        return table
    fix = f"%babyagi deps {version.label} --install looks them up, shows what would come, and asks"
    return Stack(table, Line(fix))


def _needs_table(rows: Iterable[tuple[str, ...]]) -> View:
    columns = ("function", "import", "distribution", "state", "version")
    return TableView(Table(columns=columns, rows=tuple(rows)))


def _cells(each: Classified) -> tuple[str, str, str, str]:
    state = _WORDS[each.state]
    if not each.satisfied:
        state = f"installed, but not {each.need.requirement}"
    if each.need.optional and each.state in ("mapped", "unknown"):
        state = f"{state} (optional)"
    return each.need.module, each.distribution, state, each.version


# -- installing ------------------------------------------------------------------------------------


def _install(
    request: Request,
    version: FunctionVersion,
    rows: Sequence[tuple[FunctionVersion, Classified]],
    target: Path | None,
) -> View:
    app, settings = request.app, request.app.settings
    missing = {each.requirement: each for _, each in rows if each.missing}
    if target is None:
        _refuse_drafts(app, [member for member, each in rows if each.missing])
    rule = stricter(settings.deps, app.policy.deps)
    who = {"interactive": _answers(request.shell), "ci": in_ci(os.environ)}
    _obey(forbidden(rule, **who))
    pip = Pip(index=settings.index)
    report = plan(
        tuple(missing),
        known=[each.distribution for each in missing.values() if each.state != "unknown"],
        age=timedelta(days=settings.package_age),
        pip=pip,
    )
    verdict = allowed(report, rule, settings.allowlist, **who)
    _obey(verdict)
    _show(_report_table(report))
    for line in verdict.loud:
        _show(Line(f"careful: {line}"))
    if verdict.action == "ask" and not _agreed(verdict, report, target):
        return Line("nothing was installed")
    modules = tuple(dict.fromkeys(each.need.module for each in missing.values()))
    loaded = _loaded(report)
    pins = install(report, target, modules=modules, pip=pip)
    where = f"for {version.label} alone" if target else "into this environment"
    stale = f"\nrestart the kernel to use it: {', '.join(loaded)} is loaded" if loaded else ""
    return Line(f"installed {where}: {', '.join(pins)}{stale}")


def _target(app: BabyAGI, version: FunctionVersion) -> Path:
    if app.path is None:
        raise PackageError("a store in memory has no place for packages", fix="use one on disk")
    return target_of(app.path / _FOLDER, version.name, version.number)


def _refuse_drafts(app: BabyAGI, members: Iterable[FunctionVersion]) -> None:
    """Only what the user wrote or approved may change the user's environment."""
    for member in members:
        if app.catalogue.state(member.name, member.number) not in (None, "own", "approved"):
            raise PackageError(
                f"{member.label} is not approved, so this environment is not changed for it",
                fix=f"%babyagi approve {member.label}, or give it packages of its own: --draft",
            )


def _obey(verdict: Verdict | None) -> None:
    if verdict is not None and verdict.action == "refuse":
        raise PackageError(verdict.reason, fix=verdict.fix)


def _answers(shell: Any) -> bool:
    """Whether somebody is there who can be asked."""
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stdin is not None and sys.stdin.isatty()


def _agreed(verdict: Verdict, report: Report, target: Path | None) -> bool:
    for name in verdict.typed:
        question = (
            f"nobody but the author of the function vouches for a package called {name!r}; "
            "type its name in full to install it: "
        )
        if canonicalize_name(_ask(question)) != name:
            return False
    count = f"{len(report.packages)} package{'s' if len(report.packages) > 1 else ''}"
    if target is not None:
        return _ask(f"type yes to install {count} for this function alone: ") == "yes"
    return _ask(f"type install to put {count} into this environment: ") == "install"


def _ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


def _show(view: View) -> None:
    from IPython.display import display

    display(view)  # type: ignore[no-untyped-call]


def _report_table(report: Report) -> View:
    columns = ("package", "version", "uploaded", "file", "sha256", "change", "why")
    return TableView(Table(columns=columns, rows=tuple(map(_report_row, report.packages))))


def _report_row(each: Package) -> tuple[str, ...]:
    uploaded = each.uploaded.strftime("%Y-%m-%d") if each.uploaded else "nobody knows"
    change = f"{each.change} from {each.before}" if each.before else each.change
    why = "required by another" if each.transitive else "asked for"
    return (each.name, each.version, uploaded, each.file, each.sha256[:12], change, why)


def _loaded(report: Report) -> list[str]:
    """Modules in this kernel that come from what is about to be replaced."""
    here = read_installed()
    changed = {each.name for each in report.changed}
    return sorted(
        module
        for module, providers in here.modules.items()
        if module in sys.modules and changed.intersection(providers)
    )
