"""The lamp: sharp at every size, its state readable without its colour, drawn only when it changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from budgets import a_budget, a_status
from tallylight.domain.budget import Period
from tallylight.domain.money import PICO
from tallylight.domain.session import Activity
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.icons import APP_SIZES, COLOURS, GLASS, TRAY_SIZES, app_icon, draw, lamp_icon
from tallylight.gui.lamp import STEPS, Lamp, Light, Mood, fare_digits, lamp_of

pytestmark = pytest.mark.usefixtures("qapp")


def pixels(lamp: Lamp, size: int) -> QImage:
    return draw(lamp, size).toImage()


def covered(image: QImage, colour: str) -> int:
    """How many pixels have exactly this colour."""
    wanted = QColor(colour).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def distance(one: QColor, other: str) -> float:
    """How far apart two colours are, as a share of how far glass and ring are."""
    whole = sum(
        abs(a - b) for a, b in zip(QColor(GLASS).getRgb(), QColor(COLOURS[Mood.LIVE]).getRgb(), strict=True)
    )
    return sum(abs(a - b) for a, b in zip(one.getRgb(), QColor(other).getRgb(), strict=True)) / whole


def test_every_size_is_there(qapp: QApplication) -> None:
    sizes = {(size.width(), size.height()) for size in lamp_icon(Lamp()).availableSizes()}
    assert sizes == {(size, size) for size in TRAY_SIZES}
    assert {16, 20, 22, 24, 32, 44, 48, 64} <= set(TRAY_SIZES)
    assert len(app_icon().availableSizes()) == len(APP_SIZES)


@pytest.mark.parametrize("size", TRAY_SIZES)
def test_the_ring_grows_with_the_day(size: int) -> None:
    shares = [
        covered(pixels(Lamp(steps=steps, mood=Mood.LIVE), size), COLOURS[Mood.LIVE])
        for steps in (0, STEPS // 3, STEPS * 2 // 3, STEPS)
    ]
    assert shares == sorted(set(shares))


@pytest.mark.parametrize("size", TRAY_SIZES)
@pytest.mark.parametrize("mood", list(Mood))
def test_each_mood_has_its_colour(size: int, mood: Mood) -> None:
    image = pixels(Lamp(steps=STEPS, mood=mood), size)
    counts = {other: covered(image, colour) for other, colour in COLOURS.items()}
    assert counts.pop(mood) > size
    assert not any(counts.values())


@pytest.mark.parametrize("size", TRAY_SIZES)
def test_states_differ_without_colour(size: int) -> None:
    lamps = [
        Lamp(steps=30, light=Light.BUSY, mood=Mood.LIVE),
        Lamp(steps=30, light=Light.IDLE, mood=Mood.LIVE),
        Lamp(steps=30, light=Light.OFF, mood=Mood.LIVE),
        Lamp(steps=None, light=Light.OFF, mood=Mood.LIVE),
        Lamp(steps=30, is_paused=True),
        Lamp(steps=30, light=Light.BUSY, mood=Mood.LIVE, has_problem=True),
    ]
    grey = {
        bytes(pixels(lamp, size).convertToFormat(QImage.Format.Format_Grayscale8).constBits())
        for lamp in lamps
    }
    assert len(grey) == len(lamps)


@pytest.mark.parametrize("size", TRAY_SIZES)
def test_edges_lie_on_whole_pixels(size: int) -> None:
    image = pixels(Lamp(steps=STEPS, mood=Mood.LIVE), size)
    for x in range(size // 3):
        blend = min(distance(image.pixelColor(x, size // 2), sharp) for sharp in (COLOURS[Mood.LIVE], GLASS))
        assert blend < 0.2, x
    for x, y in ((0, 0), (size - 1, 0), (0, size - 1), (size - 1, size - 1)):
        assert image.pixelColor(x, y).alpha() == 0


def test_the_fare_is_inside_from_44_pixels_on() -> None:
    one, other = Lamp(steps=1, fare="4.12"), Lamp(steps=1, fare="9.80")
    assert pixels(one, 32) == pixels(other, 32)
    assert pixels(one, 44) != pixels(other, 44)


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0, "–"), (0.04, "0.04"), (4.12, "4.12"), (9.996, "10"), (23.4, "23"), (999.6, "1.0k"), (1234, "1.2k"),
     (12_345, "12k")],
)  # fmt: skip
def test_the_fare_has_four_characters_at_most(dollars: float, text: str) -> None:
    assert fare_digits(int(dollars * PICO)) == text
    assert len(text) <= 4


def test_the_state_follows_the_snapshot(a_snapshot: Callable[..., Snapshot]) -> None:
    over = lamp_of(a_snapshot())
    assert (over.mood, over.light, over.steps) == (Mood.OVER, Light.BUSY, STEPS)
    near = lamp_of(a_snapshot(today_picousd=9 * PICO, sessions=()))
    assert (near.mood, near.light) == (Mood.NEAR, Light.OFF)
    new = lamp_of(a_snapshot(typical_day_picousd=None, is_paused=True, problem="The disk is full."))
    assert (new.mood, new.steps, new.is_paused, new.has_problem) == (Mood.LIVE, None, True, True)
    assert lamp_of(Snapshot()) == Lamp(fare="–")


def test_a_session_at_rest_is_no_work(
    a_session: Callable[..., object], a_snapshot: Callable[..., Snapshot]
) -> None:
    lamp = lamp_of(a_snapshot(sessions=(a_session(activity=Activity.WAITING),)))
    assert lamp.light is Light.IDLE


def test_a_cent_within_the_same_step_draws_nothing_new(a_snapshot: Callable[..., Snapshot]) -> None:
    one, other = (lamp_of(a_snapshot(today_picousd=int(cents * PICO / 100))) for cents in (412.0, 412.1))
    assert lamp_icon(one) is lamp_icon(other)


def test_the_ring_follows_the_tightest_budget_for_everything(a_snapshot: Callable[..., Snapshot]) -> None:
    month = a_status(spent=60 * PICO)
    day = a_status(a_budget(id="b2", period=Period.DAY, amount=15 * PICO), spent=1284 * PICO // 100)
    project = a_status(a_budget(id="b3", project="/dev/site"), spent=900 * PICO)
    lamp = lamp_of(a_snapshot(budgets=(month, day, project)))
    assert (lamp.steps, lamp.mood) == (int(12.84 / 15 * STEPS), Mood.NEAR)
    assert lamp_of(a_snapshot(budgets=(project,))) == lamp_of(a_snapshot())
    assert lamp_of(a_snapshot(budgets=(a_status(spent=300 * PICO),))).mood is Mood.OVER
