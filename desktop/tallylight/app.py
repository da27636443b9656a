"""The composition root: builds the tray, the window and the meter, and joins them."""

from __future__ import annotations

import contextlib
import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, QSettings, QTimer, Slot
from PySide6.QtWidgets import QApplication

from tallylight.config.paths import config_dir, data_dir, shown
from tallylight.config.secrets import given_keys
from tallylight.domain.finding import SCHEDULED, Finding
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.bridge import Bridge
from tallylight.gui.icons import app_icon
from tallylight.gui.jobs import Jobs
from tallylight.gui.notifier import Notifier
from tallylight.gui.single_instance import SingleInstance
from tallylight.gui.termination import Termination
from tallylight.gui.theme import Theme
from tallylight.gui.trace import Trace
from tallylight.gui.tray import Tray
from tallylight.ingest.assembly import ledger_path, now_ms
from tallylight.ingest.rulebook import RULES
from tallylight.ingest.shared import source_of
from tallylight.installed import APP_ID
from tallylight.parts.connecting import Connecting
from tallylight.parts.consenting import Consenting
from tallylight.parts.exporting import Exporting
from tallylight.parts.reading import Reading
from tallylight.parts.settings_keeper import SettingsKeeper
from tallylight.system.instance import END, instance_lock, instance_name

if TYPE_CHECKING:  # loaded when first shown: the lamp alone needs 10 MB and 60 ms less
    from tallylight.gui.caretaker import Caretaker
    from tallylight.gui.main_window import MainWindow
    from tallylight.gui.meter import Meter as PinnedMeter
    from tallylight.gui.panel import Panel
    from tallylight.system.removal import Deletion

#: How long a tray host may take to appear before the window opens instead.
_HOST_WAIT_MS = 4000


def run(is_demo: bool = False, is_in_background: bool = False) -> int:
    """Start the tray application, or raise the one that runs, unless nobody asked to see it. Returns the exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("tallylight")
    application.setApplicationDisplayName("Tallylight")
    application.setDesktopFileName(APP_ID)
    application.setQuitOnLastWindowClosed(False)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(config_dir()))
    instance = SingleInstance(instance_name(), instance_lock(), END)
    if not instance.claim(is_to_raise=not is_in_background):
        return 0
    shell = Shell(application, is_demo, is_in_background)
    instance.raised.connect(shell.raise_window)
    instance.ended.connect(shell.quit)
    sys.excepthook = shell.crashed
    threading.excepthook = lambda a: shell.crashed(a.exc_type, a.exc_value or a.exc_type(), a.exc_traceback)
    with Termination(shell.quit):
        shell.start()
        code = application.exec()
    shell.close()
    if shell.deletion is not None:
        sys.stderr.writelines(f"{problem}\n" for problem in shell.deletion.make())
    instance.release()
    return code


class Shell(QObject):
    """Everything with a place on screen, and what moves it."""

    def __init__(self, application: QApplication, is_demo: bool, is_in_background: bool = False) -> None:
        super().__init__()
        self._application = application
        self._jobs = Jobs(self)
        self._settings = SettingsKeeper(self._jobs, self)
        self._theme = Theme(self)
        self._theme.choose(self._settings.current.theme)
        self._theme.apply(application)
        application.setWindowIcon(app_icon())
        self._bridge = Bridge(self)
        self._reading = Reading(self._settings, self._bridge.publish)
        self._exporting = Exporting(self._theme, self._jobs, self._settings, self._reading, self)
        self._consenting = Consenting(self._jobs, self._settings, self._reading, self)
        self._connecting = Connecting(self._jobs, self._reading.look_anew_for_folders, self)
        self._tray = Tray(self)
        self._trace = Trace(self)
        self._notifier = Notifier(self._jobs, self)
        self._panel: Panel | None = None
        self._window: MainWindow | None = None
        self._pinned: PinnedMeter | None = None
        self._snapshot: Snapshot | None = None
        self._failure = ""
        #: Whether a tray host has had its time to appear; and whether the window makes room for another.
        self._has_waited = self._is_changing = False
        self._starts_with_demo = is_demo
        #: Who has a ledger has met Tallylight, be it in a shell or before there was a first run.
        self._is_new_here = not (self._settings.current.is_introduced or ledger_path().exists())
        #: Whether no window is to open by itself.
        self._is_in_background = is_in_background
        #: What the user wants deleted, once nothing of it is in use.
        self.deletion: Deletion | None = None
        #: What folders held that were taken out: they may be put back while nobody can look into them.
        self._taken_out: dict[str, str] = {}
        self._change = QTimer(self, singleShot=True)
        self._change.timeout.connect(self._show_again)
        self._connect()

    def _connect(self) -> None:
        self._bridge.snapshot.connect(self._show)
        self._bridge.failed.connect(self._show_failure)
        self._settings.followed.connect(self._follow_settings)
        self._tray.panel_requested.connect(self._toggle_panel)
        self._tray.window_requested.connect(self.raise_window)
        self._tray.session_requested.connect(self._open_session)
        self._tray.pause_requested.connect(self._pause)
        self._tray.quit_requested.connect(self.quit)
        self._tray.export_requested.connect(self._exporting.open)
        self._exporting.settings_changed.connect(self._change_settings)
        self._consenting.settings_changed.connect(self._change_settings)
        self._tray.host_found.connect(self._find_host)
        self._tray.quiet_requested.connect(lambda is_quiet: self._change_settings({"is_quiet": is_quiet}))
        self._tray.message_clicked.connect(self._notifier.answer_last)
        self._tray.show_quiet(self._settings.current.is_quiet)
        self._notifier.answered.connect(self._answer)
        self._notifier.place_wanted.connect(self._open_place)
        self._notifier.undelivered.connect(self._tray.show_message)

    def start(self) -> None:
        """Show the lamp, then start reading. Without a tray host the window opens instead."""
        self._tray.show()
        self._trace.note_when_painted("icon")
        if self._starts_with_demo:
            self._start_demo()
        else:
            self._reading.start()
        QTimer.singleShot(_HOST_WAIT_MS, self, self._check_host)

    def close(self) -> None:
        """Stop everything; no thread and no file is left."""
        self._exporting.close()
        self._reading.stop()
        self._bridge.close()
        self._jobs.close()
        self._notifier.close()
        self._reading.close()
        for widget in (self._window, self._pinned, self._panel):
            if widget is not None:
                widget.close()
        self._tray.hide()

    @Slot()
    def quit(self) -> None:
        self._application.quit()

    @Slot(bool, bool)
    def _delete_all(self, has_settings: bool, has_keys: bool) -> None:
        """What is in use cannot be deleted: it is done once everything is closed."""
        from tallylight.system.removal import Deletion

        self.deletion = Deletion(has_settings=has_settings, has_keys=has_keys)
        self.quit()

    def crashed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A bug, from whatever thread: kept for a report, and said in the window; the rest goes on."""
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text)
        with contextlib.suppress(OSError):
            (data_dir() / "crash.log").write_text(text, "utf-8")
        self._bridge.fail(
            f"Tallylight met an error of its own; what happened is kept in {shown(data_dir())}/crash.log"
        )

    # -- what is shown

    @Slot(object)
    def _show_failure(self, sentence: str) -> None:
        self._failure = sentence
        self._show(self._snapshot or Snapshot())

    @Slot(object)
    def _show(self, snapshot: Snapshot) -> None:
        is_first = self._snapshot is None
        if problem := self._failure or self._settings.problem:
            snapshot = replace(snapshot, problem=problem)
        self._snapshot = snapshot
        self._tray.show_snapshot(snapshot)
        if self._panel is not None:
            self._panel.show_snapshot(snapshot)
        if self._window is not None and self._window.isVisible():
            self._window.show_snapshot(snapshot)
        if self._pinned is not None:
            self._pinned.show_snapshot(snapshot)
        self._notifier.show_snapshot(snapshot)
        self._settings.follow(snapshot)
        self._exporting.show_snapshot(snapshot)
        self._trace.note_when_painted("snapshot")
        if snapshot.next_change_ms is not None:
            self._change.start(max(100, min(snapshot.next_change_ms - now_ms() + 50, 2**31 - 1)))
        if is_first and not self._is_in_background and self._has_news_for_window(snapshot):
            self.raise_window()

    def _has_news_for_window(self, snapshot: Snapshot) -> bool:
        """Whether a lamp alone would say too little: nothing was found, or somebody has yet to meet what was."""
        has_nothing = not snapshot.requests_known and not any(root.is_found for root in snapshot.roots)
        return has_nothing or (self._is_new_here and not snapshot.is_demo)

    @Slot()
    def _show_again(self) -> None:
        """A cache expired: the same figures read differently now."""
        if self._snapshot is not None:
            self._reading.submit(lambda meter: meter.look())
            self._show(replace(self._snapshot, at_ms=now_ms(), next_change_ms=None))

    @Slot()
    def _toggle_panel(self) -> None:
        if self._panel is None:
            self._panel = self._made_panel()
        self._panel.toggle(self._tray.geometry)

    def _made_panel(self) -> Panel:
        from tallylight.gui.panel import Panel

        panel = Panel(self._theme)
        panel.session_requested.connect(self._open_session)
        panel.window_requested.connect(self.raise_window)
        panel.pause_requested.connect(self._pause)
        panel.quit_requested.connect(self.quit)
        panel.demo_requested.connect(self._start_demo)
        panel.advice_seen.connect(self._note_advice_seen)
        if self._snapshot is not None:
            panel.show_snapshot(self._snapshot)
        return panel

    @Slot()
    def raise_window(self) -> None:
        window = self._main_window()
        window.show()
        window.setWindowState(window.windowState() & ~window.windowState().WindowMinimized)
        window.raise_()
        window.activateWindow()
        if self._snapshot is not None:
            window.show_snapshot(self._snapshot)

    @Slot(str)
    def _open_session(self, session_id: str) -> None:
        self.raise_window()
        self._main_window().open_session(session_id)

    def _main_window(self) -> MainWindow:
        if self._window is None:
            from tallylight.gui.main_window import MainWindow

            self._window = MainWindow(
                self._theme,
                self._reading.library(),
                self._jobs,
                _caretaker,
                rules=rules_shown(),
                command=self._exporting.command,
                offers=self._exporting.offers,
                given_keys=given_keys,
            )
            self._window.export_requested.connect(self._exporting.open)
            self._window.settings_changed.connect(self._change_settings)
            self._window.answered.connect(self._answer)
            self._window.place_wanted.connect(self._open_place)
            self._window.advice_seen.connect(self._note_advice_seen)
            self._window.advice_declined.connect(self._decline)
            self._window.advice_wanted.connect(self._advise_again)
            self._window.notices_seen.connect(self._note_seen)
            self._window.speak_again_wanted.connect(self._speak_again)
            self._window.demo_requested.connect(self._start_demo)
            self._window.demo_ended.connect(self._end_demo)
            self._window.folder_added.connect(self._add_folder)
            self._window.folder_removed.connect(self._remove_folder)
            self._window.agreed.connect(self._consenting.answer)
            self._consenting.refused.connect(self._window.show_feed_problem)
            self._consenting.connected.connect(self._window.show_feed_connected)
            self._window.theme_chosen.connect(self._choose_theme)
            self._window.meter_pinned.connect(self._pin_meter)
            self._window.hooks_asked.connect(self._connecting.plan)
            self._window.hooks_confirmed.connect(self._connecting.make)
            self._connecting.planned.connect(self._window.show_hooks_change)
            self._window.quit_requested.connect(self.quit)
            self._window.deletion_wanted.connect(self._delete_all)
            self._settings.unkept.connect(self._window.show_unkept)
            self._window.closed.connect(self._end_unseen)
            self._window.show_settings(self._settings.current)
            if self._is_new_here and not self._settings.current.is_introduced:
                self._window.open_first_run()
            self._window.show_tray(self._tray.is_available or not self._has_waited)
        return self._window

    # -- notices and budgets

    @Slot(str, str)
    def _answer(self, key: str, action: str) -> None:
        self._reading.submit(lambda meter: meter.alerting.answer(key, action))

    @Slot(str)
    def _note_advice_seen(self, key: str) -> None:
        self._reading.submit(lambda meter: meter.alerting.note_advice_shown([key]))

    @Slot(str)
    def _decline(self, key: str) -> None:
        self._reading.submit(lambda meter: meter.alerting.decline(key))

    @Slot(str)
    def _advise_again(self, key: str) -> None:
        self._reading.submit(lambda meter: meter.alerting.advise_again(key))

    @Slot(object)
    def _note_seen(self, keys: tuple[str, ...]) -> None:
        self._reading.submit(lambda meter: meter.alerting.see(keys))

    @Slot(str, str)
    def _speak_again(self, kind: str, name: str) -> None:
        self._reading.submit(lambda meter: meter.alerting.speak_again(kind, name))

    @Slot(object)
    def _open_place(self, finding: Finding | None) -> None:
        """What a notice is about; without a finding, the list of notices."""
        if finding is not None and finding.rule == SCHEDULED:
            self._exporting.show_run(finding.path)
            return
        self.raise_window()
        window = self._main_window()
        if finding is None:
            window.open_notices()
        elif finding.session_id:
            window.open_session(finding.session_id)
        elif finding.budget_id:
            window.open_page("budgets")
        elif finding.since:
            window.open_days(finding.since, finding.until)
        else:
            window.open_notices()

    @Slot(object)
    def _change_settings(self, changes: dict[str, object]) -> None:
        self._settings.keep(**changes)
        settings = self._settings.current
        self._reading.take_settings(settings)
        self._show_settings(settings)

    @Slot(object)
    def _show_settings(self, settings: Settings) -> None:
        self._tray.show_quiet(settings.is_quiet)
        self._exporting.show_settings()
        if self._window is not None:
            self._window.show_settings(settings)

    @Slot(object, object)
    def _follow_settings(self, settings: Settings, before: Settings) -> None:
        """Somebody else changed them."""
        self._theme.choose(settings.theme)
        self._show_meter(settings.is_meter_pinned)
        if settings.folders != before.folders:
            self._reading.look_anew_for_folders()
        if settings.asked != before.asked:
            self._reading.follow_feeds()
        self._reading.take_settings(settings)
        self._show_settings(settings)

    # -- no tray here

    @Slot()
    def _check_host(self) -> None:
        self._has_waited = True
        if not self._tray.is_available and not self._is_in_background:
            self.raise_window()
            self._main_window().show_tray(False)
        if self._settings.current.is_meter_pinned:
            self._pin_meter(True)

    @Slot()
    def _end_unseen(self) -> None:
        """Nobody could reach a program without lamp, window and meter."""
        if (
            self._has_waited
            and not self._tray.is_available
            and self._pinned is None
            and not self._is_changing
        ):
            self.quit()

    @Slot()
    def _find_host(self) -> None:
        if self._window is not None:
            self._window.show_tray(True)
        if self._snapshot is not None:
            self._tray.show_snapshot(self._snapshot)

    @Slot(bool)
    def _pin_meter(self, is_pinned: bool) -> None:
        self._show_meter(is_pinned)
        self._settings.keep(is_meter_pinned=is_pinned)

    def _show_meter(self, is_pinned: bool) -> None:
        if is_pinned and self._pinned is None:
            from tallylight.gui.meter import Meter as PinnedMeter

            self._pinned = PinnedMeter(self._theme)
            self._pinned.window_requested.connect(self.raise_window)
            self._pinned.closed.connect(self._unpin)
            if self._snapshot is not None:
                self._pinned.show_snapshot(self._snapshot)
            self._pinned.show()
        elif not is_pinned and self._pinned is not None:
            pinned, self._pinned = self._pinned, None
            pinned.close()
            pinned.deleteLater()

    @Slot()
    def _unpin(self) -> None:
        self._pin_meter(False)
        if self._window is not None:
            self._window.show_settings(self._settings.current)

    # -- what the user chooses

    @Slot(bool)
    def _pause(self, is_paused: bool) -> None:
        self._reading.pause(is_paused)

    @Slot(str)
    def _choose_theme(self, name: str) -> None:
        self._theme.choose(name)
        self._settings.keep(theme=name)

    @Slot(str)
    def _add_folder(self, path: str) -> None:
        """Read one more folder: logs, or what machines export to it. A disk may take its time to say which."""
        known = self._taken_out.get(path)
        self._jobs.run(lambda: known or source_of(path), lambda source: self._read_also((source, path)))

    def _read_also(self, folder: tuple[str, str]) -> None:
        folders = self._settings.current.folders
        if folder not in folders:
            self._read_from((*folders, folder))

    @Slot(str)
    def _remove_folder(self, path: str) -> None:
        folders = self._settings.current.folders
        self._taken_out |= {name: source for source, name in folders if name == path}
        self._read_from(tuple(folder for folder in folders if folder[1] != path))

    def _read_from(self, folders: tuple[tuple[str, str], ...]) -> None:
        self._settings.keep(folders=folders)
        self._reading.look_anew_for_folders()

    # -- the demo

    @Slot()
    def _start_demo(self) -> None:
        if not self._reading.is_demo:
            self._reading.start_demo()
            self._change_library()
            self.raise_window()

    @Slot()
    def _end_demo(self) -> None:
        if self._reading.is_demo:
            self._snapshot = None
            self._reading.end_demo()
            self._change_library()

    def _change_library(self) -> None:
        """A window over another ledger: the old one asked the old."""
        if self._window is None:
            return
        was_visible = self._window.isVisible()
        self._is_changing = True
        self._window.close()
        self._is_changing = False
        self._window.deleteLater()
        self._window = None
        if was_visible:
            self.raise_window()


def _caretaker() -> Caretaker:
    from tallylight.parts.caretaking import Caretaking  # what only settings and a first run need

    return Caretaking()


def rules_shown() -> list[tuple[str, str, dict[str, tuple[str, float]]]]:
    """Of each rule its name, its label, and its limits by name as (label, default)."""
    return [
        (
            rule.name,
            rule.label,
            {name: (rule.limit_labels.get(name, name), value) for name, value in rule.limits.items()},
        )
        for rule in RULES
    ]
