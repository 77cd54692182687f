"""The subcommands that need a model, or prepare for one. Data only, as in ``grammar``."""

from __future__ import annotations

from babyagi_nb.jupyter.arguments import Option, Place
from babyagi_nb.jupyter.subcommand import Subcommand

__all__ = ["MODEL_SUBCOMMANDS"]

_MODEL = Option(name="model", help="which model; the picked one unless told")
_BUDGET = (
    Option(name="calls", kind="count", help="requests to the model it may send"),
    Option(name="tokens", kind="count", help="tokens it may take"),
    Option(name="seconds", kind="number", help="seconds it may take"),
    Option(name="cost", kind="number", help="US dollars it may cost, where the price is known"),
)
_BUILD = Place(name="BUILD", help="a build's id, or a part of it; the newest unless told")

MODEL_SUBCOMMANDS = (
    Subcommand(
        name="model", handler="commands.models:model",
        help="the models that the server has, and which one is asked",
        places=(Place(name="NAME", help="the model to ask from now on"),),
        options=(
            Option(name="url", help="address of an OpenAI-compatible server"),
            Option(name="key", values="key", help="name of the key that may be sent there"),
            Option(name="price", help="US dollars for a million tokens in and out: 0.5,2"),
            Option(name="probe", kind="flag", help="find out what the model can do"),
        ),
        examples=("%babyagi model", "%babyagi model qwen3:8b url=http://localhost:11434/v1"),
    ),
    Subcommand(
        name="ask", handler="commands.models:ask", help="ask the model one thing",
        prose="PROMPT…", cell=True,
        options=(
            _MODEL,
            Option(name="system", help="what the model is told to be"),
            Option(name="max_tokens", kind="count", help="tokens of the answer"),
        ),
        examples=("%babyagi ask what is a monoid?", "answer = %babyagi ask 'a name for a cat'"),
    ),
    Subcommand(
        name="find", handler="commands.finding:find", help="stored functions by what they do",
        prose="WORDS…",
        options=(Option(name="limit", kind="count", help="how many; 8 unless told"),),
        examples=("%babyagi find average of a list",),
    ),
    Subcommand(
        name="build", handler="commands.builds:build",
        help="let the model write functions for a task, as drafts",
        prose="TASK…", cell=True, options=(_MODEL, *_BUDGET),
        examples=('%babyagi build "read a CSV text and sum a column" calls=20',),
    ),
    Subcommand(
        name="builds", handler="commands.builds:builds", help="builds and what became of them",
        places=(Place(name="BUILD", help="one in full, by its id or a part of it"),),
        options=(Option(name="limit", kind="count", help="how many; 20 unless told"),),
        examples=("%babyagi builds",),
    ),
    Subcommand(
        name="resume", handler="commands.builds:resume",
        help="go on with a build that was stopped",
        places=(_BUILD,), options=(_MODEL, *_BUDGET),
        examples=("%babyagi resume", "%babyagi resume calls=40"),
    ),
    Subcommand(
        name="self_build", handler="commands.builds:self_build",
        help="think of tasks that somebody would have, and build functions",
        prose="ROLE…",
        options=(
            Option(name="n", kind="count", help="how many tasks; 3 unless told"), _MODEL, *_BUDGET,
        ),
        examples=('%babyagi self_build "a bookkeeper in a small shop" n=3',),
    ),
    Subcommand(
        name="review", handler="commands.builds:review",
        help="look at drafts; the lines that approve them come below",
        prose="NAME@N…", cell=True,
        examples=("%babyagi review report@1 total@1",),
    ),
    Subcommand(
        name="revise", handler="commands.builds:revise",
        help="have a draft written anew, with a remark of yours",
        places=(
            Place(name="NAME@N", help="a draft", required=True, values="version"),
        ),
        prose="REMARK…", options=(_MODEL, *_BUDGET),
        examples=("%babyagi revise report@1 round to two digits",),
    ),
    Subcommand(
        name="reject", handler="commands.approvals:deny",
        help="the same as deny",
        places=(
            Place(name="NAME[@N]", help="a stored function, or a version", required=True,
                  values="version"),
        ),
        options=(Option(name="reason", help="why"),),
        examples=("%babyagi reject report@1 reason='too slow'",),
    ),
    Subcommand(
        name="improve", handler="commands.upkeeping:improve",
        help="make tests of the inputs a function failed on, and a next version",
        places=(Place(name="NAME", help="a stored function", required=True, values="function"),),
        options=(_MODEL, *_BUDGET),
        examples=("%babyagi improve parse_price",),
    ),
    Subcommand(
        name="upkeep", handler="commands.upkeeping:upkeep",
        help="how versions fared, and which functions to retire or merge",
        options=(Option(name="days", kind="count", help="how far back to look; 30 unless told"),),
        examples=("%babyagi upkeep",),
    ),
    Subcommand(
        name="chat", handler="commands.chat:chat", help="talk with a model that can call functions",
        prose="MESSAGE…", cell=True,
        options=(
            Option(
                name="functions", kind="names", values="function",
                help="only these; by default those that fit what you say",
            ),
            Option(name="new", kind="flag", help="begin a new conversation"),
            Option(name="id", help="which conversation to go on with"),
            _MODEL, *_BUDGET,
        ),
        examples=("%babyagi chat which functions parse dates?",),
    ),
    Subcommand(
        name="chats", handler="commands.chat:chats", help="conversations that were kept",
        places=(Place(name="ID", help="one in full"),),
        examples=("%babyagi chats",),
    ),
    Subcommand(
        name="bench", handler="commands.upkeeping:bench",
        help="how many tasks of a file the model solves, in three ways",
        options=(
            Option(
                name="data", values="file",
                help="tasks in the format of HumanEval+ or MBPP+ (JSON lines, .gz too)",
            ),
            Option(name="limit", kind="count", help="how many tasks; all unless told"),
            Option(
                name="arms", kind="names", choices=("oneshot", "build", "library"),
                help="which of the three; all unless told",
            ),
            _MODEL, *_BUDGET,
        ),
        examples=("%babyagi bench data=MbppPlus.jsonl limit=20",),
    ),
)  # fmt: skip
"""In the order of the help."""
