"""What is installed: every package and every resource, from a wheel as from a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from wheel import build

CHECKOUT = Path(__file__).parents[2]
#: What a program that was installed from the wheel finds of itself and of its resources.
LOOK = """
from importlib.resources import files
import tallylight
root = files("tallylight.resources")
print(tallylight.__file__)
print(*sorted(f"{kind.name}/{file.name}" for kind in root.iterdir() if kind.is_dir() for file in kind.iterdir()))
"""


def project() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))


def packages_on_disk() -> Iterator[str]:
    source = CHECKOUT / "desktop"
    for init in (source / "tallylight").rglob("__init__.py"):
        yield ".".join(init.parent.relative_to(source).parts)
    yield "tallylight.resources"


def resources_on_disk() -> list[str]:
    root = CHECKOUT / "resources"
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    )


def test_the_list_of_packages_is_what_is_there() -> None:
    listed = project()["tool"]["setuptools"]["packages"]
    assert listed == sorted(listed)
    assert set(listed) == set(packages_on_disk())


def test_no_folder_of_modules_lacks_its_init() -> None:
    folders = {path.parent for path in (CHECKOUT / "desktop" / "tallylight").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_resource_is_matched_by_a_pattern() -> None:
    patterns = project()["tool"]["setuptools"]["package-data"]["tallylight.resources"]
    assert [name for name in resources_on_disk() if not any(fnmatch(name, p) for p in patterns)] == []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of this checkout, installed into a folder."""
    out = tmp_path_factory.mktemp("out")
    _, wheel = build(out)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        "--no-deps",
        "--no-index",
        "--target",
    ]
    subprocess.run([*pip, str(out / "installed"), str(wheel)], check=True, capture_output=True, timeout=120)
    return out / "installed"


def test_an_installed_wheel_holds_every_resource(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", LOOK],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        timeout=60,
        encoding="utf-8",
    )
    place, found = done.stdout.splitlines()
    assert Path(place).is_relative_to(installed)
    assert found.split() == resources_on_disk()


def test_an_installed_wheel_has_both_commands_and_its_licences(installed: Path) -> None:
    assert {path.name for path in (installed / "bin").iterdir()} == {"tallylight", "tallylight-tray"}
    assert [path.name for path in installed.rglob("licenses/LICENSE")] == ["LICENSE"]
    assert list(installed.rglob("licenses/resources/fonts/OFL.txt"))
    assert (installed / "tallylight" / "py.typed").exists()
