"""A script in a file: what people write down once and serve in a notebook, a test or a shell.

::

    {
      "models": ["scripted"],
      "rules": [
        {"contains": "2 + 2", "reply": "Four."},
        {"last": "weather", "tools": "forecast",
         "replies": [{"calls": [{"name": "forecast", "arguments": {"city": "Oslo"}}]},
                     {"fault": "rate_limited"}, {"json": {"rain": true}}],
         "times": null}
      ]
    }

A rule has the conditions of :class:`~babyagi_nb.testing.Rule` and ``reply`` or ``replies``. A reply
is text, or an object with one of ``text``, ``json``, ``calls`` (``text`` may stand beside it) or
``fault``; beside the first three ``finish`` may say why it ended. A list of rules alone will do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyagi_nb.errors import UsageError, near
from babyagi_nb.testing.faults import ALL
from babyagi_nb.testing.reply import Reply, call
from babyagi_nb.testing.script import Rule

__all__ = ["Written", "parse_script", "read_script"]

_CONDITIONS = ("contains", "last", "system", "tools", "model", "path")
_RULE = (*_CONDITIONS, "reply", "replies", "times")
_REPLY = ("text", "json", "calls", "fault", "finish")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a script file says."""

    rules: tuple[Rule, ...]
    models: tuple[str, ...] = ("scripted",)


def read_script(path: str | Path) -> Written:
    """Return the script in the file *path*; raises ``UsageError`` for one that cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the script {path} cannot be read: {error}") from error
    try:
        return parse_script(json.loads(text))
    except json.JSONDecodeError as error:
        raise UsageError(f"{path} is no JSON: {error}") from error
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", fix=error.fix) from error


def parse_script(given: Any) -> Written:
    """Return the script that *given*, as JSON has it, stands for.

    >>> parse_script([{"contains": "2 + 2", "reply": "Four."}]).rules
    (Rule(contains='2 + 2'),)
    >>> parse_script([{"contain": "2 + 2", "reply": "Four."}])
    Traceback (most recent call last):
        ...
    babyagi_nb.errors.UsageError: rule 1 has an unknown field 'contain'; did you mean 'contains'?
    """
    if isinstance(given, list):
        given = {"rules": given}
    if not isinstance(given, Mapping) or not isinstance(given.get("rules"), list):
        raise UsageError("a script is a list of rules", fix='write [{"reply": "Hello"}]')
    _known(given, ("rules", "models"), "the script")
    models = given.get("models", ["scripted"])
    if not isinstance(models, list) or not all(isinstance(name, str) for name in models):
        raise UsageError("'models' is a list of names")
    rules = tuple(_rule(each, f"rule {at}") for at, each in enumerate(given["rules"], 1))
    return Written(rules=rules, models=tuple(models))


def _rule(given: Any, where: str) -> Rule:
    if not isinstance(given, Mapping):
        raise UsageError(f"{where} is no object", fix='write {"contains": …, "reply": …}')
    _known(given, _RULE, where)
    if ("reply" in given) == ("replies" in given):
        raise UsageError(f"{where} needs either 'reply' or 'replies'")
    replies = [given["reply"]] if "reply" in given else given["replies"]
    if not isinstance(replies, list):
        raise UsageError(f"'replies' of {where} is no list")
    options = {name: _condition(given[name], name, where) for name in _CONDITIONS if name in given}
    if "times" in given:
        times = given["times"]
        if times is not None and (not isinstance(times, int) or isinstance(times, bool)):
            raise UsageError(f"'times' of {where} is a whole number, or null for always")
        options["times"] = times
    said = [_said(each, f"reply {at} of {where}") for at, each in enumerate(replies, 1)]
    return Rule(*said, **options)


def _condition(value: Any, name: str, where: str) -> Any:
    lists = name not in ("model", "path")
    texts = value if lists and isinstance(value, list) else [value]
    if all(isinstance(each, str) for each in texts):
        return value
    raise UsageError(f"{name!r} of {where} is text" + (" or a list of texts" if lists else ""))


def _said(given: Any, where: str) -> Any:
    if isinstance(given, str):
        return given
    if not isinstance(given, Mapping) or not given:
        raise UsageError(f"{where} is neither text nor object", fix='write {"json": …}')
    _known(given, _REPLY, where)
    if "fault" in given:
        name = given["fault"]
        if not isinstance(name, str) or name not in ALL:
            raise UsageError(f"{where} names an unknown fault {name!r}", fix=near(str(name), ALL))
        return ALL[name]
    for field in ("text", "finish"):
        if not isinstance(given.get(field, ""), str):
            raise UsageError(f"{field!r} of {where} is text")
    text = given.get("text", "")
    if "json" in given:
        text = json.dumps(given["json"], ensure_ascii=False)
    return Reply(text=text, calls=_calls(given.get("calls", ()), where), finish=given.get("finish"))


def _calls(given: Any, where: str) -> tuple[dict[str, Any], ...]:
    try:
        return tuple(
            call(each["name"], each.get("arguments"), id=each.get("id") or f"call_{at}")
            for at, each in enumerate(given, 1)
        )
    except (AttributeError, KeyError, TypeError) as error:
        fix = 'write {"calls": [{"name": "add", "arguments": {"a": 1}}]}'
        raise UsageError(f"the calls of {where} are no list of calls", fix=fix) from error


def _known(given: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    for name in given:
        if name not in names:
            raise UsageError(f"{where} has an unknown field {name!r}", fix=near(str(name), names))
