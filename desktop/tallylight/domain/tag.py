"""Tags: names that the user's own rules give to requests, by where they were made."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: requests of these projects and branches bear this name. Several rules may give one name.

    In a pattern "*" stands for any text and "?" for one character; "" admits everything. A project's pattern is
    held against its path and against every end of it that begins with a folder's name.
    """

    name: str
    project: str = ""
    branch: str = ""

    def admits(self, project: str, branch: str) -> bool:
        return (not self.project or _is_like(self.project, project)) and (
            not self.branch or fnmatchcase(branch, _literal(self.branch))
        )


def tag_of(tags: Iterable[Tag], project: str, branch: str) -> str:
    """The name that the first rule gives which admits them, "" when none does: parts then add up to the whole."""
    return next((tag.name for tag in tags if tag.admits(project, branch)), "")


def _is_like(pattern: str, path: str) -> bool:
    path, pattern = path.replace("\\", "/"), _literal(pattern.replace("\\", "/"))
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"*/{pattern}")


def _literal(pattern: str) -> str:
    """A bracket is one: folders are called so, and sets of characters are nothing people expect here."""
    return pattern.replace("[", "[[]")
