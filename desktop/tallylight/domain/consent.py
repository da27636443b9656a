"""What the user agrees to before a provider is asked: exactly what is read, sent and kept."""

from __future__ import annotations

import msgspec

from tallylight.domain.secret import Secret
from tallylight.domain.settings import Settings


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Whose usage a provider is to be asked for, where its key does not say."""

    #: The field of the settings that it stands in, and the option of the command line.
    setting: str
    option: str
    label: str
    says: str
    #: A character that it has for sure.
    sign: str = ""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that can be connected."""

    name: str
    label: str
    reads: str
    sends: str
    keeps: str
    warns: str
    #: What to enter: the key's kind, where it is made and the least right that is enough; "" where none is needed.
    key: str = ""
    #: What else to enter: whose usage is asked for.
    whose: Whose | None = None

    @property
    def variable(self) -> str:
        return variable(self.name)


def variable(name: str) -> str:
    """The environment variable that may hold a key instead, for machines without a keychain."""
    return f"TALLYLIGHT_{name.upper().replace('-', '_')}_KEY"


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What the user answered to an offer: connect it, with what was entered, or disconnect it."""

    name: str
    is_on: bool
    key: Secret | None = None
    whose: str = ""


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
        whose=Whose(
            setting="cursor_email",
            option="email",
            label="E-mail",
            says="Only this member’s usage is asked for.",
            sign="@",
        ),
    ),
    Offer(
        name="anthropic",
        label="Anthropic, your organization",
        reads=_KEPT_KEY,
        sends="The key to api.anthropic.com, at once to test it and then every 15 minutes, asking for the tokens and "
        "charges of each day, for what your keys are called, and for what Claude Code reports of itself.",
        keeps=_KEPT_DAYS + " What you called your keys, never a key.",
        warns="An Admin key can also change members and keys. A Pro or Max plan alone has no such reports.",
        key="A key with the right read:analytics, where your account offers keys with rights of their own; else an "
        "Admin key (sk-ant-admin…): Console, Settings, Admin keys. An organization’s admin makes it; an individual "
        "account becomes an organization under Settings, Organization.",
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
        sends="The key to openrouter.ai, at once to test it and then once an hour, asking for the key’s own limit, the "
        "activity of the last 30 days and the credit that is left.",
        keeps=_KEPT_DAYS,
        warns="A management key can also make and remove keys. OpenRouter forgets days after a month; Tallylight "
        "keeps them.",
        key="A management key (sk-or-…): openrouter.ai, Settings, Management keys. A key for requests works too, but "
        "tells its own use and limit alone, no activity.",
    ),
    Offer(
        name="github",
        label="GitHub Copilot, your own plan",
        reads=_KEPT_KEY,
        sends="The token to api.github.com, at once to test it and then once an hour, asking who you are and for the "
        "Copilot bill of each day, a year back at first.",
        keeps="Of each day and model the AI credits or premium requests, what they cost and what of it is charged "
        "beyond your plan. No user name, no repository, no prompt.",
        warns="It has what you pay for yourself. A seat that an organization pays for is on its bill. Neither "
        "tells tokens.",
        key="A fine-grained personal access token (github_pat_…) with the user permission “Plan”, read, and no other: "
        "GitHub, Settings, Developer settings, Personal access tokens.",
    ),
    Offer(
        name="github-org",
        label="GitHub Copilot, your organization",
        reads=_KEPT_KEY,
        sends="The token to api.github.com, at once to test it and then once an hour, asking for the organization’s "
        "Copilot bill of each day, a year back at first.",
        keeps="Of each day and model the AI credits or premium requests of all members together, what they cost and "
        "what of it is charged. The organization’s name stands in the settings.",
        warns="Only an organization’s administrator can make such a token. Tokens are not on the bill.",
        key="A fine-grained personal access token (github_pat_…) of the organization’s with the organization "
        "permission “Administration”, read, and no other: GitHub, Settings, Developer settings, Personal access "
        "tokens.",
        whose=Whose(
            setting="github_organization",
            option="organization",
            label="Organization",
            says="As in its address: github.com/NAME.",
        ),
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
    Offer(
        name="xai",
        label="xAI (experimental)",
        reads=_KEPT_KEY,
        sends="The key to management-api.x.ai, at once to test it and then once an hour, asking for the key’s team, "
        "its charges of each day and its prepaid credit.",
        keeps="Of each day what was charged for what. No prompt.",
        warns="Experimental: little of this interface is documented. A management key can also make and remove keys.",
        key="A management key: console.x.ai, Settings, Management keys. A key for requests (xai-…) cannot read "
        "billing.",
    ),
    Offer(
        name="huggingface",
        label="Hugging Face (experimental)",
        reads=_KEPT_KEY,
        sends="The token to huggingface.co, at once to test it and then once an hour, asking for the month so far.",
        keeps="The month’s sum as it was last.",
        warns="Experimental: this interface is not documented. It tells no days, so nothing is compared with it.",
        key="A fine-grained token (hf_…) with the permission to read billing, and no other: huggingface.co, Settings, "
        "Access Tokens.",
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
    if offered.whose is not None:
        known = getattr(settings, offered.whose.setting)
        changes[offered.whose.setting] = (agreement.whose or known) if agreement.is_on else ""
    return changes
