"""What the user agrees to before a provider is asked: exactly what is read, sent and kept."""

from __future__ import annotations

import msgspec

from tallylight.domain.secret import Secret
from tallylight.domain.settings import Settings


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that can be connected."""

    name: str
    label: str
    reads: str
    sends: str
    keeps: str
    warns: str
    #: What to enter: the key's kind and where it is made; "" where none is needed.
    key: str = ""
    #: Whether it takes the address of whose usage is asked for.
    needs_email: bool = False


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What the user answered to an offer: connect it, with what was entered, or disconnect it."""

    name: str
    is_on: bool
    key: Secret | None = None
    email: str = ""


_KEPT_KEY = "The key that you enter, from the system’s keychain, and nothing else on this machine."
_KEPT_DAYS = (
    "Of each day and model the tokens and dollars, and the provider’s ids of keys and workspaces. Nobody’s name, no "
    "e-mail address, no prompt."
)
OFFERS = (
    Offer(
        name="cursor",
        label="Cursor, your own account",
        reads="The sign-in token in Cursor’s storage on this machine, anew each time, for that moment only. It is "
        "never renewed, written down or logged.",
        sends="The token to api2.cursor.sh, Cursor’s own server, and nobody else, asking who you are, for your own "
        "usage events and how full your plan is: every 30 seconds while a chat moves, else every 2 to 15 minutes.",
        keeps="Of each request its time, model, token counts, amounts and the chat’s id, under a code for the account. "
        "No name, no e-mail address, no prompt.",
        warns="Cursor does not document this interface. It may change, and what happens then is said here.",
    ),
    Offer(
        name="cursor-team",
        label="Cursor, your team’s Admin API",
        reads="The key that you enter, from the system’s keychain, and nothing of Cursor’s on this machine.",
        sends="The key and one e-mail address to api.cursor.com, once an hour, asking for the usage events of that "
        "address alone.",
        keeps="Of each request its time, model, token counts, amounts and the chat’s id, under a code for the address. "
        "The address stands in the settings, the key in the keychain.",
        warns="An Admin key can do more than read usage: it is as powerful as its team’s owner made it.",
        key="An Admin API key of the team’s: Dashboard, Settings, Advanced, Admin API Keys. A user’s own key cannot "
        "read usage.",
        needs_email=True,
    ),
    Offer(
        name="anthropic",
        label="Anthropic, your organization",
        reads=_KEPT_KEY,
        sends="The key to api.anthropic.com, at once to test it and then every 15 minutes, asking for the tokens and "
        "charges of each day, for what your keys are called, and for what Claude Code reports of itself.",
        keeps=_KEPT_DAYS + " What you called your keys, never a key.",
        warns="An Admin key can also change members and keys, and no lesser key reads these reports. A Pro or Max plan "
        "alone has none.",
        key="An Admin key (sk-ant-admin…): Console, Settings, Admin keys. An organization’s admin makes it; an "
        "individual account becomes an organization under Settings, Organization.",
    ),
    Offer(
        name="openai",
        label="OpenAI, your organization",
        reads=_KEPT_KEY,
        sends="The key to api.openai.com, at once to test it and then every 15 minutes, asking for the tokens, other "
        "usage and charges of each day.",
        keeps=_KEPT_DAYS,
        warns="An Admin key can do more than read usage: the right api.usage.read is enough. What a ChatGPT plan "
        "covers is not in these reports.",
        key="An Admin key (sk-admin-…): platform settings, Admin keys. An owner makes it; of a personal "
        "organization that is you. A project’s key (sk-proj-…) cannot read usage.",
    ),
    Offer(
        name="openrouter",
        label="OpenRouter",
        reads=_KEPT_KEY,
        sends="The key to openrouter.ai, at once to test it and then once an hour, asking for the activity of the last "
        "30 days and the credit that is left.",
        keeps=_KEPT_DAYS,
        warns="A management key can also make and remove keys. OpenRouter forgets days after a month; Tallylight "
        "keeps them.",
        key="A management key (sk-or-…): openrouter.ai, Settings, Management keys. A key for requests cannot read "
        "activity.",
    ),
    Offer(
        name="deepseek",
        label="DeepSeek, balance only",
        reads=_KEPT_KEY,
        sends="The key to api.deepseek.com, at once to test it and then once an hour, asking for the balance.",
        keeps="The balance as it was last.",
        warns="DeepSeek tells nothing of what was used. Its key can make requests, which Tallylight never does.",
        key="Any key (sk-…): platform.deepseek.com, API keys.",
    ),
)  # fmt: skip


def provider_label(name: str) -> str:
    """Whose figures they are: an offer's own words, or the name that an imported bill gives."""
    return {made.name: made.label for made in OFFERS}.get(name, f"{name}, imported bills")


def offer(name: str) -> Offer:
    """Raises KeyError for a name that nothing is offered under."""
    return {made.name: made for made in OFFERS}[name]


def changes_of(settings: Settings, agreement: Agreement) -> dict[str, object]:
    """The settings that change as the user agrees, or takes it back: then nobody's address is kept either."""
    offered = offer(agreement.name)
    others = tuple(name for name in settings.feeds if name != offered.name)
    changes: dict[str, object] = {"feeds": (*others, offered.name) if agreement.is_on else others}
    if offered.needs_email:
        changes["cursor_email"] = (agreement.email or settings.cursor_email) if agreement.is_on else ""
    return changes
