"""What may be typed: the options of ``%%babyagi_function`` and the subcommands of ``%babyagi``.

Only data. ``handler`` names the function that carries a subcommand out as ``module:function`` below
``babyagi_nb.jupyter``; it is imported when the subcommand is used, so that completing and helping
cost no import.
"""

from __future__ import annotations

from typing import get_args

from babyagi_nb.core.panel import SECTIONS
from babyagi_nb.core.records import Effects, LogPolicy
from babyagi_nb.core.runs import STATUSES
from babyagi_nb.core.trust import Trust
from babyagi_nb.errors import UsageError, near
from babyagi_nb.jupyter.arguments import Option, Place, Syntax
from babyagi_nb.jupyter.modelgrammar import MODEL_SUBCOMMANDS
from babyagi_nb.jupyter.subcommand import Subcommand

__all__ = ["FUNCTION", "SUBCOMMANDS", "find_subcommand"]

_ASKED = (
    Option(
        name="hosts", kind="names",
        help="what it may connect to from the sandbox, such as api.example.org:443",
    ),
    Option(name="reads", kind="names", values="file", help="what it may read from the sandbox"),
    Option(
        name="calls", kind="names", values="function",
        help="stored functions that the sandbox may have run in the kernel",
    ),
    Option(name="memory", help="memory it may use in the sandbox, such as 4GB"),
)  # fmt: skip

FUNCTION = Syntax(
    command="%%babyagi_function",
    places=(Place(name="NAME", help="which function of the cell; by default every public one"),),
    options=(
        Option(
            name="deps", kind="names", values="function", aliases=("dependencies",),
            help="stored functions it calls; found from the code when not said",
        ),
        Option(name="imports", kind="clauses", help="modules to import: math, numpy as np, x>=2"),
        Option(
            name="keys", kind="names", values="key", aliases=("key_dependencies",),
            help="names of secrets that the function reads",
        ),
        Option(
            name="triggers", kind="names", values="source",
            help="functions or events after which it runs",
        ),
        Option(
            name="desc", aliases=("description",),
            help="description; by default the docstring's first paragraph",
        ),
        Option(name="tags", kind="names", help="words to find it by"),
        Option(name="effects", choices=get_args(Effects), help="what running it again would do"),
        Option(name="log", choices=get_args(LogPolicy), help="which runs are written to the log"),
        Option(name="timeout", kind="number", help="seconds a run may take"),
        Option(name="validate", kind="switch", help="check arguments against the hints"),
        Option(
            name="trust", choices=get_args(Trust),
            help="where it runs; what you write runs in the kernel unless you say sandbox",
        ),
        *_ASKED,
        Option(name="run", help="arguments of a call to make at once, such as run='1, x=2'"),
        Option(name="meta", aliases=("metadata",), help="further facts as a JSON object"),
        Option(
            name="in", aliases=("input_parameters",),
            help="declared inputs, such as in=text:str,n:int, or JSON",
        ),
        Option(
            name="out", aliases=("output_parameters",),
            help="declared outputs, in the form of 'in'",
        ),
    ),
)  # fmt: skip
"""The first line of a function cell."""


def find_subcommand(word: str) -> Subcommand:
    """The subcommand called *word*; raises :class:`~babyagi_nb.errors.UsageError`."""
    found = SUBCOMMANDS.get(word)
    if found is None:
        fix = near(word, SUBCOMMANDS) or "%babyagi help lists them"
        raise UsageError(f"no subcommand {word!r}", fix=fix)
    return found


_NAME = Place(name="NAME", help="a stored function", required=True, values="function")
_VERSION = Place(
    name="NAME[@N]", help="a stored function, or one of its versions", required=True,
    values="version",
)  # fmt: skip
_FILE = Place(name="PATH", help="where the backup is", required=True, values="file")

_ALL = (
    Subcommand(
        name="run", handler="commands.running:run",
        help="call a stored function, or one version of it",
        places=(_VERSION,), rest="ARGUMENTS…",
        options=(
            Option(name="timeout", kind="number", help="seconds the run may take"),
            Option(
                name="awaitable", kind="flag",
                help="hand back what an async function gives, without awaiting it",
            ),
        ),
        examples=(
            "%babyagi run hello 1 x='a' n=$count", "%babyagi run hello@2 1",
            "rows = %babyagi run load {path.name}",
        ),
    ),
    Subcommand(
        name="list", handler="commands.functions:list_functions", help="all stored functions",
        places=(Place(name="TEXT", help="part of a name or description"),),
        options=(Option(name="tag", help="only functions with this tag"),),
        examples=("%babyagi list", "%babyagi list tag=demo"),
    ),
    Subcommand(
        name="show", handler="commands.functions:show", help="one function in full",
        places=(_VERSION,), examples=("%babyagi show hello", "%babyagi show hello@1"),
    ),
    Subcommand(
        name="edit", handler="commands.functions:edit",
        help="put a function's cell below, ready to change",
        places=(_VERSION,), examples=("%babyagi edit hello",),
    ),
    Subcommand(
        name="diff", handler="commands.functions:diff", help="what changed between two versions",
        places=(
            _NAME,
            Place(name="OLD", help="a version number; by default the one before NEW"),
            Place(name="NEW", help="a version number; by default the active one"),
        ),
        examples=("%babyagi diff hello", "%babyagi diff hello 1 3"),
    ),
    Subcommand(
        name="activate", handler="commands.functions:activate",
        help="make another version the active one",
        places=(Place(name="NAME@N", help="a version", required=True, values="version"),),
        examples=("%babyagi activate hello@1",),
    ),
    Subcommand(
        name="rm", handler="commands.functions:remove",
        help="take a function out of use; versions and logs stay",
        places=(_NAME,),
        options=(Option(name="force", kind="flag", help="even while others depend on it"),),
        examples=("%babyagi rm hello",),
    ),
    Subcommand(
        name="undo", handler="commands.changes:undo", help="take back the last change",
        places=(Place(name="NUMBER", help="a change as %babyagi history numbers it"),),
        options=(Option(name="list", kind="flag", help="show the changes instead"),),
        examples=("%babyagi undo", "%babyagi undo 3"),
    ),
    Subcommand(
        name="history", handler="commands.changes:history", help="the last changes, newest first",
        options=(Option(name="limit", kind="count", help="how many; 20 unless told"),),
        examples=("%babyagi history limit=5",),
    ),
    Subcommand(
        name="logs", handler="commands.logs:logs", help="what ran, newest first",
        places=(
            Place(
                name="NAME|RUN", values="run",
                help="a function, or a run by its id, a part of it, or the $row of a log",
            ),
        ),
        options=(
            Option(
                name="status", kind="names", choices=STATUSES, help="only runs that ended so",
            ),
            Option(name="since", help="a time ago such as 30m, 2h, 3d, or a date"),
            Option(name="until", help="in the form of 'since'"),
            Option(name="text", help="part of arguments, output, printed text or message"),
            Option(name="version", kind="count", help="only runs of this version"),
            Option(name="slower", kind="number", help="only runs that took longer, in seconds"),
            Option(name="roots", kind="flag", help="only calls that no stored function made"),
            Option(name="tree", kind="flag", help="as call trees"),
            Option(name="waterfall", kind="flag", help="as bars on a time axis"),
            Option(name="limit", kind="count", help="how many; 20 unless told"),
        ),
        examples=("%babyagi logs hello status=error since=1h", "%babyagi logs --tree limit=5"),
    ),
    Subcommand(
        name="graph", handler="commands.graphs:graph", help="dependencies and triggers drawn",
        places=(Place(name="NAME", help="the middle of the graph", values="function"),),
        options=(
            Option(name="hops", kind="count", help="how far from NAME; 2 unless told"),
            Option(name="deps", kind="flag", help="dependencies only"),
            Option(name="triggers", kind="flag", help="triggers only"),
            Option(name="keys", kind="flag", help="keys as well"),
            Option(name="imports", kind="flag", help="imports as well"),
            Option(name="engine", choices=("builtin", "dot"), help="who lays it out"),
            Option(
                name="save", values="file", help="write it to a .svg, .dot, .mmd or .json file",
            ),
        ),
        examples=("%babyagi graph", "%babyagi graph hello hops=1 save=hello.svg"),
    ),
    Subcommand(
        name="key", handler="commands.keys:key", help="secrets by name; values are never shown",
        places=(
            Place(
                name="ACTION", required=True, choices=("set", "list", "rm", "check"),
                help="set asks for the value, list and check say what is there, rm forgets",
            ),
            Place(name="NAME", help="the key", values="key"),
            Place(name="VALUE", help="refused: a value typed into a cell is kept in its history"),
        ),
        examples=("%babyagi key set openai_api_key", "%babyagi key list"),
    ),
    Subcommand(
        name="drafts", handler="commands.approvals:drafts",
        help="versions that others wrote and that wait for your word",
        examples=("%babyagi drafts",),
    ),
    Subcommand(
        name="approve", handler="commands.approvals:approve",
        help="look at a draft; with its review code, approve what was shown",
        places=(_VERSION,),
        options=(
            Option(name="review", help="the review code that was shown"),
            Option(name="keys", kind="names", values="key", help="keys it is given"),
            *_ASKED,
            Option(name="seconds", kind="number", help="how long a run may take"),
            Option(name="kernel", kind="flag", help="run it in the kernel, with all you may do"),
        ),
        examples=("%babyagi approve report@3", "%babyagi approve report@3 review=4f2a9c"),
    ),
    Subcommand(
        name="deny", handler="commands.approvals:deny",
        help="keep a draft from running, in the sandbox too",
        places=(_VERSION,), options=(Option(name="reason", help="why"),),
        examples=("%babyagi deny report@3",),
    ),
    Subcommand(
        name="revoke", handler="commands.approvals:revoke",
        help="take an approval back; the version does not run any more",
        places=(_VERSION,), options=(Option(name="reason", help="why"),),
        examples=("%babyagi revoke report@3",),
    ),
    Subcommand(
        name="trigger", handler="commands.triggers:trigger", help="what runs after what",
        places=(
            Place(
                name="ACTION", required=True, choices=("add", "rm", "list"),
                help="let one function run after another, stop that, or show what there is",
            ),
            Place(name="TRIGGERED", help="the function that runs", values="function"),
            Place(name="TRIGGERING", help="the function or event after which", values="source"),
        ),
        options=(
            Option(
                name="after", values="source",
                help="the same as TRIGGERING; without either, after every registration",
            ),
        ),
        examples=("%babyagi trigger add report after=load", "%babyagi trigger list"),
    ),
    Subcommand(
        name="load", handler="commands.functions:load",
        help="store the functions of a pack or file; alone, list the packs",
        places=(Place(name="PACK", help="a pack's name or a file", values="pack"),),
        options=(
            Option(
                name="approve", kind="flag",
                help="run it in the kernel, with all you may do; else its functions are drafts",
            ),
        ),
        examples=("%babyagi load default_functions", "%babyagi load my_pack.py"),
    ),
    Subcommand(
        name="deps", handler="commands.deps:deps",
        help="packages that functions need, and installing missing ones",
        places=(
            Place(name="NAME[@N]", help="a stored function, or a version", values="version"),
        ),
        options=(
            Option(name="install", kind="flag", help="show what it would install, ask, install"),
            Option(name="draft", kind="flag", help="install it for the sandbox only"),
        ),
        examples=("%babyagi deps", "%babyagi deps report --install"),
    ),
    Subcommand(
        name="sql", handler="commands.upkeep:sql",
        help="one read-only query over logs and functions",
        rest="SELECT …", cell=True,
        examples=("%babyagi sql SELECT function_name, count(*) FROM logs GROUP BY ALL",),
    ),
    Subcommand(
        name="doctor", handler="commands.upkeep:doctor", help="examine the store",
        options=(Option(name="repair", kind="flag", help="mend what can be mended"),),
        examples=("%babyagi doctor",),
    ),
    Subcommand(
        name="backup", handler="commands.upkeep:backup", help="write a verified copy of the store",
        places=(_FILE,), examples=("%babyagi backup ../store-backup",),
    ),
    Subcommand(
        name="restore", handler="commands.upkeep:restore",
        help="put a backup in the store's place; what was there is kept aside",
        places=(_FILE,), examples=("%babyagi restore ../store-backup",),
    ),
    Subcommand(
        name="panel", handler="commands.panels:panel", help="the dashboard, below the cell",
        places=(
            Place(name="VIEW", help="which section; functions unless told", choices=SECTIONS),
            Place(name="NAME", help="a function to open it at", values="function"),
        ),
        examples=("%babyagi panel logs", "%babyagi panel functions hello"),
    ),
    Subcommand(
        name="help", handler="commands.guide:guide", help="what may be typed",
        places=(Place(name="SUBCOMMAND", help="one in full", values="subcommand"),),
        examples=("%babyagi help", "%babyagi help logs"),
    ),
)  # fmt: skip

SUBCOMMANDS: dict[str, Subcommand] = {
    each.name: each for each in (*_ALL[:-1], *MODEL_SUBCOMMANDS, _ALL[-1])
}
"""Every subcommand by name, in the order of the help."""
