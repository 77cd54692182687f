"""Awaiting without saying so, and interrupts that arrive as interrupts."""

from __future__ import annotations

import asyncio

import pytest

from babyagi_nb.jupyter.awaiting import AsyncRule, Attentive

CALL = "get_ipython().run_line_magic('babyagi', {!r})"
PLAIN = CALL.format("run f 1")
AWAITED = f"await {CALL.format('run --awaitable f 1')}"


def rule(code: str) -> str:
    return "".join(AsyncRule(lambda line: line == "run f 1")(code.splitlines(keepends=True)))


@pytest.mark.parametrize(
    "code",
    [
        "{}\n", "x = {}\n", "x, y = {}\nprint(x)\n", "if True:\n    x = {}\n",
        "for i in range(3):\n    {}\n", "try:\n    {}\nfinally:\n    pass\n",
        "'ä' ; x = {}\n", "{}\n{}\n",
    ],
)  # fmt: skip
def test_a_call_in_the_cell_itself_is_awaited(code: str) -> None:
    assert rule(code.replace("{}", PLAIN)) == code.replace("{}", AWAITED)


@pytest.mark.parametrize(
    "code",
    [
        "def g():\n    x = {}\n", "async def g():\n    {}\n", "class C:\n    x = {}\n",
        "h = lambda: {}\n", "text = '''\n{}\n'''\n", "# {}\n",
    ],
)  # fmt: skip
def test_a_call_anywhere_else_is_left_alone(code: str) -> None:
    assert rule(code.replace("{}", PLAIN)) == code.replace("{}", PLAIN)


@pytest.mark.parametrize("line", ["run g 1", "logs f 1"])
def test_another_call_is_left_alone(line: str) -> None:
    code = f"x = {CALL.format(line)}\n"
    assert rule(code) == code


def test_code_that_does_not_parse_is_left_alone() -> None:
    code = f"x = = {PLAIN}\n"
    assert rule(code) == code


async def steps(seen: list[str]) -> str:
    try:
        await asyncio.sleep(0)
        seen.append("slept")
        await asyncio.Event().wait()
    except BaseException as error:
        seen.append(type(error).__name__)
        raise
    return "never"


def test_the_value_and_the_exception_of_a_coroutine_come_through() -> None:
    async def value() -> int:
        await asyncio.sleep(0)
        return 7

    async def failure() -> int:
        await asyncio.sleep(0)
        raise LookupError("mine")

    async def cell() -> int:
        with pytest.raises(LookupError, match="mine"):
            await Attentive(failure())
        return await Attentive(value())

    assert asyncio.run(cell()) == 7


def test_cancelling_the_cell_interrupts_the_function() -> None:
    seen: list[str] = []

    async def cell() -> None:
        me = asyncio.current_task()
        assert me is not None
        waiting = Attentive(steps(seen))
        asyncio.get_running_loop().call_later(0.01, me.cancel)
        try:
            await waiting
        except KeyboardInterrupt:
            seen.append("cell: KeyboardInterrupt")

    asyncio.run(cell())
    assert seen == ["slept", "KeyboardInterrupt", "cell: KeyboardInterrupt"]


def test_a_time_limit_inside_the_function_is_no_interrupt() -> None:
    async def limited() -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return "timed out"
        return "never"

    async def cell() -> str:
        return str(await Attentive(limited()))

    assert asyncio.run(cell()) == "timed out"


def test_the_loop_wakes_while_a_cell_waits() -> None:
    """Without a heartbeat a signal's callback would wait for the loop's next event."""
    beats = 0

    class Counting(asyncio.SelectorEventLoop):
        def _run_once(self) -> None:
            nonlocal beats
            beats += 1
            super()._run_once()  # type: ignore[misc]

    async def cell() -> None:
        await Attentive(asyncio.sleep(0.5))

    with asyncio.Runner(loop_factory=Counting) as runner:
        runner.run(cell())
    assert beats > 6
