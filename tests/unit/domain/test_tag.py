"""Which requests bear which name: the first rule that fits, patterns as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.tag import Tag, tag_of

_texts = st.text(alphabet="ab/[]*?-", max_size=6)
_tags = st.builds(Tag, name=st.sampled_from(["x", "y", "z"]), project=_texts, branch=_texts)


@pytest.mark.parametrize(
    ("tag", "project", "branch", "is_borne"),
    [
        (Tag(name="t", project="shop-*"), "/src/shop-web", "main", True),
        (Tag(name="t", project="shop-*"), "/src/workshop-web", "main", False),
        (Tag(name="t", project="clients/acme"), "/src/clients/acme", "", True),
        (Tag(name="t", project="/src/acme"), "/src/acme", "", True),
        (Tag(name="t", project="/src/acme"), "/src/acme/api", "", False),
        (Tag(name="t", project="/src/acme/*"), "/src/acme/api", "", True),
        (Tag(name="t", project=r"work\acme"), r"C:\work\acme", "", True),
        (Tag(name="t", project="a[1]"), "/src/a[1]", "", True),
        (Tag(name="t", project="a[1]"), "/src/a1", "", False),
        (Tag(name="t", branch="feat/*"), "/anything", "feat/refunds", True),
        (Tag(name="t", branch="feat/*"), "/anything", "fix/feat/x", False),
        (Tag(name="t", project="shop", branch="v?"), "/src/shop", "v2", True),
        (Tag(name="t", project="shop", branch="v?"), "/src/shop", "v22", False),
        (Tag(name="t", project="shop", branch="v?"), "/src/other", "v2", False),
    ],
)
def test_a_pattern_admits_what_it_reads_like(tag: Tag, project: str, branch: str, is_borne: bool) -> None:
    assert tag.admits(project, branch) is is_borne


@given(st.lists(_tags, max_size=4), _texts, _texts)
def test_one_request_bears_one_name_at_most_the_first_that_fits(
    tags: list[Tag], project: str, branch: str
) -> None:
    names = [tag.name for tag in tags if tag.admits(project, branch)]
    assert tag_of(tags, project, branch) == (names[0] if names else "")


@given(_texts, _texts)
def test_a_rule_without_patterns_admits_all_and_a_literal_one_itself(project: str, branch: str) -> None:
    assert Tag(name="t").admits(project, branch)
    if not {"*", "?"} & set(project + branch):
        assert Tag(name="t", project=project, branch=branch).admits(project, branch)
