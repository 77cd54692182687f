"""Tools are told to a model in few tokens, and nothing that it needs is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.search.brief import LIMIT, brief, tokens
from babyagi_nb.agent.search.schema import compact, schema_of
from babyagi_nb.core.model import Tool
from babyagi_nb.core.records import FunctionSpec, Parameter
from babyagi_nb.ids import FunctionName
from benchmarks.corpus import Real, real_functions

OTHERS = 2
"""Tools beside the stored functions: one to search, one to propose."""
OFFERED = 8


def spec_of(real: Real) -> FunctionSpec:
    return FunctionSpec(
        name=FunctionName(real.name.replace(":", "_").replace(".", "_")),
        code="",
        description=real.description,
        parameters=real.parameters,
    )


def sent(tool: Tool) -> str:
    """The tool as it stands in a request."""
    function = {
        "name": tool.name, "description": tool.description, "parameters": dict(tool.parameters),
    }  # fmt: skip
    return json.dumps({"type": "function", "function": function}, ensure_ascii=False)


def spec(*parameters: Parameter, description: str = "Does it.") -> FunctionSpec:
    return FunctionSpec(
        name=FunctionName("f"), code="", description=description, parameters=parameters
    )


def read(annotation: str) -> Any:
    return schema_of(spec(Parameter(name="x", annotation=annotation)))["properties"]["x"]


# -- how many tokens -------------------------------------------------------------------------


def test_of_a_thousand_real_functions_the_ten_longest_tools_fit_the_prompt() -> None:
    """Any ten of them do, then: eight functions, and as much again for the two other tools."""
    longest = sorted(
        (tokens(sent(brief(spec_of(each)))) for each in real_functions()[:1000]), reverse=True
    )
    assert len(longest) == 1000
    assert sum(longest[: OFFERED + OTHERS]) <= 1500


def test_every_required_parameter_of_a_real_function_is_told() -> None:
    for real in real_functions():
        told = brief(spec_of(real)).parameters
        needed = [each.name for each in real.parameters if each.required]
        assert told.get("required", []) == needed
        assert set(needed) <= told["properties"].keys()


def test_most_real_functions_are_told_whole() -> None:
    whole = [
        {each.name for each in real.parameters if each.kind != "var_keyword"}
        == set(brief(spec_of(real)).parameters["properties"])
        for real in real_functions()
    ]
    assert sum(whole) / len(whole) > 0.97


def test_tokens_are_counted_rather_too_high() -> None:
    assert tokens("a" * 300) == 100
    assert tokens("") == 0
    assert tokens("é") == 1


# -- making it fit ---------------------------------------------------------------------------


def test_the_description_is_one_line_of_the_first_paragraph() -> None:
    tool = brief(spec(description="Counts\n  words.\n\nLong story."))
    assert tool.description == "Counts words."


def test_a_description_cannot_act_on_who_reads_it() -> None:
    assert brief(spec(description="red \x1b[31m\u202e text")).description == "red text"


def test_a_long_description_is_cut_before_any_parameter_is() -> None:
    parameters = [Parameter(name=f"parameter_{at}", annotation="int") for at in range(6)]
    tool = brief(spec(*parameters, description="very " * 100))
    assert len(tool.parameters["properties"]) == 6
    assert len(tool.description) == 60


def test_optional_parameters_go_from_the_end() -> None:
    needed = Parameter(name="needed", annotation="dict[str, list[int]]")
    optional = [Parameter(name=f"optional_{at}", annotation="int", default="0") for at in range(40)]
    properties = brief(spec(needed, *optional)).parameters["properties"]
    assert list(properties)[:3] == ["needed", "optional_0", "optional_1"]
    assert len(properties) < 20
    assert properties["needed"] == {"type": "object"}


def test_required_parameters_stay_however_long_it_gets() -> None:
    parameters = [Parameter(name=f"parameter_{at}", annotation="int") for at in range(60)]
    assert len(brief(spec(*parameters)).parameters["required"]) == 60


def test_a_schema_of_the_living_function_is_preferred() -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 3, "title": "N", "default": 7}},
        "required": [],
    }
    assert brief(spec(Parameter(name="n")), schema=schema).parameters == {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 3}},
    }


# -- schemas ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        ("int", {"type": "integer"}),
        ("str | None", {"type": ["string", "null"]}),
        ("Optional[float]", {"type": ["number", "null"]}),
        ("typing.Union[int, str]", {"type": ["integer", "string"]}),
        ("int | str | None", {"type": ["integer", "string", "null"]}),
        ("list[str]", {"type": "array", "items": {"type": "string"}}),
        ("Iterable[bool]", {"type": "array", "items": {"type": "boolean"}}),
        ("tuple[int, str]", {"type": "array"}),
        ("dict[str, bool]", {"type": "object", "additionalProperties": {"type": "boolean"}}),
        ("Literal['a', 2]", {"enum": ["a", 2]}),
        ("Literal[b'a']", {}),
        ("Annotated[int, 'positive']", {"type": "integer"}),
        ("'int'", {"type": "integer"}),
        ("pd.DataFrame", {}),
        ("int | Thing", {}),
        ("Callable[[int], str]", {}),
        ("not python(", {}),
        ("'unfinished[", {}),
        ("x" * 600, {}),
    ],
)  # fmt: skip
def test_an_annotation_is_read_as_far_as_it_is_known(annotation: str, schema: Any) -> None:
    assert read(annotation) == schema


def test_the_rest_of_the_arguments_is_a_list_and_keywords_are_left_out() -> None:
    schema = schema_of(
        spec(
            Parameter(name="more", kind="var_positional", annotation="int"),
            Parameter(name="others", kind="var_keyword"),
        )
    )
    assert schema["properties"] == {"more": {"type": "array", "items": {"type": "integer"}}}
    assert schema["required"] == []


def test_references_are_written_out() -> None:
    schema = {
        "$defs": {"Point": {"title": "Point", "type": "object", "properties": {"x": {}}}},
        "type": "object",
        "properties": {"at": {"$ref": "#/$defs/Point"}},
        "required": ["at"],
    }
    assert compact(schema) == {
        "type": "object",
        "properties": {"at": {"type": "object", "properties": {"x": {}}}},
        "required": ["at"],
    }


def test_a_type_that_holds_itself_ends_somewhere() -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#/$defs/Tree"}}}
    schema = {"$defs": {"Tree": tree}, "type": "object", "properties": {"t": tree}}
    assert len(json.dumps(compact(schema))) < 1000


def test_properties_called_like_words_of_a_schema_stay() -> None:
    names = ["title", "description", "default", "$defs", "examples", "required"]
    properties = {name: {"type": "string", "title": name} for name in names}
    found = compact({"type": "object", "properties": properties, "required": names})
    assert found["properties"] == {name: {"type": "string"} for name in names}


def test_null_is_dropped_where_leaving_out_says_the_same() -> None:
    either = {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}
    schema = {"type": "object", "properties": {"a": either, "b": either}, "required": ["a"]}
    found = compact(schema)["properties"]
    assert found["a"] == {"type": ["array", "null"], "items": {"type": "integer"}}
    assert found["b"] == {"type": "array", "items": {"type": "integer"}}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "anyOf", "properties", "$ref", "items", "title", "required", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["type", "properties", "required", "$defs", "anyOf", "x"]), json_values
    )
)
def test_whatever_calls_itself_a_schema_can_be_made_compact(schema: dict[str, Any]) -> None:
    json.dumps(compact(schema))
    tool = brief(spec(), schema=schema)
    assert tool.name == "f"
    assert LIMIT > 0


@given(st.text(max_size=60))
def test_any_annotation_has_a_schema(annotation: str) -> None:
    json.dumps(read(annotation))
