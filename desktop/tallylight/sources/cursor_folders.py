"""Which folder a window of Cursor's was opened on, out of its URIs."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import msgspec

from tallylight.sources.cursor_records import Uri, Workspace, text

_DRIVE = re.compile(r"^/[A-Za-z]:")


class _Opened(msgspec.Struct):
    """`workspace.json`: a folder, or a file that names several."""

    folder: object = None
    workspace: object = None


def folder_of_uri(uri: str) -> str:
    """The path a URI names; of another machine's with that machine before it. "" for none.

    >>> folder_of_uri("file:///home/dev/my%20app")
    '/home/dev/my app'
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    path = unquote(parts.path)
    if parts.scheme == "file":
        if _DRIVE.match(path):
            return path[1:].replace("/", "\\")
        return f"//{parts.netloc}{path}" if parts.netloc else path
    if parts.scheme == "vscode-remote":
        return f"{unquote(parts.netloc)}:{path}"
    return ""


def folder_of_window(data: bytes) -> str:
    """What `workspace.json` says. A workspace of several folders is no one folder."""
    try:
        opened = msgspec.json.decode(data, type=_Opened)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    return folder_of_uri(text(opened.folder, 4000))


def folder_of_identifier(identifier: object) -> tuple[str, str]:
    """(folder, id of the window) of a `workspaceIdentifier`."""
    try:
        workspace = msgspec.convert(identifier, Workspace)
    except msgspec.ValidationError:
        return "", ""
    uri = workspace.uri or Uri()
    folder = folder_of_uri(text(uri.external, 4000))
    if not folder and uri.scheme in (None, "file"):
        folder = text(uri.fsPath, 4000) or text(uri.path, 4000)
    return folder, text(workspace.id)
