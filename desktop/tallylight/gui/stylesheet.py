"""Style rules for the whole application. Fonts are not set here: see `pieces`."""

from __future__ import annotations

from tallylight.gui.palette import Palette


def stylesheet(palette: Palette) -> str:
    """The rules in one palette's colours. Roles are set through the dynamic property `role`."""
    p = palette
    return f"""
QToolTip {{ background: {p.card}; color: {p.text}; border: 1px solid {p.border}; padding: 4px; }}
QFrame[role="card"], QAbstractButton[role="card"] {{ background: {p.card}; border: 1px solid {p.border};
  border-radius: 8px; }}
QAbstractButton[role="card"]:hover, QAbstractButton[role="card"]:focus {{ border-color: {p.accent}; }}
QFrame[role="line"] {{ background: {p.border}; border: none; }}
QLabel {{ background: transparent; }}
QLabel[role="caption"] {{ color: {p.muted}; }}
QLabel[role="chip"] {{ color: {p.muted}; border: 1px solid {p.border}; border-radius: 4px;
  padding: 0px 5px; }}
QLabel[role="near"] {{ color: {p.near}; }}
QLabel[role="over"] {{ color: {p.over}; }}
QLabel[role="saved"] {{ color: {p.saved}; }}
QLabel[role="hint"] {{ background: {p.near_wash}; border: none; border-left: 3px solid {p.near};
  border-radius: 2px; padding: 6px 8px; }}
QLabel[role="info"] {{ background: {p.accent_wash}; border: none; border-left: 3px solid {p.accent};
  border-radius: 2px; padding: 6px 8px; }}
QPushButton {{ background: {p.card}; color: {p.text}; border: 1px solid {p.border}; border-radius: 5px;
  padding: 4px 12px; }}
QPushButton:hover {{ background: {p.selection}; }}
QPushButton:pressed {{ background: {p.track}; }}
QPushButton:focus {{ border-color: {p.accent}; }}
QPushButton:disabled {{ color: {p.muted}; }}
QPushButton[role="plain"] {{ background: transparent; border-color: transparent; color: {p.muted};
  padding: 4px 8px; }}
QPushButton[role="plain"]:hover {{ color: {p.text}; background: {p.selection}; }}
QPushButton[role="plain"]:focus {{ color: {p.text}; border-color: {p.accent}; }}
QPushButton[role="sign"] {{ background: transparent; border-color: transparent; color: {p.muted};
  padding: 0px; }}
QPushButton[role="sign"]:hover {{ color: {p.text}; }}
QPushButton[role="sign"]:focus {{ color: {p.text}; border-color: {p.accent}; }}
QComboBox {{ background: {p.card}; color: {p.text}; border: 1px solid {p.border}; border-radius: 5px;
  padding: 3px 22px 3px 8px; }}
QComboBox:hover {{ background: {p.selection}; }}
QComboBox:focus {{ border-color: {p.accent}; }}
QComboBox:disabled {{ color: {p.muted}; }}
QComboBox::drop-down {{ border: none; width: 0; }}
QComboBox QAbstractItemView {{ background: {p.card}; border: 1px solid {p.border}; padding: 3px;
  outline: none; }}
QAbstractSpinBox {{ selection-background-color: {p.accent}; selection-color: {p.card}; }}
QScrollArea, QScrollArea > QWidget > QWidget[role="plain"] {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 8px; margin: 0; }}
QScrollBar::handle {{ background: #70{p.muted[1:]}; border-radius: 3px; margin: 1px; min-height: 24px;
  min-width: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QMenu {{ background: {p.card}; color: {p.text}; border: 1px solid {p.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 18px; border-radius: 4px; }}
QMenu::item:selected {{ background: {p.selection}; }}
QMenu::item:disabled {{ color: {p.muted}; }}
QMenu::separator {{ background: {p.border}; height: 1px; margin: 4px 6px; }}
QHeaderView::section {{ background: transparent; color: {p.muted}; border: none;
  border-bottom: 1px solid {p.border}; padding: 5px 8px; }}
QHeaderView::up-arrow, QHeaderView::down-arrow {{ image: none; width: 0; height: 0; }}
QTableView, QTreeView, QListView {{ background: {p.card}; border: none; gridline-color: {p.border};
  selection-background-color: {p.selection}; selection-color: {p.text}; }}
"""
