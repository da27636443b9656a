"""What each entry of the settings' file means, for the file itself and for the README: a test compares them."""

from __future__ import annotations

import msgspec

from tallylight.config.entries import entry_of, key_of
from tallylight.domain.settings import Settings


class Entry(msgspec.Struct, frozen=True):
    """A field of Settings for people. `default` is for what TOML has no word for."""

    field: str
    kind: str
    says: str
    default: str = ""

    @property
    def key(self) -> str:
        return key_of(self.field)

    @property
    def usual(self) -> str:
        """What holds without the entry, as the file would have it."""
        return self.default or _toml(entry_of(self.field, Settings()))


ENTRIES = (
    Entry("theme", '"auto", "light" or "dark"', "colours; auto is as the desktop has them"),
    Entry("week_starts_on", "0 to 6", "the day on which weeks begin, 0 is Monday"),
    Entry("is_meter_pinned", "true or false", "a small meter on top of other windows"),
    Entry("keep_titles", "true or false", "keep the titles that agents give their sessions"),
    Entry("folders", "pairs of source and path", "folders to read besides those that are found"),
    Entry("is_quiet", "true or false", "no notices at all"),
    Entry("quiet_hours", 'two times, as ["19:00", "08:00"]', "when no notice is shown", "none"),
    Entry("silenced_rules", "names", "rules that never speak"),
    Entry("limits", "a table for each rule", "thresholds of rules that are not the usual ones", "{}"),
    Entry("silenced_advice", "names", "kinds of advice that are never given"),
    Entry("advice_floor_picousd", "dollars", "what advice must save to be given"),
    Entry("advice_notice_picousd", "dollars", "what it must save to be a notice as well"),
    Entry("plan_fee_picousd", "dollars", "what a subscription costs in a month, 0 for none"),
    Entry("budgets", "tables [[budgets]]", "soft budgets, as `tallylight budget set` makes them"),
    Entry("tags", "tables [[tags]]", "names for projects and branches, as `tallylight tag set` makes them"),
    Entry(
        "schedules",
        "tables [[schedules]]",
        "exports that come again, as `tallylight schedule set` makes them",
    ),
    Entry("feeds", "names", "providers that you agreed to have asked"),
    Entry("cursor_email", "text", "whose events the team's interface is asked for"),
    Entry("github_organization", "text", "whose Copilot bill GitHub is asked for"),
    Entry("keep_months", "0 to 1200", "delete requests that are older than so many months, 0 keeps all"),
    Entry("is_introduced", "true or false", "whether the first run is over"),
)


def template() -> str:
    """A file in which everything is explained and nothing is set."""
    lines = [
        "# Tallylight's settings. Whatever is not set here is as usual. Changes are taken up at once; comments stay.",
        "# What cannot be used is named with its line on the page Settings and by `tallylight doctor`.",
        "",
    ]
    for entry in ENTRIES:
        lines += [f"# {entry.key}: {entry.says} ({entry.kind}); usually {entry.usual}"]
    return "\n".join([*lines, "", ""])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
