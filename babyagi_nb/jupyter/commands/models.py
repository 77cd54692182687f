"""``%babyagi model`` and ``%babyagi ask``: which model is asked, and asking it one thing."""

from __future__ import annotations

import sys

from babyagi_nb.core.cleaning import StreamCleaner, one_line
from babyagi_nb.core.model import Ask, Message
from babyagi_nb.core.ports import Table
from babyagi_nb.errors import ModelError, UsageError
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.table import TableView
from babyagi_nb.widgets.view import Stack, View

__all__ = ["Said", "ask", "model"]

_SHOWN = 200
"""Names of models in one table."""


class Said(str):
    """A text that was shown while it came, and is not shown again as the result of its cell."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        """Nothing is left to show."""


def model(request: Request) -> View:
    """Pick a model, or list what there is; with ``--probe`` try out what it can be asked for."""
    picker = request.app.picker
    name, url = request.given.get("NAME"), request.given.get("url")
    key = request.given.get("key")
    if (name, url, key) != (None, None, None):
        # Another server has other names; a key alone is for the model that is asked already.
        picker.pick(name or ("" if url else picker.picked()[0]), url, key)
    if "price" in request.given:
        picker.prices.set(picker.picked()[0], *_price(request.given["price"]))
    if request.given.get("probe"):
        return _probed(request)
    return _listed(request, name)


def ask(request: Request) -> Said:
    """Ask one thing; the answer is shown as it comes, and is the result."""
    prompt = request.rest.strip()
    if not prompt:
        raise UsageError("nothing is asked", fix="write %babyagi ask what is a monoid?")
    system = request.given.get("system")
    told = (Message(role="system", content=system),) if system else ()
    cleaner, out = StreamCleaner(), sys.stdout

    def show(piece: str) -> None:
        out.write(cleaner.feed(piece))
        out.flush()

    wanted = Ask(
        messages=(*told, Message(role="user", content=prompt)),
        purpose="ask",
        max_tokens=request.given.get("max_tokens"),
    )
    try:
        answer = request.app.open_model(request.given.get("model")).ask(wanted, on_text=show)
    finally:
        out.write(cleaner.end())
    cut = {"length": "cut off at its limit", "truncated": "broken off by the server"}
    note = f"\n[{cut[answer.finish]}]" if answer.finish in cut else ""
    out.write(f"{note}\n")
    return Said(answer.text)


def _price(text: str) -> tuple[float, float]:
    """US dollars for a million tokens of prompts and of answers."""
    try:
        prompt, answer = (float(each) for each in text.split(","))
    except ValueError:
        raise UsageError(
            f"price is {text!r}", fix="US dollars for a million tokens in and out: price=0.5,2"
        ) from None
    return prompt, answer


def _listed(request: Request, name: str | None) -> View:
    picker = request.app.picker
    picked, where = picker.picked()
    price = picker.prices.of(picked)
    costs = f"; ${price.input:g} and ${price.output:g} a million tokens" if price else ""
    shown = picked or "none, pick one with %babyagi model NAME"
    first = Line(f"asked: {shown}{costs}; server: {where}")
    try:
        names = picker.list()
    except ModelError as error:
        return Stack(first, Line(str(error)))
    if name is not None:
        missing = f"; its server does not list it, but has {_some(names)}"
        return first if picked in names else Stack(first, Line(f"{picked}{missing}"))
    rows = tuple((each, "asked" if each == picked else "") for each in names[:_SHOWN])
    views: list[View] = [first, TableView(Table(columns=("model", ""), rows=rows))]
    if len(names) > _SHOWN:
        views.append(Line(f"and {len(names) - _SHOWN} more"))
    elif picked and picked not in names:
        views.append(Line(f"{picked} is not among them"))
    return Stack(*views)


def _probed(request: Request) -> View:
    found = request.app.picker.probe()
    picked, where = request.app.picker.picked()
    forms = {"schema": "a JSON schema", "object": "JSON of any shape", "text": "words only"}
    rows = (
        ("form of answers", forms[found.form]),
        ("tools", "yes" if found.tools else "no"),
        ("streaming", "yes" if found.stream else "no"),
        ("temperature", "yes" if found.temperature else "no"),
        ("limit of answers", found.limit),
    )
    return Stack(
        Line(f"{picked} at {where}"), TableView(Table(columns=("what", "taken"), rows=rows))
    )


def _some(names: list[str]) -> str:
    shown = ", ".join(one_line(each, 60) for each in names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown or "none"
