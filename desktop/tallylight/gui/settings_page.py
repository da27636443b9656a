"""The Settings page: a section for each concern, applied at once; what other pages have is a step away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QFont, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.upkeep import Switch, Upkeep
from tallylight.gui.caretaker import Caretaker
from tallylight.gui.data_section import DataSection
from tallylight.gui.flow import Beside
from tallylight.gui.general_section import GeneralSection
from tallylight.gui.jobs import Jobs
from tallylight.gui.pieces import Wrapped, caption, label, set_text
from tallylight.gui.question import Question
from tallylight.gui.quiet_editor import quiet_sentence
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.section import Section, in_line
from tallylight.gui.switch_row import SwitchRow


class SettingsPage(ScrollPage):
    """Signals carry the user's choices; what is said of files is asked anew whenever the page is opened."""

    theme_chosen = Signal(str)
    meter_pinned = Signal(bool)
    settings_changed = Signal(object)
    #: The name of the page that has more.
    page_wanted = Signal(str)
    first_run_wanted = Signal()
    #: See `DataSection`.
    deletion_wanted = Signal(bool, bool)

    def __init__(self, caretaker: Caretaker, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("SettingsPage", "Settings"), parent)
        self._caretaker, self._jobs = caretaker, jobs
        self._question: Question[Upkeep] = Question(jobs, self._show_upkeep, self._show_trouble, self)
        self._place, self._problems = Wrapped(caption()), Wrapped(label(role="over"))
        self._quiet = caption()
        self._prices, self._price_problems = Wrapped(caption()), Wrapped(label(role="over"))
        self._rows = {
            Switch.AUTOSTART: SwitchRow(
                Switch.AUTOSTART, self.tr("Start when I log in, without a window"), caretaker, jobs
            ),
            Switch.STATUS_LINE: SwitchRow(
                Switch.STATUS_LINE, self.tr("Show the fare in Claude Code’s status line"), caretaker, jobs
            ),
        }
        self._general = GeneralSection(self._rows[Switch.AUTOSTART])
        self._general.theme_chosen.connect(self.theme_chosen)
        self._general.meter_pinned.connect(self.meter_pinned)
        self._general.settings_changed.connect(self.settings_changed)
        self._data = DataSection(caretaker, jobs)
        self._data.settings_changed.connect(self.settings_changed)
        self._data.deletion_wanted.connect(self.deletion_wanted)
        for row in self._rows.values():
            row.switched.connect(self._look)
        self._compose()
        self._show_upkeep(Upkeep())

    def _compose(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(12)
        column.addLayout(self._top())
        column.addWidget(self._place)
        column.addWidget(self._problems)
        again = self._link(self.tr("Show the first run again"), self.first_run_wanted.emit)
        for section in (
            self._general,
            Beside([self._section_of_sources(), self._section_of_notices()], em=44),
            self._section_of_prices(),
            self._data,
            in_line(again),
        ):
            column.addWidget(section)
        column.addStretch(1)
        self.hold(body)

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Settings"), factor=1.4, weight=QFont.Weight.Bold))
        row.addStretch(1)
        edit = QPushButton(self.tr("Edit as a file"))
        edit.setAccessibleDescription(self.tr("Opens settings.toml, in which every entry is explained"))
        edit.clicked.connect(lambda: self._open(self._caretaker.settings_file))
        row.addWidget(edit)
        return row

    def _section_of_sources(self) -> Section:
        text = Wrapped(
            caption(self.tr("Folders, bills of providers and Cursor’s tokens are on the page Sources."))
        )
        more = self._link(self.tr("Open Sources"), lambda: self.page_wanted.emit("sources"))
        return Section(self.tr("Sources"), self._rows[Switch.STATUS_LINE], text, in_line(more))

    def _section_of_notices(self) -> Section:
        links = (
            self._link(self.tr("Quiet hours"), lambda: self.page_wanted.emit("notices")),
            self._link(self.tr("What is watched for"), lambda: self.page_wanted.emit("budgets")),
            self._link(self.tr("What advice is given"), lambda: self.page_wanted.emit("advice")),
        )
        return Section(self.tr("Notices and advice"), self._quiet, in_line(*links))

    def _section_of_prices(self) -> Section:
        edit = self._link(self.tr("Edit your own prices"), lambda: self._open(self._caretaker.prices_file))
        text = self.tr(
            "List prices come with the program and are never fetched. Prices of your own go before them."
        )
        said = Wrapped(caption(text))
        return Section(self.tr("Prices"), said, self._prices, self._price_problems, in_line(edit))

    def _link(self, text: str, follow: Callable[[], object]) -> QPushButton:
        link = QPushButton(text)
        link.setProperty("role", "link")
        link.clicked.connect(follow)
        return link

    def show_settings(self, settings: Settings) -> None:
        """What was chosen, without telling it back."""
        self._general.show_settings(settings)
        self._data.show_settings(settings)
        self._quiet.setText(quiet_sentence(settings))
        if self.isVisible():
            self._look()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._data.show_snapshot(snapshot)

    def show_trouble(self, sentence: str) -> None:
        """Why a choice could not be kept."""
        self._show_trouble(sentence)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    @Slot()
    def _look(self) -> None:
        self._question.ask(self._caretaker.upkeep)

    def _show_upkeep(self, upkeep: Upkeep) -> None:
        place = self.tr("Everything here applies at once and is kept in {}.").format(upkeep.settings_file)
        set_text(self._place, place if upkeep.settings_file else "")
        set_text(self._problems, "\n".join(upkeep.settings_problems))
        set_text(self._prices, "\n".join(upkeep.prices))
        set_text(self._price_problems, "\n".join(upkeep.price_problems))
        for switch, state in upkeep.switches.items():
            self._rows[switch].show_state(state)
        self._data.show_upkeep(upkeep)

    def _show_trouble(self, sentence: str) -> None:
        set_text(self._problems, sentence)

    def _open(self, find: Callable[[], str]) -> None:
        self._jobs.run(find, self._open_file, self._show_trouble)

    def _open_file(self, path: str) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
            self._show_trouble(self.tr("No program here opens {}.").format(path))
