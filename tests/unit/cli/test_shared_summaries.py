"""`tallylight export` in the formats that people read, from a ledger to the file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from factories import NOW_MS, a_line, a_prompt, a_usage, write_log
from tallylight.cli import main
from tallylight.ingest.outbox import EXPORTS

DAY_MS = 86_400_000
README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
LOADED = "import json, sys; from tallylight.cli import main; code = main(sys.argv[1:]); "
LOADED += "print(json.dumps([code, sorted({name.split('.')[0] for name in sys.modules})]))"


@pytest.fixture(autouse=True)
def root(private_machine: Path) -> Path:
    """Two projects on 1 and 2 October 2026."""
    root = private_machine / ".claude"
    for n, (cwd, at) in enumerate((("/home/ana/shop", NOW_MS - DAY_MS), ("/home/ana/docs", NOW_MS)), 1):
        line = a_line(
            id=f"m{n}", request=f"r{n}", session=f"talk-{n}", cwd=cwd, at=at, usage=a_usage(output=40_000 * n)
        )
        write_log(root, f"-home/talk-{n}.jsonl", a_prompt(session=f"talk-{n}", uuid=f"u{n}", at=at - 9), line)
    return root


def exported(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["export", "--range", "2026-10", *arguments]) == 0
    return capsys.readouterr().out


def loaded(*arguments: str) -> set[str]:
    """The libraries of a run in a process of its own, where there is no screen."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], env=kept, capture_output=True, timeout=60, check=False
    )
    assert done.stderr.startswith((b"wrote", b"replaced")), done.stderr.decode()
    code, modules = json.loads(done.stdout)
    assert code == 0
    return set(modules)


def test_every_format_is_offered_and_described(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    offered = re.sub(r"\s+", " ", capsys.readouterr().out)
    names = [export.name for export in EXPORTS]
    assert f"{', '.join(names[:-1])} or {names[-1]}" in offered
    described = {
        name
        for line in README.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([\w.-]+)`", line.split("|")[1])
    }
    assert set(names) <= described


def test_the_summary_comes_from_the_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    text = exported(capsys, "--format", "markdown")
    assert text.startswith("## October 2026\n\nYou spent $")
    assert "| docs | 80k | $" in text and "| shop | 40k | $" in text
    page = exported(capsys, "--format", "html")
    assert re.search(r"<title>2 October: \$[\d.]+</title>", page)
    assert "<bdi>docs</bdi>" in page
    line = exported(capsys, "--format", "standup")
    assert re.fullmatch(
        r"October 2026: \$[\d.]+ over 2 projects \(docs \$[\d.]+, shop \$[\d.]+\), 2 prompts, 2 sessions\n",
        line,
    )
    assert [row.split("\t")[0] for row in exported(capsys, "--format", "table").splitlines()] == [
        "Project",
        "docs",
        "shop",
    ]


@pytest.mark.parametrize("name", ["markdown", "html", "standup", "table"])
@pytest.mark.parametrize("detail", ["summary", "session", "request"])
def test_hashed_no_name_is_in_it(name: str, detail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "shop" in exported(capsys, "--format", name, "--detail", detail)
    text = exported(capsys, "--format", name, "--detail", detail, "--redact", "all")
    assert not [secret for secret in ("shop", "docs", "talk-1", "talk-2", "/home", "main<") if secret in text]


def test_a_pdf_needs_no_screen(tmp_path: Path) -> None:
    path = tmp_path / "october.pdf"
    assert "PySide6" in loaded("export", "--format", "pdf", "--range", "2026-10", "--output", str(path))
    assert path.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(("name", "needs"), [("html", {"jinja2"}), ("markdown", set()), ("standup", set())])
def test_a_format_loads_only_what_it_needs(name: str, needs: set[str], tmp_path: Path) -> None:
    modules = loaded("export", "--format", name, "--range", "2026-10", "--output", str(tmp_path / "a"))
    assert modules & {"PySide6", "jinja2", "numpy", "pyqtgraph"} == needs
