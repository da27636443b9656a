"""Where logs are looked for, and which project a directory belongs to."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tallylight.ingest.projects import project_of
from tallylight.ingest.roots import agent_mode_folders, claude_code_roots, desktop_folders


def paths(environment: dict[str, str], *added: str) -> list[str]:
    return [root.path for root in claude_code_roots(environment, added)]


def test_the_usual_folders_are_looked_at_whether_they_exist_or_not(private_machine: Path) -> None:
    roots = claude_code_roots({})
    assert [root.path for root in roots] == [
        str(private_machine / ".claude"),
        str(private_machine / ".config" / "claude"),
    ]
    assert not any(root.is_found for root in roots)
    (private_machine / ".claude" / "projects").mkdir(parents=True)
    assert claude_code_roots({})[0].is_found


@pytest.mark.parametrize("listed", ["/one,/two", " /one , /two ", "/one:/two", "/one/projects,/two"])
def test_the_clients_variable_may_name_several(listed: str) -> None:
    assert paths({"CLAUDE_CONFIG_DIR": listed})[:2] == ["/one", "/two"]


@pytest.mark.parametrize("listed", ["", ",", "~nobody-of-that-name/x"])
def test_a_useless_variable_hides_nothing(listed: str, private_machine: Path) -> None:
    assert str(private_machine / ".claude") in paths({"CLAUDE_CONFIG_DIR": listed})


@pytest.mark.parametrize("name", ["a,b", "a:b", "a, b:c"])
def test_a_folder_that_is_there_is_one_whatever_its_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name / "projects").mkdir(parents=True)
    assert paths({"CLAUDE_CONFIG_DIR": str(tmp_path / name)})[0] == str(tmp_path / name)
    assert paths({"CLAUDE_CONFIG_DIR": str(tmp_path / name / "projects")})[0] == str(tmp_path / name)


def test_what_is_there_and_closed_is_a_problem_and_no_crash(
    private_machine: Path, closed: Callable[[Path], None]
) -> None:
    roots = claude_code_roots({})
    assert [root.problem for root in roots] == ["", ""]
    (private_machine / ".claude" / "projects").mkdir(parents=True)
    assert roots[0].problem == ""
    closed(private_machine / ".claude" / "projects")
    assert (roots[0].is_found, roots[0].problem) == (True, "cannot be read: Permission denied")
    closed(private_machine / ".claude")
    assert (roots[0].is_found, roots[0].problem) == (False, "cannot be read: Permission denied")
    closed(private_machine)
    assert claude_code_roots({}) == roots


def test_a_file_in_a_folders_place_is_no_folder(private_machine: Path) -> None:
    private_machine.mkdir()
    (private_machine / ".claude").write_text("")
    assert (claude_code_roots({})[0].is_found, claude_code_roots({})[0].problem) == (False, "")


def test_added_folders_come_last_and_none_twice(private_machine: Path) -> None:
    private_machine.mkdir()
    (private_machine / "link").symlink_to(private_machine / ".claude")
    (private_machine / ".claude" / "projects").mkdir(parents=True)
    found = paths({"XDG_CONFIG_HOME": str(private_machine / "x")}, "~/link", "~/more", "~/more/projects")
    assert found == [str(private_machine / name) for name in (".claude", "x/claude", "more")]
    roots = claude_code_roots({}, ["~/link", "~/more"])
    assert [root.added for root in roots] == ["", "", "~/more"]  # what is found anyway cannot be taken out


def test_accounts_are_told_apart(private_machine: Path) -> None:
    roots = claude_code_roots({"CLAUDE_CONFIG_DIR": f"{private_machine}/.claude-work,/elsewhere"})
    assert [root.account for root in roots[:3]] == ["~/.claude-work", "/elsewhere", ""]


def test_agent_mode_folders_of_the_desktop_client_are_found(private_machine: Path) -> None:
    below = private_machine / ".config" / "Claude" / "local-agent-mode-sessions" / "a" / "b" / ".claude"
    (below / "projects").mkdir(parents=True)
    assert str(below) in paths({})


def test_the_desktop_clients_folders_are_named_whether_they_exist_or_not(private_machine: Path) -> None:
    base = private_machine / ".config" / "Claude"
    named = list(desktop_folders({}))
    assert named == [base / "local-agent-mode-sessions", base / "claude-code-sessions"]
    assert agent_mode_folders({}) == []
    named[1].mkdir(parents=True)
    assert agent_mode_folders({}) == named[1:]


# -- projects


def git(*arguments: str | Path, cwd: Path) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", *map(str, arguments)]
    subprocess.run(command, cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = (tmp_path / "shop").resolve()
    folder.mkdir()
    git("init", "-q", ".", cwd=folder)
    git("commit", "-q", "--allow-empty", "-m", "start", cwd=folder)
    return folder


def test_a_directory_belongs_to_its_repository(repository: Path) -> None:
    (repository / "deep" / "down").mkdir(parents=True)
    assert project_of(str(repository / "deep" / "down")) == project_of(str(repository)) == str(repository)


def test_worktrees_are_folded_into_their_repository(repository: Path, tmp_path: Path) -> None:
    git("worktree", "add", "-q", tmp_path / "feature", cwd=repository)
    (tmp_path / "feature" / "deep").mkdir()
    assert project_of(str(tmp_path / "feature" / "deep")) == str(repository)
    inside = repository / ".claude" / "worktrees" / "fix"
    git("worktree", "add", "-q", inside, cwd=repository)
    assert project_of(str(inside)) == str(repository)
    git("worktree", "remove", "--force", inside, cwd=repository)
    assert project_of(str(inside)) == str(repository)


def test_worktrees_of_a_bare_repository_are_one_project(repository: Path, tmp_path: Path) -> None:
    git("clone", "-q", "--bare", repository, tmp_path / "shop.git", cwd=tmp_path)
    git("worktree", "add", "-q", tmp_path / "one", cwd=tmp_path / "shop.git")
    git("worktree", "add", "-q", tmp_path / "two", cwd=tmp_path / "shop.git")
    assert project_of(str(tmp_path / "one")) == project_of(str(tmp_path / "two"))


def test_a_submodule_is_a_project_of_its_own(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "library"
    other.mkdir()
    git("init", "-q", ".", cwd=other)
    git("commit", "-q", "--allow-empty", "-m", "start", cwd=other)
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", other, "library", cwd=repository)
    assert project_of(str(repository / "library")) == str(repository / "library")


@pytest.mark.parametrize(
    "cwd", ["", "/home/ana/gone", "/nul\x00here", "/" + "x" * 5000, "C:\\Users\\ana\\shop"]
)
def test_a_directory_that_is_not_here_is_its_own_project(cwd: str) -> None:
    assert project_of(cwd) == cwd


def test_folders_whose_names_look_alike_in_a_slug_are_two_projects(tmp_path: Path) -> None:
    for name in ("a.b", "a-b"):
        (tmp_path / name).mkdir()
    assert project_of(str(tmp_path / "a.b")) != project_of(str(tmp_path / "a-b"))
