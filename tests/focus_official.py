"""FOCUS exports of a made-up ledger, with a plan and without, before the official validator: see packaging/focus.

Its exit status is 0 whatever it finds, so its words are read. Two of its rules contradict each other on InvoiceId.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "benchmarks"))
import full_ledger

_VERSION = "1.2.0.1"
_UNAVOIDABLE = {"InvoiceId-C-004-C", "InvoiceId-C-005-C"}
_CRITERIA = (
    "UNIT_PRICING", "USAGE_MEASUREMENT", "TAGGING", "SUB_ACCOUNT", "ACCOUNT_NAMING", "PUBLIC_PRICE_LIST",
    "NEGOTIATED_PRICING", "MULTIPLE_PRICING_CATEGORIES",
)  # fmt: skip
_SETTINGS = {
    "with a plan": "plan_fee_usd = 100",
    "without a plan": "plan_fee_usd = 0",
}
_FAILURE = re.compile(r"^❌ (\S+): FAIL", re.MULTILINE)
#: Of the last line before the violations: without it the run broke off.
_PASSED = re.compile(r"^✅ \S+: PASS", re.MULTILINE)


def failures(validator: Path, data: Path) -> set[str]:
    """The rules that a file breaks. Raises RuntimeError when the validator did not get to judge."""
    (packages,) = validator.glob("lib/python3.*/site-packages")  # a list of currencies is opened from there
    done = subprocess.run(
        [
            str(validator / "bin/focus-validator"),
            *(
                "--data-file",
                str(data),
                "--validate-version",
                _VERSION,
                "--block-download",
                "--show-violations",
            ),
            *("--applicability-criteria", ",".join(f"{name}_SUPPORTED" for name in _CRITERIA)),
        ],
        cwd=packages,
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
        timeout=600,
    )
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode or not _PASSED.search(said):
        raise RuntimeError(
            f"the validator broke off: {said[-500:]} {done.stderr.decode('utf-8', 'replace')[-500:]}"
        )
    return set(_FAILURE.findall(said))


def exported(home: Path, name: str, settings: str) -> Path:
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "settings.toml").write_text(settings)
    data = home / ("october.parquet" if name.endswith("parquet") else "october.csv")
    options = ("--format", name, "--range", "2026-10", "--no-scan", "--force", "--output", str(data))
    own = {"HOME": str(home), "TALLYLIGHT_DATA_DIR": str(home), "TZ": "UTC", "LANG": "C.UTF-8"}
    subprocess.run(
        [sys.executable, "-m", "tallylight", "export", *options],
        env=os.environ | own,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    return data


def main(validator: Path) -> int:
    unexpected = set()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        full_ledger.make(home / "ledger.sqlite", 4000)
        for case, settings in _SETTINGS.items():
            for name in ("focus", "focus-parquet"):
                found = failures(validator, exported(home, name, settings))
                unexpected |= found - _UNAVOIDABLE
                print(f"{name} {case}: breaks {', '.join(sorted(found)) or 'nothing'}")
    print("not expected: " + ", ".join(sorted(unexpected)) if unexpected else "all as expected")
    return int(bool(unexpected))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
