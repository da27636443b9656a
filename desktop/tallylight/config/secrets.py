"""The system keychain: the one door to keyring, loaded only when asked."""

from __future__ import annotations


def keychain() -> tuple[str, str]:
    """The keychain's name, and what is wrong with it as a sentence ("" when it can be used).

    May block while the user is asked to unlock it: not for the GUI thread.
    """
    import keyring
    import keyring.backends.fail
    import keyring.errors

    try:
        backend = keyring.get_keyring()
    except keyring.errors.KeyringError as e:
        return "", f"no keychain: {e}"
    except OSError as e:  # its own settings lie in a folder that cannot be read
        return "", f"no keychain: {e.filename or 'a file'}: {e.strerror}"
    if isinstance(backend, keyring.backends.fail.Keyring):
        return "", "none on this desktop; install gnome-keyring or KWallet to keep provider keys"
    return str(backend.name), ""
