"""Names that logs may hold and that break what was not written with them in mind."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = (
    "<script>alert(1)</script>", "</td></tr></table><h1>x", "\"><img src=x onerror=alert(1)>", "a|b", "a\\|b", "a\\",
    "`rm -rf`", "``", "*bold* _it_ ~no~", "[x](https://example.com)", "![x](y)", "@ana", "#123", "GH-12", "ana/shop#4",
    "https://example.com/a?b=c&d", "www.example.com", "ana@example.com", ":tada:", "- item", "1. item", "# head", "> q",
    "&lt;b&gt; &amp;", "{{ 7 * 7 }}", "{% raw %}", "=cmd()", "+1", "-1", "\u202egnp.exe", "\u2066x", "שלום", "مرحبا",
    "a\nb", "a\r\nb", "a\tb", "a\u2028b", "\x00\x1b[31mred", "\ud800", "x\udfff", "\ue000", "𝒳" * 90, "x" * 5000, " ",
    "$x$", "a\u0300" * 200, "<!-- x", "]]>", "$HOME", "~~x~~", "===", "---",
    "```", "http://a.b", "!1", "~2", "%3", "&4", "",
)  # fmt: skip
#: Any of these, and anything else, with half surrogates.
names = st.one_of(st.sampled_from(NAMES), st.text(st.characters(codec=None), max_size=100))
