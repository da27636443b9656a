"""The user's own prices: good entries work, and each bad one is named in a sentence."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.pricing import PriceList
from tallylight.domain.usage import UsageEvent
from tallylight.pricebook import book
from tallylight.pricebook.overrides import read_overrides

OPUS = "claude-opus-5-5"


def a_file(*entries: object) -> str:
    return json.dumps({"version": 1, "prices": list(entries)})


def an_event(model: str, **given: object) -> UsageEvent:
    # 2026-11-20
    fields = {"key": "k", "source": "s", "session_id": "x", "time_ms": 1_795_132_800_000, "model": model}
    return UsageEvent(**(fields | given))  # type: ignore[arg-type]


def priced(text: str, event: UsageEvent) -> float | None:
    cards, problems = book.load([event.model], text)
    assert problems == []
    cost = PriceList(cards).cost_of(event)
    return None if cost is None else cost / 10**12


def test_an_empty_file_says_nothing() -> None:
    assert read_overrides("") == read_overrides(" \n") == ([], [])
    assert read_overrides('{"version": 1, "prices": []}') == ([], [])


def test_numbers_and_strings_are_the_same_price() -> None:
    as_text = read_overrides(a_file({"model": "m", "input": "0.1", "output": "2"}))
    as_number = read_overrides('{"version":1,"prices":[{"model":"m","input":0.1,"output":2}]}')
    assert as_text == as_number
    assert as_text[0][0].tiers[0].rates.input == 100_000


def test_a_class_that_is_left_out_costs_what_input_costs() -> None:
    (entry,), _ = read_overrides(a_file({"model": "m", "input": "3", "output": "15", "cache_read": "0.3"}))
    rates = entry.tiers[0].rates
    assert (rates.cache_read, rates.cache_write_5m, rates.cache_write_1h) == (300_000, 3_000_000, 3_000_000)


def test_an_unknown_model_gets_the_users_price() -> None:
    assert priced("", an_event("my-model", input=1000)) is None
    mine = a_file({"model": "my-model", "input": 2, "output": 3})
    assert priced(mine, an_event("my-model", input=1_000_000, output=1_000_000)) == 5


def test_the_users_price_wins_over_the_list_and_the_supplement() -> None:
    mine = a_file(
        {"model": OPUS, "input": 1, "output": 2}, {"model": "claude-mythos-5", "input": 1, "output": 2}
    )
    assert priced(mine, an_event(OPUS, input=1_000_000)) == 1
    assert priced(mine, an_event("claude-mythos-5", input=1_000_000)) == 1


def test_searches_that_are_left_out_cost_what_the_list_says() -> None:
    entry = {"model": OPUS, "input": 1, "output": 2}
    assert priced(a_file(entry), an_event(OPUS, web_searches=1)) == 0.01
    assert priced(a_file(entry | {"web_search": 0}), an_event(OPUS, web_searches=1)) == 0
    assert priced(a_file(entry | {"web_search": "25"}), an_event(OPUS, web_searches=1)) == 0.025


def test_an_entry_holds_for_the_dated_name_and_the_large_window_too() -> None:
    mine = a_file(
        {"model": "claude-haiku-4-5", "input": 7, "output": 7}, {"model": OPUS, "input": 8, "output": 8}
    )
    assert priced(mine, an_event("claude-haiku-4-5-20251001", input=1_000_000)) == 7
    assert priced(mine, an_event(OPUS + "[1m]", input=1_000_000)) == 8
    assert priced(mine, an_event("us.anthropic." + OPUS, input=1_000_000)) == pytest.approx(4.4)


def test_the_exact_spelling_wins_over_the_listed_name() -> None:
    exact = {"model": "claude-haiku-4-5-20251001", "input": 1, "output": 1}
    general = {"model": "claude-haiku-4-5", "input": 2, "output": 2}
    for mine in (a_file(exact, general), a_file(general, exact)):
        assert priced(mine, an_event("claude-haiku-4-5-20251001", input=1_000_000)) == 1


def test_outside_its_days_the_list_holds() -> None:
    entry = {"model": OPUS, "input": 1, "output": 2, "from": "2026-11-21"}
    assert priced(a_file(entry), an_event(OPUS, input=1_000_000)) == 4
    entry = {"model": OPUS, "input": 1, "output": 2, "until": "2026-11-20"}
    assert priced(a_file(entry), an_event(OPUS, input=1_000_000)) == 4
    entry = {"model": OPUS, "input": 1, "output": 2, "from": "2026-11-20", "until": "2026-11-21"}
    assert priced(a_file(entry), an_event(OPUS, input=1_000_000)) == 1


def test_of_two_entries_the_later_one_holds() -> None:
    mine = a_file({"model": OPUS, "input": 1, "output": 2}, {"model": OPUS, "input": 3, "output": 2})
    assert priced(mine, an_event(OPUS, input=1_000_000)) == 3


def test_a_variant_is_priced_only_by_an_entry_for_it() -> None:
    standard = {"model": OPUS, "input": 1, "output": 2}
    assert priced(a_file(standard), an_event(OPUS, input=1_000_000, speed="fast")) == 8
    mine = a_file(standard, standard | {"speed": "fast", "input": 5})
    assert priced(mine, an_event(OPUS, input=1_000_000, speed="fast")) == 5


def test_long_prompts_have_prices_of_their_own() -> None:
    mine = a_file(
        {"model": "m", "input": 1, "output": 2, "above": {"prompt_tokens": 100, "input": 10, "output": 20}}
    )
    (entry,), problems = read_overrides(mine)
    assert problems == [] and [tier.above for tier in entry.tiers] == [100, -1]
    assert priced(mine, an_event("m", input=101)) == pytest.approx(101 * 10 / 10**6)


GOOD = {"model": "good", "input": 1, "output": 2}
BAD = [
    (
        {"model": "m", "inptu": 1, "output": 2},
        'Entry 2 ("m"): "inptu" is not a field (did you mean "input"?).',
    ),
    ({"model": "m", "output": 2}, 'Entry 2 ("m"): "input" is missing.'),
    ({"model": "m", "input": 1}, 'Entry 2 ("m"): "output" is missing.'),
    ({"input": 1, "output": 2}, 'Entry 2: "model" must name a model.'),
    ({"model": "m", "input": "x", "output": 2}, 'Entry 2 ("m"): "input" must be a price in USD, not "x".'),
    ({"model": "m", "input": True, "output": 2}, 'Entry 2 ("m"): "input" must be a price in USD, not true.'),
    ({"model": "m", "input": None, "output": 2}, 'Entry 2 ("m"): "input" must be a price in USD, not null.'),
    (
        {"model": "m", "input": -1, "output": 2},
        'Entry 2 ("m"): "input" must be between 0 and 1,000,000 USD, not -1.',
    ),
    ({"model": "m", "input": "0.0000001", "output": 2}, 'Entry 2 ("m"): "input" has more than 6 decimals.'),
    (GOOD | {"from": "1 May"}, 'Entry 2 ("good"): "from" must be a day like "2026-10-01", not "1 May".'),
    (
        GOOD | {"from": "2026-02-01", "until": "2026-02-01"},
        'Entry 2 ("good"): "until" must be a later day than "from".',
    ),
    (GOOD | {"speed": "warp"}, 'Entry 2 ("good"): "speed" must be one of standard, fast, not "warp".'),
    (GOOD | {"above": 5}, 'Entry 2 ("good"): "above" must be an object with "prompt_tokens" and prices.'),
    (
        GOOD | {"above": {"prompt_tokens": 9, "input": 1}},
        'Entry 2 ("good"): in "above", "output" is missing.',
    ),
    (
        GOOD | {"above": {"prompt_tokens": 0, "input": 1, "output": 1}},
        'Entry 2 ("good"): in "above", "prompt_tokens" must be a whole number of tokens, not 0.',
    ),
    ("text", "Entry 2: it must be an object with a model and its prices."),
]


@pytest.mark.parametrize(("entry", "sentence"), BAD)
def test_a_bad_entry_is_named_and_the_good_ones_still_work(entry: object, sentence: str) -> None:
    entries, problems = read_overrides(a_file(GOOD, entry, GOOD | {"model": "last"}))
    assert [found.model for found in entries] == ["good", "last"]
    assert problems == [f"Line 1, e{sentence[1:]}"]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_bad_entry_is_named_by_its_line(at: int, indent: int | None) -> None:
    rows = [GOOD | {"model": f"m{n}"} for n in range(3)]
    rows[at]["input"] = "planted"
    text = "\n" + json.dumps({"version": 1, "prices": rows}, indent=indent)
    _entries, (problem,) = read_overrides(text)
    (line,) = (n for n, line in enumerate(text.splitlines(), 1) if f'"m{at}"' in line)
    began = line if indent is None else line - 1
    assert problem.startswith(f'Line {began}, entry {at + 1} ("m{at}")')


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "not valid JSON"),
        ("[]", "must be an object"),
        ('{"prices": []}', '"version": 1'),
        ('{"version": 2, "prices": []}', "it has 2"),
        ('{"version": 1}', "must be a list"),
        ('{"version": 1, "price": [], "prices": []}', 'did you mean "prices"?'),
        ("1" * 5000, "cannot be read"),
        ('{"version": 1, "prices": [{"model": "m", "input": NaN, "output": 1}]}', "between 0 and"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_says_why(text: str, part: str) -> None:
    entries, problems = read_overrides(text)
    assert entries == [] and len(problems) == 1 and part in problems[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["model", "input", "output", "from", "until", "above", "speed", "web_search", "cache_read"]


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON, max_size=4))
def test_reading_never_raises_and_answers_for_every_entry(rows: list[object]) -> None:
    entries, problems = read_overrides(a_file(*rows))
    assert len(entries) + len(problems) == len(rows)


def test_the_child_process_makes_the_same_book() -> None:
    mine = a_file({"model": "m", "input": 1, "output": 2}, {"model": "x"})
    assert book.run_compile([OPUS, "m", "m"], mine) == book.load([OPUS, "m"], mine)


def test_a_child_that_takes_too_long_is_an_error_with_a_sentence() -> None:
    with pytest.raises(book.CompileError, match=r"not ready after 0\.001 seconds"):
        book.run_compile([OPUS], timeout_s=0.001)


def test_a_child_that_fails_says_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 3, b"", b"Traceback\nImportError: no such list\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(book.CompileError, match=r"exit code 3\): ImportError: no such list"):
        book.run_compile([OPUS])


def test_the_fingerprint_changes_with_the_users_prices() -> None:
    assert book.fingerprint() == book.fingerprint(" ") != book.fingerprint(a_file(GOOD))
    assert "genai-prices" in book.fingerprint()


def test_asking_for_cards_imports_no_heavy_library() -> None:
    code = (
        "import sys; from tallylight.pricebook import book, windows;"
        "windows.context_window('claude-opus-5-5'); book.fingerprint();"
        "book.run_compile(['claude-opus-5-5']);"
        "print([m for m in ('genai_prices', 'pydantic', 'numpy', 'PySide6', 'sqlite3') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
