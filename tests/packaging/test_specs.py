"""Packages that cannot be built here, as far as they can be looked at: what they say holds of this checkout."""

from __future__ import annotations

import plistlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from users import Built

from checkout import BUNDLE, PACKAGING, ROOT
from tallylight import __version__
from tallylight.installed import APP_ID

pytestmark = pytest.mark.packaging
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FLATPAK = PACKAGING / "flatpak" / f"{APP_ID}.yml"
INSTALLER = PACKAGING / "windows" / "tallylight.iss"


def commands(workflow: Path) -> list[str]:
    jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    return [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]


def test_the_version_stands_in_one_place() -> None:
    texts = [ROOT / "README.md", ROOT / "pyproject.toml", *WORKFLOWS]
    texts += [path for path in PACKAGING.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert [path.name for path in texts if __version__.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_says_what_one_may_say(workflow: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        str(workflow),
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_runs_is_there(workflow: Path) -> None:
    text = "\n".join(commands(workflow)).replace("\\", "/")
    named = set(re.findall(r"(?:packaging|\.ci)/[\w./]+", text))
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_flatpak_holds_the_bundle_under_the_programs_id(built: Built) -> None:
    manifest: dict[str, Any] = yaml.safe_load(FLATPAK.read_text("utf-8"))
    assert manifest["id"] == APP_ID
    (module,) = manifest["modules"]
    folder, script = module["sources"]
    assert (FLATPAK.parent / folder["path"]).resolve() == BUNDLE
    assert any(f" {script['dest-filename']} " in command for command in module["build-commands"])
    copied = [words for words in map(str.split, module["build-commands"]) if words[0] == "cp"]
    names = [name for words in copied for name in words[2:-1]]
    assert "_internal" in names
    assert [name for name in names if not (built.bundle / name).exists()] == []


def test_the_flatpak_may_read_what_the_program_reads_and_no_more_of_the_home() -> None:
    manifest = yaml.safe_load(FLATPAK.read_text("utf-8"))
    opened = {arg.removeprefix("--filesystem=") for arg in manifest["finish-args"] if "--filesystem" in arg}
    assert {"~/.claude:ro", "xdg-config/Cursor:ro", "xdg-data/tallylight:create"} <= opened
    assert not {"home", "host", "~"} & {place.split(":")[0] for place in opened}


def test_the_installer_for_windows_names_files_that_are_there() -> None:
    text = INSTALLER.read_text("utf-8")
    assert f"AppId={APP_ID}\n" in text
    assert f'AppUserModelID: "{APP_ID}"' in text
    licence = re.findall(r"LicenseFile=(\S+)", text)[0].replace("\\", "/")
    assert (INSTALLER.parent / licence).resolve() == ROOT / "LICENSE"
    assert r"dist\tallylight\*" in text
    assert set(re.findall(r"\{app\}\\([\w-]+)\.exe", text)) <= {"tallylight", "tallylight-tray"}


def test_the_recipe_of_the_bundle_knows_both_programs_of_windows_and_the_application_of_macos() -> None:
    recipe = (PACKAGING / "bundle.spec").read_text("utf-8")
    compile(recipe, "bundle.spec", "exec")
    assert 'program("tallylight-tray", console=False)' in recipe
    assert "bundle_identifier=APP_ID" in recipe
    assert plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())


@pytest.mark.parametrize("name", ["wheel", "bundle", "deb", "macos/image", "linux/prerm", "linux/postrm"])
def test_a_shell_can_read_each_command(name: str) -> None:
    subprocess.run(["sh", "-n", str(PACKAGING / name)], check=True, timeout=20)
