"""What is shipped besides our own code: a CycloneDX bill of materials, and everybody's licences."""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from checkout import NAME, ROOT
from tallylight import __version__

Component = dict[str, Any]
_LICENCE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|AUTHORS)", re.IGNORECASE)
#: Texts that PySide6's wheel names and does not hold.
_COMMON = Path("/usr/share/common-licenses")
_DOCUMENTS = Path("/usr/share/doc")


def write(folder: Path, name: str, python: Path, packages: Iterable[str], files: Iterable[Path] = ()) -> None:
    """`sbom.cdx.json` and `THIRD-PARTY.txt` in `folder`: of what is installed for `python` and has these packages, and
    of the system's libraries among `files`."""
    bill, installed, files = _bill(python), _installed(python), list(files)
    shipped = {of for of, found in installed.items() if of != NAME and _packages(found) & set(packages)}
    wheels = [component for component in bill["components"] if _plain(component["name"]) in shipped]
    libraries = [_interpreter(), *_system(files)] if files else []
    bill["components"] = [*wheels, *libraries]
    known = {component["bom-ref"] for component in bill["components"]}
    bill["dependencies"] = [edge for edge in bill["dependencies"] if edge["ref"] in known]
    bill["metadata"]["component"] |= {"name": name, "version": __version__}
    bill.pop("serialNumber", None)  # new each time, and nobody's to look up
    bill["metadata"].pop("timestamp", None)
    (folder / "sbom.cdx.json").write_text(
        json.dumps(bill, indent=1, ensure_ascii=False, sort_keys=True), "utf-8"
    )
    (folder / "THIRD-PARTY.txt").write_text("\n\n".join(_chapters(wheels, libraries, installed)), "utf-8")


def _bill(python: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-format=JSON", "--spec-version=1.6",
               f"--pyproject={ROOT / 'pyproject.toml'}", "--mc-type=application", str(python)]  # fmt: skip
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    bill: dict[str, Any] = json.loads(said)
    return bill


def _packages(distribution: Distribution) -> set[str]:
    """The names by which its modules are imported."""
    return {
        file.parts[0].partition(".")[0]
        for file in distribution.files or ()
        if file.suffix in (".py", ".so", ".pyd")
    }


def _interpreter() -> Component:
    version = platform.python_version()
    return {"type": "platform", "bom-ref": f"cpython=={version}", "name": "CPython", "version": version,
            "purl": f"pkg:generic/python@{version}", "licenses": [{"license": {"id": "Python-2.0"}}]}  # fmt: skip


def _system(files: Iterable[Path]) -> Iterator[Component]:
    """Debian's packages whose libraries are among the files; elsewhere the builder's own libraries are not known."""
    owned = {str(path.resolve()) for path in files if path.resolve().is_relative_to("/usr")}
    if not owned or shutil.which("dpkg-query") is None:
        return
    owned |= {
        path.removeprefix("/usr") for path in owned
    }  # /lib is a link to /usr/lib, and packages still say /lib
    found = subprocess.run(
        ["dpkg-query", "-S", *sorted(owned)], capture_output=True, encoding="utf-8", check=False
    )
    for package in sorted({line.split(": ")[0] for line in found.stdout.splitlines()}):
        version = _said("dpkg-query", "-W", "-f=${Version}", package)
        name = package.partition(":")[0]
        yield {"type": "library", "bom-ref": f"{name}=={version}", "name": name, "version": version,
               "purl": f"pkg:deb/debian/{name}@{version}?arch={_said('dpkg', '--print-architecture')}"}  # fmt: skip


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.strip()


def _installed(python: Path) -> dict[str, Distribution]:
    site = _said(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    return {_plain(distribution.name): distribution for distribution in distributions(path=[site])}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _chapters(
    wheels: list[Component], libraries: list[Component], installed: dict[str, Distribution]
) -> Iterator[str]:
    yield "Tallylight is under the MIT licence. With it come the following, each under its own."
    for component in wheels:
        distribution = installed[_plain(component["name"])]
        stated = distribution.metadata.json
        named = str(stated.get("license_expression") or stated.get("license") or "")
        yield _chapter(component, named, _texts(distribution))
    for component in libraries:
        name = component["name"]
        place = (
            Path(sysconfig.get_path("stdlib"), "LICENSE.txt")
            if name == "CPython"
            else _DOCUMENTS / name / "copyright"
        )
        yield _chapter(component, "", [place.read_text("utf-8")] if place.exists() else [])
    if any(component["name"].startswith("PySide6") for component in wheels):
        for name in ("LGPL-3", "GPL-3"):
            if (_COMMON / name).exists():
                yield f"{'=' * 80}\n{name}, for Qt\n{'=' * 80}\n{(_COMMON / name).read_text('utf-8')}"


def _texts(distribution: Distribution) -> list[str]:
    own = (
        file for file in distribution.files or () if ".dist-info" in str(file) and _LICENCE.search(file.name)
    )
    return [Path(str(distribution.locate_file(file))).read_text("utf-8", "replace") for file in own]


def _chapter(component: Component, named: str, texts: list[str]) -> str:
    title = f"{component['name']} {component['version']}"
    line = "=" * 80
    first = named.strip().splitlines()[:1]
    return "\n".join([line, title, *(f"Licence: {name}" for name in first), line, *texts])
