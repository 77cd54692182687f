"""Faults in the tool calls that a model makes; each needs a request that offers tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from babyagi_nb.testing.faults.making import Says, says
from babyagi_nb.testing.reply import Reply, call
from babyagi_nb.testing.request import Request

__all__ = [
    "tool_arguments_broken", "tool_arguments_dict", "tool_arguments_extra",
    "tool_arguments_wrong_types", "tool_call_twice", "tool_finish_stop", "tool_id_null",
    "tool_loop", "tool_unknown", "tools_fifty",
]  # fmt: skip


def _offered(request: Request, good: Reply) -> bool:
    return bool(request.tools)


def _calling(request: Request, good: Reply) -> bool:
    return bool(good.calls)


def _wanted(request: Request, good: Reply) -> dict[str, Any]:
    """A call of the good reply, or of the first tool that is offered."""
    return dict(good.calls[0]) if good.calls else call(request.tools[0], {})


def _with(good: Reply, *calls: Mapping[str, Any]) -> Reply:
    return replace(good, calls=calls)


def _arguments(each: Mapping[str, Any]) -> Any:
    try:
        return json.loads(each["function"]["arguments"])
    except (TypeError, ValueError):
        return {}


def _changed(each: Mapping[str, Any], arguments: Any) -> dict[str, Any]:
    return {**each, "function": {**each["function"], "arguments": arguments}}


@says("tools", applies=_calling, delivers=True)
def tool_call_twice() -> Says:
    """Every call comes twice, with the same id."""
    return lambda request, good: _with(good, *(each for each in good.calls for _ in range(2)))


@says("tools", applies=_offered)
def tool_unknown() -> Says:
    """A tool is called that nobody offered."""
    return lambda request, good: Reply(calls=(call("launch_rockets", {"count": 1}),))


@says("tools", applies=_offered)
def tool_arguments_broken() -> Says:
    """The arguments are no JSON."""

    def say(request: Request, good: Reply) -> Reply:
        return Reply(calls=(_changed(_wanted(request, good), '{"a": 1, "b'),))

    return say


@says("tools", applies=_calling, delivers=True)
def tool_arguments_dict() -> Says:
    """The arguments are an object instead of JSON text."""

    def say(request: Request, good: Reply) -> Reply:
        return _with(good, *(_changed(each, _arguments(each)) for each in good.calls))

    return say


@says("tools", applies=_calling, delivers=True)
def tool_id_null() -> Says:
    """The calls have ``null`` for an id."""
    return lambda request, good: _with(good, *({**each, "id": None} for each in good.calls))


@says("tools", applies=_calling)
def tool_arguments_wrong_types() -> Says:
    """Every argument is a list, whatever was asked for."""

    def say(request: Request, good: Reply) -> Reply:
        first = good.calls[0]
        wrong = json.dumps({name: [[]] for name in _arguments(first)})
        return _with(good, _changed(first, wrong))

    return say


@says("tools", applies=_offered)
def tool_arguments_extra() -> Says:
    """There is an argument that the tool does not have."""

    def say(request: Request, good: Reply) -> Reply:
        wanted = _wanted(request, good)
        given = {**_arguments(wanted), "hurry": True}
        return Reply(calls=(_changed(wanted, json.dumps(given)),))

    return say


@says("tools", recovers=False, applies=_offered)
def tool_loop() -> Says:
    """The same call again, every time, whatever it returns."""
    return lambda request, good: Reply(calls=(_wanted(request, good),))


@says("tools", applies=_offered)
def tools_fifty() -> Says:
    """Fifty calls in one answer."""

    def say(request: Request, good: Reply) -> Reply:
        wanted = _wanted(request, good)
        return Reply(calls=tuple({**wanted, "id": f"call_{at}"} for at in range(50)))

    return say


@says("tools", applies=_calling, delivers=True)
def tool_finish_stop() -> Says:
    """There are calls, and the answer says that it ended as if there were none."""
    return lambda request, good: replace(good, finish="stop")
