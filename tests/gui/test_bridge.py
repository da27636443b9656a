"""From the worker's thread to the window: quick, never too often, never losing the last."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tallylight.gui.bridge import INTERVAL_S, Bridge


@pytest.fixture
def bridge(qtbot: QtBot) -> Bridge:
    return Bridge()


def publish_beside(bridge: Bridge, values: range, pause_s: float = 0.0) -> threading.Thread:
    def publish() -> None:
        for value in values:
            bridge.publish(value)
            time.sleep(pause_s)

    thread = threading.Thread(target=publish)
    thread.start()
    return thread


def test_the_first_arrives_at_once_in_the_gui_thread(qtbot: QtBot, bridge: Bridge) -> None:
    seen: list[QThread] = []
    bridge.snapshot.connect(lambda _: seen.append(QThread.currentThread()))
    started = time.monotonic()
    with qtbot.waitSignal(bridge.snapshot, timeout=2000) as got:
        publish_beside(bridge, range(1)).join()
    assert got.args == [0]
    assert time.monotonic() - started < INTERVAL_S
    assert seen == [QApplication.instance().thread()]  # type: ignore[union-attr]


def test_a_flood_is_thinned_and_ends_with_the_last(qtbot: QtBot, bridge: Bridge) -> None:
    seen: list[tuple[float, object]] = []
    bridge.snapshot.connect(lambda value: seen.append((time.monotonic(), value)))
    thread = publish_beside(bridge, range(400), pause_s=0.001)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][1] == 399, timeout=5000)
    thread.join()
    values = [value for _, value in seen]
    gaps = [later[0] - earlier[0] for earlier, later in itertools.pairwise(seen)]
    assert values == sorted(values, key=int)
    assert min(gaps) > INTERVAL_S * 0.9
    assert len(seen) < 30


def test_publishing_never_waits_for_the_window(bridge: Bridge) -> None:
    started = time.monotonic()
    publish_beside(bridge, range(10_000)).join(timeout=10)
    assert time.monotonic() - started < 5


def test_nothing_ticks_while_nothing_is_published(qtbot: QtBot, bridge: Bridge) -> None:
    with qtbot.waitSignal(bridge.snapshot, timeout=2000):
        bridge.publish("one")
    assert not bridge.is_ticking


def test_nothing_arrives_after_closing(qtbot: QtBot, bridge: Bridge) -> None:
    bridge.publish("early")
    bridge.close()
    bridge.publish("late")
    bridge.fail("late too")
    with (
        qtbot.assertNotEmitted(bridge.failed),
        qtbot.assertNotEmitted(bridge.snapshot, wait=int(INTERVAL_S * 1500)),
    ):
        pass


def test_a_failure_crosses_too(qtbot: QtBot, bridge: Bridge) -> None:
    with qtbot.waitSignal(bridge.failed, timeout=2000) as got:
        thread = threading.Thread(target=bridge.fail, args=("The disk is full.",))
        thread.start()
    thread.join()
    assert got.args == ["The disk is full."]
