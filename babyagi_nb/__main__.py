"""``python -m babyagi_nb enable | disable | status``: whether kernels know our magics unasked.

``status`` exits with 0 when autoload is on, and with 1 when it is off. A command that could not do
what was asked says why on one line and exits with 2.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import babyagi_nb.installation as installation
from babyagi_nb.errors import BabyAGIError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of the command line, and return the exit code."""
    asked = _parser().parse_args(arguments)
    commands = {"enable": _enable, "disable": _disable, "status": _status}
    try:
        return commands[asked.command](asked.scope)
    except BabyAGIError as error:
        print(f"babyagi_nb: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m babyagi_nb",
        description="Let kernels know %babyagi and %%babyagi_function without %load_ext.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help in (
        ("enable", "turn autoload on"),
        ("disable", "turn autoload off"),
        ("status", "say whether autoload is on, and where"),
    ):
        command = commands.add_parser(name, help=help, allow_abbrev=False)
        where = command.add_mutually_exclusive_group()
        where.add_argument(
            "--prefix",
            dest="scope",
            action="store_const",
            const="prefix",
            help="for the kernels of this environment",
        )
        where.add_argument(
            "--user",
            dest="scope",
            action="store_const",
            const="user",
            help="for all kernels of this user's default profile",
        )
        command.set_defaults(scope=None)
    return parser


def _enable(scope: installation.Scope | None) -> int:
    place = installation.enable(scope)
    print(f"autoload is on {_reach(place)}: {place.path}")
    print("kernels that start from now on know %babyagi and %%babyagi_function")
    return 0


def _disable(scope: installation.Scope | None) -> int:
    removed = installation.disable(scope)
    for place in removed:
        print(f"removed {place.path}")
    print(
        "autoload is off; %load_ext babyagi_nb works as before" if removed else "nothing to remove"
    )
    return 0


def _status(scope: installation.Scope | None) -> int:
    found = [each for each in installation.places() if scope in (None, each.scope)]
    for place in found:
        words = {
            "absent": "off",
            "current": "on",
            "outdated": "on, written by another version; enable again to renew it",
            "foreign": "off, a file of that name is not ours",
        }[place.state]
        print(f"autoload {_reach(place)}: {words} ({place.path})")
    return 0 if any(place.active for place in found) else 1


def _reach(place: installation.Place) -> str:
    return "in this environment" if place.scope == "prefix" else "for this user"


if __name__ == "__main__":
    sys.exit(main())
