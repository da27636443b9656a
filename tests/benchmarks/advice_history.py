"""Made-up weeks of somebody who starts fresh now and then, as the requests that logs hold."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tallylight.domain.usage import UsageEvent

START_MS = 1_790_000_000_000
_MINUTE_MS, _DAY_MS = 60_000, 86_400_000
_MODELS = ("claude-opus-5-5", "claude-opus-4-8", "claude-sonnet-5-5", "claude-haiku-4-5-20251001")


def sessions(seed: int, projects: int = 6, each: int = 9) -> Iterator[list[UsageEvent]]:
    """Sessions of several projects, each with a start, a growth and answers of its own that vary from turn to turn."""
    chance = random.Random(seed)
    for project in range(projects):
        start, growth = chance.uniform(12_000, 45_000), chance.uniform(1500, 5000)
        answer, cached = chance.uniform(300, 1500), chance.uniform(0, 0.7)
        model, is_1h = chance.choice(_MODELS), chance.random() < 0.5
        for n in range(each):
            yield list(
                _turns(
                    chance,
                    f"{seed}-{project}-{n}",
                    model,
                    at_ms=START_MS + n * 2 * _DAY_MS + project * 3_600_000,
                    start=round(start * chance.lognormvariate(0, 0.12)),
                    cached=cached,
                    growth=growth * chance.lognormvariate(0, 0.25),
                    answer=answer * chance.lognormvariate(0, 0.25),
                    is_1h=is_1h,
                )
            )


def _turns(
    chance: random.Random,
    name: str,
    model: str,
    *,
    at_ms: int,
    start: int,
    cached: float,
    growth: float,
    answer: float,
    is_1h: bool,
) -> Iterator[UsageEvent]:
    context, read = start, round(start * cached)
    for n in range(chance.randint(14, 60)):
        written = context - read
        yield UsageEvent(
            key=f"{name}-{n}",
            source="claude-code",
            session_id=name,
            file_session_id=name,
            time_ms=at_ms + n * _MINUTE_MS,
            model=model,
            cache_read=read,
            cache_write=written,
            cache_write_1h=written if is_1h else 0,
            cache_write_5m_stated=0 if is_1h else written,
            output=max(10, round(answer * chance.lognormvariate(-0.2, 0.65))),
            context=context,
            is_final=True,
            cwd=f"/{name.rsplit('-', 1)[0]}",
        )
        read, context = context, context + round(growth * chance.lognormvariate(-0.2, 0.65))
