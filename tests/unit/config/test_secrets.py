"""Keys: in the keychain or in the environment, and nowhere else."""

from __future__ import annotations

import keyring
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from keychain import InMemory
from tallylight.config.secrets import NoKeychain, given_keys, keep_key, keychain, read_key, remove_key
from tallylight.domain.secret import Secret


def test_a_key_that_is_kept_can_be_read_and_removed(chain: InMemory) -> None:
    keep_key("cursor-team", Secret("planted-key"))
    assert read_key("cursor-team") == Secret("planted-key")
    assert read_key("another") is None
    remove_key("cursor-team")
    remove_key("cursor-team")
    assert read_key("cursor-team") is None
    assert chain.kept == {}


def test_the_environment_goes_before_the_keychain(chain: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_key("cursor-team", Secret("in the keychain"))
    monkeypatch.setenv("TALLYLIGHT_CURSOR_TEAM_KEY", " given \n")
    assert read_key("cursor-team") == Secret("given")


def test_without_a_keychain_a_key_is_refused_and_the_way_out_is_named() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    try:
        with pytest.raises(NoKeychain, match=r"gnome-keyring.*TALLYLIGHT_CURSOR_TEAM_KEY"):
            keep_key("cursor-team", Secret("planted-key"))
        with pytest.raises(NoKeychain, match="TALLYLIGHT_CURSOR_TEAM_KEY"):
            read_key("cursor-team")
    finally:
        keyring.set_keyring(before)


def test_a_locked_keychain_is_said_without_the_key(chain: InMemory) -> None:
    chain.is_locked = True
    with pytest.raises(NoKeychain, match="did not answer") as caught:
        read_key("cursor-team")
    assert "planted" not in str(caught.value)


def test_no_print_shows_a_secret() -> None:
    assert "planted" not in f"{Secret('planted')} {Secret('planted')!r} {[Secret('planted')]}"


def test_a_key_that_the_keychain_keeps_in_spite_of_all_is_not_called_removed(
    chain: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_key("openai", Secret("planted-key"))
    monkeypatch.setattr(chain, "delete_password", _refuse)
    with pytest.raises(NoKeychain, match="still there") as caught:
        remove_key("openai")
    assert "planted" not in str(caught.value)


def _refuse(_service: str, _user: str) -> None:
    raise keyring.errors.PasswordDeleteError("the user said no")


def test_the_environments_keys_are_named_by_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLYLIGHT_GITHUB_ORG_KEY", "ghp_planted")
    monkeypatch.setenv("TALLYLIGHT_OPENAI_KEY", "")
    assert given_keys() == {"github-org": "TALLYLIGHT_GITHUB_ORG_KEY"}


def test_a_keychain_that_keeps_nothing_is_refused_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", keyring.backends.null.Keyring())
    name, problem = keychain()
    assert name == "" and "keep nothing" in problem
    with pytest.raises(NoKeychain, match=r"keep nothing.*TALLYLIGHT_OPENAI_KEY") as caught:
        keep_key("openai", Secret("planted-key"))
    assert "planted" not in str(caught.value)


def test_a_key_is_read_back_before_it_counts_as_kept(
    chain: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "set_password", lambda *_: None)
    with pytest.raises(NoKeychain, match="did not keep") as caught:
        keep_key("openai", Secret("planted-key"))
    assert "planted" not in str(caught.value)
