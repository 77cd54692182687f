"""Objects and code are found in whatever a model says around them."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyagi_nb.agent.models.extraction import code, objects, spoken

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=10,
)
_OBJECT = st.dictionaries(st.text(max_size=8), _JSON, max_size=4)
_PROSE = st.text(alphabet="abc ,.!?\n'`\"{}[]:<>/#", max_size=60)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('Sure!\n```json\n{"a": 1}\n```\nBye.', [{"a": 1}]),
        ('```\n{"a": 1}', [{"a": 1}]),
        ('It is {"a": 1} as you said, isn\'t it?', [{"a": 1}]),
        ('<think>{"a": 0}?</think>{"a": 1}', [{"a": 1}]),
        ('{"a": 0}?</think>\n{"a": 1}', [{"a": 1}]),
        ('<think>{"a": 0}</think>', [{"a": 0}]),
        ('{"a": 1}\n{"a": 2}', [{"a": 2}, {"a": 1}]),
        ("{'a': 1, 'b': \"it's\"}", [{"a": 1, "b": "it's"}]),
        ('{"a": [1, 2,], }', [{"a": [1, 2]}]),
        ('{"a": true, // yes\n "b": null}', [{"a": True, "b": None}]),
        ("{'a': True, 'b': None, 'c': (1, 2)}", [{"a": True, "b": None, "c": [1, 2]}]),
        ("{'a': true, 'b': null}", [{"a": True, "b": None}]),
        ('{"a": "two\nlines"}', [{"a": "two\nlines"}]),
        ('{"code": "def f():\\n    return {}"}', [{"code": "def f():\n    return {}"}]),
        ('{"a": "}"} {', [{"a": "}"}]),
        ('use {x} and {"a": 1}', [{"a": 1}]),
        ('{"a": {"b": {"c": 1}}}', [{"a": {"b": {"c": 1}}}]),
        ('{"a": "\\ud800\\u0000b"}', [{"a": "\ufffdb"}]),
        ("", []),
        ("no object here", []),
        ('{"a": 1', []),
        ("[1, 2]", []),
        ("{" * 5000, []),
        ('{"a":' * 3000 + "1" + "}" * 3000, []),
        ("{'a': __import__('os').getcwd()}", []),
    ],
)
def test_objects_are_found(text: str, found: list[dict[str, Any]]) -> None:
    assert objects(text) == found


@given(_OBJECT, st.sampled_from(["{}", "```json\n{}\n```", "Here it is:\n\n{}\n\nEnjoy!"]))
@settings(max_examples=50)
def test_an_object_comes_back_from_what_is_put_around_it(
    value: dict[str, Any], around: str
) -> None:
    text = around.replace("{}", json.dumps(value), 1)
    cleaned = json.loads(json.dumps(value).replace("\\u0000", ""))
    assert objects(text)[0] == cleaned


@given(_PROSE, _PROSE)
def test_nothing_that_is_said_makes_it_fail(before: str, after: str) -> None:
    for text in (before, before + '{"a": 1}' + after, before + "```python\nx = 1\n```" + after):
        assert all(isinstance(each, dict) for each in objects(text))
        assert isinstance(code(text), str)
        assert isinstance(spoken(text), str)


@given(_OBJECT)
@settings(max_examples=50)
def test_what_is_found_can_be_encoded(value: dict[str, Any]) -> None:
    for found in objects(json.dumps(value)):
        json.dumps(found, ensure_ascii=False).encode()


_F = "def f(x):\n    return x + 1"


@pytest.mark.parametrize(
    "text",
    [
        _F,
        f"```python\n{_F}\n```",
        f"```py\n{_F}\n```",
        f"```\n{_F}\n```\n",
        f"~~~python\n{_F}\n~~~",
        f"Sure, it's easy:\n\n```python\n{_F}\n```\n\nThat's all!",
        f"```python\n{_F}",
        f"<think>```python\nwrong\n```</think>\n```python\n{_F}\n```",
        f"Here is the code:\n{_F}\n\nIt adds one, doesn't it?",
        f"```bash\npip install x\n```\n```python\n{_F}\n```\n```python\nf(1)\n```",
        f"````python\n{_F}\n````",
    ],
)
def test_code_is_found(text: str) -> None:
    assert code(text).strip() == _F


@pytest.mark.parametrize("text", ["", "no code here", "<think>def f(): pass</think>"])
def test_where_there_is_no_code_none_is_found(text: str) -> None:
    assert code(text) == ""


def test_code_that_does_not_parse_is_found_as_it_is_for_its_error_to_be_told() -> None:
    assert code("```python\ndef f(:\n    pass\n```") == "def f(:\n    pass"


def test_a_string_with_a_fence_in_it_stays_whole() -> None:
    text = 'def f():\n    return """\n    ```inner```\n    """'
    assert ast.dump(ast.parse(code(f"```python\n{text}\n```"))) == ast.dump(ast.parse(text))


def test_a_warning_of_the_parser_stays_where_it_is() -> None:
    assert code('```python\nx = "\\d"\n```') == 'x = "\\d"'
