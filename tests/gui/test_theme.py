"""Colours that can be read, one font, light and dark."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tallylight.gui.boxes import TimeBox
from tallylight.gui.pieces import Choice, Elided, caption, figure
from tallylight.gui.theme import DARK, LIGHT, Palette, Theme


def luminance(colour: str) -> float:
    parts = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in QColor(colour).getRgbF()[:3]
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_on_every_surface(palette: Palette) -> None:
    for text, surface in itertools.product(
        ("text", "muted", "accent", "near", "over", "saved"), ("window", "sidebar", "card")
    ):
        assert contrast(getattr(palette, text), getattr(palette, surface)) >= 4.5, (text, surface)
    for surface in (palette.near_wash, palette.accent_wash, palette.selection):
        assert contrast(palette.text, surface) >= 7


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_series_stand_out_and_differ(palette: Palette) -> None:
    assert len(set(palette.series)) == 7
    for colour in palette.series:
        assert contrast(colour, palette.card) >= 3
    for one, other in itertools.combinations(palette.series, 2):
        a, b = QColor(one).getRgb(), QColor(other).getRgb()
        assert sum(abs(x - y) for x, y in zip(a, b, strict=True)) > 60, (one, other)


def test_both_palettes_have_the_same_fields() -> None:
    for field in dataclasses.fields(Palette):
        assert type(getattr(LIGHT, field.name)) is type(getattr(DARK, field.name))


def test_choosing_changes_once(qtbot: QtBot, theme: Theme) -> None:
    changes: list[None] = []
    theme.changed.connect(lambda: changes.append(None))
    theme.choose("dark")
    theme.choose("dark")
    assert theme.palette is DARK
    assert len(changes) == 1


def test_auto_follows_the_desktop(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    theme = Theme()
    for is_dark, palette in ((True, DARK), (False, LIGHT)):
        monkeypatch.setattr("tallylight.gui.theme.desktop_is_dark", lambda is_dark=is_dark: is_dark)
        with qtbot.waitSignal(theme.changed, timeout=1000):
            qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
        assert theme.palette is palette


def test_the_application_wears_the_choice(qapp: QApplication, theme: Theme) -> None:
    theme.choose("dark")
    assert qapp.palette().color(qapp.palette().ColorRole.Window).name() == DARK.window
    assert DARK.card in qapp.styleSheet()


def test_the_shipped_font_is_used_in_its_weights(theme: Theme, qapp: QApplication) -> None:
    assert QFontInfo(qapp.font()).family() == "Inter"
    widths = set()
    for weight in (QFont.Weight.Normal, QFont.Weight.Medium, QFont.Weight.DemiBold, QFont.Weight.Bold):
        font = QFont(qapp.font())
        font.setWeight(weight)
        font.setPointSizeF(40)
        widths.add(QFontMetricsF(font).horizontalAdvance("Tallylight"))
    assert len(widths) == 4


def test_figures_stand_in_columns(qtbot: QtBot, theme: Theme) -> None:
    for made in (QLabel(), caption(), figure()):
        qtbot.addWidget(made)
        made.ensurePolished()
        metrics = QFontMetricsF(made.font())
        assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")


def test_applying_twice_does_not_grow_the_font(qapp: QApplication, theme: Theme) -> None:
    size = qapp.font().pointSizeF()
    theme.apply(qapp)
    assert qapp.font().pointSizeF() == size


def test_a_long_name_is_shortened_and_still_told(qtbot: QtBot, theme: Theme) -> None:
    label = Elided()
    qtbot.addWidget(label)
    label.setText("a-very-long-project-name " * 10)
    assert label.minimumSizeHint().width() < 40
    assert label.text().startswith("a-very-long")


@pytest.mark.parametrize("looks", ["light", "dark"])
@pytest.mark.parametrize("make", [Choice, lambda: TimeBox("time")], ids=["choice", "time"])
def test_what_has_the_focus_has_a_ring(
    qtbot: QtBot, theme: Theme, looks: str, make: Callable[[], QWidget]
) -> None:
    theme.choose(looks)
    field, other = make(), QLineEdit()
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.addWidget(other)
    row.addWidget(field)
    qtbot.addWidget(holder)
    with qtbot.waitActive(holder):
        holder.show()
        holder.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    image = field.grab().toImage()
    edge = [image.pixelColor(x, field.height() // 2).name() for x in range(3)]
    assert max(contrast(colour, theme.palette.card) for colour in edge) >= 3
    other.setFocus()
    image = field.grab().toImage()
    without = [image.pixelColor(x, field.height() // 2).name() for x in range(3)]
    assert edge != without
