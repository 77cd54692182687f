"""The forms that answers of a model have to fit. What they say is judged elsewhere."""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator

from babyagi_nb.agent.building.cases import Case
from babyagi_nb.agent.building.plan import Plan, Planned, signature
from babyagi_nb.core.cleaning import clean, one_line

__all__ = ["CaseForm", "PlanForm", "PlannedForm", "TaskForm", "TasksForm", "TestsForm"]

_PHRASES = 5


class PlannedForm(BaseModel):
    """One function of a plan."""

    name: str
    signature: str = Field(description="with hints, such as mean(values: list[float]) -> float")
    description: str = Field(description="what it does for which input, and its errors")
    uses: list[str] = Field(default=[], description="functions it calls, planned or stored")
    imports: list[str] = Field(default=[], description="modules that are not in Python itself")
    keys: list[str] = Field(default=[], description="names of secret keys it needs")
    hosts: list[str] = Field(default=[], description="hosts it connects to")

    def planned(self) -> Planned:
        """As a record; a signature that cannot be read stays as it is."""
        name = one_line(self.name, 80)
        try:
            said = signature(name, self.signature)
        except ValueError:
            said = one_line(self.signature, 400)
        return Planned(
            name=name,
            signature=said,
            description=clean(self.description, 2000).strip(),
            uses=_words(self.uses),
            imports=tuple(dict.fromkeys(each.partition(".")[0] for each in _words(self.imports))),
            keys=_words(self.keys),
            hosts=_words(self.hosts),
        )


class PlanForm(BaseModel):
    """Functions for a task."""

    functions: list[PlannedForm]
    main: str = Field(description="name of the function that does the whole task")

    def plan(self) -> Plan:
        return Plan(
            main=one_line(self.main, 80),
            functions=tuple(each.planned() for each in self.functions),
        )


class CaseForm(BaseModel):
    """One test case."""

    title: str
    code: str = Field(description="Python statements that call the function and assert")
    raises: str = Field(default="", description="the built-in error the code must raise, or empty")

    def case(self) -> Case:
        return Case(
            title=one_line(self.title, 100),
            code=self.code.strip(),
            raises=one_line(self.raises, 60),
        )


class TestsForm(BaseModel):
    """Cases for one function, and how people would ask for it."""

    __test__ = False

    cases: list[CaseForm]
    search_phrases: list[str] = Field(
        default=[], description="five short ways in which somebody may ask for such a function"
    )

    @field_validator("search_phrases", mode="before")
    @classmethod
    def _said(cls, value: object) -> object:
        """What can be used of it: tests that are good are not lost for it."""
        listed = value if isinstance(value, list) else [value]
        return [each for each in listed if isinstance(each, str)]

    def stated(self) -> list[Case]:
        return [each.case() for each in self.cases]

    def phrases(self) -> list[str]:
        said = (one_line(each, 100) for each in self.search_phrases)
        return list(dict.fromkeys(each for each in said if each))[:_PHRASES]


class TaskForm(BaseModel):
    """One task that somebody in a role has."""

    task: str = Field(description="what a function is to do, in one or two sentences")
    feasible: int = Field(
        default=5, description="0 to 10: can it be done in plain Python, without network or files?"
    )


class TasksForm(BaseModel):
    """Tasks of a role."""

    tasks: list[TaskForm]


def _words(said: list[str]) -> tuple[str, ...]:
    found = (one_line(each, 100) for each in said)
    return tuple(dict.fromkeys(each for each in found if each))
