"""DeepSeek tells a balance, and nothing of what was used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tallylight.domain.feed import Plan, Trouble
from tallylight.domain.secret import Secret
from tallylight.domain.stated import number
from tallylight.net.request import Answer, Request
from tallylight.providers.base import Balance, Provider, changed, content, get, listed, text

_WHO = "DeepSeek"


def _ask(key: Secret, base: str, now: datetime) -> Request:
    return get(f"{base}/user/balance", (), key)


def _read(answer: Answer, now: datetime) -> Plan | Trouble:
    """In the currency that it is kept in: yuan are no dollars."""
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    balances = [
        f"{amount:,.2f} {text(info.get('currency')).upper()}"
        for info in listed(body.get("balance_infos")) or []
        if (amount := number(info.get("total_balance"))) is not None
    ]
    if not balances:
        return changed(_WHO)
    return Plan(says=f"{' and '.join(balances)} left", on_demand_limit_picousd=0)


PROVIDER = Provider(
    name="deepseek",
    who=_WHO,
    base="https://api.deepseek.com",
    key_starts=("sk-",),
    wrong_key="this is no key of DeepSeek’s (those begin with sk-)",
    refusals={401: "DeepSeek does not know this key: it was mistyped, removed, or has expired"},
    balances=(Balance(ask=_ask, read=_read),),
    wait_s=3600,
)
