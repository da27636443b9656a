"""Every kind of advice there is, and what they say of one session."""

from __future__ import annotations

from tallylight.advice import agents, cache, cold, loop, model, reset, start, tier
from tallylight.advice.base import Adviser
from tallylight.advice.course import Evidence, course_of
from tallylight.domain.advice import Advice
from tallylight.domain.session import SessionDetail

ADVISERS: tuple[Adviser, ...] = (
    reset.ADVISER,
    model.ADVISER,
    cold.ADVISER,
    start.ADVISER,
    agents.ADVISER,
    tier.ADVISER,
    cache.ADVISER,
    loop.ADVISER,
)


def advice_about(evidence: Evidence, detail: SessionDetail) -> list[Advice]:
    """All that would save something, in no order; nothing of a session that is too short to say how it goes on."""
    course = course_of(evidence, detail)
    if course is None:
        return []
    found = (advice for adviser in ADVISERS for advice in adviser.advise(evidence, course))
    return [advice for advice in found if advice.saving_picousd > 0]
