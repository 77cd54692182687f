"""One job, inside its process: read it, run it, say how it ended.

The first frame holds the functions, and behind it the arguments as pickles, one each: what the
kernel says is trusted here, never the other way round. From ``started`` on the clock of the job
runs. The last frame is one of ``result``, ``failed`` (its code raised) and ``refused`` (what it
returned or was given cannot cross). A generator's job says ``item`` after every ``next``, and
its ``result`` is what the generator returned.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import pickle
import sys
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Any

from babyagi_nb.sandbox.inside import network
from babyagi_nb.sandbox.inside.encoding import TooMuch, encode
from babyagi_nb.sandbox.inside.failure import describe, trim
from babyagi_nb.sandbox.inside.linking import MemberText, Program, finish
from babyagi_nb.sandbox.inside.printing import Printer, Stream
from babyagi_nb.sandbox.inside.runs import Runs, propagate
from babyagi_nb.sandbox.inside.wire import Channel, Gone, Message, pack

if TYPE_CHECKING:
    import asyncio

__all__ = ["HostError", "serve"]


class HostError(RuntimeError):
    """A host function raised something that has no class here."""

    __module__ = "babyagi_nb.sandbox"


class Refused(Exception):
    """Something may not cross the border, and why."""


def serve(channel: Channel, *, early: bool = False) -> None:
    """Run the one job that comes in by *channel*, and return when all of it was said.

    *early*: nobody waits yet, so there is time to rehearse.
    """
    try:
        served = _Job(channel)
        served.settle_in()
        if early:
            _rehearse()
        served.run(channel.receive())
    except Gone:
        return


class _Job:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._given: dict[str, Any] = {}
        self._pickles = b""
        self._runs = Runs(self._tell)
        self._printer = Printer(self._print, self._runs.current)
        self._label = ""
        """The test that is under way."""

    def run(self, message: Message) -> None:
        self._given, self._pickles = message.body, message.tail
        try:
            last = self._outcome()
        except Refused as error:
            last = {"t": "refused", "m": str(error)[:2_000]}
        self._tell(last)

    def _outcome(self) -> dict[str, Any]:
        if self._given["packages"]:
            sys.path.append(self._given["packages"])
        propagate(pools=any("xecutor" in each[2] for each in self._given["members"]))
        args, kwargs = self._arguments()
        members = [MemberText(*each) for each in self._given["members"]]
        program = Program(
            members,
            keys=self._given["keys"],
            calls=self._given["calls"],
            ask=self._ask,
            runs=self._runs,
        )
        entry = self._given["entry"]
        self._tell({"t": "started"})
        try:
            if self._given["tests"]:
                return {"t": "result", "v": self._tests(program, entry)}
            made = program.function(entry)(*args, **kwargs)
            if self._given["steps"]:
                return self._steps(made)
            return self._crossing("result", _settled(made))
        except (Gone, Refused):
            raise
        except BaseException as error:
            return {"t": "failed", "e": describe(trim(error), self._label)}

    def settle_in(self) -> None:
        """Make this process a job's: streams, network, chance; while nobody waits for it."""
        sys.stdout = Stream(self._printer, 1, "<stdout>")
        sys.stderr = Stream(self._printer, 2, "<stderr>")
        network.patch(self._connect)
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            # A copy of the fork server's state would give every job the same chance.
            numpy.random.seed()

    def _arguments(self) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        start = 0
        for name, size in self._given["arguments"]:
            try:
                value = pickle.loads(self._pickles[start : start + size])
            except BaseException as error:
                label = f"argument {name!r}" if isinstance(name, str) else f"argument {name + 1}"
                raise Refused(
                    f"{label} cannot be made again in the sandbox ({type(error).__name__}: {error})"
                ) from error
            start += size
            if isinstance(name, str):
                kwargs[name] = value
            else:
                args.append(value)
        return args, kwargs

    # -- saying --------------------------------------------------------------------------------

    def _tell(self, body: dict[str, Any]) -> None:
        self._printer.flush()
        self._channel.send(body)

    def _print(self, run: int, text: str) -> None:
        self._channel.send({"t": "printed", "r": run, "s": text})

    def _crossing(self, kind: str, value: Any) -> dict[str, Any]:
        """The frame that takes *value* out; raises :class:`Refused` for what is too large."""
        try:
            body = {"t": kind, "v": encode(value)}
            size = len(pack(body))
        except TooMuch as error:
            raise Refused(f"the {kind} cannot leave the sandbox: {error}") from error
        most = int(self._given["result"])
        if size > most:
            raise Refused(
                f"the {kind} takes {size:,} bytes as JSON, and {most:,} may leave the sandbox"
            )
        return body

    # -- asking --------------------------------------------------------------------------------

    def _ask(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Have the kernel run a host function."""
        body = {
            "t": "call",
            "r": self._runs.current(),
            "f": name,
            "a": self._crossing(f"argument of {name}", args)["v"],
            "k": self._crossing(f"argument of {name}", kwargs)["v"],
        }
        self._printer.flush()
        answer = self._channel.ask(body)
        error = answer.body.get("e")
        if error is not None:
            raise _raised_by_host(error["kind"], error["message"])
        try:
            return pickle.loads(answer.tail)
        except Exception as failure:
            raise HostError(f"the result of {name!r} cannot be made again here") from failure

    def _connect(self, host: str, port: int) -> int | None:
        self._printer.flush()
        answer = self._channel.ask(
            {"t": "connect", "r": self._runs.current(), "h": host, "p": port}
        )
        error = answer.body.get("e")
        if error is not None:
            # OSError picks its subclass by the number.
            raise OSError(error["number"], error["message"])
        return answer.fds[0] if answer.fds else None

    # -- ways to run ---------------------------------------------------------------------------

    def _steps(self, made: Any) -> dict[str, Any]:
        """Advance a generator at every ``next``; ``close`` and the other side's end close it."""
        if inspect.isgenerator(made):
            return self._step_by_step(made.__next__, made.close)
        if inspect.isasyncgen(made):
            import asyncio

            with asyncio.Runner() as runner:
                return self._step_by_step(*_advancing(made, runner))
        raise Refused(f"{self._given['entry']!r} returned no generator, but {type(made).__name__}")

    def _step_by_step(self, advance: Callable[[], Any], close: Callable[[], Any]) -> dict[str, Any]:
        while True:
            if self._channel.receive().body["t"] == "close":
                close()
                return {"t": "result", "v": None}
            try:
                item = advance()
            except StopIteration as stop:
                return self._crossing("result", stop.value)
            except StopAsyncIteration:
                return {"t": "result", "v": None}
            self._tell(self._crossing("item", item))

    def _tests(self, program: Program, entry: str) -> int:
        """Run every test once in the entry's namespace; return how many there were."""
        count = 0
        for text in self._given["tests"]:
            tree = ast.parse(text)
            named = [
                node.name
                for node in tree.body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node.name.startswith("test_")
            ]
            count += max(1, len(named))
            self._label = ", ".join(named) or text.strip().splitlines()[-1]
            filename = f"<babyagi test {count}>"
            linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
            space = dict(program.space(entry))
            for member in self._given["members"]:
                space[member[0]] = program.wrapper(member[0], awaits=True)
            exec(compile(tree, filename, "exec", 0, True), space)
            for self._label in named:
                _settled(space[self._label]())
        return count


def _rehearse() -> None:
    """Link and run a function that does nothing, so that its memory is this process's own.

    What a forked process writes to is copied at the first write; better before a job waits.
    """
    text = MemberText("rehearsal", 0, "def rehearsal(x):\n    return x\n", [], [], [], False, False)
    program = Program([text], keys={}, calls=[], ask=lambda *given: None, runs=Runs(_say_nothing))
    encode(program.function("rehearsal")(pickle.loads(pickle.dumps(1))))
    sys.modules.pop("babyagi_functions.rehearsal", None)
    linecache.cache.pop("<babyagi rehearsal@0>", None)


def _say_nothing(body: dict[str, Any]) -> None:
    """Say nothing, but do what saying takes."""
    pack(body)


def _settled(made: Any) -> Any:
    return finish(made) if inspect.iscoroutine(made) else made


def _advancing(
    made: AsyncGenerator[Any, Any], runner: asyncio.Runner
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    async def advance() -> Any:
        return await anext(made)

    return lambda: runner.run(advance()), lambda: runner.run(made.aclose())


def _raised_by_host(kind: str, message: str) -> BaseException:
    """What a host function raised, as the builtin class of that name where there is one."""
    known = getattr(builtins, kind, None)
    if isinstance(known, type) and issubclass(known, Exception):
        try:
            return known(message)
        except Exception:
            return HostError(f"{kind}: {message}")
    return HostError(f"{kind}: {message}")
