"""What a function needs is read from its code, and told apart without importing anything."""

from __future__ import annotations

import keyword
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.imports import parse_imports
from babyagi_nb.core.records import FunctionSpec, Import
from babyagi_nb.distributions.classify import Classified, classify, locked
from babyagi_nb.distributions.installed import Distribution, Installed, read_installed
from babyagi_nb.distributions.needs import Need, needs
from babyagi_nb.distributions.wellknown import NAMESPACES, WELL_KNOWN
from babyagi_nb.ids import FunctionName

HERE = Installed(
    distributions={
        name: Distribution(name=name, version=version)
        for name, version in {
            "numpy": "2.1.0", "pyyaml": "6.0", "opencv-python": "4.9", "protobuf": "5.0",
            "google-auth": "2.0", "odd": "1!2.0+local",
        }.items()
    },
    modules={
        "numpy": ("numpy",), "yaml": ("pyyaml",), "cv2": ("opencv-python",), "odd": ("odd",),
        "google.protobuf": ("protobuf",), "google.auth": ("google-auth",),
    },
)  # fmt: skip


def of(code: str, *imports: Import, origin: str = "user") -> tuple[Need, ...]:
    return needs(FunctionSpec(name=FunctionName("f"), code=code, imports=imports, origin=origin))


def told(code: str, *imports: Import, origin: str = "user") -> dict[str, Classified]:
    found = classify(of(code, *imports, origin=origin), HERE, local=False)
    return {each.need.module: each for each in found}


def test_imports_count_wherever_they_stand() -> None:
    code = """
import a.b, c as d
from e import g
def f():
    import h
    from i.j import k as l
    class Inner:
        import m
        async def n(self):
            async with x:
                import o
    return lambda: __import__("p")
import importlib
q = importlib.import_module("q.r")
from s import *
match q:
    case 1:
        import t
"""
    assert [each.module for each in of(code)] == [
        "a", "c", "e", "h", "i", "m", "o", "p", "importlib", "q", "s", "t",
    ]  # fmt: skip


def test_relative_and_computed_imports_need_nothing() -> None:
    code = "from . import a\nfrom .b import c\n__import__(name)\n__import__('.d')\n__import__('')"
    assert of(code) == ()


@pytest.mark.parametrize(
    "caught",
    ["ImportError", "ModuleNotFoundError", "Exception", "(ValueError, ImportError)",
     "builtins.ImportError", ""],
)  # fmt: skip
def test_an_import_whose_failure_is_caught_is_optional(caught: str) -> None:
    code = f"""
try:
    import fast
except {caught}:
    import slow
else:
    import extra
finally:
    import always
"""
    assert {each.module: each.optional for each in of(code)} == {
        "fast": True, "slow": True, "extra": False, "always": False,
    }  # fmt: skip


def test_an_import_whose_failure_is_suppressed_is_optional() -> None:
    code = "import contextlib\nwith contextlib.suppress(ImportError):\n    import fast"
    assert [(each.module, each.optional) for each in of(code)] == [
        ("contextlib", False),
        ("fast", True),
    ]


def test_another_error_caught_leaves_an_import_needed() -> None:
    code = (
        "try:\n    import a\nexcept ValueError:\n    import b\nwith suppress(KeyError):\n  import c"
    )
    assert [each.optional for each in of(code)] == [False, False, False]


def test_needed_once_is_needed() -> None:
    code = "try:\n    import a\nexcept ImportError:\n    a = None\ndef f():\n    import a"
    assert of(code) == (Need(module="a"),)


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING"])
def test_what_only_type_checkers_see_is_not_needed(test: str) -> None:
    code = f"if {test}:\n    import a\nelse:\n    import b\nif not {test}:\n    import c"
    assert [each.module for each in of(code)] == ["b", "c"]


def test_a_text_that_is_no_python_needs_nothing() -> None:
    assert of("def f(:\n  import a") == ()
    assert of("import a\0") == ()


def test_a_declared_distribution_joins_the_import_in_the_code() -> None:
    declared = parse_imports([{"name": "numpy", "lib": "numpy"}, "requests>=2,<3"])
    found = {each.module: each for each in of("import requests, numpy", *declared)}
    assert found["requests"].requirement == ">=2,<3"
    assert found["requests"].distribution == "requests"
    assert found["requests"].declared
    assert list(found) == ["requests", "numpy"]


@pytest.mark.parametrize("origin", ["model:some", "pack:p@1", "import"])
def test_what_others_declare_is_not_the_users_word(origin: str) -> None:
    declared = parse_imports({"name": "parser", "lib": "evil-parser"})
    assert told("", *declared)["parser"].state == "mapped"
    assert told("", *declared, origin=origin)["parser"].state == "unknown"


def test_a_model_cannot_put_another_distribution_behind_a_known_name() -> None:
    declared = parse_imports({"name": "sklearn", "lib": "sklearn-evil"})
    found = told("import sklearn", *declared, origin="model:some")["sklearn"]
    assert (found.state, found.distribution) == ("unknown", "sklearn-evil")


def test_every_state_is_told() -> None:
    found = told("import json, numpy, sklearn, surely_invented")
    assert {
        name: (each.state, each.distribution, each.version) for name, each in found.items()
    } == {
        "json": ("stdlib", "", ""),
        "numpy": ("installed", "numpy", "2.1.0"),
        "sklearn": ("mapped", "scikit-learn", ""),
        "surely_invented": ("unknown", "surely_invented", ""),
    }
    assert [name for name, each in found.items() if each.missing] == ["sklearn", "surely_invented"]


def test_a_file_next_to_the_notebook_is_local(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_own_helpers.py").write_text("raise SystemExit('imported')")
    (tmp_path / "just_a_folder").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    states = [each.state for each in classify(of("import my_own_helpers, just_a_folder"))]
    assert states == ["local", "unknown"]
    assert "my_own_helpers" not in sys.modules


def test_a_module_of_the_notebook_itself_is_local() -> None:
    assert [each.state for each in classify(of("import __main__"))] == ["local"]


def test_a_name_that_many_share_is_told_by_its_path() -> None:
    found = told(
        "from google import protobuf, auth\nfrom google.cloud import storage\nimport google.odd"
    )
    assert {name: (each.state, each.distribution) for name, each in found.items()} == {
        "google.protobuf": ("installed", "protobuf"),
        "google.auth": ("installed", "google-auth"),
        "google.cloud.storage": ("mapped", "google-cloud-storage"),
        "google.odd": ("unknown", "google-odd"),
    }


def test_a_declared_module_that_holds_the_name_counts() -> None:
    declared = parse_imports(
        [
            {"name": "BeautifulSoup", "lib": "bs4"},
            {"name": "sleep", "lib": "time"},
            {"name": "safe_load", "lib": "yaml"},
        ]
    )
    found = told("", *declared)
    assert (found["BeautifulSoup"].state, found["BeautifulSoup"].distribution) == (
        "mapped",
        "beautifulsoup4",
    )
    assert found["sleep"].state == "stdlib"
    assert found["safe_load"].distribution == "pyyaml"


def test_another_distribution_that_provides_the_module_will_do() -> None:
    declared = parse_imports({"name": "cv2", "lib": "opencv-python-headless"})
    assert told("import cv2", *declared)["cv2"].distribution == "opencv-python"


def test_an_installed_version_that_was_not_asked_for_is_missing() -> None:
    found = told("import numpy", *parse_imports("numpy>=3"))["numpy"]
    assert (found.state, found.satisfied, found.missing) == ("installed", False, True)
    assert found.requirement == "numpy>=3"
    assert not told("import numpy", *parse_imports("numpy>=2"))["numpy"].missing


def test_extras_stay_with_the_requirement() -> None:
    found = told("", *parse_imports("requests[socks]>=2"))["requests"]
    assert found.requirement == "requests[socks]>=2"


def test_an_optional_need_is_never_missing() -> None:
    code = "try:\n    import surely_invented\nexcept ImportError:\n    pass"
    assert not told(code)["surely_invented"].missing


def test_locked_names_what_the_imports_come_from() -> None:
    wanted = of("import numpy, yaml, json, surely_invented\nimport numpy.linalg")
    assert locked(wanted, HERE) == ("numpy==2.1.0", "pyyaml==6.0")


def test_what_this_interpreter_has_is_read_from_its_metadata() -> None:
    here = read_installed()
    assert here.providers("packaging") == ("packaging",)
    assert here.providers("_pytest") == ("pytest",)
    assert here.version("Packaging")
    assert here.providers("surely_invented") == ()


def test_a_reading_is_kept_until_a_directory_changes(tmp_path: Path) -> None:
    first = read_installed([tmp_path])
    assert read_installed([tmp_path]) is first
    info = tmp_path / "made_up-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: Made.Up\nVersion: 1.0\n")
    (info / "RECORD").write_text(
        "made_up/__init__.py,,\nmade_up/deep/x.py,,\nshared/mine/__init__.py,,\n"
        '"one.cpython-311-x86_64-linux-gnu.so",,\n../../bin/made,,\nmade_up.data/x.py,,\n'
    )
    second = read_installed([tmp_path])
    assert second.modules == {
        "made_up": ("made-up",),
        "shared.mine": ("made-up",),
        "one": ("made-up",),
    }
    assert second.providers("shared") == ("made-up",)
    assert second.version("made_up") == "1.0"


def test_the_table_holds_canonical_names_and_no_module_of_python() -> None:
    for module, distribution in WELL_KNOWN.items():
        assert all(part.isidentifier() for part in module.split(".")), module
        assert distribution == distribution.lower()
        assert module not in sys.stdlib_module_names
    assert not NAMESPACES & sys.stdlib_module_names
    assert len(WELL_KNOWN) >= 150


names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
)


@given(st.lists(names, min_size=1, max_size=6))
def test_every_written_import_becomes_one_need(modules: list[str]) -> None:
    code = "\n".join(f"import {each}.sub as x" for each in modules)
    shared = {f"{each}.sub" if each in NAMESPACES else each: None for each in modules}
    assert [each.module for each in of(code)] == list(shared)


@given(st.text(max_size=60), st.text(max_size=20), st.booleans())
def test_no_declaration_breaks_the_telling(distribution: str, bound: str, declared: bool) -> None:
    need = Need(
        module="surely_invented", distribution=distribution, requirement=bound, declared=declared
    )
    (found,) = classify([need], HERE, local=False)
    assert found.state in ("stdlib", "installed", "mapped", "unknown")
    assert isinstance(found.requirement, str)
