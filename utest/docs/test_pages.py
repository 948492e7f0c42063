"""Links in the pages lead somewhere, and the keywords they name exist."""

import re
from pathlib import Path

import pytest

from RealtimeLibrary import RealtimeLibrary

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?!https?:)(?P<path>[^)#\s]*)#?(?P<anchor>[^)\s]*)\)")


def anchors(page: Path) -> set[str]:
    """The anchors that Markdown viewers make of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path):
    """Every relative link names a file, and its anchor a heading there."""
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        assert target.exists(), link[0]
        if link["anchor"] and target.suffix == ".md":
            assert link["anchor"] in anchors(target), link[0]


def test_every_method_of_the_guide_has_a_keyword():
    """The keywords of the comparison with the TypeScript testers exist."""
    guide = (ROOT / "docs" / "guide" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\w[^|]*\| (`[A-Z][^|]*)\|$", guide, re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`([A-Z][\w ]+)`", row)}
    assert len(names) > 30
    assert names <= set(RealtimeLibrary().get_keyword_names()) | {"Library"}


def test_every_chapter_is_listed():
    """The guide's first page links all chapters."""
    guide = ROOT / "docs" / "guide"
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (guide / "README.md").read_text(encoding="utf-8")))
    assert {chapter.name for chapter in guide.glob("*.md")} <= listed | {"README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_modules_exist(page: Path):
    """A module that a page names is where the page says."""
    for module in re.findall(r"`([\w/]+(?:\.py|/))`", page.read_text(encoding="utf-8")):
        assert any((base / module).exists() for base in (ROOT, ROOT / "RealtimeLibrary")), module
