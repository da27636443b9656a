"""What a summary gives away before it is shared: names kept, shortened, or replaced by a stable hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache

import msgspec
from msgspec.structs import replace

from tallylight.domain.budget import BudgetStatus
from tallylight.domain.digest import hex_digest
from tallylight.domain.pages import Coded, Page, Row, Rows, Value, Values, pages_of
from tallylight.domain.report import Column, FocusCharge, Notable, Private, Report
from tallylight.domain.summary import Filter, Stack, SummaryRow

#: Of a hash; 40 bits tell 10,000 names apart but for one chance in 20,000.
_HASH_BYTES = 5
_PREFIXES = {Private.PATH: "p", Private.TITLE: "t", Private.BRANCH: "b", Private.SESSION: "s"}
_SHORT = 24


class Treatment(StrEnum):
    KEEP = "keep"
    SHORTEN = "short"
    HASH = "hash"


class Redaction(msgspec.Struct, frozen=True):
    """How each kind of name leaves; what is not named is kept.

    `salt` makes hashes stable on one machine and guesses useless on any other.
    """

    treatments: Mapping[Private, Treatment] = {}
    salt: str = ""

    @property
    def changes_anything(self) -> bool:
        return any(treatment is not Treatment.KEEP for treatment in self.treatments.values())


def name_of(redaction: Redaction, kind: Private) -> Callable[[str], str]:
    """What a name of this kind becomes; the same for the same name, "" for ""."""
    treatment = redaction.treatments.get(kind, Treatment.KEEP)
    if treatment is Treatment.KEEP:
        return lambda name: name
    shape = _shortened if treatment is Treatment.SHORTEN else _hashed
    return cache(lambda name: shape(redaction, kind, name) if name else "")


def _hashed(redaction: Redaction, kind: Private, name: str) -> str:
    salted = "\n".join((redaction.salt, kind, name))
    return f"{_PREFIXES[kind]}-{hex_digest(salted, _HASH_BYTES)}"


def _shortened(_redaction: Redaction, kind: Private, name: str) -> str:
    """A folder's last part, a session's first characters, a title's or branch's beginning."""
    if kind is Private.PATH:
        return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name
    if kind is Private.SESSION:
        return name[:8]
    return name if len(name) <= _SHORT else name[: _SHORT - 1].rstrip() + "…"


def redacted(report: Report, redaction: Redaction) -> Report:
    """The same report with every name in it treated, its streams included."""
    if not redaction.changes_anything:
        return report
    path = name_of(redaction, Private.PATH)
    by = report.question.by
    of_groups = for_groups(redaction, by)
    private = private_group(by)
    group = str if private is None else name_of(of_groups, private)
    has_groups = any(column.name == "group" for column in report.columns)

    def project(of: SummaryRow) -> SummaryRow:
        return replace(of, key=path(of.key), label=path(of.label), project=path(of.project))

    columns = [
        replace(column, private=private) if column.name == "group" else column for column in report.columns
    ]
    return replace(
        report,
        question=replace(report.question, filter=_filter(report, redaction)),
        stack=_stack(report, redaction),
        projects=[project(of) for of in report.projects],
        changes=[replace(moved, label=group(moved.label)) for moved in report.changes],
        notable=[_notable(of, redaction) for of in report.notable],
        budgets=[_budget(status, redaction) for status in report.budgets],
        rows=treated(report.rows, columns, of_groups if has_groups else redaction),
        charges=(_charge(charge, path) for charge in report.charges),
    )


def _stack(report: Report, redaction: Redaction) -> Stack:
    stack = report.stack
    kind = private_group(report.stack_by)
    if kind is None:
        return stack
    shape = name_of(redaction, kind)
    return replace(
        stack, series=[shape(key) for key in stack.series], labels=[shape(label) for label in stack.labels]
    )


def treated(rows: Iterable[Row], columns: Iterable[Column], redaction: Redaction) -> Rows:
    """Rows with the values of private columns replaced."""
    shapes = [
        (at, name_of(redaction, column.private))
        for at, column in enumerate(columns)
        if column.private is not None
    ]

    def pages() -> Iterator[Page]:
        for page in pages_of(rows):
            values = list(page)
            for at, shape in shapes:
                values[at] = _treated(values[at], shape)
            yield values

    return Rows(pages())


def _treated(values: Values, shape: Callable[[str], str]) -> Values:
    def name(value: Value) -> str:
        return shape(str(value or ""))

    return values.mapped(name) if isinstance(values, Coded) else list(map(name, values))


def for_groups(redaction: Redaction, by: str) -> Redaction:
    """What groups are treated with. A session's may be its title, its id, or have its project in it: the strictest."""
    if by != "session":
        return redaction
    treatments = redaction.treatments
    kinds = (Private.SESSION, Private.TITLE, Private.PATH)
    asked = {treatments.get(kind, Treatment.KEEP) for kind in kinds}
    strictest = next(how for how in (Treatment.HASH, Treatment.SHORTEN, Treatment.KEEP) if how in asked)
    return replace(redaction, treatments={**treatments, Private.SESSION: strictest})


def private_group(by: str) -> Private | None:
    """What kind of name a row's group is when rows are split by this."""
    return {
        "project": Private.PATH,
        "account": Private.PATH,
        "branch": Private.BRANCH,
        "session": Private.SESSION,
    }.get(by)


def _filter(report: Report, redaction: Redaction) -> Filter:
    wanted = report.question.filter
    return replace(
        wanted,
        project=name_of(redaction, Private.PATH)(wanted.project),
        branch=name_of(redaction, Private.BRANCH)(wanted.branch),
        session_id=name_of(redaction, Private.SESSION)(wanted.session_id),
    )


def _session(of: SummaryRow, redaction: Redaction) -> SummaryRow:
    session = name_of(redaction, Private.SESSION)
    title = name_of(redaction, Private.TITLE)(of.title)
    ident = session(of.session_id)
    return replace(
        of,
        key=ident,
        session_id=ident,
        parent_session_id=session(of.parent_session_id),
        title=title,
        label=title or ident[:10],
        project=name_of(redaction, Private.PATH)(of.project),
        branch=name_of(redaction, Private.BRANCH)(of.branch),
        account=name_of(redaction, Private.PATH)(of.account),
    )


def _notable(of: Notable, redaction: Redaction) -> Notable:
    return replace(of, session=_session(of.session, redaction))


def _budget(status: BudgetStatus, redaction: Redaction) -> BudgetStatus:
    budget, path = status.budget, name_of(redaction, Private.PATH)
    return replace(
        status,
        budget=replace(
            budget,
            project=path(budget.project),
            branch=name_of(redaction, Private.BRANCH)(budget.branch),
            session_id=name_of(redaction, Private.SESSION)(budget.session_id),
        ),
        session_id=name_of(redaction, Private.SESSION)(status.session_id),
        label=path(status.label),
    )


def _charge(charge: FocusCharge, path: Callable[[str], str]) -> FocusCharge:
    return replace(
        charge,
        account=path(charge.account),
        project=path(charge.project),
        project_path=path(charge.project_path),
    )
