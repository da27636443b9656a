"""The self-contained program does all that the checkout does, and is its own interpreter where a process is needed."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
from pathlib import Path

import msgspec
import pytest
from claude_log import log_file
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from users import Built, Person

from tallylight.domain.summary import Filter
from tallylight.ingest.shared import SharedRoot
from tallylight.ingest.shared_child import Order
from tallylight.ledger.request_pages import Place

pytestmark = pytest.mark.packaging
MOST_BYTES = 180 * 10**6
#: How each kind of file begins.
STARTS = {
    "pdf": b"%PDF-",
    "xlsx": b"PK",
    "html": b"<!doctype html>",
    "csv": b"",
    "json": b"{",
    "markdown": b"#",
}


@pytest.fixture
def program(built: Built) -> Path:
    return built.bundle / "tallylight"


@pytest.fixture
def whole(built: Built) -> Path:
    return built.whole / "tallylight"


def test_it_is_smaller_than_its_bar(built: Built) -> None:
    files = [path for path in built.bundle.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def test_no_link_in_it_leads_nowhere(built: Built) -> None:
    assert [path for path in built.bundle.rglob("*") if path.is_symlink() and not path.exists()] == []


def test_it_reports_what_an_agent_did(program: Path, person: Person) -> None:
    person.works(requests=2)
    assert person.reads_json(program, "report", "day", "--json")["totals"]["requests"] == 2


def test_a_model_whose_price_is_not_baked_is_priced(program: Path, person: Person) -> None:
    person.works(requests=1)
    log = log_file(person.home)
    log.write_text(log.read_text("utf-8").replace("claude-sonnet-4-6", "claude-3-opus-20240229"), "utf-8")
    said = person.reads_json(program, "report", "model", "--json")
    assert said["unpriced"] == []
    assert float(said["totals"]["cost_usd"]) > 0


@pytest.mark.parametrize("name", STARTS)
def test_it_exports(program: Path, person: Person, name: str) -> None:
    person.works(requests=1)
    path = person.home / "export"
    person.types(program, "export", "--format", name, "--range", "all", "--output", str(path))
    assert path.read_bytes().lower().startswith(STARTS[name].lower())


def test_parquet_is_what_the_second_folder_adds(program: Path, whole: Path, person: Person) -> None:
    person.works(requests=1)
    wanted = ("export", "--format", "parquet", "--range", "all", "--output", str(person.home / "x"))
    assert "add it with: the package tallylight-parquet" in person.types(program, *wanted, code=1)
    person.types(whole, *wanted)
    assert (person.home / "x").read_bytes().startswith(b"PAR1")


def test_it_reads_what_another_machine_exported(whole: Path, person: Person, tmp_path: Path) -> None:
    person.works(requests=2)
    shared = tmp_path / "shared"
    partitions = ("--format", "parquet", "--partition", "day,host", "--range", "all")
    person.types(whole, "export", *partitions, "--output", str(shared))
    (mine,) = shared.rglob("host=*")
    mine.rename(mine.with_name("host=elsewhere"))
    person.types(whole, "scan")
    order = Order(str(person.data), [SharedRoot(str(shared), str(shared))])
    person.types(whole, "--child", "shared", stdin=msgspec.json.encode(order))
    read = person.reads_json(whole, "report", "host", "--no-scan", "--json")
    assert read["totals"]["requests"] == 2  # the same requests, known already


def test_requests_are_read_ahead(program: Path, person: Person) -> None:
    person.works(requests=3)
    person.types(program, "scan")
    question = (person.data / "ledger.sqlite", Filter(), Place(host="here", price_table=""))
    done = subprocess.run(
        [str(program), "--child", "requests"],
        input=pickle.dumps(question),
        env=person.environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    stretch = pickle.loads(done.stdout)  # noqa: S301 what we asked for
    assert {len(column) for column in stretch} == {3}


def test_the_status_line_loads_no_qt(program: Path, person: Person) -> None:
    person.environment["LD_DEBUG"] = "files"
    said = person.types(program, "statusline", stdin=b"{}")
    assert "libpython" in said
    assert "libQt6" not in said


def test_commands_of_the_users_do_not_get_its_libraries(program: Path, person: Person) -> None:
    chained = ("statusline", "--chain", 'echo "libraries: $LD_LIBRARY_PATH."')
    assert "libraries: ." in person.types(program, *chained, stdin=b"{}")
    person.environment["LD_LIBRARY_PATH"] = "/theirs"
    assert "libraries: /theirs." in person.types(program, *chained, stdin=b"{}")


def test_the_doctor_names_the_command_for_other_programs(program: Path, person: Person) -> None:
    checks = {check["name"]: check for check in person.reads_json(program, "doctor", "--json")["checks"]}
    assert checks["Command"]["says"] == str(program)
    assert "missing" not in checks["Versions"]["says"]


# -- what it ships


@pytest.mark.parametrize("part", ["bundle", "parquet"])
def test_the_bill_of_materials_is_valid(built: Built, part: str) -> None:
    folder = built.bundle if part == "bundle" else built.bundle.with_name("tallylight-parquet")
    text = (folder / "sbom.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_each_package_in_it_stands_on_the_bill_with_its_licence(built: Built) -> None:
    bill = json.loads((built.bundle / "sbom.cdx.json").read_text("utf-8"))
    named = {plain(component["name"]) for component in bill["components"]}
    metadata = {plain(path.name.split("-")[0]) for path in (built.bundle / "_internal").glob("*.dist-info")}
    assert metadata
    assert metadata | {"cpython", "numpy", "pyqtgraph", "shiboken6", "msgspec"} <= named
    assert not {"tallylight", "pyinstaller", "pip"} & named
    licences = (built.bundle / "THIRD-PARTY.txt").read_text("utf-8")
    assert [c["name"] for c in bill["components"] if f"\n{c['name']} {c['version']}\n" not in licences] == []
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in licences


def test_each_library_in_it_stands_on_the_bill(built: Built) -> None:
    """By the package of Debian's that it is from; those of wheels stand there as their wheel."""
    bill = json.loads((built.bundle / "sbom.cdx.json").read_text("utf-8"))
    packages = {c["name"] for c in bill["components"] if c.get("purl", "").startswith("pkg:deb/")}
    assert {"libxcb-cursor0", "libxkbcommon0", "libffi8"} <= packages
    for name in packages:
        assert Path("/usr/share/doc", name, "copyright").exists()


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
