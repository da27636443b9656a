"""Style rules that only the window needs."""

from __future__ import annotations

from importlib.resources import as_file, files

from tallylight.gui.palette import Palette


def tick(palette: Palette) -> str:
    """The picture of a tick in the colour of cards: a style sheet can only name one."""
    with as_file(files("tallylight.resources") / "icons" / f"tick-{palette.card[1:]}.png") as path:
        return path.as_posix()


def window_style(palette: Palette) -> str:
    """The rules in one palette's colours, for the window's own style sheet."""
    p = palette
    return f"""
QFrame[role="sidebar"] {{ background: {p.sidebar}; border: none; border-right: 1px solid {p.border}; }}
QPushButton[role="page"] {{ background: transparent; border: 1px solid transparent; text-align: left;
  color: {p.muted}; padding: 7px 10px; border-radius: 6px; }}
QPushButton[role="page"]:hover {{ color: {p.text}; }}
QPushButton[role="page"]:checked {{ background: {p.selection}; color: {p.text}; font-weight: 600; }}
QPushButton[role="page"]:focus {{ border-color: {p.accent}; }}
QPushButton[role="segment"] {{ background: transparent; border: 1px solid transparent; color: {p.muted};
  padding: 3px 9px; border-radius: 5px; }}
QPushButton[role="segment"]:hover {{ color: {p.text}; }}
QPushButton[role="segment"]:checked {{ background: {p.selection}; color: {p.text}; font-weight: 600; }}
QPushButton[role="segment"]:focus {{ border-color: {p.accent}; }}
QPushButton[role="primary"] {{ background: {p.accent}; color: {p.card}; border-color: {p.accent}; }}
QPushButton[role="primary"]:focus {{ border-color: {p.text}; }}
QPushButton[role="primary"]:disabled {{ background: {p.track}; color: {p.muted}; border-color: {p.track}; }}
QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {p.accent};
  padding: 2px 4px; text-align: left; }}
QPushButton[role="link"]:focus {{ border-color: {p.accent}; }}
QAbstractButton[role="budget"] {{ background: transparent; border: 1px solid transparent;
  border-bottom-color: {p.border}; }}
QAbstractButton[role="budget"]:hover {{ background: {p.window}; }}
QAbstractButton[role="budget"]:checked {{ background: {p.accent_wash}; border: 1px solid transparent;
  border-radius: 6px; }}
QAbstractButton[role="budget"]:focus {{ border: 1px solid {p.accent}; border-radius: 6px; }}
QFrame[role="editor"] {{ background: {p.window}; border: 1px solid {p.border}; border-radius: 6px; }}
QFrame[role="banner"] {{ background: {p.accent_wash}; border: none; border-radius: 6px; }}
QFrame[role="warning"] {{ background: {p.near_wash}; border: none; border-left: 3px solid {p.near};
  border-radius: 2px; }}
QFrame[role="advice"] {{ background: {p.accent_wash}; border: none; border-left: 3px solid {p.accent};
  border-radius: 2px; }}
QLineEdit {{ background: {p.card}; color: {p.text}; border: 1px solid {p.border}; border-radius: 5px;
  padding: 3px 6px; }}
QLineEdit:focus {{ border-color: {p.accent}; }}
QPlainTextEdit[role="change"] {{ background: {p.window}; color: {p.text}; border: 1px solid {p.border};
  border-radius: 5px; padding: 2px; }}
QPlainTextEdit[role="change"]:focus {{ border-color: {p.accent}; }}
QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {p.muted}; border-radius: 3px; }}
QCheckBox::indicator:checked {{ background: {p.accent}; border-color: {p.accent}; image: url("{tick(p)}"); }}
QCheckBox::indicator:checked:disabled {{ background: {p.muted}; border-color: {p.muted}; }}
QCheckBox::indicator:focus {{ border: 2px solid {p.accent}; }}
QCheckBox::indicator:checked:focus {{ border: 2px solid {p.text}; }}
QGraphicsView {{ border: 1px solid transparent; border-radius: 4px; }}
QGraphicsView:focus {{ border-color: {p.accent}; }}
QScrollArea {{ border: 1px solid transparent; }}
QScrollArea:focus {{ border-color: {p.accent}; }}
QTableView {{ outline: none; border: 1px solid transparent; border-radius: 4px; }}
QTableView:focus {{ border-color: {p.accent}; }}
QTableView::item {{ border: none; border-bottom: 1px solid {p.border}; padding: 0 5px; }}
QTableView::item:selected {{ background: {p.selection}; }}
QTableView[role="sessions"] {{ background: transparent; }}
QProgressBar {{ background: {p.track}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {p.accent}; border-radius: 3px; }}
"""
