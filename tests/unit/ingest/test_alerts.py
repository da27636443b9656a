"""Alerts: evidence from a real ledger, notices written down before they are told, the same after a restart."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from advice_factories import an_advice
from factories import NOW_MS, a_ledger, a_line, a_prompt, a_usage, an_event, read_all, write_log
from tallylight.config.store import save_settings, settings_path
from tallylight.domain.advice import Advice
from tallylight.domain.budget import Budget, Period, Unit
from tallylight.domain.chat import Chat
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.fold import Status
from tallylight.domain.notices import MOST_SHOWN
from tallylight.domain.settings import Settings
from tallylight.domain.tag import Tag
from tallylight.domain.usage import SessionFact
from tallylight.ingest.alerts import Alerts, Standing
from tallylight.ingest.assembly import open_meter
from tallylight.ingest.roots import Root
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.days import day_of
from tallylight.ledger.ledger import Ledger
from tallylight.rules.base import Evidence

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MONTHLY = Budget(id="m", amount=1000, unit=Unit.TOKENS)
Rules = Callable[[Evidence, Mapping[str, Mapping[str, float]]], list[Finding]]


def a_finding(key: str = "a", **given: str) -> Finding:
    return Finding(
        key=key,
        rule="big_day",
        subject=given.pop("subject", key),
        severity=Severity.WARNING,
        title=say("A large day"),
        text=say("{spent} so far", spent="$5"),
        **given,
    )


class Scene:
    """A ledger, and alerts over it with rules that the test makes up; `now` is the clock, `steady` the one that
    only runs on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ledger = a_ledger(folder / "data")
        self.reader = open_for_reading(folder / "data" / "ledger.sqlite")
        self.found: list[Finding] = []
        self.seen: list[Evidence] = []
        self.settings = Settings()
        self.now, self.steady = NOW_MS, 0
        self.alerts = self.made()

    def made(self) -> Alerts:
        def rules(evidence: Evidence, _limits: object) -> list[Finding]:
            self.seen.append(evidence)
            return self.found

        return Alerts(self.ledger, self.reader, rules, self.settings, lambda: self.steady)

    def restart(self) -> None:
        self.alerts = self.made()

    def look(self, *found: Finding, later_ms: int = 0) -> Standing:
        self.now += later_ms
        self.steady += max(0, later_ms)
        self.found = list(found)
        self.alerts.note_written(has_backlog=False)
        return self.alerts.look(self.now, [], None)

    def told(self, *found: Finding, later_ms: int = 0) -> list[str]:
        """Keys told at this very look."""
        notices = self.look(*found, later_ms=later_ms).notices
        return sorted(n.finding.key for n in notices if n.told_ms == self.now)

    def choose(self, **changes: object) -> None:
        self.settings = replace(self.settings, **changes)
        self.alerts.take_settings(self.settings)

    def spend(self, at_ms: int, output: int, **given: object) -> None:
        key = f"msg_{at_ms}_{output}"
        self.ledger.write(
            Batch(events=[an_event(key=key, time_ms=at_ms, stated_ms=at_ms, output=output, **given)])
        )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.reader.close()
    made.ledger.close()


def test_what_was_told_is_not_told_again_after_a_restart(scene: Scene) -> None:
    assert scene.told(a_finding()) == ["a"]
    scene.restart()
    assert scene.told(a_finding(), a_finding("b"), later_ms=HOUR_MS) == ["b"]
    scene.restart()
    assert scene.told(later_ms=HOUR_MS) == []
    scene.restart()
    assert scene.told(a_finding(), later_ms=HOUR_MS) == []


def test_a_clock_set_back_before_a_restart_tells_nothing_again(scene: Scene) -> None:
    assert scene.told(a_finding(), later_ms=2 * DAY_MS) == ["a"]
    scene.now -= 2 * DAY_MS
    scene.restart()
    standing = scene.look(a_finding(), later_ms=HOUR_MS)
    (notice,) = standing.notices
    assert notice.telling <= standing.told_before, "the screen shows nothing of an earlier run"
    assert scene.told(a_finding(), a_finding("b"), later_ms=HOUR_MS) == ["b"]


def test_the_list_stands_in_the_order_of_its_times(scene: Scene) -> None:
    scene.choose(is_quiet=True)
    scene.look(a_finding("early"))
    scene.choose(is_quiet=False)
    scene.look(a_finding("early"), a_finding("late"), later_ms=HOUR_MS)
    scene.choose(is_quiet=True)
    standing = scene.look(a_finding("early"), a_finding("late"), a_finding("held"), later_ms=HOUR_MS)
    shown = [n.told_ms or n.first_ms for n in standing.notices]
    assert len(shown) == 3 and shown == sorted(shown, reverse=True)


def test_this_period_is_the_findings_own_where_it_has_one(scene: Scene) -> None:
    month = a_finding("month", since="2026-10-01", until="2026-11-01")
    scene.look(month)
    scene.alerts.answer("month", "snoozed:period", scene.now)
    ((_, _, until),) = scene.ledger.hushed(scene.now)
    assert day_of(until).isoformat() == "2026-11-01"


def test_what_is_dated_before_today_counts_at_once(scene: Scene) -> None:
    scene.choose(budgets=(MONTHLY,))
    scene.spend(NOW_MS, 100)
    scene.look()
    late = NOW_MS - DAY_MS
    written = scene.ledger.write(
        Batch(events=[an_event(key="late", time_ms=late, stated_ms=late, output=700, cwd="/home/ana/new")])
    )
    assert written.since_ms == late
    scene.alerts.note_written(has_backlog=False, since_ms=written.since_ms)
    standing = scene.alerts.look(scene.now + 1000, [], None)
    assert [status.spent for status in standing.budgets] == [800]
    assert "/home/ana/new" in scene.seen[-1].projects


def test_what_is_new_reaches_the_window_however_wrong_the_clock_was(scene: Scene) -> None:
    scene.look(*(a_finding(f"old:{n}") for n in range(MOST_SHOWN)), later_ms=2 * DAY_MS)
    scene.now -= 2 * DAY_MS
    assert scene.told(a_finding(), later_ms=HOUR_MS) == ["a"]


def test_nothing_is_told_that_could_not_be_written_down(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Ledger, _notices: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "keep_notices", fail)
        with pytest.raises(sqlite3.OperationalError):
            scene.look(a_finding())
    assert scene.told(a_finding(), later_ms=1) == ["a"]


@pytest.mark.parametrize(("length", "hours"), [("1h", 1.1), ("today", 24)])
def test_a_snooze_ends(scene: Scene, length: str, hours: float) -> None:
    scene.look(a_finding())
    scene.alerts.answer("a", f"snoozed:{length}", scene.now)
    assert scene.told(a_finding(), later_ms=30 * 60_000) == []
    scene.restart()
    assert scene.told(a_finding(), later_ms=20 * 60_000) == []
    assert scene.told(a_finding(), later_ms=round(hours * HOUR_MS)) == ["a"]


def test_a_budget_says_how_many_sessions_under_it_tell_no_tokens(scene: Scene) -> None:
    scene.choose(budgets=(MONTHLY,))
    chat = Chat(source="cursor", session_id="c", created_ms=NOW_MS, moved_ms=NOW_MS, seen_ms=NOW_MS)
    scene.ledger.write(Batch(chats=[chat]))
    assert [status.untold for status in scene.look().budgets] == [1]


def test_a_snooze_for_the_period_lasts_until_the_budget_starts_anew(scene: Scene) -> None:
    scene.choose(budgets=(MONTHLY,))
    finding = a_finding(budget_id="m")
    scene.look(finding)
    scene.alerts.answer("a", "snoozed:period", scene.now)
    for _ in range(4):
        assert scene.told(finding, later_ms=6 * DAY_MS) == []
    assert scene.told(finding, later_ms=6 * DAY_MS) == ["a"], "the second of October is 30 days ago"


def test_a_muted_session_stays_muted(scene: Scene) -> None:
    scene.look(a_finding(session_id="s-1"))
    scene.alerts.answer("a", "muted", scene.now)
    scene.restart()
    assert scene.told(a_finding("b", session_id="s-1"), a_finding("c"), later_ms=DAY_MS) == ["c"]
    scene.alerts.answer("nobody", "opened", scene.now)


def test_what_is_silenced_is_listed_and_can_be_taken_back(scene: Scene) -> None:
    scene.look(a_finding(session_id="s-1"), a_finding("b"))
    scene.alerts.answer("a", "muted", scene.now)
    scene.alerts.answer("b", "snoozed:1h", scene.now)
    later = [a_finding("c", session_id="s-1"), a_finding("b")]
    hushes = scene.look(*later, later_ms=60_000).hushes
    assert [(hush.kind, hush.name, hush.last and hush.last.key) for hush in hushes] == [
        ("session", "s-1", "a"),
        ("subject", "b", "b"),
    ]
    assert scene.told(*later, later_ms=60_000) == []
    scene.alerts.speak_again("session", "s-1")
    scene.alerts.speak_again("subject", "b")
    assert scene.told(*later, later_ms=60_000) == ["b", "c"]
    assert scene.look(*later).hushes == ()


def test_what_the_user_did_is_kept_word_by_word(scene: Scene) -> None:
    scene.look(a_finding())
    scene.alerts.answer("a", "snoozed:today", scene.now)
    (notice,) = scene.look(a_finding()).notices
    assert notice.done == "snoozed:today" and notice.waits


def test_what_was_looked_at_is_seen_until_it_is_told_again(scene: Scene) -> None:
    assert scene.look(a_finding()).notices[0].is_unseen
    scene.alerts.see(["a", "nobody"])
    assert not scene.look(a_finding()).notices[0].is_unseen
    scene.restart()
    assert not scene.look(a_finding()).notices[0].is_unseen
    scene.alerts.answer("a", "snoozed:1h", scene.now)
    assert scene.look(a_finding(), later_ms=2 * HOUR_MS).notices[0].is_unseen


def test_something_that_waits_is_looked_at_again(scene: Scene) -> None:
    assert scene.alerts.due_ms(scene.now) is None
    scene.look(a_finding())
    assert scene.alerts.due_ms(scene.now) is None
    scene.look(a_finding(), a_finding("b"), later_ms=1000)
    due = scene.alerts.due_ms(scene.now)
    assert due is not None and due <= scene.now + 60_000
    assert scene.told(a_finding(), a_finding("b"), later_ms=60_000) == ["b"]


def test_the_evidence_is_what_the_ledger_holds(scene: Scene) -> None:
    today = day_of(NOW_MS)
    scene.spend(NOW_MS, 100, cwd="/home/ana/shop")
    scene.spend(NOW_MS - DAY_MS, 40, cwd="/home/ana/docs", model="nobody-knows")
    scene.choose(budgets=(MONTHLY, Budget(id="s", amount=50, unit=Unit.TOKENS, period=Period.SESSION)))
    scene.look()
    (evidence,) = scene.seen
    assert [(s.project, s.requests, s.unpriced) for s in evidence.days] == [
        ("/home/ana/docs", 1, 1),
        ("/home/ana/shop", 1, 0),
    ]
    assert evidence.today == today and evidence.days[-1].day == today
    assert [status.spent for status in evidence.budgets] == [140, 140]
    assert evidence.output_rates == {"claude-opus-5-5": 25}
    assert evidence.projects["/home/ana/shop"] == "shop"
    assert evidence.month_forecast is None


def test_each_session_that_crosses_is_seen_by_the_rules_and_the_dearest_by_the_page(scene: Scene) -> None:
    scene.choose(budgets=(Budget(id="s", amount=100, unit=Unit.TOKENS, period=Period.SESSION), MONTHLY))
    for session, output in (("s-1", 120), ("s-2", 60), ("s-3", 20)):
        scene.spend(NOW_MS, output, session_id=session)
    standing = scene.look()
    assert [(s.session_id, s.spent) for s in scene.seen[-1].budgets] == [
        ("s-1", 120),
        ("s-2", 60),
        ("", 200),
    ]
    assert [(s.budget.id, s.session_id) for s in standing.budgets] == [("s", "s-1"), ("m", "")]


def test_rows_of_today_are_seen_at_the_next_look(scene: Scene) -> None:
    scene.choose(budgets=(MONTHLY,))
    assert scene.look().budgets[0].spent == 0
    scene.spend(NOW_MS, 100)
    assert scene.look(later_ms=10).budgets[0].spent == 100


def test_the_plans_limits_are_those_of_the_newest_status_line(scene: Scene) -> None:
    for at, used in ((NOW_MS - 1000, 40.0), (NOW_MS, 96.5)):
        ahead, behind = NOW_MS / 1000 + 3600, NOW_MS / 1000 - 5
        status = Status(at_ms=at, rate_limits={"five_hour": (used, ahead), "seven_day": (9.0, behind)})
        value = msgspec.json.encode(status).decode()
        fact = SessionFact(source="claude-code", session_id=f"s-{used}", name="status", value=value, order=at)
        scene.ledger.write(Batch(facts=[fact]))
    scene.look()
    assert [(limit.name, limit.used_percent) for limit in scene.seen[-1].plan_limits] == [("five_hour", 96.5)]


def state_limits(scene: Scene, session: str, at_ms: int, limits: dict[str, tuple[float, float]]) -> None:
    value = msgspec.json.encode(Status(at_ms=at_ms, rate_limits=limits)).decode()
    fact = SessionFact(source="claude-code", session_id=session, name="status", value=value, order=at_ms)
    scene.ledger.write(Batch(facts=[fact]))


def test_a_session_that_names_no_limits_says_nothing_about_the_plan(scene: Scene) -> None:
    ahead = NOW_MS / 1000 + 3600
    state_limits(scene, "s-1", NOW_MS - 1000, {"five_hour": (85, ahead)})
    state_limits(scene, "s-2", NOW_MS, {})
    state_limits(scene, "s-3", NOW_MS - 10 * DAY_MS, {"seven_day": (85, ahead)})
    scene.look()
    assert [(limit.name, limit.used_percent) for limit in scene.seen[-1].plan_limits] == [("five_hour", 85)]


@pytest.mark.parametrize("ahead_s", [3600, 3600 + 300 - NOW_MS // 1000 % 600])
def test_a_reset_that_moves_by_a_second_is_the_same(scene: Scene, ahead_s: int) -> None:
    at = NOW_MS / 1000 + ahead_s
    for n, moved in enumerate((0, 1, -1)):
        state_limits(scene, "s-1", NOW_MS + n, {"five_hour": (85, at + moved)})
        scene.look(later_ms=1)
    assert len({evidence.plan_limits[0].resets_ms for evidence in scene.seen}) == 1
    state_limits(scene, "s-1", NOW_MS + 9, {"five_hour": (85, at + 5 * 3600)})
    scene.look(later_ms=1)
    assert scene.seen[-1].plan_limits[0].resets_ms == round((at + 5 * 3600) * 1000)


def test_a_damaged_quiet_hour_quiets_nothing(scene: Scene) -> None:
    scene.choose(quiet_hours=("late", "early"))
    assert scene.told(a_finding()) == ["a"]


# -- in the meter


def test_the_meter_shows_budgets_when_all_is_read_and_follows_the_settings(tmp_path: Path) -> None:
    root = tmp_path / "claude"
    write_log(root, "-home/s-1.jsonl", a_prompt(), a_line(usage=a_usage(output=900)))
    settings = Settings(budgets=(MONTHLY,))
    meter = open_meter(settings, [Root("claude-code", str(root))], tmp_path / "data", has_alerts=True)
    try:
        meter.discover()
        first = meter.snapshot()
        assert first is not None and first.budgets == () and first.progress is not None, (
            "half of it would mislead"
        )
        while not meter.is_idle:
            meter.step()
        shown = meter.snapshot()
        assert shown is not None and [status.budget.id for status in shown.budgets] == ["m"]
        save_settings(Settings())
        meter.touch([str(settings_path())])
        assert (shown := meter.snapshot()) is not None and shown.budgets == ()
        save_settings(Settings(plan_fee_picousd=1))
        meter.touch([str(settings_path())])
        assert (shown := meter.snapshot()) is not None and shown.settings == Settings(plan_fee_picousd=1)
    finally:
        meter.close()


def test_a_tag_set_elsewhere_counts_towards_its_budget_at_once(tmp_path: Path) -> None:
    root, now = tmp_path / "claude", time.time_ns() // 1_000_000
    write_log(root, "-home/s-1.jsonl", a_line(usage=a_usage(output=900), cwd="/src/shop-web", at=now))
    client = replace(MONTHLY, tag="client", unit=Unit.TOKENS)
    meter = open_meter(
        Settings(budgets=(client,)), [Root("claude-code", str(root))], tmp_path / "data", has_alerts=True
    )

    def spent() -> list[int]:
        shown = meter.snapshot()
        assert shown is not None
        return [status.spent for status in shown.budgets]

    try:
        meter.discover()
        while not meter.is_idle:
            meter.step()
        meter.snapshot()
        assert spent() == [0]
        save_settings(Settings(budgets=(client,), tags=(Tag(name="client", project="shop-*"),)))
        meter.touch([str(settings_path())])
        assert spent() == [904]
    finally:
        meter.close()


def test_reading_all_again_tells_nothing_again(scene: Scene, tmp_path: Path) -> None:
    write_log(tmp_path / "claude", "-home/s-1.jsonl", a_prompt(), a_line())
    read_all(scene.ledger, tmp_path / "claude")
    assert scene.told(a_finding()) == ["a"]
    read_all(scene.ledger, tmp_path / "claude")
    scene.alerts.note_written(has_backlog=True)
    assert scene.told(a_finding(), later_ms=HOUR_MS) == []


class Adviser:
    """Says the same at every look, and remembers what it was told."""

    def __init__(self, *said: Advice) -> None:
        self.said, self.declined = said, ""
        self.has_news = False
        self.shown: list[str] = []

    def look(self, _now: int, _sessions: object, _settings: Settings) -> tuple[Advice, ...]:
        return self.said

    def note_written(self, _has_backlog: bool) -> None:
        self.has_news = True

    def note_shown(self, keys: Iterable[str], _now: int) -> None:
        self.shown += keys

    def decline(self, key: str, _now: int) -> None:
        self.declined = key

    def advise_again(self, key: str, _now_ms: int) -> None:
        self.declined = self.declined.removesuffix(key)


def test_advice_worth_much_is_told_once_and_stands_in_the_snapshot(scene: Scene) -> None:
    large, small = an_advice(saving=2.5), an_advice(saving=1.9, session="s-2")
    adviser = Adviser(large, small)
    scene.alerts = Alerts(
        scene.ledger,
        scene.reader,
        lambda *_: [],
        Settings(),
        lambda: scene.steady,
        adviser,  # type: ignore[arg-type]
    )
    assert scene.told() == [f"advice:{large.key}"]
    assert adviser.shown == [large.key]
    assert scene.look(later_ms=HOUR_MS).advice == (large, small)
    assert scene.told(later_ms=HOUR_MS) == []
    scene.alerts.decline(large.key, scene.now)
    assert adviser.declined == large.key and adviser.has_news
    scene.alerts.advise_again(large.key, scene.now)
    assert not adviser.declined
