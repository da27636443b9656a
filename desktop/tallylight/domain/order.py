"""What one export is asked for: the same words for the window, a schedule and the shell."""

from __future__ import annotations

import msgspec

from tallylight.domain.columns import COLUMNS, Detail, Private, Treatment, private_group
from tallylight.domain.summary import Filter

#: Parts of a filter that an order can have, as both spell them.
FILTERS = (
    "source", "project", "tag", "branch", "model", "session_id", "subagent_type", "skill", "mcp_server", "account",
)  # fmt: skip


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One export, but for where it goes. `range` is a preset of `domain.period` or days; "" filters nothing."""

    format: str
    range: str = "this-month"
    by: str = "project"
    detail: Detail = Detail.SUMMARY
    source: str = ""
    project: str = ""
    tag: str = ""
    branch: str = ""
    model: str = ""
    session_id: str = ""
    subagent_type: str = ""
    skill: str = ""
    mcp_server: str = ""
    account: str = ""
    redact: dict[Private, Treatment] = {}
    #: Columns that a folder of Parquet files is divided by.
    partition: tuple[str, ...] = ()

    @property
    def filter(self) -> Filter:
        return Filter(**{name: getattr(self, name) for name in FILTERS})

    def treatment(self, kind: Private) -> Treatment:
        return self.redact.get(kind, Treatment.KEEP)

    def arguments(self) -> list[str]:
        """For `tallylight export`. Joined by "=", so that no name is taken for an option."""
        said = [
            f"--format={self.format}",
            f"--range={self.range}",
            f"--by={self.by}",
            f"--detail={self.detail}",
        ]
        said += [f"--{option_of(name)}={getattr(self, name)}" for name in FILTERS if getattr(self, name)]
        treated = [f"{kind}={how}" for kind, how in self.redact.items() if how is not Treatment.KEEP]
        said += [f"--redact={','.join(treated)}"] if treated else []
        return said + ([f"--partition={','.join(self.partition)}"] if self.partition else [])

    def names_in_clear(self, *, is_rows_only: bool) -> list[Private]:
        """The kinds of names that leave as they are. What has more than rows, a text say, may name any kind."""
        kept = [kind for kind in Private if self.treatment(kind) is Treatment.KEEP]
        if not is_rows_only:
            return kept
        if self.detail not in (Detail.SUMMARY, Detail.DAY):
            columns = {column.private for column in COLUMNS[self.detail]}
            return [kind for kind in kept if kind in columns]
        if self.by == "session":  # called by its title, or by its id where it has none
            both = [Private.TITLE, Private.SESSION]
            return both if set(both) <= set(kept) else []
        return [kind for kind in kept if kind is private_group(self.by)]


def option_of(name: str) -> str:
    """How the shell spells a part of the filter."""
    return name.removesuffix("_id").replace("_", "-")
