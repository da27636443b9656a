"""Cursor's databases of five eras, and what other readers stumbled over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from cursor_homes import ERAS, FOLDER, MINUTE, CursorHome
from factories import a_ledger
from tallylight.domain.session import Activity, SessionDetail
from tallylight.ingest.cursor_database import CursorDatabase
from tallylight.ingest.cursor_reader import CursorReader
from tallylight.ingest.cursor_roots import CursorRoot
from tallylight.ingest.foreign import ForeignError
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.known import Known
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.sessions import Sessions

DATED = [era for era in ERAS if era != "2024"]


class Reading:
    """A home, the ledger it is read into, and a clock."""

    def __init__(self, folder: Path, era: str = "2026-09") -> None:
        self.folder = folder
        self.home = CursorHome(folder / "User", era)
        self.ledger: Ledger = a_ledger(folder)
        self.now = self.home.start + 10 * MINUTE
        self.reader = self.another_reader()

    def another_reader(self) -> CursorReader:
        known = self.ledger.positions("cursor")
        root = CursorRoot(str(self.home.user))
        return CursorReader(root, known.get(str(root.database)))

    def restart(self) -> None:
        self.reader.close()
        self.reader = self.another_reader()

    def overwrite(self, chat: str, **fields: int) -> None:
        """As an upsert does: the row keeps its number."""
        key = f"composerData:{chat}"
        ((value,),) = self.home.main.execute("SELECT value FROM cursorDiskKV WHERE key = ?", (key,))
        self.home.main.execute(
            "UPDATE cursorDiskKV SET value = ? WHERE key = ?", (json.dumps(json.loads(value) | fields), key)
        )

    def read(self, *, is_thorough: bool = False) -> list[Batch]:
        batches = list(self.reader.read(self.now, is_thorough=is_thorough))
        for batch in batches:
            self.ledger.write(batch)
        return batches

    def detail(self, session: str) -> SessionDetail | None:
        connection = open_for_reading(self.folder / "ledger.sqlite")
        try:
            return Sessions(connection, lambda *_: None, lambda _: None).detail(session, self.now)
        finally:
            connection.close()

    def the(self, session: str) -> SessionDetail:
        detail = self.detail(session)
        assert detail is not None
        return detail

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return self.ledger._connection.execute(sql).fetchall()

    def close(self) -> None:
        self.reader.close()
        self.home.close()
        self.ledger.close()


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    made = Reading(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=DATED)
def of_an_era(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reading]:
    made = Reading(tmp_path, request.param)
    yield made
    made.close()


# -- eras


def test_each_era_tells_its_chats_with_title_folder_branch_mode_and_model(of_an_era: Reading) -> None:
    of_an_era.home.chat("one")
    of_an_era.read()
    view = of_an_era.the("one").view
    assert (view.source, view.title, view.branch) == ("cursor", "About one", "main")
    assert (view.project, view.project_path) == ("paper shop", FOLDER)
    assert view.model == "cursor/claude-opus-5-thinking-high"
    assert view.chat is not None and view.chat.mode == "agent"
    assert view.started_ms == of_an_era.home.start


def test_each_era_dates_its_prompts(of_an_era: Reading) -> None:
    of_an_era.home.chat("one", 4)
    of_an_era.read()
    prompts = [mark.time_ms for mark in of_an_era.the("one").marks if mark.kind == "prompt"]
    assert prompts == [of_an_era.home.start + turn * MINUTE for turn in range(4)]


def test_nothing_counts_as_money_and_unknown_is_not_nothing(of_an_era: Reading) -> None:
    of_an_era.home.chat("one", 4)
    of_an_era.read()
    view = of_an_era.the("one").view
    assert (view.requests, view.cost_picousd, view.untold) == (0, 0, 4)
    assert view.has_no_tokens and view.last_turn_picousd is None and view.next_turn is None


def test_old_counts_are_kept_apart_and_zeros_are_not_counts(of_an_era: Reading) -> None:
    of_an_era.home.chat("one", 2, used=20_000, step=9_000)
    of_an_era.read()
    chat = of_an_era.the("one").view.chat
    assert chat is not None
    has_counts = of_an_era.home.era < "2026-02"
    assert (chat.old_input, chat.old_output) == ((49_000, 1_400) if has_counts else (0, 0))
    assert (chat.old_requests, chat.old_cents) == ((3, 12) if of_an_era.home.era == "2025-06" else (0, 0))


def test_counts_that_are_there_after_all_are_kept_and_added_up(reading: Reading) -> None:
    reading.home.chat("one", 2)
    reading.home.bubble("one", "one-1-a", type=2, tokenCount={"inputTokens": 30_000, "outputTokens": 300})
    reading.read()
    listing = [{"bubbleId": f"one-{turn}-{kind}", "type": 1 if kind == "u" else 2}
               for turn in range(3) for kind in "uta"]  # fmt: skip
    reading.home.bubble("one", "one-2-a", type=2, tokenCount={"inputTokens": 40_000, "outputTokens": 400})
    reading.home.move("one", fullConversationHeadersOnly=listing)
    reading.read()
    chat = reading.the("one").view.chat
    assert chat is not None and (chat.old_input, chat.old_output) == (70_000, 700)


def test_the_tabs_of_2024_are_chats_too(tmp_path: Path) -> None:
    reading = Reading(tmp_path, "2024")
    reading.home.tabs_of_2024("t-1", "t-2")
    reading.read()
    view = reading.the("t-1").view
    assert (view.title, view.project, view.started_ms) == ("About t-1", "paper shop", ERAS["2024"])
    assert reading.detail("t-2") is not None
    reading.close()


# -- the gauge


def test_the_gauge_makes_the_context_and_its_curve(reading: Reading) -> None:
    reading.home.chat("one", 4, used=20_000, step=9_000)
    reading.read()
    detail = reading.the("one")
    assert (detail.view.context, detail.view.context_window, detail.view.window_source) == (
        47_000,
        200_000,
        "client",
    )
    assert [turn.context for turn in detail.turns] == [19_500, 46_500, 47_000]
    assert dict(detail.view.context_parts)["tools"] == 5_640


def test_a_gauge_that_moves_is_recorded_as_it_moves(reading: Reading) -> None:
    reading.home.chat("one", 1, used=20_000)
    reading.read()
    for used in (31_000, 31_000, 45_000):
        reading.now += 5_000
        reading.home.move("one", contextTokensUsed=used, status="generating", lastUpdatedAt=reading.now)
        reading.read()
    detail = reading.the("one")
    assert [turn.context for turn in detail.turns] == [19_500, 20_000, 31_000, 45_000]
    assert detail.view.activity is Activity.BUSY
    assert detail.view.turns == 1  # of one prompt, whatever its gauge showed on the way


def test_a_gauge_that_falls_with_a_summary_is_a_compaction(reading: Reading) -> None:
    reading.home.chat("one", 1, used=150_000)
    reading.read()
    reading.now += MINUTE
    reading.home.move(
        "one",
        contextTokensUsed=30_000,
        latestConversationSummary={"lastBubbleId": "b"},
        lastUpdatedAt=reading.now,
    )
    reading.read()
    detail = reading.the("one")
    assert [(m.value, m.other) for m in detail.marks if m.kind == "compaction"] == [(150_000, 30_000)]
    assert detail.view.context == 30_000


def test_a_chat_that_was_only_opened_makes_no_point(reading: Reading) -> None:
    reading.home.chat("one")
    reading.read()
    before = reading.ask("SELECT * FROM gauge")
    reading.now += MINUTE
    reading.home.move("one", lastUpdatedAt=reading.now)
    reading.read()
    assert reading.ask("SELECT * FROM gauge") == before


def test_generating_ends_when_nothing_moves_any_more(reading: Reading) -> None:
    reading.home.chat("one", status="generating")
    reading.read()
    assert reading.the("one").view.activity is Activity.BUSY
    assert reading.reader.is_generating(reading.now)
    reading.now += 5 * MINUTE
    assert reading.the("one").view.activity is Activity.RECENT
    assert not reading.reader.is_generating(reading.now)


# -- what changed


def test_reading_again_hands_over_nothing(reading: Reading) -> None:
    reading.home.chat("one")
    reading.read()
    assert reading.read() == []
    reading.home.put("heartbeat", "now", "ItemTable")
    assert reading.read() == []


def test_another_run_reads_only_what_is_new_since(reading: Reading) -> None:
    reading.home.chat("one")
    reading.home.chat("two")
    reading.read()
    reading.home.move("two", name="Renamed")
    reading.restart()
    assert {chat.session_id for batch in reading.read() for chat in batch.chats} == {"two"}


def test_a_row_number_given_out_again_is_seen(reading: Reading) -> None:
    reading.home.chat("one", 6)
    reading.read()
    reading.home.main.execute("DELETE FROM cursorDiskKV")
    reading.home.chat("one", 1)
    reading.home.move("one", contextTokensUsed=99_000, lastUpdatedAt=reading.now)
    reading.read()
    assert reading.the("one").view.context == 99_000


def test_a_row_written_over_in_place_is_seen_while_its_chat_is_hot(reading: Reading) -> None:
    reading.home.chat("one", status="generating")
    reading.read()
    reading.overwrite("one", contextTokensUsed=77_000)
    reading.read()
    assert reading.the("one").view.context == 77_000


def test_another_run_sees_a_row_that_was_written_over_in_place(reading: Reading) -> None:
    reading.home.chat("one")
    reading.read()
    reading.overwrite("one", contextTokensUsed=77_000)
    reading.restart()
    reading.read()
    assert reading.the("one").view.context == 77_000


def test_another_run_sees_a_chat_whose_row_number_was_given_out_before(reading: Reading) -> None:
    reading.home.chat("one")
    reading.home.chat("two")
    reading.read()
    reading.home.main.execute("DELETE FROM cursorDiskKV WHERE key = 'composerData:two'")
    reading.home.put("composerData:three", {"createdAt": reading.home.start})
    reading.restart()
    reading.read()
    assert reading.detail("three") is not None


def test_another_run_sees_every_chat_of_a_database_that_took_the_place_of_one(reading: Reading) -> None:
    reading.home.chat("one", 9)
    reading.read()
    reading.home.main.execute("DELETE FROM cursorDiskKV")
    reading.home.main.execute("DELETE FROM composerHeaders")
    reading.home.chat("of-a-backup", 2)
    reading.restart()
    reading.read()
    assert len([mark for mark in reading.the("of-a-backup").marks if mark.kind == "prompt"]) == 2


def test_an_idle_chat_that_goes_on_in_place_is_seen_by_the_date_in_the_list(reading: Reading) -> None:
    reading.home.chat("one")
    reading.now += 60 * MINUTE
    reading.read()
    reading.overwrite("one", contextTokensUsed=77_000, lastUpdatedAt=reading.now)
    reading.home.main.execute("UPDATE composerHeaders SET lastUpdatedAt = ?", (reading.now,))
    reading.read()
    assert reading.the("one").view.context == 77_000


def test_an_idle_chat_that_goes_on_in_place_unlisted_is_seen_by_the_thorough_look(reading: Reading) -> None:
    reading.home.chat("one")
    reading.now += 60 * MINUTE
    reading.read()
    reading.overwrite("one", contextTokensUsed=77_000)
    reading.read()
    assert reading.the("one").view.context == 47_000
    reading.read(is_thorough=True)
    assert reading.the("one").view.context == 77_000


@pytest.mark.parametrize("runs_on", [True, False])
def test_what_is_renamed_and_archived_in_the_list_alone_is_seen(reading: Reading, runs_on: bool) -> None:
    reading.home.chat("one")
    reading.now += 60 * MINUTE
    reading.read()
    reading.home.main.execute(
        "UPDATE composerHeaders SET isArchived = 1, value = json_set(value, '$.name', 'Another name')"
    )
    if not runs_on:
        reading.restart()
    reading.read(is_thorough=True)
    view = reading.the("one").view
    assert view.chat is not None and (view.title, view.chat.is_archived) == ("Another name", True)


def test_what_is_renamed_in_the_older_global_list_is_seen(tmp_path: Path) -> None:
    reading = Reading(tmp_path, "2026-04")
    reading.home.chat("one")
    reading.read()
    listed = [head | {"name": "Another name", "isArchived": True} for head in reading.home.heads.values()]
    reading.home.put("composer.composerHeaders", {"allComposers": listed}, "ItemTable")
    reading.read()
    view = reading.the("one").view
    assert view.chat is not None and (view.title, view.chat.is_archived) == ("Another name", True)
    reading.close()


def test_a_chat_that_only_a_column_calls_a_subagent_is_marked_as_one_of_nobody_known(
    reading: Reading,
) -> None:
    reading.home.chat("one")
    reading.home.chat(stray := "5c0f0a5e-3a8e-4f0e-9a51-0d9a4c6f2b99")
    reading.home.main.execute("UPDATE composerHeaders SET isSubagent = 1 WHERE composerId <> 'one'")
    reading.read()
    assert set(Known(reading.ledger._connection).recent_sessions(0, 1 << 60)) == {"one", stray}
    chats = {name: reading.the(name).view.chat for name in ("one", stray)}
    assert [chat is not None and chat.is_stray for chat in chats.values()] == [False, True]


def test_a_list_without_some_of_its_columns_is_read_all_the_same(tmp_path: Path) -> None:
    reading = Reading(tmp_path, "2026-04")
    reading.home.main.execute("CREATE TABLE composerHeaders (composerId TEXT PRIMARY KEY, value TEXT)")
    reading.home.main.execute("""INSERT INTO composerHeaders VALUES ('one', '{"name": "By the table"}')""")
    reading.home.chat("one")
    reading.read()
    reading.home.move("one", contextTokensUsed=99_000)
    reading.read()
    assert (reading.the("one").view.title, reading.the("one").view.context) == ("By the table", 99_000)
    reading.close()


def test_a_folder_that_is_opened_later_is_found(reading: Reading) -> None:
    reading.home.chat("one", workspaceIdentifier={"id": "later"})
    reading.home.main.execute("UPDATE composerHeaders SET workspaceId = 'later'")
    reading.home.side.execute("DELETE FROM ItemTable")
    reading.read()
    assert reading.the("one").view.project_path == ""
    window = reading.home.user / "workspaceStorage" / "later"
    window.mkdir()
    (window / "workspace.json").write_text('{"folder": "file:///home/ana/later"}')
    reading.read(is_thorough=True)
    assert reading.the("one").view.project_path == "/home/ana/later"


@pytest.mark.parametrize("is_first", [True, False])
def test_what_a_busy_database_kept_back_comes_the_next_time(
    reading: Reading, monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    if not is_first:
        reading.read()
    for name in ("one", "two", "three"):
        reading.home.chat(name)
    asked: list[str] = []

    def busy(database: CursorDatabase, chat_id: str) -> bytes | None:
        asked.append(chat_id)
        if len(asked) > 1:
            raise ForeignError("busy")
        return real(database, chat_id)

    real = CursorDatabase.chat
    with monkeypatch.context() as patch:
        patch.setattr(CursorDatabase, "chat", busy)
        reading.read()
    assert reading.reader.problem == "" and len(asked) == 2
    reading.read()
    assert {session for (session,) in reading.ask("SELECT session_id FROM chat")} == {"one", "two", "three"}


def test_deleting_a_chat_lowers_nothing(reading: Reading) -> None:
    reading.home.chat("one")
    reading.read()
    before = reading.the("one")
    reading.home.main.execute("DELETE FROM cursorDiskKV")
    reading.read()
    assert reading.the("one") == before


# -- traps


def test_traps_cost_a_count_and_never_a_chat(of_an_era: Reading) -> None:
    of_an_era.home.chat("one")
    of_an_era.home.traps()
    of_an_era.read()
    chats = {row[0] for row in of_an_era.ask("SELECT session_id FROM chat")}
    assert chats == {"one", "blob", "future"}
    assert of_an_era.ask("SELECT reason, count FROM rejection") == [("a chat of another shape", 2)]
    assert len([mark for mark in of_an_era.the("one").marks if mark.kind == "prompt"]) == 4
    future = of_an_era.the("future").view
    assert future.last_ms == of_an_era.home.start, "it is as old as it says it was made"


def test_what_was_not_understood_is_counted_once_however_often_all_is_read(reading: Reading) -> None:
    reading.home.chat("one")
    reading.home.traps()
    reading.read()
    reading.ledger._connection.execute("UPDATE log_file SET state = ''")  # as an earlier version left it
    reading.restart()
    assert {chat.session_id for batch in reading.read() for chat in batch.chats} == {"one", "blob", "future"}
    assert reading.ask("SELECT count FROM rejection") == [(2,)]


def test_no_text_and_no_secret_is_kept(of_an_era: Reading) -> None:
    of_an_era.home.chat("one")
    of_an_era.home.traps()
    of_an_era.read()
    of_an_era.ledger.relax()
    kept = (of_an_era.folder / "ledger.sqlite").read_bytes()
    assert b"nobody may keep" not in kept and b"secret text" not in kept
    assert b"About one" in kept


def test_titles_are_left_out_when_they_are_not_wanted(reading: Reading) -> None:
    reading.ledger.keeps_titles = False
    reading.home.chat("one")
    reading.read()
    assert reading.the("one").view.title == ""
    reading.ledger.relax()
    assert b"About one" not in (reading.folder / "ledger.sqlite").read_bytes()


def test_archived_chats_are_kept_and_drafts_are_not(reading: Reading) -> None:
    reading.home.chat("old", isArchived=True)
    reading.home.chat("draft", isDraft=True)
    reading.read()
    assert reading.ask("SELECT session_id, is_archived FROM chat") == [("old", 1)]


def test_an_empty_table_of_heads_falls_back_to_the_older_list(reading: Reading) -> None:
    reading.home.chat("one")
    reading.home.main.execute("DELETE FROM composerHeaders")
    reading.read()
    assert reading.reader._heads.index == "global"
    assert reading.the("one").view.title == "About one"


def test_a_list_of_another_shape_is_said_and_costs_nothing(tmp_path: Path) -> None:
    reading = Reading(tmp_path, "2026-04")
    reading.home.chat("one")
    reading.home.put("composer.composerHeaders", {"chats": []}, "ItemTable")
    reading.read()
    assert {part.name: part.state for part in reading.reader.parts}["list of chats"] == "changed"
    assert reading.the("one").view.title == "About one"
    reading.close()


def test_chats_of_another_shape_are_said(reading: Reading) -> None:
    for name in "abc":
        reading.home.put(f"composerData:{name}", "[]")
    reading.read()
    assert {part.name: part.state for part in reading.reader.parts}["chats"] == "changed"


def test_a_database_without_chats_says_so(tmp_path: Path) -> None:
    path = tmp_path / "User/globalStorage/state.vscdb"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (a)")
    reader = CursorReader(CursorRoot(str(tmp_path / "User")), None)
    assert list(reader.read(1)) == []
    assert "form that we know" in reader.problem
    reader.close()


# -- who sent out whom


@pytest.mark.parametrize("second_line", ["", "\nfc_x"])
def test_a_subagent_hangs_below_the_chat_whose_call_sent_it_out(reading: Reading, second_line: str) -> None:
    reading.home.chat("one")
    child = reading.home.chat(f"task-toolu_one_1{second_line}", 2)
    reading.read()
    view = reading.the("one").view
    assert [(a.agent_id, a.type, a.requests, a.unpriced) for a in view.subagents] == [
        (child, "subagent", 0, 0)
    ]
    assert view.subagents[0].context == 29_000
    assert view.context == 47_000


def test_attempts_hang_below_the_chat_that_lists_them(reading: Reading) -> None:
    reading.home.chat("one", subComposerIds=["try"])
    reading.home.chat("try", 2, isBestOfNSubcomposer=True)
    reading.read()
    assert [(a.agent_id, a.type) for a in reading.the("one").view.subagents] == [("try", "attempt")]
