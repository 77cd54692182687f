"""How a constructor of the catalogue is made: from a function that says what happens instead.

Its name is the fault's name, the first sentence of its docstring what the fault is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec

from babyagi_nb.errors import ModelError
from babyagi_nb.testing.fault import Fault, Kind, Step
from babyagi_nb.testing.reply import Reply
from babyagi_nb.testing.request import Request

__all__ = ["Says", "Sends", "says", "sends"]

P = ParamSpec("P")
Sends = Callable[[Request, Reply], Iterable[Step]]
Says = Callable[[Request, Reply], Reply]
Applies = Callable[[Request, Reply], bool]


def sends(
    kind: Kind,
    *,
    recovers: bool = True,
    delivers: bool = False,
    applies: Applies | None = None,
    error: Callable[[], ModelError] | None = None,
) -> Callable[[Callable[P, Sends]], Callable[P, Fault]]:
    """Make constructors of faults on the wire."""

    def decorate(make: Callable[P, Sends]) -> Callable[P, Fault]:
        @wraps(make)
        def construct(*args: P.args, **kwargs: P.kwargs) -> Fault:
            return Fault(
                name=make.__name__,
                kind=kind,
                about=_about(make),
                recovers=recovers,
                delivers=delivers,
                sends=make(*args, **kwargs),
                applies=applies or _always,
                error=error,
            )

        return construct

    return decorate


def says(
    kind: Kind,
    *,
    recovers: bool = True,
    delivers: bool = False,
    applies: Applies | None = None,
) -> Callable[[Callable[P, Says]], Callable[P, Fault]]:
    """Make constructors of faults in what the model says."""

    def decorate(make: Callable[P, Says]) -> Callable[P, Fault]:
        @wraps(make)
        def construct(*args: P.args, **kwargs: P.kwargs) -> Fault:
            return Fault(
                name=make.__name__,
                kind=kind,
                about=_about(make),
                recovers=recovers,
                delivers=delivers,
                says=make(*args, **kwargs),
                applies=applies or _always,
            )

        return construct

    return decorate


def _about(make: Callable[P, object]) -> str:
    return (make.__doc__ or "").partition("\n")[0].strip()


def _always(request: Request, good: Reply) -> bool:
    return True
