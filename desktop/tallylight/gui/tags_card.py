"""Names that the user gives to projects and branches, to budget and split by."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.settings import Settings
from tallylight.domain.tag import Tag
from tallylight.gui.boxes import level, line
from tallylight.gui.flow import Flow
from tallylight.gui.pieces import Card, Wrapped, caption, label, set_text
from tallylight.gui.way_back import WayBack

translate = QCoreApplication.translate
_FIELD_EM = 16


class TagsCard(Card):
    """`settings_changed` tells the rules as they are to be."""

    settings_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Tags"))
        self._tags: tuple[Tag, ...] = ()
        self._name = self._field(self.tr("Tag"), self.tr("client-a"))
        self._project = self._field(self.tr("Projects"), self.tr("shop-*"))
        self._branch = self._field(self.tr("Branches"), self.tr("any"))
        self._problem = Wrapped(caption())
        self.lines = WayBack(verb=self.tr("Remove"), line=label)
        self.lines.taken_back.connect(self._remove)
        self._arrange()
        set_text(self._problem, "")

    def _field(self, name: str, example: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(example)
        field.setMinimumWidth(field.fontMetrics().averageCharWidth() * _FIELD_EM)
        field.returnPressed.connect(self._add)
        return field

    def _arrange(self) -> None:
        add = QPushButton(self.tr("Add tag"))
        add.clicked.connect(self._add)
        form = QWidget()
        flow = Flow(form, gap=6)
        parts = (
            self._name,
            line(caption(self.tr("for projects")), self._project),
            line(caption(self.tr("on branches")), self._branch),
            add,
        )
        level(*parts)
        for part in parts:
            flow.addWidget(part)
        note = self.tr(
            "A name for projects or branches, to set a budget for and to split History by. "
            "* stands for anything; the first line that fits a request holds."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 12, 11)
        column.setSpacing(5)
        column.addWidget(label(self.tr("Tags"), weight=QFont.Weight.DemiBold))
        column.addWidget(Wrapped(caption(note)))
        column.addWidget(self.lines)
        column.addWidget(form)
        column.addWidget(self._problem)

    def show_settings(self, settings: Settings) -> None:
        self._tags = settings.tags
        self.lines.show_lines((at, words_of(tag)) for at, tag in enumerate(self._tags))

    @Slot(object)
    def _remove(self, at: int) -> None:
        self.settings_changed.emit({"tags": self._tags[:at] + self._tags[at + 1 :]})

    @Slot()
    def _add(self) -> None:
        fields = (self._name, self._project, self._branch)
        name, project, branch = (field.text().strip() for field in fields)
        if not name or not (project or branch):
            set_text(self._problem, self.tr("A tag needs a name, and projects or branches that bear it."))
            (self._project if name else self._name).setFocus()
            return
        set_text(self._problem, "")
        for field in fields:
            field.clear()
        self._name.setFocus()
        tag = Tag(name=name, project=project, branch=branch)
        if tag not in self._tags:
            self.settings_changed.emit({"tags": (*self._tags, tag)})


def words_of(tag: Tag) -> str:
    """ "client-a: projects shop-*, branches feat/*"."""
    parts = []
    if tag.project:
        parts.append(translate("TagsCard", "projects {}").format(tag.project))
    if tag.branch:
        parts.append(translate("TagsCard", "branches {}").format(tag.branch))
    return f"{tag.name}: {', '.join(parts)}"
