"""Work beside the window: the window goes on, and nobody is called who is gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tallylight.gui.jobs import Jobs


class Receiver(QObject):
    """A page that waits for an answer."""

    answered = Signal(object, bool)
    refused = Signal(str)

    def take(self, value: object) -> None:
        self.answered.emit(value, threading.current_thread() is threading.main_thread())


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("jobs")]


def fail() -> None:
    raise OSError("The folder cannot be read.")


def test_work_runs_beside_and_its_value_arrives_here(qtbot: QtBot, jobs: Jobs) -> None:
    receiver = Receiver()
    with qtbot.waitSignal(receiver.answered, timeout=2000) as got:
        jobs.run(lambda: threading.current_thread().name, receiver.take)
    name, was_main = got.args
    assert name.startswith("jobs")
    assert was_main


def test_a_failure_is_told_as_a_sentence(qtbot: QtBot, jobs: Jobs) -> None:
    receiver = Receiver()
    with qtbot.waitSignal(receiver.refused, timeout=2000) as got:
        jobs.run(fail, receiver.take, receiver.refused.emit)
    assert got.args == ["The folder cannot be read."]


def test_an_unexpected_failure_reaches_the_hook(qtbot: QtBot, jobs: Jobs) -> None:
    receiver = Receiver()
    with qtbot.captureExceptions() as caught:
        jobs.run(fail, receiver.take)
        qtbot.waitUntil(lambda: bool(caught), timeout=2000)
    assert isinstance(caught[0][1], OSError)


def test_the_pool_survives_a_failure(qtbot: QtBot, jobs: Jobs) -> None:
    receiver = Receiver()
    for _ in range(4):
        jobs.run(fail, receiver.take, receiver.refused.emit)
    with qtbot.waitSignal(receiver.answered, timeout=2000):
        jobs.run(lambda: 1, receiver.take)


@pytest.mark.parametrize("is_named", [False, True])
def test_nobody_is_called_who_is_gone(qtbot: QtBot, jobs: Jobs, is_named: bool) -> None:
    go_on = threading.Event()
    calls: list[object] = []
    owner, probe = Receiver(), Receiver()
    owner.answered.connect(calls.append)
    if is_named:
        jobs.run(lambda: go_on.wait(5), lambda value: calls.append(value), receiver=owner)
    else:
        jobs.run(lambda: go_on.wait(5), owner.take)
    owner.deleteLater()
    qtbot.waitSignal(owner.destroyed, timeout=2000).wait()
    go_on.set()
    with qtbot.waitSignals([probe.answered, probe.answered], timeout=2000):
        jobs.run(lambda: 1, probe.take)
        jobs.run(lambda: 2, probe.take)
    assert calls == []


def test_two_run_at_a_time(qtbot: QtBot, jobs: Jobs) -> None:
    receiver = Receiver()
    both = threading.Barrier(2, timeout=5)
    with qtbot.waitSignals([receiver.answered, receiver.answered], timeout=5000):
        jobs.run(both.wait, receiver.take)
        jobs.run(both.wait, receiver.take)


def test_closing_waits_for_what_runs_and_drops_the_rest(qtbot: QtBot, jobs: Jobs) -> None:
    ran: list[int] = []
    started, go_on = threading.Semaphore(0), threading.Event()
    receiver = Receiver()

    def work() -> None:
        started.release()
        go_on.wait(5)
        ran.append(1)

    for _ in range(5):
        jobs.run(work, receiver.take)
    started.acquire()
    started.acquire()
    threading.Timer(0.05, go_on.set).start()
    with qtbot.assertNotEmitted(receiver.answered, wait=50):
        jobs.close()
    assert len(ran) == 2


def test_after_closing_nothing_runs(qtbot: QtBot, jobs: Jobs) -> None:
    receiver = Receiver()
    jobs.close()
    with qtbot.assertNotEmitted(receiver.answered, wait=50):
        jobs.run(lambda: 1, receiver.take)
