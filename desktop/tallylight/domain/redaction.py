"""What a summary gives away before it is shared: names kept, shortened, or replaced by a stable hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import chain, repeat

import msgspec
from msgspec.structs import replace

from tallylight.domain.billing import short_name
from tallylight.domain.budget import BudgetStatus
from tallylight.domain.columns import Column, Private, Treatment, private_group
from tallylight.domain.digest import hex_digest
from tallylight.domain.pages import Coded, Page, Row, Rows, Value, Values, pages_of
from tallylight.domain.report import Billing, FocusCharge, Notable, Report
from tallylight.domain.summary import Filter, Stack, SummaryRow

#: Of a hash; 40 bits tell 10,000 names apart but for one chance in 20,000.
_HASH_BYTES = 5
_PREFIXES = {
    Private.PATH: "p",
    Private.TITLE: "t",
    Private.BRANCH: "b",
    Private.SESSION: "s",
    Private.MACHINE: "m",
}
_SHORT = 24


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


def _folders(redaction: Redaction, names: Mapping[str, str]) -> Callable[[str], str]:
    """What a project becomes, whether it is told by its path or by the name that people see.

    The hash is of the path, for a name changes when a second folder of that name turns up. Short it is the name,
    which tells folders of one name apart.
    """
    shape = name_of(redaction, Private.PATH)
    treatment = redaction.treatments.get(Private.PATH, Treatment.KEEP)
    paths = {name: path for path, name in names.items()}
    if treatment is Treatment.HASH:
        return lambda name: shape(name if name in names else paths.get(name, name))
    if treatment is Treatment.SHORTEN:
        return lambda name: names.get(name) or (name if name in paths else shape(name))
    return shape


def _group(redaction: Redaction, by: str, folder: Callable[[str], str]) -> Callable[[str, str], str]:
    """What a group's name becomes, given its key.

    A session's may be its title, its id, or have its project in it: where one of these is hashed it is the
    session's code.
    """
    if by != "session":
        kind = private_group(by)
        shape = folder if by == "project" else str if kind is None else name_of(redaction, kind)
        return lambda key, name: shape(key or name) if kind is not None else name
    if for_groups(redaction, by).treatments[Private.SESSION] is Treatment.HASH:
        session = name_of(for_groups(redaction, by), Private.SESSION)
        return lambda key, name: session(key or name)
    title = name_of(redaction, Private.TITLE)
    return lambda _key, name: title(name)


def redacted(report: Report, redaction: Redaction) -> Report:
    """The same report with every name in it treated, its streams included."""
    if not redaction.changes_anything:
        return report
    folder = _folders(redaction, report.names)
    group = _group(redaction, report.question.by, folder)

    def project(of: SummaryRow) -> SummaryRow:
        code = folder(of.key or of.label)
        return replace(of, key=code, label=code, project=code)

    return replace(
        report,
        host=name_of(redaction, Private.MACHINE)(report.host),
        names={name: name for name in map(folder, report.names)},
        question=replace(report.question, filter=_filter(report, redaction, folder)),
        stack=_stack(report, redaction, folder),
        projects=[project(of) for of in report.projects],
        changes=[
            replace(of, key=group(of.key, of.label), label=group(of.key, of.label)) for of in report.changes
        ],
        notable=[_notable(of, redaction, folder) for of in report.notable],
        budgets=[_budget(status, redaction, folder) for status in report.budgets],
        rows=_rows(report, redaction, folder, group),
        row_keys=(),
        charges=(_charge(charge, redaction, folder) for charge in report.charges),
        billing=_billing(report.billing, folder),
    )


def _rows(
    report: Report,
    redaction: Redaction,
    folder: Callable[[str], str],
    group: Callable[[str, str], str],
) -> Rows:
    names = [column.name for column in report.columns]
    if "group" in names:
        at = names.index("group")
        keys = chain(report.row_keys, repeat(""))
        named = (
            (*row[:at], group(key, str(row[at] or "")), *row[at + 1 :])
            for row, key in zip(report.rows, keys, strict=False)
        )
        return treated(named, report.columns, redaction, folder)
    return treated(report.rows, report.columns, redaction, folder)


def _stack(report: Report, redaction: Redaction, folder: Callable[[str], str]) -> Stack:
    stack = report.stack
    if private_group(report.stack_by) is None:
        return stack
    group = _group(redaction, report.stack_by, folder)
    codes = [group(key, label) for key, label in zip(stack.series, stack.labels, strict=True)]
    return replace(stack, series=codes, labels=codes)


def treated(
    rows: Iterable[Row],
    columns: Iterable[Column],
    redaction: Redaction,
    folder: Callable[[str], str] | None = None,
) -> Rows:
    """Rows with the values of private columns replaced; `folder` is what a project becomes."""
    columns = list(columns)
    places = {column.name: at for at, column in enumerate(columns)}
    folder = folder or name_of(redaction, Private.PATH)
    shapes = [
        (at, folder if column.name in ("project", "project_path") else name_of(redaction, column.private))
        for at, column in enumerate(columns)
        if column.private is not None
    ]
    # Beside its path a project's name is the folder's own, which says nothing of which folder it is.
    project, path = places.get("project"), places.get("project_path")
    is_hashed = redaction.treatments.get(Private.PATH) is Treatment.HASH

    def pages() -> Iterator[Page]:
        for page in pages_of(rows):
            values = list(page)
            for at, shape in shapes:
                if at != project or path is None:
                    values[at] = _treated(values[at], shape)
            if project is not None and path is not None and is_hashed:
                values[project] = values[path]
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


def _filter(report: Report, redaction: Redaction, folder: Callable[[str], str]) -> Filter:
    wanted = report.question.filter
    meant = [path for path in report.names if path and wanted.project and wanted.admits_project(path)]
    return replace(
        wanted,
        project=", ".join(folder(path) for path in meant or [wanted.project]),
        tag=name_of(redaction, Private.PATH)(wanted.tag),
        branch=name_of(redaction, Private.BRANCH)(wanted.branch),
        session_id=name_of(redaction, Private.SESSION)(wanted.session_id),
        account=name_of(redaction, Private.PATH)(wanted.account),
        host=wanted.host and name_of(redaction, Private.MACHINE)(wanted.host),
    )


def _session(of: SummaryRow, redaction: Redaction, folder: Callable[[str], str]) -> SummaryRow:
    session = name_of(redaction, Private.SESSION)
    title = name_of(redaction, Private.TITLE)(of.title)
    ident = session(of.session_id)
    is_hashed = redaction.treatments.get(Private.SESSION) is Treatment.HASH
    return replace(
        of,
        key=ident,
        session_id=ident,
        parent_session_id=session(of.parent_session_id),
        title=title,
        label=title or (ident if is_hashed else short_name(ident)),
        project=folder(of.project),
        branch=name_of(redaction, Private.BRANCH)(of.branch),
        account=name_of(redaction, Private.PATH)(of.account),
        host=name_of(redaction, Private.MACHINE)(of.host),
    )


def _notable(of: Notable, redaction: Redaction, folder: Callable[[str], str]) -> Notable:
    return replace(of, session=_session(of.session, redaction, folder))


def _budget(status: BudgetStatus, redaction: Redaction, folder: Callable[[str], str]) -> BudgetStatus:
    budget, session = status.budget, name_of(redaction, Private.SESSION)
    is_named_by_id = status.session_id and status.label == status.session_id[:8]
    return replace(
        status,
        budget=replace(
            budget,
            project=folder(budget.project),
            tag=name_of(redaction, Private.PATH)(budget.tag),
            branch=name_of(redaction, Private.BRANCH)(budget.branch),
            session_id=session(budget.session_id),
        ),
        session_id=session(status.session_id),
        label=session(status.session_id) if is_named_by_id else folder(status.label),
    )


def _charge(charge: FocusCharge, redaction: Redaction, folder: Callable[[str], str]) -> FocusCharge:
    return replace(
        charge,
        host=name_of(redaction, Private.MACHINE)(charge.host),
        account=folder(charge.account),
        project=folder(charge.project_path or charge.project),
        project_path=folder(charge.project_path),
    )


def _billing(billing: Billing, folder: Callable[[str], str]) -> Billing:
    months: dict[date, dict[tuple[str, str], int]] = {}
    for month, costs in billing.months.items():
        of_month = months.setdefault(month, {})
        for (source, account), cost in costs.items():
            key = source, folder(account)
            of_month[key] = of_month.get(key, 0) + cost
    return replace(billing, months=months)
