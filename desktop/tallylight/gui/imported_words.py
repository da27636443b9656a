"""What is said of imported bills, and of what came of files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from PySide6.QtCore import QCoreApplication, QDate, QLocale

from tallylight.domain import format as form
from tallylight.domain.cloud_bill import BillId, BillState, ImportedBill
from tallylight.gui import wording

translate = QCoreApplication.translate


class UsageFile(msgspec.Struct, frozen=True):
    """Of a file with requests, as `tallylight import --json` tells it."""

    path: str
    new: int
    known: int
    rejected: int


class Period(msgspec.Struct, frozen=True):
    """Of one bill that was read."""

    provider: str
    state: str
    ai_rows: int = 0
    ai_rows_before: int | None = None

    @property
    def is_part(self) -> bool:
        """Whether it may be a part of the export whose place it took."""
        return self.state == BillState.REPLACED and self.ai_rows * 2 < (self.ai_rows_before or 0)


class Bills(msgspec.Struct, frozen=True):
    """Of all bills that were read."""

    rows: int
    ai_rows: int
    rejected: int
    outdated_exports: int
    periods: Sequence[Period]


class Answer(msgspec.Struct, frozen=True):
    """All that the command tells, of files or of a bill that was taken out."""

    files: Sequence[UsageFile] = ()
    bills: Bills | None = None
    removed: int | None = None


def told(output: bytes) -> str:
    """What came of it, in lines; "" for words that nobody understands."""
    try:
        answer = msgspec.json.decode(output, type=Answer)
    except msgspec.MsgspecError:
        return ""
    if answer.removed is not None:
        return translate("ImportedBills", "The bill is out. Importing its file again brings it back.")
    lines = [_of_usage(file) for file in answer.files]
    if answer.bills is not None:
        lines.append(_of_bills(answer.bills))
    return "\n".join(lines)


def _of_usage(file: UsageFile) -> str:
    words = translate("ImportedBills", "{}: {} new, {} known already").format(
        file.path.replace("\\", "/").rpartition("/")[2], wording.requests(file.new), form.exact(file.known)
    )
    if file.rejected:
        words += translate("ImportedBills", ", {} lines not understood").format(form.exact(file.rejected))
    return words


def _states(count: int, state: str) -> str:
    one, many = {
        BillState.ADDED: (
            translate("ImportedBills", "{} bill added"),
            translate("ImportedBills", "{} bills added"),
        ),
        BillState.REPLACED: (
            translate("ImportedBills", "{} bill replaced by a newer one"),
            translate("ImportedBills", "{} bills replaced by newer ones"),
        ),
        BillState.KNOWN: (
            translate("ImportedBills", "{} bill known already"),
            translate("ImportedBills", "{} bills known already"),
        ),
        BillState.EMPTY: (
            translate("ImportedBills", "{} bill with nothing of AI"),
            translate("ImportedBills", "{} bills with nothing of AI"),
        ),
    }[BillState(state)]
    return wording.counted(count, one, many)


def _of_bills(bills: Bills) -> str:
    states = Counter(period.state for period in bills.periods)
    parts = [_states(count, state) for state, count in states.items()]
    rows = translate("ImportedBills", "{} of {} rows are of AI").format(
        form.exact(bills.ai_rows), form.exact(bills.rows)
    )
    parts.append(rows)
    if any(period.is_part for period in bills.periods):
        parts.append(
            translate("ImportedBills", "far fewer than before: parts of an export belong into one import")
        )
    if bills.rejected:
        parts.append(translate("ImportedBills", "{} not understood").format(form.exact(bills.rejected)))
    if bills.outdated_exports:
        older = translate("ImportedBills", "{} older exports of a period left out")
        parts.append(older.format(form.exact(bills.outdated_exports)))
    return " · ".join(parts)


def period(bill: BillId) -> str:
    """A month by its name, anything else by its first and last day."""
    since, last = bill.since, bill.until - timedelta(days=1)
    if since.day == 1 and bill.until.day == 1 and (bill.until - since).days < 32:
        return QLocale().toString(QDate(since.year, since.month, 1), "MMM yyyy")
    return translate("ImportedBills", "{} to {}").format(wording.day(since), wording.day(last))


def about(bill: ImportedBill) -> str:
    """What a row has no room for: account, services, files, deviations."""
    version = bill.version or translate("ImportedBills", "of an unknown version")
    head = translate("ImportedBills", "{} · FOCUS {} · {} of {} rows are of AI · {}").format(
        translate("ImportedBills", "Account {}").format(bill.id.account),
        version,
        form.exact(bill.ai_rows),
        form.exact(bill.rows),
        _few(bill.files),
    )
    deviations = [
        translate("ImportedBills", "It {} ({}, first in line {}).").format(
            each.words, form.exact(each.count), form.exact(each.first_line)
        )
        for each in bill.deviations
    ]
    return "\n".join([head, ", ".join(bill.services), *deviations])


def _few(names: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(names[:most])
    more = len(names) - most
    return translate("ImportedBills", "{} and {} more").format(shown, more) if more > 0 else shown


def services(bill: ImportedBill) -> str:
    """The dearest first."""
    return _few(bill.services, 2)
