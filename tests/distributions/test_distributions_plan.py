"""A dry run says exactly what would come, or in one line why it cannot."""

from __future__ import annotations

import hashlib
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from index_bench import (  # noqa: F401  (fixtures)
    OLD,
    Index,
    clean_fixture,
    index_fixture,
    pip_fixture,
    without_age,
)

from babyagi_nb.distributions.index import read_page
from babyagi_nb.distributions.installed import Distribution, Installed
from babyagi_nb.distributions.pip import Pip
from babyagi_nb.distributions.plan import plan
from babyagi_nb.errors import PackageError

NOTHING = Installed(distributions={}, modules={})


def refusal(*requirements: str, pip: Pip, **how: object) -> str:
    with pytest.raises(PackageError) as caught:
        plan(requirements, pip=pip, **how)  # type: ignore[arg-type]
    text = str(caught.value)
    assert caught.value.fix, text
    assert "\n" not in text
    assert "127.0.0.1" not in text
    return text


def test_a_report_names_version_file_hash_and_date(index: Index, pip: Pip) -> None:
    report = plan(["plain>=1"], pip=pip, known=["Plain"])
    (package,) = report.packages
    assert (package.pin, package.change, package.transitive) == ("plain==1.0", "new", False)
    assert package.file == "plain-1.0-py3-none-any.whl"
    assert package.sha256 == hashlib.sha256(index.files[package.file]).hexdigest()
    assert package.uploaded == OLD
    assert report.requirements == ("plain>=1",)


def test_what_comes_along_is_marked_and_comes_last(pip: Pip) -> None:
    report = plan(["parent"], pip=pip)
    assert [(each.name, each.transitive) for each in report.packages] == [
        ("parent", False),
        ("plain", True),
    ]


def test_a_name_nobody_vouches_for_is_unknown_but_what_it_requires_is_not(pip: Pip) -> None:
    assert plan(["parent"], pip=pip).unknown == ("parent",)
    assert plan(["parent"], pip=pip, known=["PARENT"]).unknown == ()


def test_looking_downloads_and_runs_nothing(index: Index, pip: Pip, tmp_path: Path) -> None:
    before = len(index.asked)
    plan(["parent"], pip=pip)
    asked = index.asked[before:]
    assert asked
    assert not [path for path in asked if path.endswith((".whl", ".tar.gz"))]


def test_a_file_that_is_too_young_is_refused_with_the_version_that_is_not(pip: Pip) -> None:
    text = refusal("restless", pip=without_age(pip))
    assert "restless 1.0 is too young: uploaded" in text
    assert "restless==0.9 is old enough" in text


def test_an_installer_that_knows_ages_takes_the_older_version_at_once(pip: Pip) -> None:
    if pip.has_age:
        assert plan(["restless"], pip=pip).packages[0].pin == "restless==0.9"
    assert plan(["restless==0.9"], pip=without_age(pip)).packages[0].pin == "restless==0.9"


@pytest.mark.parametrize("requirement", ["newborn", "young-parent"])
@pytest.mark.parametrize("knows", [True, False])
def test_what_is_young_only_is_refused_wherever_it_stands(
    pip: Pip, requirement: str, knows: bool
) -> None:
    text = refusal(requirement, pip=pip if knows else without_age(pip))
    assert "newborn 1.0 is too young" in text
    assert "wait" in text


def test_the_age_is_counted_to_the_second(pip: Pip) -> None:
    age = timedelta(days=7)
    at = OLD + age
    assert plan(["plain==1.0"], pip=without_age(pip), age=age, now=at).packages
    text = refusal("plain==1.0", pip=without_age(pip), age=age, now=at - timedelta(seconds=1))
    assert "too young" in text


@pytest.mark.parametrize("knows", [True, False])
def test_an_unknown_date_is_too_young(pip: Pip, knows: bool) -> None:
    text = refusal("undated", pip=pip if knows else without_age(pip))
    assert "too young" in text
    assert "package_age=0" in text


def test_an_age_of_zero_asks_for_no_dates(pip: Pip) -> None:
    (package,) = plan(["undated"], pip=pip, age=timedelta()).packages
    assert package.uploaded is None


def test_a_date_of_another_file_of_that_name_does_not_count(index: Index, pip: Pip) -> None:
    page = read_page(index.address, "tampered")
    assert page.files[0].sha256 == "0" * 64
    report = plan(["tampered"], pip=pip)
    assert report.packages[0].sha256 == "0" * 64, "the index's word, to be checked on download"


def test_sources_are_never_built(pip: Pip) -> None:
    assert "has no wheel, only sources" in refusal("sourceonly", pip=pip)


def test_an_invented_name_is_said_not_to_exist(pip: Pip) -> None:
    text = refusal("no-such-package-at-all", pip=pip)
    assert text.startswith("no package is called 'no-such-package-at-all'")


def test_a_missing_requirement_of_a_package_is_named(pip: Pip) -> None:
    assert "'no-such-package-at-all'" in refusal("orphan", pip=pip)


def test_a_version_that_was_never_made_is_told_from_a_name_that_was_not(pip: Pip) -> None:
    text = refusal("plain>=9", pip=pip)
    assert "no wheel of plain is >=9" in text
    assert "1.0" in text


def test_requirements_that_contradict_each_other_are_named(pip: Pip) -> None:
    text = refusal("likes-old", "likes-new", pip=pip)
    assert "likes-old 1.0 depends on plain<1" in text
    assert "likes-new 1.0 depends on plain>=1" in text


def test_a_withdrawn_version_is_not_installed_even_when_it_is_pinned(pip: Pip) -> None:
    assert "withdrawn" in refusal("withdrawn==1.0", pip=pip)


def test_an_index_that_does_not_answer_is_told_from_a_missing_name(clean: dict[str, str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/index"
        pip = Pip(index=address, environment=clean | {"PIP_RETRIES": "0"})
        text = refusal("plain", pip=pip)
    assert "no package index answers" in text


@pytest.mark.parametrize(
    "text",
    [
        "--index-url=http://localhost/",
        "-r /etc/passwd",
        "./plain",
        "../plain-1.0-py3-none-any.whl",
        "plain @ http://localhost/plain-1.0-py3-none-any.whl",
        "plain; rm -rf",
        "plain\n--pre",
        "git+https://localhost/plain",
        "",
    ],
)
def test_nothing_but_a_name_with_bounds_reaches_the_installer(
    text: str, index: Index, pip: Pip
) -> None:
    before = len(index.asked)
    refusal(text, pip=pip)
    assert len(index.asked) == before


def test_a_file_in_the_current_directory_is_no_requirement(
    index: Index, pip: Pip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = "plain-1.0-py3-none-any.whl"
    (tmp_path / file).write_bytes(index.files[file])
    (tmp_path / "pip.py").write_text("raise SystemExit('not me')")
    monkeypatch.chdir(tmp_path)
    assert "is the name of a file" in refusal(file, pip=pip)
    assert plan(["plain==1.0"], pip=pip).packages[0].pin == "plain==1.0"


def test_what_changes_something_installed_says_from_which_version(pip: Pip) -> None:
    here = Installed(
        distributions={
            "plain": Distribution(name="plain", version="0.5"),
            "strict": Distribution(name="strict", version="3", requires=("Plain<1", "x; bad")),
            "easy": Distribution(name="easy", version="3", requires=("plain", "x>1; extra=='y'")),
        },
        modules={},
    )
    report = plan(["plain==1.0"], pip=pip, installed=here)
    (package,) = report.changed
    assert (package.change, package.before) == ("upgrade", "0.5")
    assert report.broken == ("strict 3, which is installed, needs Plain<1, not 1.0",)


def test_what_is_installed_already_is_not_in_the_report(clean: dict[str, str]) -> None:
    pip = Pip(environment=clean | {"PIP_NO_INDEX": "1"})
    assert plan(["packaging"], pip=pip).packages == ()


def test_nothing_asked_is_nothing_reported() -> None:
    assert plan([]).packages == ()


# -- the installer itself --------------------------------------------------------------------------


def test_a_configured_target_or_second_index_does_not_leak_in(
    index: Index, clean: dict[str, str], tmp_path: Path
) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nextra-index-url = http://127.0.0.1:9/evil\nretries = 0\n"
        f"[install]\ntarget = {tmp_path / 'elsewhere'}\nno-deps = true\npre = true\n"
    )
    environment = clean | {"PIP_CONFIG_FILE": str(config), "PIP_NO_DEPS": "1"}
    pip = Pip(index=index.address, environment=environment)
    assert pip.indexes == (index.address,)
    assert [each.name for each in plan(["parent"], pip=pip).packages] == ["parent", "plain"]
    assert not (tmp_path / "elsewhere").exists()


def test_without_an_index_of_our_own_the_configured_one_is_asked(
    index: Index, clean: dict[str, str], tmp_path: Path
) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(f"[global]\nindex-url = {index.address}\n[install]\nretries = 1\n")
    pip = Pip(environment=clean | {"PIP_CONFIG_FILE": str(config)})
    assert pip.indexes == (index.address,)
    assert plan(["plain==1.0"], pip=pip).packages[0].uploaded == OLD


def test_the_variable_counts_more_than_the_file(clean: dict[str, str], tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = http://one/\n[install]\nindex-url = http://two/\n")
    from_file = Pip(environment=clean | {"PIP_CONFIG_FILE": str(config)})
    assert from_file.indexes == ("http://two/",)
    environment = clean | {"PIP_CONFIG_FILE": str(config), "PIP_INDEX_URL": "http://three/"}
    assert Pip(environment=environment).indexes == ("http://three/",)


def test_an_installer_that_is_configured_for_nothing_still_names_its_index(
    clean: dict[str, str],
) -> None:
    (address,) = Pip(environment=clean).indexes
    assert address.startswith("https://")
    assert Pip(environment=clean | {"PIP_NO_INDEX": "1"}).indexes == ()


def test_an_environment_without_pip_is_told_the_mend(clean: dict[str, str], tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text('#!/bin/sh\necho "$0: No module named pip" >&2\nexit 1\n')
    fake.chmod(0o755)
    text = refusal("plain", pip=Pip(python=str(fake), index="http://x/", environment=clean))
    assert "has no pip" in text
    assert "ensurepip" in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("no such option: --report", "too old"),
        ("error: externally-managed-environment", "operating system"),
        ("ERROR: Something else\\nERROR: the last word", "pip failed: the last word"),
        ("", "it says nothing"),
    ],
)
def test_what_the_installer_says_becomes_one_line(
    clean: dict[str, str], tmp_path: Path, said: str, expected: str
) -> None:
    fake = tmp_path / "python"
    fake.write_text(f'#!/bin/sh\ncase "$3" in list) exit 0;; esac\nprintf "{said}" >&2\nexit 2\n')
    fake.chmod(0o755)
    (tmp_path / "cfg").touch()
    pip = Pip(python=str(fake), index="http://127.0.0.1:9/", environment=clean)
    pip.__dict__["configured"] = {}
    assert expected in refusal("plain", pip=pip)


# -- pages of an index -----------------------------------------------------------------------------


def test_credentials_of_an_index_are_sent_as_such_and_not_in_the_path(index: Index) -> None:
    address = index.address.replace("//", "//user:p%40ss@")
    assert read_page(address, "plain").exists
    assert index.credentials[-1] == "Basic dXNlcjpwQHNz"
    assert "user" not in index.asked[-1]


def test_a_project_name_cannot_lead_elsewhere(index: Index) -> None:
    assert not read_page(index.address, "../files/plain-1.0-py3-none-any.whl").exists
    assert index.asked[-1].startswith("/index/..%2F") or "/files/" not in index.asked[-1]


@pytest.mark.parametrize(
    "address", ["file:///etc", "ftp://localhost/", "relative", "http://[bad/", "http://"]
)
def test_an_address_that_is_no_web_address_says_nothing(address: str) -> None:
    page = read_page(address, "plain", seconds=1)
    assert not page.exists
    assert page.files == ()


@pytest.mark.parametrize(
    "body",
    [
        '{"files": 3}',
        '{"files": [1]}',
        '{"files": [{"url": "x"}]}',
        '{"files": [{"filename": "a", "hashes": 1}]}',
        "[" * 100_000,
        "no json",
        "[]",
        "{}",
    ],
)
def test_a_broken_page_says_nothing(
    body: str, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = "application/vnd.pypi.simple.v1+json"
    monkeypatch.setattr(index, "answer", lambda path: (200, kind, body.encode()))
    page = read_page(index.address, "plain")
    assert page.exists
    assert page.files == ()


def test_a_page_of_links_gives_no_dates(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "answer", lambda path: (200, "text/html", b"<a href='x'>x</a>"))
    page = read_page(index.address, "plain")
    assert page.exists
    assert not page.dated


def test_times_are_read_in_utc_whatever_zone_they_are_told_in(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (
        '{"filename": "a-1-py3-none-any.whl", "upload-time": "2024-01-01T02:00:00+02:00"},'
        '{"filename": "a-2-py3-none-any.whl", "upload-time": "soon"},'
        '{"filename": "strange.whl", "upload-time": 5}'
    )
    kind = "application/vnd.pypi.simple.v1+json"
    body = f'{{"files": [{files}]}}'.encode()
    monkeypatch.setattr(index, "answer", lambda path: (200, kind, body))
    times = [each.uploaded for each in read_page(index.address, "a").files]
    assert times == [datetime(2024, 1, 1, tzinfo=UTC), None, None]
    assert [each.version for each in read_page(index.address, "a").files] == ["1", "2", ""]
