"""What a desktop and a shell are told: valid by their own judges, and what the program's parser says."""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from artwork import SIZES
from share import write_share
from shell import COMPLETIONS, MANUAL
from tallylight import __version__
from tallylight.cli import commands
from tallylight.gui.icons import GLASS
from tallylight.installed import APP_ID

pytestmark = pytest.mark.packaging


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("share")
    write_share(folder)
    return folder


def judged(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]}")
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


# -- the desktop


def test_the_desktop_entry_is_valid(share: Path) -> None:
    assert judged("desktop-file-validate", str(share / "applications" / f"{APP_ID}.desktop")) == ""


def test_the_metadata_are_valid(share: Path) -> None:
    path = share / "metainfo" / f"{APP_ID}.metainfo.xml"
    judged("appstreamcli", "validate", "--no-net", str(path))
    assert f'<release version="{__version__}"' in path.read_text("utf-8")


def test_there_is_an_icon_of_each_size(share: Path) -> None:
    for size in SIZES:
        picture = QImage(str(share / "icons/hicolor" / f"{size}x{size}" / "apps" / f"{APP_ID}.png"))
        assert (picture.width(), picture.height()) == (size, size)
        assert picture.pixelColor(0, 0).alpha() == 0
        assert picture.pixelColor(size // 2, size // 2).blue() > 200, "the lamp is lit"


@pytest.mark.parametrize("place", ["scalable/apps/{}.svg", "symbolic/apps/{}-symbolic.svg"])
def test_the_icons_that_scale_can_be_drawn(share: Path, place: str) -> None:
    path = share / "icons/hicolor" / place.format(APP_ID)
    picture = QImage(str(path)).scaled(64, 64)
    assert not picture.isNull()
    assert picture.pixelColor(32, 32).alpha() == 255
    assert picture.pixelColor(0, 0).alpha() == 0
    assert (GLASS in path.read_text("utf-8")) == ("symbolic" not in place)


# -- shells and the manual


def options() -> Iterator[tuple[list[str], list[str]]]:
    """Of each command its words and its options."""
    yield from below(commands._parser(), [])


def below(parser: argparse.ArgumentParser, words: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    yield words, [a.option_strings[-1] for a in parser._actions if a.option_strings]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield from below(command, [*words, name])


def test_bash_completes_every_command_and_option(share: Path) -> None:
    script = share / COMPLETIONS["bash"]
    questions = list(options())
    asked = [f"ask {' '.join(['tallylight', *words, '--'])}" for words, _ in questions]
    code = f"source {script}; function_of=$(complete -p tallylight | grep -oE '_shtab[a-z_]*')\n" + (
        'ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); $function_of; echo "${COMPREPLY[*]}"; }\n'
    )
    answers = judged("bash", "-c", code + "\n".join(asked)).splitlines()
    assert len(answers) == len(questions)
    for (words, known), answer in zip(questions, answers, strict=True):
        assert set(known) <= set(answer.split()), words


@pytest.mark.parametrize(("shell", "check"), [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
def test_each_shell_can_read_its_completions(share: Path, shell: str, check: str) -> None:
    assert judged(shell, check, str(share / COMPLETIONS[shell])) == ""


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_know_every_option(share: Path, shell: str) -> None:
    text = (share / COMPLETIONS[shell]).read_text("utf-8")
    long = {option.removeprefix("--") for _, known in options() for option in known}
    wanted = (lambda name: f"--{name}" in text) if shell == "zsh" else (lambda name: f"-l {name}" in text)
    assert [name for name in long if not wanted(name)] == []


def test_the_manual_describes_every_command_and_option(share: Path) -> None:
    text = gzip.decompress((share / MANUAL).read_bytes()).decode().replace("\\-", "-")
    for words, known in options():
        assert " ".join(["tallylight", *words]) in re.sub(r"\\f[A-Z]|\\fR|\\,|\\/", "", text)
        assert [option for option in known if option != "--help" and option not in text] == []
    assert f"tallylight {__version__}" in text


def test_the_manual_can_be_set(share: Path) -> None:
    assert "the cost of coding agents" in judged("man", "--locale=C", "-l", str(share / MANUAL))
