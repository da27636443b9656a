"""Requests from bills: replaced by span, each once however many bills state it, and under the right chat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bills import ACCOUNT, CENT, MovingList, a_statement, bill, billed_rows
from cursor_server import HOUR_MS, NOW_MS
from factories import RATES, a_card, an_event, row
from tallylight.domain.billing import UNATTRIBUTED, Coverage, Origin, Span, Stated, Statement, settle
from tallylight.domain.chat import Chat
from tallylight.domain.cursor_names import cursor_model
from tallylight.domain.pricing import PriceList, Tier
from tallylight.domain.summary import Filter
from tallylight.domain.usage import Mark, UsageEvent
from tallylight.ingest.merging import take_in
from tallylight.ledger.batch import Batch, Progress
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.other import OtherLedger
from tallylight.ledger.queries import Queries
from tallylight.ledger.sessions import Sessions
from tallylight.pricebook.cards import compile_cards

OPUS, COMPOSER = "claude-opus-5-thinking-high", "composer-2.5"
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_billed_ledger(tmp_path) as made:
        yield made


def a_billed_ledger(folder: Path) -> Ledger:
    made = Ledger(folder / "ledger.sqlite", lambda cwd: cwd)
    made.use_prices(PriceList(CARDS), "test")
    return made


CARDS = compile_cards([f"cursor/{OPUS}", f"cursor/{COMPOSER}"])


def the_row(ledger: Ledger) -> dict[str, object]:
    (key,) = [found[0] for found in billed_rows(ledger)]
    charge = ledger._connection.execute("SELECT * FROM charge WHERE key = ?", (key,)).fetchone()
    names = ("key", "coverage", "charged", "fee", "is_inferred")
    priced = ledger._connection.execute("SELECT priced_with FROM request WHERE key = ?", (key,)).fetchone()
    return row(ledger, key) | dict(zip(names, charge, strict=True)) | {"priced_with": priced[0]}


def know_chat(ledger: Ledger, chat: str, **known: object) -> None:
    """As reading Cursor's own database leaves it."""
    made = msgspec.structs.asdict(Chat(source="cursor", session_id=chat, **known))  # type: ignore[arg-type]
    fields = {name: value for name, value in made.items() if name != "title"}
    names, marks = ", ".join(fields), ", ".join("?" * len(fields))
    ledger._connection.execute(
        f"INSERT OR REPLACE INTO chat ({names}) VALUES ({marks})",  # noqa: S608
        list(fields.values()),
    )


def a_prompt(chat: str, at: int, model: str = "") -> Mark:
    return Mark(key=f"{chat}-{at}", source="cursor", session_id=chat, time_ms=at, kind="prompt", label=model)


# -- what a request is worth


def test_without_an_amount_the_worth_is_our_list_price(ledger: Ledger) -> None:
    bill(ledger, [a_statement(input=2180, cache_write=9120, cache_read=318_400, output=1422)])
    found = the_row(ledger)
    assert found["cost_picousd"] == round(26.265 * CENT)
    assert (found["priced_with"], found["charged"], found["coverage"]) == ("test", 0, "included")


def test_composer_to_the_last_digit(ledger: Ledger) -> None:
    on_demand = Coverage.ON_DEMAND
    bill(ledger, [a_statement(model=COMPOSER, input=5120, cache_read=88_000, output=900, coverage=on_demand)])
    found = the_row(ledger)
    assert found["cost_picousd"] == found["charged"] == round(2.241 * CENT)


def test_what_the_bill_says_goes_before_our_list_price(ledger: Ledger) -> None:
    stated = a_statement(
        input=126, output=450, cache_read=11964, cache_write=6112, coverage=Coverage.ON_DEMAND,
        value_picousd=201_823_200_000, fee_picousd=11_800_000_000, charged_picousd=213_623_200_000,
    )  # fmt: skip
    bill(ledger, [stated])
    found = the_row(ledger)
    assert (found["cost_picousd"], found["priced_with"]) == (201_823_200_000, "reported")
    assert found["charged"] == round(21.36232 * CENT)
    parts = [int(str(found[f"cost_{name}"])) for name in ("input", "output", "cache_read", "cache_write_5m")]
    assert sum(parts) == 201_823_200_000
    assert all(parts)


def test_nothing_is_known_of_what_does_not_say_how_much_it_used(ledger: Ledger) -> None:
    bill(ledger, [a_statement(input=0, has_tokens=False, coverage=Coverage.ON_DEMAND)])
    found = the_row(ledger)
    assert (found["cost_picousd"], found["priced_with"], found["charged"]) == (None, "unstated", None)
    ledger.add_prices([], CARDS, "test")  # which prices what had no price
    assert the_row(ledger)["cost_picousd"] is None


def test_a_model_without_a_price_is_unpriced_and_not_free(ledger: Ledger) -> None:
    bill(ledger, [a_statement(model="agent_review")])
    assert the_row(ledger)["cost_picousd"] is None


def test_pricing_anew_leaves_what_the_bill_says(ledger: Ledger) -> None:
    bill(ledger, [a_statement(value_picousd=7 * CENT)])
    ledger.use_prices(PriceList([a_card(f"cursor/{OPUS}")]), "dearer")
    assert ledger.reprice() == 0
    assert the_row(ledger)["cost_picousd"] == 7 * CENT


def test_what_is_charged_follows_a_price_that_is_known_later_or_changes(ledger: Ledger) -> None:
    by_price = a_statement(model="mystery-9", coverage=Coverage.ON_DEMAND, fee_picousd=CENT)
    bill(ledger, [by_price, msgspec.structs.replace(by_price, time_ms=NOW_MS + 1, charged_picousd=3 * CENT)])

    def charged() -> list[object]:
        return [found[17] for found in sorted(billed_rows(ledger), key=lambda r: r[1])]

    assert charged() == [None, 3 * CENT]
    ledger.add_prices(["cursor/mystery-9"], [a_card("cursor/mystery-9")], "test")
    worth = billed_rows(ledger)[0][14]
    assert charged() == [worth + CENT, 3 * CENT]
    dearer = a_card("cursor/mystery-9", tiers=(Tier(-1, msgspec.structs.replace(RATES, input=9)),))
    ledger.use_prices(PriceList([dearer]), "dearer")
    assert ledger.reprice() == 2
    assert charged() == [900 + CENT, 3 * CENT]


# -- spans


def test_twins_are_two(ledger: Ledger) -> None:
    written = bill(ledger, [a_statement(), a_statement()])
    assert len(billed_rows(ledger)) == written.new == 2


def test_reading_twice_changes_nothing(ledger: Ledger) -> None:
    bill(ledger, [a_statement(), a_statement(), a_statement(NOW_MS + 5)])
    before = billed_rows(ledger)
    written = bill(ledger, [a_statement(NOW_MS + 5), a_statement(), a_statement()])
    assert (written.new, written.sessions) == (0, set())
    assert billed_rows(ledger) == before


def test_what_a_span_no_longer_states_is_gone_and_the_rest_stays(ledger: Ledger) -> None:
    bill(ledger, [a_statement(NOW_MS), a_statement(NOW_MS + 10)])
    written = bill(ledger, [a_statement(NOW_MS + 11)], span=Span(NOW_MS + 5, NOW_MS + 20))
    assert [found[1] for found in sorted(billed_rows(ledger), key=lambda r: r[1])] == [NOW_MS, NOW_MS + 11]
    assert (written.new, written.sessions) == (0, {"chat-1"})


def test_an_amount_that_is_told_later_replaces_the_estimate(ledger: Ledger) -> None:
    bill(ledger, [a_statement()])
    (key,) = [found[0] for found in billed_rows(ledger)]
    bill(ledger, [a_statement(value_picousd=CENT)])
    assert the_row(ledger)["cost_picousd"] == CENT
    assert the_row(ledger)["key"] == key


#: Times on a coarse grid, so that polls, lines and what is seen late come close to each other often.
STEP_MS = HOUR_MS // 2
statements = st.builds(
    lambda at, tokens, chat, value: a_statement(
        NOW_MS - at * STEP_MS, input=tokens, conversation=chat, value_picousd=value
    ),
    st.sampled_from([*range(10), *range(40, 48), *range(90, 100), *range(150, 240, 9)]),
    st.integers(0, 1),
    st.sampled_from(["chat-1", "chat-2", ""]),
    st.sampled_from([-1, CENT]),
)
lateness = st.sampled_from([0, 1, 2, 3, 60, 70, 80, 90, 95, 96]).map(lambda steps: steps * STEP_MS)
numbers = count()


@settings(max_examples=150)
@given(
    seen=st.lists(st.tuples(statements, lateness), max_size=14),
    twins=st.integers(0, 3),
    polls=st.lists(st.sampled_from([*range(-240, 240, 24), *range(-100, 6), *range(40, 50)]), max_size=8),
    page_ms=st.sampled_from([0, 1_000, STEP_MS]),
)
def test_any_polls_come_to_what_one_complete_reading_does(
    tmp_path_factory: pytest.TempPathFactory,
    seen: list[tuple[Statement, int]],
    twins: int,
    polls: list[int],
    page_ms: int,
) -> None:
    """Lines may be seen up to two days late, between two pages, and the program may be off for days."""
    seen = seen + seen[:twins]
    moving = MovingList([(line, line.time_ms + late) for line, late in seen])
    end = NOW_MS + 6 * DAY_MS
    folder = tmp_path_factory.mktemp(f"bills-{next(numbers)}")
    (folder / "whole").mkdir()
    with a_billed_ledger(folder) as followed, a_billed_ledger(folder / "whole") as whole:
        moving.page_ms = page_ms
        for at in sorted(polls):
            moving.poll(followed, NOW_MS + at * STEP_MS - 1_500)
        moving.page_ms = 0
        moving.poll(followed, end)
        bill(whole, [line for line, _ in seen])
        assert billed_rows(followed) == billed_rows(whole)


# -- several bills of one usage

lines = st.lists(
    st.builds(a_statement, st.sampled_from([NOW_MS, NOW_MS + 1]), input=st.integers(0, 1)), max_size=4
)


@given(account=lines, team=lines, file=lines, order=st.randoms())
def test_each_request_is_counted_as_often_as_the_bill_that_has_it_most_often(
    account: list[Statement], team: list[Statement], file: list[Statement], order: object
) -> None:
    bills = [(Origin.ACCOUNT, account), (Origin.TEAM, team), (Origin.FILE, file)]
    stated = [Stated(origin, origin.value, line) for origin, of in bills for line in of]
    settled = settle(stated)
    order.shuffle(stated)  # type: ignore[attr-defined]
    assert settle(stated) == settled
    for same in {line.same for _, of in bills for line in of}:
        most = max(sum(line.same == same for line in of) for _, of in bills)
        assert sum(billed.statement.same == same for billed in settled) == most
    assert len({billed.key for billed in settled}) == len(settled)


@pytest.mark.parametrize(
    ("account", "file"),
    [
        (OPUS, "default"),
        (OPUS, "auto"),
        ("default", "auto"),
        ("Opus 5 (Auto Balanced)", "opus 5 (Auto Balanced)"),
        (OPUS, "Opus 5 (Auto Balanced)"),
    ],
)
def test_two_spellings_of_a_model_are_one_request(ledger: Ledger, account: str, file: str) -> None:
    bill(ledger, [a_statement(model=account)])
    ledger.add_bill_file([a_statement(model=file, conversation="")])
    assert the_row(ledger)["model"] == cursor_model(account)[0]
    ledger.add_bill_file([a_statement(model=account, conversation="")])
    assert len(billed_rows(ledger)) == 1


def test_models_that_are_called_at_the_same_moment_are_two_requests(ledger: Ledger) -> None:
    both = [a_statement(model=OPUS, conversation=""), a_statement(model=COMPOSER, conversation="")]
    ledger.add_bill_file(both)
    bill(ledger, [a_statement(model=COMPOSER)])
    ledger.add_bill_file(both[:1])
    rows = {(found[2], found[6]) for found in billed_rows(ledger)}
    assert rows == {("chat-1", f"cursor/{COMPOSER}"), (UNATTRIBUTED, f"cursor/{OPUS}")}


def test_the_bill_that_names_the_conversation_tells_the_one_that_does_not(ledger: Ledger) -> None:
    bill(ledger, [a_statement(conversation="", value_picousd=2 * CENT)])
    bill(ledger, [a_statement(value_picousd=3 * CENT)], origin=Origin.TEAM, account="team", feed="team")
    found = the_row(ledger)
    assert (found["session_id"], found["cost_picousd"]) == ("chat-1", 2 * CENT)


def test_of_two_bills_the_more_telling_one_holds(ledger: Ledger) -> None:
    ledger.add_bill_file([a_statement(conversation="", coverage=Coverage.ON_DEMAND, value_picousd=3 * CENT)])
    assert the_row(ledger)["session_id"] == UNATTRIBUTED
    bill(ledger, [a_statement(value_picousd=2 * CENT)])
    found = the_row(ledger)
    assert (found["session_id"], found["cost_picousd"], found["account"]) == ("chat-1", 2 * CENT, ACCOUNT)


def test_a_file_twice_adds_nothing_and_one_that_overlaps_only_what_is_new(ledger: Ledger) -> None:
    first = [a_statement(NOW_MS + n, conversation="") for n in (1, 2, 2)]
    assert ledger.add_bill_file(first).new == 3
    assert ledger.add_bill_file(first).new == 0
    assert ledger.add_bill_file([a_statement(NOW_MS + n, conversation="") for n in (2, 3)]).new == 1
    assert len(billed_rows(ledger)) == 4


def test_the_newer_file_corrects_the_older(ledger: Ledger) -> None:
    ledger.add_bill_file([a_statement(conversation="")])
    ledger.add_bill_file([a_statement(conversation="", value_picousd=9 * CENT)])
    assert the_row(ledger)["cost_picousd"] == 9 * CENT


# -- whose request it is


def test_a_request_without_a_conversation_is_in_a_bucket_of_its_own(ledger: Ledger) -> None:
    ledger.write(Batch(marks=[a_prompt("chat-1", NOW_MS - 5)]))
    bill(ledger, [a_statement(conversation="")])
    found = the_row(ledger)
    assert (found["session_id"], found["kind"], found["is_inferred"]) == (UNATTRIBUTED, "unattributed", 0)


def test_a_request_of_a_file_belongs_to_the_only_chat_at_work(ledger: Ledger) -> None:
    ledger.write(Batch(marks=[a_prompt("chat-1", NOW_MS + 4_000), a_prompt("chat-2", NOW_MS - 2 * HOUR_MS)]))
    know_chat(ledger, "chat-1", moved_ms=NOW_MS + HOUR_MS)
    know_chat(ledger, "chat-2", moved_ms=NOW_MS - HOUR_MS)
    ledger.add_bill_file([a_statement(conversation="")])
    assert (the_row(ledger)["session_id"], the_row(ledger)["is_inferred"]) == ("chat-1", 1)


def test_a_long_turn_is_open_until_the_chat_last_moved(ledger: Ledger) -> None:
    ledger.write(Batch(marks=[a_prompt("chat-1", NOW_MS - 5 * HOUR_MS)]))
    know_chat(ledger, "chat-1", moved_ms=NOW_MS)
    ledger.add_bill_file([a_statement(conversation=""), a_statement(NOW_MS + HOUR_MS, conversation="")])
    assert [found[2] for found in sorted(billed_rows(ledger), key=lambda r: r[1])] == ["chat-1", UNATTRIBUTED]


def test_of_two_chats_at_work_the_one_with_the_model_has_it(ledger: Ledger) -> None:
    ledger.write(
        Batch(marks=[a_prompt("chat-1", NOW_MS, f"cursor/{OPUS}"), a_prompt("chat-2", NOW_MS, "cursor/grok")])
    )
    ledger.add_bill_file([a_statement(conversation="")])
    assert the_row(ledger)["session_id"] == "chat-1"


@pytest.mark.parametrize("times", [(-5, -9), (6_000, -HOUR_MS)])
def test_with_two_chats_at_work_or_none_it_is_left_open(ledger: Ledger, times: tuple[int, int]) -> None:
    ledger.write(Batch(marks=[a_prompt(f"chat-{n}", NOW_MS + at) for n, at in enumerate(times)]))
    ledger.add_bill_file([a_statement(conversation="")])
    assert the_row(ledger)["session_id"] == UNATTRIBUTED


def test_a_chats_folder_and_branch_are_its_requests(ledger: Ledger) -> None:
    know_chat(ledger, "chat-1", cwd="/home/ana/shop", branch="main")
    bill(ledger, [a_statement()])
    assert (the_row(ledger)["project"], the_row(ledger)["branch"]) == ("/home/ana/shop", "main")


def test_a_folder_that_is_known_later_is_taken_up(ledger: Ledger) -> None:
    bill(ledger, [a_statement()])
    know_chat(ledger, "chat-1", cwd="/home/ana/shop")
    written = bill(ledger, [a_statement()])
    assert the_row(ledger)["project"] == "/home/ana/shop"
    assert written.sessions == {"chat-1"}
    assert bill(ledger, [a_statement()]).sessions == set()


@pytest.mark.parametrize("is_known_before", [True, False])
def test_a_subagents_request_is_under_its_parent(ledger: Ledger, is_known_before: bool) -> None:
    know_chat(ledger, "chat-1", cwd="/home/ana/shop")
    if not is_known_before:
        bill(ledger, [a_statement(conversation="task-7")])
    know_chat(ledger, "task-7", parent="chat-1")
    bill(ledger, [a_statement(conversation="task-7")])
    found = the_row(ledger)
    assert (found["session_id"], found["agent_id"], found["is_sidechain"]) == ("chat-1", "task-7", 1)
    assert found["project"] == "/home/ana/shop"


@pytest.mark.parametrize("is_known_before", [True, False])
def test_a_subagents_subagent_is_under_the_chat_that_both_come_from(
    ledger: Ledger, is_known_before: bool
) -> None:
    know_chat(ledger, "task-8", parent="task-7")
    if not is_known_before:
        bill(ledger, [a_statement(conversation="task-8")])
    know_chat(ledger, "task-7", parent="chat-1")
    know_chat(ledger, "chat-1", cwd="/home/ana/shop")
    bill(ledger, [a_statement(conversation="task-8")])
    found = the_row(ledger)
    assert (found["session_id"], found["agent_id"], found["cwd"]) == ("chat-1", "task-8", "/home/ana/shop")
    assert bill(ledger, [a_statement(conversation="task-8")]).sessions == set()
    ledger.write(Batch(events=[recorded("a", NOW_MS + 9_000, "task-8")]))
    assert keys(ledger) == []


def test_the_folder_of_a_subagent_is_its_unseen_parents(ledger: Ledger) -> None:
    know_chat(ledger, "task-7", parent="chat-1", cwd="/home/ana/shop")
    bill(ledger, [a_statement(conversation="task-7")])
    found = the_row(ledger)
    assert (found["session_id"], found["agent_id"], found["project"]) == (
        "chat-1",
        "task-7",
        "/home/ana/shop",
    )


def test_chats_that_sent_each_other_out_are_not_moved_for_ever(ledger: Ledger) -> None:
    know_chat(ledger, "x", parent="y", cwd="/x")
    know_chat(ledger, "y", parent="x", cwd="/y")
    bill(ledger, [a_statement(conversation="x")])
    assert bill(ledger, [a_statement(conversation="x")]).sessions == set()


# -- several machines


def merged(into: Ledger, other: Ledger, machine: str = "laptop") -> None:
    """Take in another ledger, which is `into`'s own of before with machine ""."""
    other_path = Path(other._connection.execute("PRAGMA database_list").fetchone()[2])
    other.close()
    folder = other_path.parent / "copy"
    folder.mkdir(exist_ok=True)
    with closing(OtherLedger(other_path, folder)) as copy:
        copy.machine = machine
        take_in(into, copy, lambda _models, _wait: None)


def test_another_machines_ledger_brings_worth_and_charges_along(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "laptop").mkdir()
    other = a_billed_ledger(tmp_path / "laptop")
    know_chat(other, "chat-1", cwd="/home/lap/shop", branch="fix")
    told = a_statement(value_picousd=7 * CENT, coverage=Coverage.ON_DEMAND)
    bill(other, [told])
    merged(ledger, other)
    found = the_row(ledger)
    assert (found["host"], found["project"], found["cost_picousd"]) == ("laptop", "/home/lap/shop", 7 * CENT)
    assert (found["priced_with"], found["charged"]) == ("reported", 7 * CENT)


def test_what_only_another_machine_knows_of_a_chat_stays(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "laptop").mkdir()
    other = a_billed_ledger(tmp_path / "laptop")
    know_chat(other, "chat-1", cwd="/home/lap/shop", branch="fix")
    bill(other, [a_statement()])
    merged(ledger, other)
    written = bill(ledger, [a_statement(value_picousd=7 * CENT)])
    found = the_row(ledger)
    assert (found["host"], found["project"], found["cost_picousd"]) == ("laptop", "/home/lap/shop", 7 * CENT)
    assert written.new == 0
    know_chat(ledger, "chat-1", cwd="/home/desk/shop")
    bill(ledger, [a_statement(value_picousd=8 * CENT)])
    assert (the_row(ledger)["host"], the_row(ledger)["project"]) == ("", "/home/desk/shop")


@pytest.fixture
def other(tmp_path: Path) -> Ledger:
    (tmp_path / "laptop").mkdir()
    return a_billed_ledger(tmp_path / "laptop")


def times_of(ledger: Ledger) -> list[tuple[int, str]]:
    """When the requests of bills were, in days from now, and of which machine they are."""
    rows = ledger._connection.execute(
        "SELECT (time_ms - ?) / ?, host FROM usage_event WHERE key GLOB 'cursor:*' ORDER BY time_ms",
        (NOW_MS, DAY_MS),
    )
    return rows.fetchall()


@pytest.mark.parametrize("machine", ["", "laptop"])
def test_what_was_merged_stays_when_a_file_of_other_days_around_it_comes(
    ledger: Ledger, other: Ledger, machine: str
) -> None:
    other.add_bill_file([a_statement(NOW_MS + day * DAY_MS, conversation="") for day in (-9, -9, -5)])
    merged(ledger, other, machine)
    written = ledger.add_bill_file([a_statement(NOW_MS + day * DAY_MS, conversation="") for day in (-10, 0)])
    assert times_of(ledger) == [(-10, ""), (-9, machine), (-9, machine), (-5, machine), (0, "")]
    assert written.new == 2


def test_what_comes_home_in_another_machines_ledger_stays(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    ledger.note_machine(lambda: "desk")
    (tmp_path / "before").mkdir()
    before = a_billed_ledger(tmp_path / "before")
    before.add_bill_file([a_statement(NOW_MS - DAY_MS, conversation="")])
    merged(other, before, "desk")
    merged(ledger, other, "laptop")
    ledger.add_bill_file([a_statement(NOW_MS + day * DAY_MS, conversation="") for day in (-2, 0)])
    assert times_of(ledger) == [(-2, ""), (-1, ""), (0, "")]


def test_a_chat_that_is_known_later_moves_what_was_merged(ledger: Ledger, other: Ledger) -> None:
    bill(other, [a_statement(), a_statement(NOW_MS + 5, conversation="")])
    merged(ledger, other, "")
    know_chat(ledger, "chat-1", cwd="/home/desk/shop")
    bill(ledger, [], account="another")
    rows = ledger._connection.execute("SELECT session_id, cwd FROM usage_event ORDER BY time_ms").fetchall()
    assert rows == [("chat-1", "/home/desk/shop"), (UNATTRIBUTED, "")]


def test_a_request_whose_bill_never_came_along_stays(ledger: Ledger, other: Ledger) -> None:
    other.add_bill_file([a_statement(NOW_MS - DAY_MS, conversation="", input=7)])
    other._connection.execute("DELETE FROM bill")
    merged(ledger, other, "")
    ledger.add_bill_file([a_statement(NOW_MS + day * DAY_MS, conversation="") for day in (-2, 0)])
    assert times_of(ledger) == [(-2, ""), (-1, ""), (0, "")]


def test_what_an_account_takes_back_after_a_merge_is_gone(ledger: Ledger, other: Ledger) -> None:
    bill(other, [a_statement(), a_statement(NOW_MS + DAY_MS)])
    merged(ledger, other)
    bill(ledger, [a_statement(output=9)])
    assert [(found[1], found[9]) for found in billed_rows(ledger)] == [(NOW_MS, 9)]


def test_what_this_machine_read_for_good_is_not_changed_by_an_older_word(
    ledger: Ledger, other: Ledger
) -> None:
    bill(other, [a_statement(), a_statement(NOW_MS + 2 * DAY_MS)])
    bill(ledger, [a_statement(output=9)], progress=Progress(since_ms=1, settled_ms=NOW_MS + DAY_MS))
    merged(ledger, other)
    bill(ledger, [a_statement(output=9)], span=Span(NOW_MS, NOW_MS + 1))
    stated = ledger._connection.execute("SELECT time_ms, output FROM bill ORDER BY 1").fetchall()
    assert stated == [(NOW_MS, 9), (NOW_MS + 2 * DAY_MS, 0)]


def test_two_bills_of_one_usage_on_two_machines_are_one(ledger: Ledger, other: Ledger) -> None:
    other.add_bill_file(
        [a_statement(conversation="", model="auto"), a_statement(NOW_MS + 1, conversation="")]
    )
    bill(ledger, [a_statement()])
    merged(ledger, other)
    assert [(found[1], found[2]) for found in sorted(billed_rows(ledger), key=lambda r: r[1])] == [
        (NOW_MS, "chat-1"),
        (NOW_MS + 1, UNATTRIBUTED),
    ]


def test_what_a_recorder_counted_tells_the_chat_after_a_merge_too(ledger: Ledger, other: Ledger) -> None:
    other.write(Batch(events=[recorded("a", NOW_MS + 9_000, input=1000, output=7)]))
    other.add_bill_file([a_statement(conversation="", input=1000, output=7)])
    merged(ledger, other, "")
    ledger.add_bill_file([a_statement(NOW_MS - 1, conversation=""), a_statement(NOW_MS + 1, conversation="")])
    assert sorted((found[1], found[2]) for found in billed_rows(ledger)) == [
        (NOW_MS - 1, UNATTRIBUTED),
        (NOW_MS, "chat-1"),
        (NOW_MS + 1, UNATTRIBUTED),
    ]
    assert keys(ledger) == []


@pytest.mark.parametrize("is_known_here", [True, False])
def test_what_no_bill_tells_the_tokens_of_is_unknown_after_a_merge_too(
    ledger: Ledger, other: Ledger, is_known_here: bool
) -> None:
    untold = [a_statement(input=0, has_tokens=False, coverage=Coverage.ON_DEMAND)]
    bill(other, untold)
    if is_known_here:
        know_chat(ledger, "chat-1", cwd="/home/desk/shop")
        bill(ledger, untold)
    merged(ledger, other)
    found = the_row(ledger)
    assert (found["cost_picousd"], found["priced_with"], found["charged"]) == (None, "unstated", None)


# -- what was recorded until the bill came


def recorded(key: str, at: int, chat: str = "chat-1", **counts: int) -> UsageEvent:
    named = {"source": "cursor", "session_id": chat, "file_session_id": chat, "kind": "provisional"}
    return an_event(**named, key=f"cursor-hook:{key}", time_ms=at, **counts)


def keys(ledger: Ledger) -> list[str]:
    rows = ledger._connection.execute("SELECT key FROM request WHERE key GLOB 'cursor-hook:*' ORDER BY key")
    return [key for (key,) in rows]


def test_a_turn_gives_way_to_the_line_of_its_time_and_no_other_turn_does(ledger: Ledger) -> None:
    early, its, late = (NOW_MS - HOUR_MS, NOW_MS + 60_000, NOW_MS + 120_000)
    other = recorded("d", NOW_MS, "chat-2")
    ledger.write(Batch(events=[recorded("a", early), recorded("b", its), recorded("c", late), other]))
    written = bill(ledger, [a_statement()])
    assert keys(ledger) == ["cursor-hook:a", "cursor-hook:c", "cursor-hook:d"]
    assert (written.new, written.sessions) == (0, {"chat-1"})


def test_what_a_complete_bill_says_nothing_of_gives_way_in_the_chats_it_knows(ledger: Ledger) -> None:
    old, new = NOW_MS - 3 * HOUR_MS, NOW_MS - HOUR_MS // 2
    elsewhere = recorded("c", old, "chat-of-another-account")
    ledger.write(Batch(events=[recorded("a", old), recorded("b", new), elsewhere]))
    bill(ledger, [a_statement()], progress=Progress(since_ms=old - 1, settled_ms=NOW_MS - HOUR_MS))
    assert keys(ledger) == ["cursor-hook:b", "cursor-hook:c"]


@pytest.mark.parametrize("chat", ["chat-1", ""])
def test_a_turn_that_is_recorded_after_its_bill_was_read_is_none(ledger: Ledger, chat: str) -> None:
    ledger.add_bill_file([a_statement(input=1000, output=7, conversation=chat)])
    written = ledger.write(Batch(events=[recorded("a", NOW_MS + 9_000, input=1000, output=7)]))
    assert keys(ledger) == []
    assert written.new == 0
    assert [found[2] for found in billed_rows(ledger)] == ["chat-1"]


@pytest.mark.parametrize("outputs", [(5, 5), (5, 6)])
def test_a_file_finds_the_chats_that_were_at_work_at_once_by_what_was_counted(
    ledger: Ledger, outputs: tuple[int, int]
) -> None:
    ledger.write(Batch(marks=[a_prompt("chat-1", NOW_MS), a_prompt("chat-2", NOW_MS)]))
    turns = [recorded(chat, NOW_MS + 30_000, chat, input=1000, output=5) for chat in ("chat-1", "chat-2")]
    ledger.write(Batch(events=turns))
    lines = [
        a_statement(NOW_MS + 10_000 + n, conversation="", input=1000, output=output)
        for n, output in enumerate(outputs)
    ]
    for _ in range(2):
        written = ledger.add_bill_file(lines)
        assert written.new == 0
        assert keys(ledger) == []
        assert sorted(found[2] for found in billed_rows(ledger)) == ["chat-1", "chat-2"]


@pytest.mark.parametrize("is_file", [True, False])
@pytest.mark.parametrize("is_bill_first", [True, False])
def test_a_turn_of_several_requests_gives_way_to_them_though_they_name_no_chat(
    ledger: Ledger, is_file: bool, is_bill_first: bool
) -> None:
    ledger.write(Batch(marks=[a_prompt(chat, NOW_MS) for chat in ("chat-1", "chat-2")]))
    turn = Batch(events=[recorded("a", NOW_MS + 30_000, input=300, output=30)])
    lines = [a_statement(NOW_MS + n * 10_000, conversation="", output=10) for n in range(3)]
    if not is_bill_first:
        ledger.write(turn)
    ledger.add_bill_file(lines) if is_file else bill(ledger, lines)
    ledger.write(turn)
    assert keys(ledger) == []
    its = [("chat-1", 100)] * 3
    assert [(found[2], found[8]) for found in billed_rows(ledger)] == its
    if not is_file:  # one of them is read anew
        bill(
            ledger,
            [a_statement(NOW_MS, conversation="", output=10, value_picousd=CENT)],
            span=Span(NOW_MS, NOW_MS + 1),
        )
        assert [(found[2], found[8]) for found in billed_rows(ledger)] == its


def test_a_subagents_turn_is_under_its_parent_and_gives_way_to_its_line(ledger: Ledger) -> None:
    know_chat(ledger, "task-7", parent="chat-1")
    ledger.write(Batch(events=[recorded("a", NOW_MS + 9_000, "task-7")]))
    found = row(ledger, "cursor-hook:a")
    assert (found["session_id"], found["agent_id"], found["is_sidechain"]) == ("chat-1", "task-7", 1)
    bill(ledger, [a_statement(conversation="task-7")])
    assert keys(ledger) == []


@pytest.mark.parametrize(("model", "chat"), [("github_bugbot", ""), (OPUS, UNATTRIBUTED)])
def test_what_no_chat_asked_for_stays_in_the_bucket(ledger: Ledger, model: str, chat: str) -> None:
    ledger.write(Batch(marks=[a_prompt("chat-1", NOW_MS)]))
    ledger.add_bill_file([a_statement(model=model, conversation=chat)])
    assert (the_row(ledger)["session_id"], the_row(ledger)["kind"]) == (UNATTRIBUTED, "unattributed")


@pytest.mark.parametrize("is_recorded", [True, False])
@pytest.mark.parametrize(
    ("model", "session"),
    [(OPUS, UNATTRIBUTED), ("default", "chat-1"), ("Opus 5 (Auto Balanced)", "chat-1")],
)
def test_a_chat_on_auto_has_what_the_bill_says_was_routed(
    ledger: Ledger, model: str, session: str, is_recorded: bool
) -> None:
    know_chat(ledger, "chat-1", model="cursor/auto", moved_ms=NOW_MS)
    ledger.write(Batch(marks=[a_prompt("chat-1", NOW_MS, "cursor/auto" if is_recorded else "")]))
    ledger.add_bill_file([a_statement(model=model, conversation="")])
    assert the_row(ledger)["session_id"] == session


def test_nobody_says_how_long_what_it_wrote_to_a_cache_lasts(ledger: Ledger) -> None:
    bill(ledger, [a_statement(cache_write=9_120)])
    ledger.write(Batch(events=[an_event(key="c", cache_write=5, cache_write_5m_stated=5)]))
    ((key,),) = ledger._connection.execute("SELECT key FROM charge").fetchall()
    (turn,) = [
        turn
        for turn in Sessions(ledger._connection, lambda *_: None, lambda _: None).turns("chat-1")
        if turn.key == key
    ]
    assert turn.split_is_unknown
    classes = Queries(ledger._connection).summary("day", Filter()).classes
    written = {of.name: (of.count, of.cost_picousd) for of in classes if "write" in of.name and of.count}
    assert written == {"cache_write_5m": (5, 0), "cache_write": (9_120, 9_120 * 6_250_000)}


def test_lines_that_are_not_understood_are_counted_once(ledger: Ledger) -> None:
    for rejected in (3, 3, 0):
        bill(ledger, [a_statement()], rejected=rejected)
    rows = ledger._connection.execute("SELECT source, count FROM rejection").fetchall()
    assert rows == [("cursor", 3)]


def test_a_turn_says_what_the_bill_does(ledger: Ledger) -> None:
    bill(ledger, [a_statement(value_picousd=7 * CENT, fee_picousd=CENT, coverage=Coverage.ON_DEMAND)])
    (turn,) = Sessions(ledger._connection, lambda *_: None, lambda _model: None).turns("chat-1")
    assert (turn.covered_by, turn.charged_picousd, turn.is_reported) == ("on demand", 8 * CENT, True)
    assert not turn.split_is_unknown
