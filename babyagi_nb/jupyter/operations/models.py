"""Operations about the model that is asked, and about finding functions by what they do."""

from __future__ import annotations

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.errors import ModelError
from babyagi_nb.jupyter.messages import Found, Models
from babyagi_nb.jupyter.operations.desk import Desk

__all__ = ["find", "listed", "pick"]

_MOST = 500
"""Names of models in one answer."""


def listed(desk: Desk, ask: bool) -> Models:
    """Which model is asked and whether it can be; with *ask* the server says what it has.

    What is in the way is in the answer, with its mend: it is how things stand, and no failure.
    """
    found = _standing(desk)
    if ask:
        try:
            found["models"] = [one_line(each, 200) for each in desk.app.models()[:_MOST]]
        except ModelError as error:
            found |= {"ready": False, "problem": error.message, "fix": error.fix}
    return found


def pick(desk: Desk, name: str, url: str | None = None, key: str | None = None) -> Models:
    """Ask another model from now on; *url* and *key* are the person's word for a server."""
    desk.app.use_model(name.strip(), url, key or None)
    return _standing(desk)


def find(desk: Desk, query: str) -> list[Found]:
    return [
        {
            "name": each["name"],
            "description": one_line(each["description"], 200),
            "score": each["score"],
            "why": one_line(each["why"], 200),
        }
        for each in desk.app.find_functions(query, 5)
    ]


def _standing(desk: Desk) -> Models:
    app = desk.app
    picked, host = app.picker.picked()
    found: Models = {
        "picked": one_line(picked, 200), "host": one_line(host, 200), "models": [],
        "ready": True, "problem": "", "fix": "",
    }  # fmt: skip
    try:
        # The server is not asked for this.
        model = app.open_model()
    except ModelError as error:
        return {**found, "ready": False, "problem": error.message, "fix": error.fix}
    return {**found, "picked": one_line(model.id, 200), "host": one_line(model.host, 200)}
