"""A stored version written back as a cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.declaring import declare
from babyagi_nb.core.digest import digest
from babyagi_nb.core.drafting import draft
from babyagi_nb.core.parsing import parse_cell
from babyagi_nb.core.records import Effects, FunctionSpec, FunctionVersion
from babyagi_nb.core.settlement import Surroundings
from babyagi_nb.ids import Digest, VersionNumber
from babyagi_nb.jupyter.arguments import read_arguments
from babyagi_nb.jupyter.celltext import cell_text
from babyagi_nb.jupyter.grammar import FUNCTION
from babyagi_nb.jupyter.registering import declared_of

KNOWN = Surroundings(functions=["world", "moon"], notebook={"noted": 1})


def spec_of(line: str, body: str) -> FunctionSpec:
    declared = declared_of(read_arguments(line, FUNCTION))
    parsed = parse_cell(body, declared.name)
    (spec,) = draft(parsed.functions, lambda name: declared, KNOWN).specs
    return spec


def written(spec: FunctionSpec) -> FunctionSpec:
    version = FunctionVersion(spec=spec, number=VersionNumber(1), digest=Digest(""), created_at=0)
    first, _, body = cell_text(version).partition("\n")
    return spec_of(first.partition(" ")[2], body)


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("", "def f(): pass"),
        ("deps=world keys=k", "def f():\n    return world(), k, noted"),
        ("deps=", "def f():\n    return 1"),
        ("desc=''", "def f():\n    'Doc.'"),
        ("imports='math, json as j, requests>=2'", "def f():\n    return math, j, requests"),
        ("""imports='[{"name": "bs4", "lib": "beautifulsoup4"}]'""", "def f():\n    return bs4"),
        ("", "import math\n_K = 2\n\ndef f(x):\n    'Doc.'\n    return math.pi * _K\n\n"
             "def test_f():\n    assert f(1)\n\nassert f(2)"),
        ("desc='other words' triggers=moon log=none timeout=2.5 validate=off",
         "def f(x):\n    'Doc.'"),
        ("""meta='{"a": "it is"}' in=x:list[int],y out=z""", "async def f(x, y): return 1"),
    ],
)  # fmt: skip
def test_registering_the_cell_again_would_change_nothing(line: str, body: str) -> None:
    spec = spec_of(line, body)
    again = written(spec)
    assert digest(again) == digest(spec)
    assert again.tests == spec.tests


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]))


@given(TEXT, st.sampled_from(["pure", "once", "unknown"]), st.dictionaries(TEXT, TEXT))
def test_any_description_and_metadata_survive(
    text: str, effects: Effects, metadata: dict[str, str]
) -> None:
    metadata = {f"m{key}": value for key, value in metadata.items()}
    declared = declare({"description": text, "effects": effects, "metadata": metadata})
    parsed = parse_cell("def f(): pass")
    (spec,) = draft(parsed.functions, lambda name: declared, KNOWN).specs
    assert digest(written(spec)) == digest(spec)
