"""The system keychain: the one door to keyring, loaded only when asked."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from tallylight.domain.consent import OFFERS, variable
from tallylight.domain.secret import Secret

_USER = "key"
_MISSING = "none on this desktop; install gnome-keyring or KWallet to keep provider keys"

_SWITCHED_OFF = "keyring is set to keep nothing (keyring.backends.null)"


def keychain() -> tuple[str, str]:
    """The keychain's name, and what is wrong with it as a sentence ("" when it can be used).

    May block while the user is asked to unlock it: not for the GUI thread.
    """
    import keyring
    import keyring.backends.fail
    import keyring.backends.null
    import keyring.errors

    try:
        backend = keyring.get_keyring()
    except keyring.errors.KeyringError as e:
        return "", f"no keychain: {e}"
    except OSError as e:  # its own settings lie in a folder that cannot be read
        return "", f"no keychain: {e.filename or 'a file'}: {e.strerror}"
    if isinstance(backend, keyring.backends.fail.Keyring):
        return "", _MISSING
    if isinstance(backend, keyring.backends.null.Keyring):
        return "", _SWITCHED_OFF
    return str(backend.name), ""


class NoKeychain(Exception):  # noqa: N818
    """A key could not be kept or read: a sentence, without the key."""


def given_keys() -> dict[str, str]:
    """Of each provider whose key the environment holds, the variable that it stands in."""
    return {made.name: made.variable for made in OFFERS if made.key and os.environ.get(made.variable)}


def read_key(name: str) -> Secret | None:
    """A provider's key, None where there is none. May block, as `keychain` does. Raises NoKeychain."""
    if given := os.environ.get(variable(name)):
        return Secret(given.strip())
    with _asking(name):
        import keyring

        found = keyring.get_password(_service(name), _USER)
    return Secret(found) if found else None


def keep_key(name: str, key: Secret) -> None:
    """Raises NoKeychain: a key is kept nowhere else."""
    check_keychain(name)
    with _asking(name):
        import keyring

        keyring.set_password(_service(name), _USER, key.reveal())
        kept = keyring.get_password(_service(name), _USER)
    if kept != key.reveal():
        raise NoKeychain(f"the keychain did not keep the key; use another, or set {variable(name)}")


def check_keychain(name: str) -> None:
    """Whether a key could be kept, to be known before it is sent anywhere. Raises NoKeychain."""
    _name, problem = keychain()
    if problem:
        raise NoKeychain(f"no keychain: {problem.removeprefix('no keychain: ')}; or set {variable(name)}")


def remove_key(name: str) -> None:
    """Raises NoKeychain; one that is not there is no error."""
    with _asking(name):
        import keyring
        import keyring.errors

        with contextlib.suppress(keyring.errors.PasswordDeleteError):
            keyring.delete_password(_service(name), _USER)
        if keyring.get_password(_service(name), _USER):
            raise NoKeychain("the keychain did not give the key up: it is still there")


@contextlib.contextmanager
def _asking(name: str) -> Iterator[None]:
    import keyring.errors

    try:
        yield
    except keyring.errors.NoKeyringError:
        raise NoKeychain(f"no keychain: {_MISSING}; or set {variable(name)}") from None
    except (keyring.errors.KeyringError, OSError) as e:  # its text names the service, never the key
        raise NoKeychain(f"the keychain did not answer: {type(e).__name__}") from None


def _service(name: str) -> str:
    # One for each key: Windows keeps a single entry per service.
    return f"Tallylight:{name}"
