"""Colours and type: one palette for light, one for dark, one font for both."""

from __future__ import annotations

from importlib.resources import as_file, files

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from tallylight.gui.palette import DARK, LIGHT, Palette
from tallylight.gui.stylesheet import stylesheet

__all__ = ["DARK", "LIGHT", "Palette", "Theme"]

FONT = "Inter"
FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")
#: Below this the captions, which are smaller than the rest, stop being readable.
SMALLEST_PT = 9.0


class Theme(QObject):
    """Which palette is in force, and its effect on the application."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app: QApplication | None = None
        self._choice = "auto"
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._palette = self._wanted()

    @property
    def palette(self) -> Palette:
        return self._palette

    def choose(self, choice: str) -> None:
        """ "light" or "dark"; anything else follows the desktop."""
        self._choice = choice
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(choice)
        # The hint lets the desktop draw title bars and native dialogs to match.
        if scheme is None:
            QGuiApplication.styleHints().unsetColorScheme()
        else:
            QGuiApplication.styleHints().setColorScheme(scheme)
        self._follow()

    def apply(self, app: QApplication) -> None:
        """Dress the application: style, font, colours."""
        self._app = app
        app.setStyle("Fusion")
        app.setFont(application_font(app.font()))
        self._dress()

    @Slot()
    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is not self._palette:
            self._palette = wanted
            self._dress()
            self.changed.emit()

    def _wanted(self) -> Palette:
        if self._choice in ("light", "dark"):
            return DARK if self._choice == "dark" else LIGHT
        return DARK if desktop_is_dark() else LIGHT

    def _dress(self) -> None:
        if self._app is not None:
            self._app.setPalette(qt_palette(self._palette))
            self._app.setStyleSheet(stylesheet(self._palette))


def desktop_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark


def application_font(system: QFont) -> QFont:
    """The shipped font in the size the desktop asks for, with figures that stand in columns."""
    loaded = [_load(name) for name in FONT_FILES]
    font = QFont(system)
    if all(loaded):
        font.setFamilies([FONT, system.family()])
    size = system.pointSizeF()
    font.setPointSizeF(max(size, SMALLEST_PT))
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font


def _load(name: str) -> bool:
    if name in _LOADED:
        return True
    with as_file(files("tallylight.resources") / "fonts" / name) as path:
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            return False
    _LOADED.add(name)
    return True


#: A font is added to the process, not to an application object: adding it twice would keep it twice.
_LOADED: set[str] = set()


def qt_palette(palette: Palette) -> QPalette:
    """Qt's roles in our colours, for what no style rule reaches."""
    role = QPalette.ColorRole
    colours = {
        role.Window: palette.window,
        role.WindowText: palette.text,
        role.Base: palette.card,
        role.AlternateBase: palette.window,
        role.Text: palette.text,
        role.Button: palette.card,
        role.ButtonText: palette.text,
        role.BrightText: palette.over,
        role.ToolTipBase: palette.card,
        role.ToolTipText: palette.text,
        role.PlaceholderText: palette.muted,
        role.Highlight: palette.selection,
        role.HighlightedText: palette.text,
        role.Link: palette.accent,
        role.LinkVisited: palette.accent,
        role.Accent: palette.accent,
    }
    made = QPalette(QColor(palette.card), QColor(palette.window))
    for key, colour in colours.items():
        made.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(palette.muted))
    return made
