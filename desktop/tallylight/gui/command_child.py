"""A command in a process of its own: the tray's memory stays small, a crash there ends nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QTimer, Signal

translate = QCoreApplication.translate
#: Asked to end, a process may take so long to clear up: while nobody waits for it, and while a program does that quits.
GRACE_MS, PATIENCE_MS = 15_000, 3000
#: More than this nobody looks at: a preview's reading ends.
_MOST_BYTES = 1 << 20
_OURS = "tallylight: "


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to. `problem` is a sentence, "" for none; `exists` a file that was not replaced."""

    output: bytes = b""
    path: str = ""
    exists: str = ""
    problem: str = ""


class CommandChild(QObject):
    """Runs one at a time; a new one takes the place of the one that runs, whose outcome nobody is told."""

    #: Rows so far, and of how many.
    progressed = Signal(int, int)
    ended = Signal(object)

    def __init__(
        self, command: Sequence[str], parent: QObject | None = None, *, verb: str = "export"
    ) -> None:
        super().__init__(parent)
        self._command, self._verb = list(command), verb
        self._process: QProcess | None = None
        self._leaving: set[QProcess] = set()
        self._output = bytearray()
        self._said: list[str] = []
        self._rest = b""
        if (application := QCoreApplication.instance()) is not None:
            application.aboutToQuit.connect(self.close)

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def start(self, arguments: Sequence[str]) -> None:
        """Run the command with these."""
        self.stop()
        self._output.clear()
        self._said, self._rest = [], b""
        process = self._process = QProcess(self)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._listen)
        process.finished.connect(self._end)
        process.errorOccurred.connect(self._fail)
        process.setStandardInputFile(QProcess.nullDevice())
        program, *before = self._command
        process.start(program, [*before, self._verb, *arguments])

    def stop(self) -> None:
        """End what runs. It leaves a whole file or none; `ended` is not told."""
        process, self._process = self._process, None
        if process is None:
            return
        for signal in (
            process.readyReadStandardOutput,
            process.readyReadStandardError,
            process.finished,
            process.errorOccurred,
        ):
            signal.disconnect()
        if process.state() is QProcess.ProcessState.NotRunning:
            process.deleteLater()
            return
        self._leaving.add(process)
        process.finished.connect(lambda: self._leave(process))
        process.terminate()
        QTimer.singleShot(GRACE_MS, process, process.kill)

    def close(self) -> None:
        """The same, and wait: no process is left."""
        self.stop()
        for process in tuple(self._leaving):
            if not process.waitForFinished(PATIENCE_MS):
                process.kill()
                process.waitForFinished(PATIENCE_MS)

    def _leave(self, process: QProcess) -> None:
        self._leaving.discard(process)
        process.deleteLater()

    # -- what it says

    def _read(self) -> None:
        if self._process is None:
            return
        self._output += self._process.readAllStandardOutput().data()
        if len(self._output) > _MOST_BYTES:
            self.stop()
            self.ended.emit(Outcome(output=bytes(self._output[:_MOST_BYTES])))

    def _listen(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + self._process.readAllStandardError().data()).split(b"\n")
        for line in lines:
            self._hear(line.decode("utf-8", "replace").rstrip("\r"))

    def _hear(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        figures = rest.split(" ")
        if word == "progress" and len(figures) == 2 and all(figure.isdecimal() for figure in figures):
            self.progressed.emit(int(figures[0]), int(figures[1]))
        else:
            self._said.append(line)

    def _end(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._listen()
        if self._rest:
            self._hear(self._rest.decode("utf-8", "replace"))
        is_done = code == 0 and status is QProcess.ExitStatus.NormalExit
        self._tell(
            Outcome(
                output=bytes(self._output),
                path=self._said_of("path "),
                exists=self._said_of("exists "),
                problem="" if is_done else self._said_of(_OURS) or _unexpected(code),
            )
        )

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._tell(Outcome(problem=self._process.errorString()))

    def _said_of(self, start: str) -> str:
        """The last line that begins so, without its beginning."""
        return next((line.removeprefix(start) for line in reversed(self._said) if line.startswith(start)), "")

    def _tell(self, outcome: Outcome) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
            self.ended.emit(outcome)


def _unexpected(code: int) -> str:
    return translate("CommandChild", "the command ended unexpectedly ({})").format(code)
