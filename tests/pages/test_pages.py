"""Lifelike pages as the reader shows them: each beside it as text. ``UPDATE_PAGES=1`` writes the texts anew."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

from tuimail.domain.body import BlockKind
from tuimail.mime.html import HtmlText, read_html
from tuimail.ui.layout import lay_out

WIDTH = 78
PAGES = sorted(Path(__file__).parent.glob("*.html"))


def shown(page: HtmlText, width: int) -> list[str]:
    return [line.text for line in lay_out(page.blocks, width)]


def read(path: Path) -> HtmlText:
    return read_html(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_shown_as_it_was_looked_at(path: Path) -> None:
    page = read(path)
    links = [f"[{link.number}] {link.host} {link.suspicious}".rstrip() for link in page.links]
    text = "\n".join([*shown(page, WIDTH), "", *links, f"{page.remote_images} remote images", ""])
    kept = path.with_suffix(".txt")
    if os.environ.get("UPDATE_PAGES"):
        kept.write_text(text, encoding="utf-8")

    assert text == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [30, 60, 100])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_width_has_all_words_and_no_line_beyond_it(path: Path, width: int) -> None:
    page = read(path)

    lines = shown(page, width)

    assert max(map(cell_len, lines)) <= width
    assert not any(not above and not below for above, below in pairwise(lines))
    wrapped = [block.text for block in page.blocks if block.kind is not BlockKind.PRE]
    words = {word for text in wrapped for word in text.split() if len(word) < width // 3}
    assert not {word for word in words if word not in " ".join(lines)}


@pytest.mark.parametrize("name", ["gmail", "apple", "thunderbird", "outlook", "outlook_web"])
def test_quotations_of_every_program_fold(name: str) -> None:
    page = read(Path(__file__).with_name(f"{name}.html"))

    folded = [line.text for line in lay_out(page.blocks, WIDTH, fold_quotes=True)]

    assert any(line.startswith("▎") and line.endswith("quoted lines") for line in folded)
    assert len(folded) < len(shown(page, WIDTH))


def test_a_forwarded_mail_is_no_quotation() -> None:
    text = (Path(__file__).with_name("outlook_web.html")).read_text(encoding="utf-8")

    assert all(block.quote == 0 for block in read_html(text, is_forwarded=True).blocks)
