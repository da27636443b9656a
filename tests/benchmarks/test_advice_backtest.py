"""The back-test of advice: ten turns are predicted to a fifth, and better than by the turn before."""

from __future__ import annotations

from advice_backtest import score


def test_ten_turns_after_a_reset_are_predicted_to_a_fifth() -> None:
    found = score(range(1, 3))
    assert found.resets >= 60
    assert found.ours < 0.2 < found.same
    assert found.carried < 0.2
