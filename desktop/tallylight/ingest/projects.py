"""From a working directory to the project it belongs to: the repository's root, worktrees folded into it."""

from __future__ import annotations

import re
from pathlib import Path

#: Where the client puts worktrees of its own; such a folder may be gone when its log is read.
_OWN_WORKTREE = re.compile(r"[/\\]\.claude[/\\]worktrees[/\\][^/\\]+.*$")


def project_of(cwd: str) -> str:
    """The root of the repository that `cwd` lies in, or `cwd` where there is none or it is gone."""
    if not cwd:
        return ""
    path = Path(_OWN_WORKTREE.sub("", cwd) or cwd)
    if not path.is_absolute():  # another system's path
        return cwd
    try:
        for folder in (path, *path.parents):
            mark = folder / ".git"
            if mark.is_dir():
                return str(folder)
            if mark.is_file():
                return _repository_of_worktree(mark) or str(folder)
    except OSError:
        return str(path)
    return str(path)


def _repository_of_worktree(mark: Path) -> str:
    """The main working tree, from the one line `gitdir: …/.git/worktrees/<name>`; "" for a submodule."""
    try:
        text = mark.read_text("utf-8", "replace")[:4096]
    except OSError:
        return ""
    target = text.partition("gitdir:")[2].strip()
    folder = Path(target) if Path(target).is_absolute() else mark.parent / target
    for part in folder.parents:
        if part.name == "worktrees" and part.parent.name == ".git":
            return str(part.parent.parent.resolve())
        if part.name == "worktrees" and (part.parent / "HEAD").exists():
            return str(part.parent.resolve())
    return ""
