"""The forecast's back-test: it is better than linear pacing, and its range means what it says."""

from __future__ import annotations

from forecast_backtest import is_good, score


def test_the_forecast_is_better_than_linear_pacing() -> None:
    found = score(240)
    assert found.histories == 240
    assert is_good(found), found
