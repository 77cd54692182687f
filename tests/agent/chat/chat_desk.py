"""A store with a few functions, a scripted model, and conversations between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import CoroutineType
from typing import Any

from babyagi_nb.agent.chat.conversation import Conversation
from babyagi_nb.agent.chat.events import Event
from babyagi_nb.agent.chat.library import Library
from babyagi_nb.agent.chat.transcript import Chats
from babyagi_nb.agent.search.finder import Finder
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.model import Answer, Ask, Message
from babyagi_nb.core.source import CellSource, Declared
from babyagi_nb.store.shelf import MemoryShelf
from babyagi_nb.testing import Reply, Request, Rule, ScriptedModel, call

FUNCTIONS: dict[str, str] = {
    "pure": """
def add(a: int, b: int) -> int:
    'Add two whole numbers.'
    return a + b

def broken():
    'Print on the printer.'
    raise ValueError('out of paper')

async def later(n: int) -> int:
    'Count on, later.'
    return n + 1

def squares(n: int):
    'Square numbers, one by one.'
    for i in range(n):
        yield i * i

def boss():
    'Manage the whole store.'
    import babyagi_nb
    return babyagi_nb
""",
    "idempotent": """
def weather(city: str) -> str:
    'The weather in a city today.'
    return f'sunny in {city}'
""",
    "once": """
def post(text: str):
    'Send a message to the team.'
    sent.append(text)
    return len(sent)
""",
}
"""Cells by what running their functions again would do."""


class Desk:
    """What a test works at."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.app = BabyAGI(":memory:", namespace={"sent": self.sent}, notify=lambda line: None)
        for effects, code in FUNCTIONS.items():
            declared = Declared(effects=effects)  # type: ignore[arg-type]
            source = CellSource(text=code, declared=declared)
            self.app.registrar.register(source, namespace=self.app.namespace)
        self.shelf = MemoryShelf()
        self.chats = Chats(self.shelf)
        self.library = library_of(self.app)
        self.events: list[Event] = []
        self.asked: list[str] = []
        self.model = ScriptedModel()

    def script(self, *rules: Any) -> ScriptedModel:
        self.model = ScriptedModel(
            [each if isinstance(each, Rule) else Rule(each) for each in rules]
        )
        return self.model

    def converse(self, model: Any = None, **options: Any) -> Conversation:
        given: dict[str, Any] = {"chats": self.chats, "runs": self.app.runs, **options}
        return Conversation(model=model or self.model, library=self.library, **given)

    def watch(self, event: Event) -> None:
        self.events.append(event)

    def saying(self, word: bool) -> Callable[[str], bool]:
        def confirm(question: str) -> bool:
            self.asked.append(question)
            return word

        return confirm

    def told(self, at: int = -1) -> list[str]:
        """Contents of the tool messages that the model saw in its request number *at*."""
        messages = self.model.requests[at].fields["messages"]
        return [each["content"] for each in messages if each["role"] == "tool"]

    def tools(self, at: int = -1) -> list[str]:
        return list(self.model.requests[at].tools)


@contextmanager
def desk_open() -> Iterator[Desk]:
    desk = Desk()
    try:
        yield desk
    finally:
        desk.app.close()


def library_of(app: BabyAGI) -> Library:
    finder = Finder(lambda: app.catalogue)

    def catalogue() -> Any:
        app.refresh()
        return app.catalogue

    def run(name: str, given: Mapping[str, Any]) -> Any:
        value = app.call_with_json(name, given)
        return app.executor.loop.run(value) if type(value) is CoroutineType else value

    def propose(code: str, **declared: Any) -> list[str]:
        done = app.propose(code, origin="model:scripted", **declared)
        return [each.version.label for each in done.functions]

    return Library(
        catalogue=catalogue, call=run, schema=app.schema, propose=propose,
        find=lambda query, k: finder.find(query, k),
    )  # fmt: skip


def calls(*wanted: tuple[str, Any], text: str = "", finish: str | None = None) -> Reply:
    """A reply that calls tools, each with an id of its own."""
    made = tuple(
        call(name, arguments, id=f"id_{at}") for at, (name, arguments) in enumerate(wanted)
    )
    return Reply(text=text, calls=made, finish=finish)


def is_settled(messages: tuple[Message, ...]) -> bool:
    """Whether each call has its answer right behind it, and nothing else has one."""
    waiting: list[str] = []
    for each in messages:
        if each.role == "tool":
            if not waiting or each.answers != waiting.pop(0):
                return False
        elif waiting:
            return False
        waiting += [one.id for one in each.calls]
    return not waiting


class Interrupting:
    """A model that is interrupted, as by Ctrl-C, when it is asked for the *at*-th time."""

    id, host = "slow", "memory"

    def __init__(self, *answers: Any, at: int) -> None:
        self.inner = ScriptedModel([Rule(each) for each in answers])
        self.at = at

    def ask(self, ask: Ask, **options: Any) -> Answer:
        self.at -= 1
        if self.at < 0:
            on_text = options.get("on_text")
            if on_text:
                on_text("half an ans")
            raise KeyboardInterrupt
        return self.inner.ask(ask, **options)

    def embed(self, texts: Any, **options: Any) -> Any:
        raise NotImplementedError


__all__ = [
    "Desk", "Interrupting", "Message", "Request", "calls", "desk_open", "is_settled", "library_of",
]  # fmt: skip
