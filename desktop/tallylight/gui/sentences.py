"""What the panel, the tray and the meter say, as plain text."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTextBoundaryFinder

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.direction import runs_leftwards
from tallylight.domain.session import Activity, SessionView
from tallylight.domain.snapshot import Progress, Snapshot
from tallylight.gui import budget_words, wording
from tallylight.gui.lamp import tightest_budget

#: Fewer turns or less time alone is how agents work; from here on it is worth a line.
NOTABLE_TURNS = 10
NOTABLE_MINUTES = 10
#: Turns until auto-compact that are few enough to say so.
FEW_TURNS = 10


def _tr(text: str) -> str:
    return QCoreApplication.translate("Sentences", text)


def today(snapshot: Snapshot) -> str:
    if snapshot.today_untold and not snapshot.today_requests:
        return wording.unknown()
    return wording.fare(
        snapshot.today_picousd,
        requests=snapshot.today_requests,
        unpriced=snapshot.today_unpriced,
        at_least=snapshot.today_at_least or snapshot.today_untold,
    )


def typical_day(snapshot: Snapshot) -> str:
    if snapshot.typical_day_picousd is None:
        return _tr("no typical day yet")
    return _tr("typical day {}").format(money.show(snapshot.typical_day_picousd))


def burn(snapshot: Snapshot) -> str:
    if snapshot.burn_picousd_per_h <= 0:
        return ""
    return _tr("{}/h now").format(money.show(snapshot.burn_picousd_per_h))


def progress(state: Progress) -> str:
    text = _tr("Reading history: {} of {} files").format(
        form.exact(state.files_done), form.exact(state.files)
    )
    if state.left_s is None:
        return text
    return _tr("{}, {} left").format(text, form.duration_s(state.left_s))


def name(view: SessionView) -> str:
    """What to call a session in one line."""
    return one_line(view.project or view.title) or _tr("unnamed session")


def place(view: SessionView) -> str:
    """Branch and title, as far as known."""
    return " · ".join(filter(None, (one_line(view.branch), one_line(view.title) if view.project else "")))


def context(view: SessionView) -> str:
    if not view.context:
        return _tr("no context yet")
    used = form.tokens(view.context)
    if not view.context_window:
        return _tr("context {}").format(used)
    share = form.percent(view.context_share)
    return _tr("context {} of {} · {}").format(used, form.tokens(view.context_window), share)


def growth(view: SessionView) -> str:
    return _tr("+{}/turn").format(form.tokens(view.growth_per_turn)) if view.growth_per_turn > 0 else ""


def last_turn(view: SessionView) -> str:
    if view.last_turn_picousd is None:
        return ""
    return _tr("+{} last turn").format(money.show(view.last_turn_picousd))


def next_turn(view: SessionView, now_ms: int) -> str:
    """As a sentence of its own."""
    words = wording.next_turn(view.next_turn, now_ms)
    return words[:1].upper() + words[1:]


def untold(view: SessionView) -> str:
    """Why there is no amount, where the agent's own files count no tokens."""
    if not view.has_no_tokens:
        return ""
    text = _tr(
        "{} keeps no token counts: what this costs is unknown. Its hooks can count turns, see Sources."
    )
    return text.format(wording.source_name(view.source))


def unattended(view: SessionView, now_ms: int) -> str:
    """How long an agent has worked by itself, once that is long."""
    alone_s = (now_ms - view.last_prompt_ms) / 1000 if view.last_prompt_ms else 0
    is_long = view.turns_since_prompt >= NOTABLE_TURNS and alone_s >= NOTABLE_MINUTES * 60
    if view.activity is not Activity.BUSY or not is_long:
        return ""
    turns, time = wording.turns(view.turns_since_prompt), form.duration_s(alone_s)
    if view.spent_since_prompt_picousd:
        spent = money.show(view.spent_since_prompt_picousd)
        return _tr("{}, {} since your last message: {}").format(turns, time, spent)
    return _tr("{}, {} since your last message").format(turns, time)


def state(view: SessionView, now_ms: int) -> str:
    """What the agent does, whom it sent out, and how soon its context is cut."""
    parts = [wording.activity(view, now_ms)]
    if view.subagents:
        cost = sum(agent.cost_picousd for agent in view.subagents)
        is_floor = any(agent.unpriced for agent in view.subagents)
        is_counted = any(agent.requests or agent.cost_picousd for agent in view.subagents)
        amount = form.at_least(money.show(cost), is_floor) if is_counted else ""
        parts.append(f"{wording.subagents(len(view.subagents))} {amount}".strip())
    left = view.turns_until_compact
    if left is not None and left <= FEW_TURNS:
        parts.append(_tr("compacts in ≈ {}").format(wording.turns(left)))
    return " · ".join(parts)


def growth_curve(view: SessionView) -> str:
    """The sparkline in words."""
    if len(view.points) < 2:
        return _tr("Context per turn: not enough turns yet")
    first, last = (form.tokens(point[1]) for point in (view.points[0], view.points[-1]))
    span = (wording.readings if view.chat else wording.turns)(len(view.points))
    return _tr("Context over the last {}: from {} to {}").format(span, first, last)


def session_line(view: SessionView) -> str:
    """A session in one line of a menu or a tool tip."""
    parts = [isolated(name(view)), wording.session_fare(view)]
    if view.context:
        share = f" ({form.percent(view.context_share)})" if view.context_window else ""
        parts.append(form.tokens(view.context) + share)
    return led(" · ".join(parts))


def tooltip(snapshot: Snapshot, limit: int = 6) -> str:
    """Today and the live sessions in at most `limit` lines."""
    head = _tr("Today {}").format(today(snapshot))
    if snapshot.is_demo:
        head = _tr("Demo") + " · " + head
    if (budget := tightest_budget(snapshot)) is not None:
        head += " · " + budget_words.in_short(budget)
    elif snapshot.typical_day_picousd is not None:
        head += " · " + typical_day(snapshot)
    if snapshot.is_paused:
        head = _tr("Paused") + " · " + head
    rows = [one_line(snapshot.problem)] if snapshot.problem else []
    rows += [session_line(view) for view in snapshot.sessions]
    room = limit - 1
    if len(rows) > room:
        hidden = len(rows) - room + 1
        rows = [*rows[: room - 1], _tr("and {} more").format(hidden)]
    return "\n".join([head, *rows])


def one_line(text: str) -> str:
    """A name out of a log without the line breaks and control characters that could be in it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def isolated(text: str) -> str:
    """A name that keeps its own writing direction and leaves its neighbours theirs."""
    return f"\u2068{text}\u2069"


def led(line: str) -> str:
    """A line that runs as ours do, whatever name it begins with. Some notification services go by the first letter
    and do not know that an isolated one does not count."""
    return f"\u200e{line}" if line.startswith("\u2068") and runs_leftwards(line) else line


def shortened(text: str, longest: int) -> str:
    """Its beginning and its end, in at most `longest` letters as people count them: accents and joined emoji stay
    whole."""
    letters = _letters(text)
    if len(letters) <= longest:
        return text
    return "".join((*letters[: longest // 2], "…", *letters[len(letters) - (longest + 1) // 2 + 1 :]))


def _letters(text: str) -> list[str]:
    # Qt counts in halves of what Python takes for one character.
    units = text.encode("utf-16-le", "surrogatepass")
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    letters, start = [], 0
    while (end := finder.toNextBoundary()) > start:
        letters.append(units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass"))
        start = end
    return letters
