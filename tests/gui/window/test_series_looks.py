"""Colours of groups: told apart where they meet, and the same wherever they are met again."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tallylight.gui.palette import DARK, LIGHT
from tallylight.gui.series_looks import SeriesLooks

COLOURS = len(LIGHT.series)


def test_a_group_keeps_its_look_when_its_rank_changes() -> None:
    looks = SeriesLooks(COLOURS)
    october = dict(zip(("opus", "sonnet"), looks.of("model", ["opus", "sonnet"]), strict=True))
    november = dict(zip(("haiku", "opus"), looks.of("model", ["haiku", "opus"]), strict=True))
    assert november["opus"] == october["opus"]
    assert len({october["opus"], october["sonnet"], november["haiku"]}) == 3
    assert looks.of("model", ["sonnet", "opus"]) == [october["sonnet"], october["opus"]]


def test_kinds_of_groups_do_not_use_up_each_others_colours() -> None:
    looks = SeriesLooks(COLOURS)
    looks.of("model", ["opus", "sonnet"])
    assert looks.of("project", ["docs-site"])[0].colour == 0


def test_the_rest_is_grey_and_takes_no_colour() -> None:
    looks = SeriesLooks(COLOURS)
    named, rest = looks.of("model", ["opus", ""])
    assert (named.colour, rest.colour) == (0, None)
    assert rest.colour_in(DARK) == DARK.muted
    assert looks.of("model", ["sonnet"])[0].colour == 1


def test_newcomers_differ_from_everything_beside_them() -> None:
    looks = SeriesLooks(COLOURS)
    for month in range(12):
        # Every month one old project, and as many new ones as there are colours left.
        keys = ["orchard", *(f"project {month}-{n}" for n in range(COLOURS - 1))]
        assert len({look.colour for look in looks.of("project", keys)}) == COLOURS


def test_those_that_share_a_colour_have_patterns_of_their_own() -> None:
    looks = SeriesLooks(COLOURS)
    made = [looks.of("project", [f"project {n}"])[0] for n in range(5 * COLOURS)]
    assert len(set(made)) == len(made)
    assert made[0].pattern is Qt.BrushStyle.SolidPattern
