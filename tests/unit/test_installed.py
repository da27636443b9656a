"""How the program starts itself, from an environment and from a bundle."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tallylight import installed


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As in a bundle: the program is the executable."""
    program = tmp_path / "bundle" / "tallylight"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return program


@pytest.mark.parametrize("name", installed.CHILDREN)
def test_each_child_has_a_main(name: str) -> None:
    assert callable(import_module(installed.CHILDREN[name]).main)


def test_a_child_is_this_program_with_its_name(frozen: Path) -> None:
    assert installed.child_command("prices") == [str(frozen), "--child", "prices"]


def test_an_interpreters_child_answers() -> None:
    order = b'{"models":["claude-opus-5"],"overrides":""}'
    done = subprocess.run(
        installed.child_command("prices"), input=order, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b'"claude-opus-5"' in done.stdout


def test_a_child_loads_nothing_of_the_commands() -> None:
    code = "import sys; from tallylight.cli import main; main(['--child', 'prices']); "
    code += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=b'{"models":[],"overrides":""}',
        capture_output=True,
        check=True,
        timeout=60,
    )
    loaded = done.stderr.decode().split()
    assert "tallylight.pricebook.compile" in loaded
    assert not {"tallylight.cli.commands", "argparse", "PySide6"} & set(loaded)


def test_others_start_the_bundle_by_its_own_path(frozen: Path) -> None:
    assert installed.program() == str(frozen)


def test_others_start_an_installed_bundle_by_the_command_that_leads_to_it(
    frozen: Path, tmp_path: Path
) -> None:
    link = tmp_path / "bin" / "tallylight"
    link.parent.mkdir()
    link.symlink_to(frozen)
    assert installed.program() == str(link)


def test_a_command_of_another_installation_is_not_ours(frozen: Path, tmp_path: Path) -> None:
    other = tmp_path / "bin" / "tallylight"
    other.parent.mkdir()
    other.touch(0o755)
    assert installed.program() == str(frozen)


def test_what_adds_a_part_to_a_bundle_is_a_package(frozen: Path) -> None:
    assert installed.how_to_add("parquet") == "the package tallylight-parquet"
