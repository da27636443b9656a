"""What Cursor's answers say: a body in, values or a trouble out, and never an exception."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cursor_server import (
    AWAY,
    BROKEN,
    CUT_UNSEEN,
    NOW_MS,
    OTHERWISE,
    QUIET_WALL,
    SIGNED_OUT,
    TOO_MANY,
    USER_ID,
    WALL,
    Reply,
    a_token,
    a_usage_row,
)
from tallylight.domain.billing import UNATTRIBUTED, Coverage, Span, Statement, coverage_of
from tallylight.domain.feed import FeedState, Plan, PlanGauge, Trouble
from tallylight.domain.secret import Secret
from tallylight.net.request import Answer
from tallylight.providers import cursor_account, cursor_csv, cursor_team
from tallylight.providers.cursor_events import Page, statement_of

NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
CENT = 10**10


def answered(reply: Reply) -> Answer:
    return Answer(
        status=reply.status, headers={k.lower(): v for k, v in reply.headers.items()}, body=reply.body
    )


def events_in(body: object) -> Page:
    page = cursor_account.read_events(Answer(status=200, body=json.dumps(body).encode()), NOW)
    assert isinstance(page, Page)
    return page


def the_statement(row: dict[str, Any]) -> Statement:
    (statement,) = events_in({"totalUsageEventsCount": 1, "usageEventsDisplay": [row]}).statements
    return statement


# -- events


def test_an_event_is_read_as_it_is_documented() -> None:
    row = {
        "timestamp": "1789000412345", "userEmail": "a@x.io", "conversationId": "5c0f", "kind": "Usage-based",
        "model": "claude-opus-5-thinking-high", "maxMode": False, "requestsCosts": 5, "isTokenBasedCall": True,
        "tokenUsage": {"inputTokens": 126, "outputTokens": 450, "cacheWriteTokens": 6112, "cacheReadTokens": 11964,
                       "totalCents": 20.18232, "discountPercentOff": 0},
        "cursorTokenFee": 1.18, "chargedCents": 21.36232,
    }  # fmt: skip
    body = {"totalUsageEventsCount": 113, "pagination": {"numPages": 1}, "usageEvents": [row]}
    page = cursor_team.read_events(Answer(status=200, body=json.dumps(body).encode()), NOW)
    assert isinstance(page, Page)
    assert page == Page(
        [
            Statement(
                time_ms=1789000412345,
                model="claude-opus-5-thinking-high",
                input=126,
                output=450,
                cache_read=11964,
                cache_write=6112,
                conversation="5c0f",
                coverage=Coverage.ON_DEMAND,
                value_picousd=201_823_200_000,
                charged_picousd=213_623_200_000,
                fee_picousd=11_800_000_000,
            )
        ],
        1,
        113,
    )
    assert page.statements[0].charge(201_823_200_000) == 21.36232 * CENT


def test_counts_are_text_and_zeros_are_left_out() -> None:
    statement = the_statement(a_usage_row(input=5))
    assert (statement.input, statement.output, statement.cache_read, statement.has_tokens) == (5, 0, 0, True)


def test_an_amount_of_zero_says_nothing() -> None:
    statement = the_statement(a_usage_row(input=5, chargedCents=0, cursorTokenFee=0))
    assert (statement.value_picousd, statement.charged_picousd, statement.fee_picousd) == (-1, -1, 0)


def test_request_units_are_not_money() -> None:
    assert the_statement(a_usage_row(input=5, requestsCosts=5)).value_picousd == -1


def test_without_token_usage_nothing_is_known_of_it() -> None:
    assert not the_statement(a_usage_row(tokens=False)).has_tokens


def test_the_model_that_a_router_chose_is_the_model() -> None:
    row = a_usage_row(model="default", details={"toolCall": {"routedModel": "claude-opus-5"}})
    assert the_statement(row).model == "claude-opus-5"


@pytest.mark.parametrize(
    ("kind", "coverage"),
    [
        ("USAGE_EVENT_KIND_INCLUDED_IN_PRO", Coverage.INCLUDED), ("INCLUDED_IN_ULTRA", Coverage.INCLUDED),
        ("USAGE_EVENT_KIND_FREE_CREDIT", Coverage.INCLUDED), ("CUSTOM_SUBSCRIPTION", Coverage.INCLUDED),
        ("USAGE_EVENT_KIND_ERRORED_NOT_CHARGED", Coverage.NOT_CHARGED), ("ABORTED_NOT_CHARGED", Coverage.NOT_CHARGED),
        ("USAGE_EVENT_KIND_USER_API_KEY", Coverage.OWN_KEY), ("USAGE_EVENT_KIND_USAGE_BASED", Coverage.ON_DEMAND),
        ("Usage-based", Coverage.ON_DEMAND), ("On-Demand", Coverage.ON_DEMAND),
        ("Included in Business", Coverage.INCLUDED), ("User API Key", Coverage.OWN_KEY),
        ("Errored, No Charge", Coverage.NOT_CHARGED), ("Aborted, Not Charged", Coverage.NOT_CHARGED),
        ("Free", Coverage.INCLUDED), ("USAGE_EVENT_KIND_UNSPECIFIED", Coverage.UNKNOWN),
        ("", Coverage.UNKNOWN),
    ],
)  # fmt: skip
def test_kinds_say_who_pays(kind: str, coverage: Coverage) -> None:
    assert coverage_of(kind) is coverage


@pytest.mark.parametrize(
    ("given_", "value", "charged"),
    [
        ({"kind": "INCLUDED_IN_PRO", "chargedCents": 26.2, "cents": 26.2}, 26.2, 0),
        ({"kind": "ABORTED_NOT_CHARGED", "cents": 3}, 3, 0),
        (
            {"kind": "USAGE_BASED", "cents": 121.41, "cursorTokenFee": 3.32, "chargedCents": 124.73},
            121.41,
            124.73,
        ),
        ({"kind": "USAGE_BASED", "cents": 121.41, "cursorTokenFee": 3.32}, 121.41, 124.73),
        ({"kind": "USAGE_BASED", "cursorTokenFee": 3.32}, 10, 13.32),  # the worth is our estimate
        ({"kind": "USER_API_KEY", "cents": 4, "cursorTokenFee": 1}, 4, 5),
        ({"kind": "UNSPECIFIED", "cents": 4}, 4, None),
        ({"kind": "UNSPECIFIED", "cents": 4, "usageBasedCosts": "-"}, 4, 0),
        ({"kind": "USAGE_BASED"}, None, None),
    ],
)
def test_what_is_charged_follows_from_the_kind(
    given_: Any, value: float | None, charged: float | None
) -> None:
    statement = the_statement(a_usage_row(input=5, **given_))
    pico = None if value is None else round(value * CENT)
    assert statement.charge(pico) == (None if charged is None else round(charged * CENT))


def test_an_empty_answer_is_an_empty_list() -> None:
    assert events_in({}) == Page([], 0, 0)


def test_a_line_that_is_not_understood_is_counted_beside_the_others() -> None:
    rows = [a_usage_row(), {"timestamp": "soon"}, 7, a_usage_row(input=-3), a_usage_row(model=None)]
    page = events_in({"totalUsageEventsCount": 5, "usageEventsDisplay": rows})
    assert (len(page.statements), page.rows, page.rejected) == (1, 5, 4)


@pytest.mark.parametrize(
    "body",
    [[], 7, "x", {"usage": []}, {"totalUsageEventsCount": 7}, {"usageEventsDisplay": {}}, {"usageEventsDisplay": [7]},
     {"totalUsageEventsCount": "many", "usageEventsDisplay": []}],
)  # fmt: skip
def test_another_form_is_no_silent_zero(body: object) -> None:
    found = cursor_account.read_events(Answer(status=200, body=json.dumps(body).encode()), NOW)
    assert isinstance(found, Trouble)
    assert found.state is FeedState.CHANGED


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("1789000412345"),
    lambda children: st.lists(children, max_size=3)
    | st.dictionaries(
        st.sampled_from(["timestamp", "model", "kind", "tokenUsage", "inputTokens", "totalCents", "details", "x",
                         "usageEventsDisplay", "totalUsageEventsCount", "userId", "planUsage", "exp", "chargedCents"]),
        children, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(anything, st.sampled_from([200, 401, 429, 500]))
def test_no_content_raises(body: object, status: int) -> None:
    answer = Answer(status=status, body=json.dumps(body).encode())
    for read in (
        cursor_account.read_me, cursor_account.read_events, cursor_account.read_plan, cursor_team.read_events
    ):  # fmt: skip
        read(answer, NOW)
    statement_of(body)


@given(st.binary(max_size=60))
def test_no_bytes_raise(body: bytes) -> None:
    cursor_account.read_events(Answer(status=200, body=body), NOW)
    cursor_csv.read_file(body)
    cursor_account.token_problem(Secret(body.decode("latin-1")), NOW)


# -- troubles


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (SIGNED_OUT, FeedState.SIGNED_OUT), (Reply(403, b"{}"), FeedState.SIGNED_OUT), (WALL, FeedState.BLOCKED),
        (QUIET_WALL, FeedState.BLOCKED), (Reply(403, b" <html>"), FeedState.BLOCKED), (TOO_MANY, FeedState.LIMITED),
        (BROKEN, FeedState.OFFLINE), (CUT_UNSEEN, FeedState.OFFLINE), (OTHERWISE, FeedState.CHANGED),
        (AWAY, FeedState.CHANGED), (Reply(404), FeedState.CHANGED), (Reply(200, b"{"), FeedState.OFFLINE),
    ],
)  # fmt: skip
def test_each_trouble_has_a_name_of_its_own(reply: Reply, state: FeedState) -> None:
    found = cursor_account.read_events(answered(reply), NOW)
    assert isinstance(found, Trouble)
    assert found.state is state
    assert found.says


def test_a_wrong_key_and_one_without_the_right_are_told_apart() -> None:
    unknown = cursor_team.read_events(Answer(status=401, body=b"{}"), NOW)
    forbidden = cursor_team.read_events(Answer(status=403, body=b"{}"), NOW)
    assert isinstance(unknown, Trouble)
    assert isinstance(forbidden, Trouble)
    assert (unknown.state, forbidden.state) == (FeedState.REFUSED, FeedState.REFUSED)
    assert unknown.says != forbidden.says


# -- the token and the account


@pytest.mark.parametrize(
    ("seconds", "state"), [(61, None), (60, FeedState.SIGNED_OUT), (-5, FeedState.SIGNED_OUT)]
)
def test_a_token_that_runs_out_is_not_used(seconds: int, state: FeedState | None) -> None:
    problem = cursor_account.token_problem(Secret(a_token(NOW_MS // 1000 + seconds)), NOW)
    assert (problem and problem.state) == state


def test_a_token_of_another_form_is_told_apart_from_one_that_expired() -> None:
    problem = cursor_account.token_problem(Secret("opaque"), NOW)
    assert problem is not None
    assert problem.state is FeedState.CHANGED


def test_an_account_is_known_by_a_code_only() -> None:
    me = {"authId": "auth0|user_01TEST", "userId": USER_ID, "email": "dev@example.com", "teamId": "987"}
    account = cursor_account.read_me(Answer(status=200, body=json.dumps(me).encode()), NOW)
    assert isinstance(account, cursor_account.Account)
    assert str(USER_ID) not in account.code
    assert account.team_id == 987
    request = cursor_account.ask_events(Secret(a_token()), account, Span(1, 2), 3)
    assert json.loads(request.body) == {
        "startDate": "1", "endDate": "2", "page": 3, "pageSize": 500, "teamId": 987, "userId": USER_ID
    }  # fmt: skip


def test_no_request_shows_its_key() -> None:
    account = cursor_account.Account("a", 1, 0)
    requests = [
        cursor_account.ask_events(Secret(a_token()), account, Span(1, 2), 1),
        cursor_team.ask_events(Secret("crsr_planted"), "a@x.io", Span(1, 2), 1),
    ]
    assert all("planted" not in f"{request!r} {request}" for request in requests)


# -- the plan


def test_the_plan_is_two_bars_and_an_amount() -> None:
    body = {
        "billingCycleEnd": "1790592000000", "displayMessage": "You've used 12% of your included usage",
        "planUsage": {"limit": 2000, "totalSpend": 794, "includedSpend": 237, "bonusSpend": 557,
                      "totalPercentUsed": 0.69, "autoPercentUsed": 3.1, "apiPercentUsed": 111.9},
        "spendLimitUsage": {"limitType": "user", "individualLimit": 5000, "individualUsed": 120},
    }  # fmt: skip
    assert cursor_account.read_plan(Answer(status=200, body=json.dumps(body).encode()), NOW) == Plan(
        gauges=(PlanGauge(name="Cursor Models", percent=3.1), PlanGauge(name="Other Models", percent=111.9)),
        on_demand_picousd=120 * CENT,
        on_demand_limit_picousd=5000 * CENT,
        cycle_end_ms=1_790_592_000_000,
    )


def test_a_pool_that_is_untouched_is_left_out_of_the_answer_and_shown_empty() -> None:
    body = {"planUsage": {"limit": 2000, "apiPercentUsed": 5}, "billingCycleEnd": "2026-09-22T00:00:00Z"}
    plan = cursor_account.read_plan(Answer(status=200, body=json.dumps(body).encode()), NOW)
    assert isinstance(plan, Plan)
    assert [gauge.percent for gauge in plan.gauges] == [0, 5]
    assert plan.cycle_end_ms == 1_790_035_200_000


def the_plan(**body: object) -> Plan:
    plan = cursor_account.read_plan(Answer(status=200, body=json.dumps(body).encode()), NOW)
    assert isinstance(plan, Plan)
    return plan


@pytest.mark.parametrize(
    ("usage", "says"),
    [
        ({}, "Cursor does not state how much of this plan is used"),
        ({"limit": 2000, "includedSpend": 237}, "$2.37 of $20.00 included are used; Cursor states no pools"),
    ],
)
def test_where_no_share_is_stated_there_is_a_sentence_and_no_empty_bar(
    usage: dict[str, object], says: str
) -> None:
    for body in ({}, {"planUsage": usage}) if not usage else ({"planUsage": usage},):
        assert (the_plan(**body).gauges, the_plan(**body).says) == ((), says)


@pytest.mark.parametrize(
    ("limits", "gauges"),
    [
        ({"pooledLimit": "40000", "pooledUsed": "10000", "pooledRemaining": "30000"}, [("Team’s pool", 25)]),
        ({"pooledLimit": 40_000}, [("Team’s pool", 100)]),  # a remainder of nothing is left out
        ({"overallLimit": 1000, "overallRemaining": 900}, [("Overall limit", 10)]),
        ({"pooledLimit": 0, "overallLimit": 2_147_483_647}, []),
    ],
)
def test_a_teams_plan_shows_the_limit_that_it_shares(
    limits: dict[str, object], gauges: list[tuple[str, int]]
) -> None:
    plan = the_plan(spendLimitUsage={"limitType": "team"} | limits)
    assert [(gauge.name, gauge.percent) for gauge in plan.gauges] == gauges
    assert bool(plan.says) is not bool(gauges)


# -- files

_COUNTS = "Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost"
V1 = f"Date,Model,{_COUNTS},Cost to you"
V2 = f"Date,Kind,Model,Max Mode,{_COUNTS}"
V3 = V2.replace("Date,", "Date,Cloud Agent ID,Automation ID,")
LINES = """"2026-09-09T15:06:52.345Z","","","Included","opus-5","No","28342","775","105891","21282","156290","Included"
"2026-09-09T15:20:01.000Z","","","On-Demand","composer-2.5","No","0","5120","88000","900","94020","0.02"
"2026-09-09T15:21:09.000Z","","","Errored, No Charge","gpt-5.6-sol-medium","No","0","0","0","0","0","-"
"""


def test_the_newest_form_of_the_file() -> None:
    found = cursor_csv.read_file(f"\ufeff{V3}\r\n{LINES}".encode())
    assert found is not None
    first, second, third = found.statements
    assert (first.input, first.cache_write, first.cache_read, first.output) == (775, 28_342, 105_891, 21_282)
    assert (first.coverage, first.value_picousd) == (Coverage.INCLUDED, -1)
    assert first.time_ms == 1_788_966_412_345
    assert (second.coverage, second.value_picousd, second.charge(2 * CENT)) == (
        Coverage.ON_DEMAND,
        2 * CENT,
        2 * CENT,
    )
    assert (third.coverage, third.charge(None)) == (Coverage.NOT_CHARGED, 0)


def test_the_form_before_it() -> None:
    line = '2026-05-09T15:06:52Z,Included,"auto, fast",No,1,2,3,4,10,$0.10'
    found = cursor_csv.read_file(f"{V2}\n{line}\n".encode())
    assert found is not None
    (statement,) = found.statements
    assert (statement.model, statement.value_picousd, statement.charge(10 * CENT)) == (
        "auto, fast",
        10 * CENT,
        0,
    )


@pytest.mark.parametrize(
    ("cost", "to_you", "value", "charged"),
    [("0.19", "0.19", 19, 19), ("$0.10", "0", 10, 0), ("NaN", "NaN", -1, None), ("Included", "", -1, 0),
     ("", "-", -1, None)],
)  # fmt: skip
def test_the_first_form_names_no_kind(cost: str, to_you: str, value: int, charged: int | None) -> None:
    found = cursor_csv.read_file(f"{V1}\n2025-08-09T15:06:52Z,gpt-5,1,2,3,4,10,{cost},{to_you}\n".encode())
    assert found is not None
    (statement,) = found.statements
    assert statement.value_picousd == (value * CENT if value > 0 else -1)
    worth = value * CENT if value > 0 else None
    assert statement.charge(worth) == (None if charged is None else charged * CENT)


def test_lines_that_are_none_are_counted() -> None:
    found = cursor_csv.read_file(
        f"{V3}\n{LINES}not a line\nyesterday,,,Included,m,No,1,2,3,4,10,-\n".encode()
    )
    assert found is not None
    assert (len(found.statements), found.rejected) == (3, 2)


@pytest.mark.parametrize("data", [b"", b"a,b,c\n1,2,3\n", b"\x89PNG\r\n\x1a\n", b'{"rows": []}'])
def test_another_file_is_told_from_an_empty_one(data: bytes) -> None:
    assert cursor_csv.read_file(data) is None
    assert cursor_csv.read_file(f"{V3}\n".encode()) == cursor_csv.UsageFile([])


@pytest.mark.parametrize(("agent", "automation"), [("bc-1", ""), ("", "auto-1")])
def test_what_an_agent_in_the_cloud_did_belongs_to_no_chat(agent: str, automation: str) -> None:
    line = (
        f'"2026-09-09T15:06:52Z","{agent}","{automation}","Included","opus-5","No","1","2","3","4","10","-"'
    )
    found = cursor_csv.read_file(f"{V3}\n{line}\n".encode())
    assert found is not None
    assert [statement.conversation for statement in found.statements] == [UNATTRIBUTED]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("between", [",", ";"])
def test_what_a_spreadsheet_saved_again_is_the_same_file(encoding: str, between: str) -> None:
    text = f"{V2}\n2026-05-09T15:06:52Z,Included,opus-5,No,1.0,2.00,3,100.0,106,-\n".replace(",", between)
    found = cursor_csv.read_file(text.encode(encoding))
    assert found is not None
    (statement,) = found.statements
    assert (statement.cache_write, statement.input, statement.output) == (1, 2, 100)


@pytest.mark.parametrize(
    ("kind", "coverage"),
    [(1, Coverage.ON_DEMAND), (3, Coverage.INCLUDED), ("6", Coverage.NOT_CHARGED), (99, Coverage.UNKNOWN)],
)
def test_a_kind_may_be_its_number(kind: object, coverage: Coverage) -> None:
    row = {"timestamp": 1_788_966_412_345, "model": "opus-5", "kind": kind}
    found = statement_of(row)
    assert found is not None
    assert found.coverage is coverage
