"""A cheaper model: for light turns alone, and for models that did such turns before."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from advice_factories import (
    HAIKU,
    MODELS,
    OLD_HAIKU,
    OPUS,
    OPUS_55,
    SONNET,
    a_going_session,
    evidence_of,
    going,
    said,
    the_advice,
)
from rule_factories import dollars
from tallylight.advice.model import ADVISER
from tallylight.domain.habits import ModelFacts
from tallylight.domain.session import Activity, Turn


def light(**given: Any) -> list[Turn]:
    """Edits: short answers, one tool, no thinking; 60k of context on Opus."""
    return going(context=60_000, growth=500, **({"output": 300, "tools": ("Edit",)} | given))


def test_the_same_tokens_are_priced_on_a_model_that_did_such_turns() -> None:
    # Opus: 622,500 read at 0.50, 5,000 written at 6.25, 3,000 answered at 25.
    # Sonnet: 60,500 written first, then 562,500 read at 0.10 and 4,500 written at 2.50, 3,000 answered at 10.
    advice = the_advice(ADVISER, a_going_session(light()))
    assert sum(line.now_picousd for line in advice.lines) == dollars(0.31125 + 0.03125 + 0.075)
    assert sum(line.then_picousd for line in advice.lines) == dollars(0.15125 + 0.05625 + 0.01125 + 0.03)
    assert str(advice.title) == "payments-api: Sonnet 5.5 for turns like 3–12, ≈ $0.17"
    assert advice.text == (
        "Short answers, few tools, no long thinking in 10 of the last 10 turns; 40 such turns of yours were on "
        "Sonnet 5.5 in the last 60 days. Pays for itself after 5 turns."
    )
    assert advice.basis.to_model == SONNET


def test_a_tier_by_size_holds_for_each_turn() -> None:
    facts = replace(MODELS[SONNET], rank=1)
    small = a_going_session(light())
    large = a_going_session(going(context=150_000, growth=500, output=300))
    models = {OPUS: MODELS[OPUS], HAIKU: facts}
    below, above = (the_advice(ADVISER, detail, evidence_of(models=models)) for detail in (small, large))
    assert below.lines[0].then_picousd == dollars((60_500 * 0.125 + 300 * 0.5) / 1_000_000)
    assert above.lines[0].then_picousd == dollars((150_500 * 0.625 + 300 * 2.5) / 1_000_000)


def test_another_tokenizer_is_named_and_never_counted_on() -> None:
    def on(model: str, density: int, own: str, own_density: int) -> str:
        models = {
            own: replace(MODELS[OPUS], density=own_density),
            model: ModelFacts(provider="anthropic", window=1_000_000, rank=1, density=density, light_turns=9),
        }
        return the_advice(ADVISER, a_going_session(light(model=own)), evidence_of(models=models)).text

    assert "Haiku 4.5 makes about 23 % fewer tokens of the same text, which is not counted on." in on(
        OLD_HAIKU, 100, OPUS, 130
    )
    assert "Sonnet 5.5 makes about 30 % more tokens of the same text, which is included." in on(
        SONNET, 130, OPUS, 100
    )


def test_more_tokens_cost_more() -> None:
    older = MODELS | {OPUS: replace(MODELS[OPUS], density=100)}
    same = the_advice(ADVISER, a_going_session(light()))
    more = the_advice(ADVISER, a_going_session(light()), evidence_of(models=older))
    assert more.lines[0].then_picousd == same.lines[0].then_picousd * 13 // 10


@pytest.mark.parametrize(
    "near",
    [
        light(output=900),
        light(reasoning=1001, output=1200),
        light(tools=("Bash", "Edit", "Read")),
        light(tools=("Task",)),
        light(effort="max"),
        light()[:4],
        [
            *light()[:8],
            *light(reasoning=4000, output=4100)[8:],
        ],  # heavy thinking is never sent to a lesser model
        [*light()[:-1], light(output=2000)[-1]],
        [*light(model=OPUS_55)[:6], *light()[6:]],
        light(is_at_least=True),
    ],
)
def test_near_ones_are_silent(near: list[Turn]) -> None:
    assert not said(ADVISER, a_going_session(near))


@pytest.mark.parametrize(
    "models",
    [
        {},
        {OPUS: MODELS[OPUS]},
        MODELS | {SONNET: replace(MODELS[SONNET], light_turns=4)},
        MODELS | {SONNET: replace(MODELS[SONNET], provider="openai")},
        MODELS | {SONNET: replace(MODELS[SONNET], window=50_000)},
        MODELS | {SONNET: replace(MODELS[SONNET], rank=0)},
        MODELS | {OPUS: replace(MODELS[OPUS], rank=1)},
        MODELS | {OPUS: replace(MODELS[OPUS], rank=0)},
    ],
)
def test_only_models_that_fit_and_were_used_are_named(models: dict[str, ModelFacts]) -> None:
    assert not said(ADVISER, a_going_session(light()), evidence_of(models=models))


def test_a_cheaper_model_of_the_same_family_is_no_lesser_one() -> None:
    used = MODELS | {OPUS_55: replace(MODELS[OPUS_55], light_turns=40)}
    used[OPUS] = replace(MODELS[OPUS], light_turns=40)
    evidence = evidence_of(models=used)
    assert evidence.candidates(OPUS, 132_000, lambda facts: facts.light_turns) == [OPUS_55, SONNET]
    assert evidence.candidates(OPUS_55, 132_000, lambda facts: facts.light_turns) == [SONNET]


def test_it_waits_for_the_end_of_the_task() -> None:
    assert the_advice(ADVISER, a_going_session(light())).is_moment
    assert not the_advice(ADVISER, a_going_session(light(), activity=Activity.BUSY)).is_moment
