"""Deleting what Tallylight keeps: only what it made itself, by name, whatever else is in the folder."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tallylight.config.paths import config_dir, data_dir
from tallylight.config.secrets import NoKeychain, remove_key
from tallylight.domain.consent import OFFERS

#: Each with what SQLite keeps beside it. A copy of any other name is the user's.
_DATABASES = ("ledger.sqlite", "schedules.sqlite")
_BESIDE = ("", "-wal", "-shm")
_STATE = (
    "statusline", "rates.json", "advice.json", "crash.log", "redaction-salt", "instance", "instance.lock",
)  # fmt: skip
#: Run by Cursor as long as it is connected, and what both it and the status line need to be taken out exactly.
_OF_OTHERS = ("cursor-recorder", "cursor-hooks", "*.undo")
_SETTINGS = ("settings.toml", "settings.old.json", "settings.json", "prices.json", "tallylight/window.ini")


class Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be deleted besides the ledger and what belongs to it."""

    has_settings: bool = False
    has_keys: bool = False

    def files(self) -> list[Path]:
        """What there is to delete now."""
        found = [*_databases(), *_there(data_dir(), _STATE)]
        return [*found, *_there(config_dir(), _SETTINGS)] if self.has_settings else found

    def staying(self) -> list[Path]:
        """What of Tallylight's files is left."""
        kept = list(_there(data_dir(), _OF_OTHERS))
        return kept if self.has_settings else [*kept, *_there(config_dir(), _SETTINGS)]

    def make(self) -> list[str]:
        """Delete; a sentence for each thing that could not be. Nothing of it may be in use."""
        problems = []
        for path in self.files():
            if path.is_symlink() and path.is_dir():  # which may hold anything
                problems.append(f"{path} leads to {path.resolve()}, which is left: delete it yourself")
            try:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError as e:
                problems.append(f"{path} could not be deleted: {e.strerror}")
        for folder in (config_dir() / "tallylight", config_dir(), data_dir()):
            with contextlib.suppress(OSError):  # something of the user's is in it, or it was never there
                folder.rmdir()
        return [*problems, *self._remove_keys()]

    def _remove_keys(self) -> Iterator[str]:
        for offer in OFFERS if self.has_keys else ():
            if offer.key:
                try:
                    remove_key(offer.name)
                except NoKeychain as e:
                    yield f"The key of {offer.label} could not be removed: {e}"
                    return


def _databases() -> Iterator[Path]:
    for name in _DATABASES:
        real = (data_dir() / name).resolve()
        for beside in _BESIDE:  # of a database that a link leads to, SQLite keeps them beside the target
            yield from _there(data_dir(), (name + beside,))
            if beside and real.parent != data_dir().resolve():
                yield from _there(real.parent, (real.name + beside,))


def _there(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """What there is of these names; before a link the file that it leads to, or the data would stay."""
    for name in names:
        for path in sorted(folder.glob(name)):
            if path.is_symlink() and path.is_file():
                yield path.resolve()
            yield path
