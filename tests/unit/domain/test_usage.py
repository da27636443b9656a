"""Statements of one request make the same event in whatever order they are merged."""

from hypothesis import given
from hypothesis import strategies as st

from factories import NOW_MS, an_event
from tallylight.domain.usage import UsageEvent, merge

COUNT = st.integers(0, 3)
NAME = st.sampled_from(["", "a", "b"])
STATEMENTS = st.builds(
    an_event,
    key=st.just("msg_1"),
    session_id=NAME, file_session_id=NAME, model=NAME, account=NAME, cwd=NAME, branch=NAME, stated_id=NAME,
    time_ms=COUNT, stated_ms=COUNT, file_started_ms=COUNT, input=COUNT, output=COUNT, cache_read=COUNT,
    cache_write=COUNT, cache_write_5m_stated=COUNT, cache_write_1h=COUNT, web_searches=COUNT, context=COUNT,
    reported_picousd=st.integers(-1, 2), is_final=st.booleans(), is_copy=st.booleans(), is_sidechain=st.booleans(),
    tools=st.sampled_from([(), ("Bash",), ("Bash", "Read")]),
)  # fmt: skip


@given(STATEMENTS, STATEMENTS, STATEMENTS)
def test_merging_knows_no_order(a: UsageEvent, b: UsageEvent, c: UsageEvent) -> None:
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, a) == a


@given(STATEMENTS, STATEMENTS)
def test_merging_loses_nothing(a: UsageEvent, b: UsageEvent) -> None:
    both = merge(a, b)
    for name in ("input", "output", "cache_read", "cache_write", "cache_write_1h", "web_searches"):
        assert getattr(both, name) == max(getattr(a, name), getattr(b, name))
    assert both.time_ms == min(a.time_ms, b.time_ms)
    assert (both.session_id, both.cwd) in {(e.session_id, e.cwd) for e in (a, b)}
    assert (both.model, both.speed, both.weight) in {(e.model, e.speed, e.weight) for e in (a, b)}


def test_the_fullest_statement_says_what_is_priced() -> None:
    first = an_event(model="claude-opus-5-5", output=1, weight=5)
    last = an_event(model="claude-sonnet-5-5", speed="fast", output=900, weight=3603, stated_ms=NOW_MS + 50)
    for both in (merge(first, last), merge(last, first)):
        assert (both.model, both.speed, both.stated_ms) == ("claude-sonnet-5-5", "fast", first.stated_ms)


def test_originals_own_before_copies_and_the_main_thread_before_side_questions() -> None:
    original = an_event(session_id="parent", stated_ms=NOW_MS + 9)
    copy = an_event(session_id="fork", is_copy=True, stated_ms=NOW_MS)
    side = an_event(session_id="side", is_sidechain=True, stated_ms=NOW_MS)
    earlier = an_event(session_id="earlier", file_started_ms=0)
    later = an_event(session_id="later", file_started_ms=NOW_MS)
    assert merge(original, copy).session_id == "parent"
    assert merge(original, side).session_id == "parent"
    assert merge(side, copy).session_id == "side"
    assert merge(later, earlier).session_id == "earlier"


def test_a_flat_total_without_a_split_is_the_cheaper_kind() -> None:
    event = an_event(cache_write=100, cache_write_1h=30)
    assert (event.cache_write_5m, event.prompt) == (70, 100)
