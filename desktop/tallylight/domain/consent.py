"""What the user agrees to before a provider is asked: exactly what is read, sent and kept."""

from __future__ import annotations

import msgspec

from tallylight.domain.secret import Secret


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


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What the user answered to an offer: connect it, with what was entered, or disconnect it."""

    name: str
    is_on: bool
    key: Secret | None = None
    email: str = ""


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
    ),
)  # fmt: skip


def offer(name: str) -> Offer:
    """Raises KeyError for a name that nothing is offered under."""
    return {made.name: made for made in OFFERS}[name]
