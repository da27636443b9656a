"""ICU's data in a bundle: smaller, and Qt does not notice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

import elf
import icu

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is not touched"),
]
#: What Qt asks ICU for: an order of words, by language.
ORDER = """
from PySide6.QtCore import QCollator, QLocale
words = ["zebra", "ähre", "Ähre", "öl", "ol", "cote", "côte", "coté", "côté", "datei 10", "datei 9", "日", "本", "あ"]
for name in ("C", "de_DE", "sv_SE", "fr_CA", "ja_JP", "zh_CN"):
    collator = QCollator(QLocale(name))
    collator.setNumericMode(True)
    print(name, *sorted(words, key=collator.sortKey))
print(*{line.split()[-1] for line in open("/proc/self/maps") if "libicudata" in line})
"""


@pytest.fixture(scope="module")
def whole() -> Path:
    (library,) = Path(PySide6.__file__).parent.glob("Qt/lib/libicudata.so.*")
    return library


def items(content: bytes) -> dict[bytes, bytes]:
    start = content.index(b"CmnD") - 12
    return icu._items(content, start + int.from_bytes(content[start : start + 2], "little"))


def test_what_is_kept_is_as_it_was(whole: Path) -> None:
    content = icu.trimmed(whole)
    assert len(content) < whole.stat().st_size / 3
    before, after = items(whole.read_bytes()), items(content)
    assert before.keys() == after.keys()
    names = list(before)[:-1]  # behind the last stands whatever the library ends with
    assert [name for name in names if not after[name].startswith(before[name])] == []


def test_words_are_put_in_the_same_order(whole: Path, tmp_path: Path) -> None:
    small = elf.data_library(whole.name, icu.symbol_of(whole), icu.trimmed(whole), tmp_path)
    usual, place = answers({})
    same, small_place = answers({"LD_LIBRARY_PATH": str(tmp_path)})
    assert (place, small_place) == (str(whole), str(small))
    assert same == usual
    assert len(set(usual)) > 3, "languages differ"


def answers(environment: dict[str, str]) -> tuple[list[str], str]:
    """Each language's order, and which library told it."""
    done = subprocess.run(
        [sys.executable, "-c", ORDER],
        env=os.environ | environment,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    *orders, place = done.stdout.splitlines()
    return [order.partition(" ")[2] for order in orders], place
