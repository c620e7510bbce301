"""Where mails of other programs' test suites lie: not in this repository, since their licences differ."""

import os
from pathlib import Path

import pytest

from tuimail.domain.body import Block
from tuimail.domain.bounce import bounce_lines
from tuimail.domain.clean import clean_block
from tuimail.domain.message import Message

_SIBLING = Path(__file__).resolve().parents[3] / "shared" / "mail"


def corpus_folder() -> Path | None:
    """The folder named by TUIMAIL_CORPUS, or one beside the checkout."""
    named = os.environ.get("TUIMAIL_CORPUS")
    folder = Path(named) if named else _SIBLING
    return folder if folder.is_dir() else None


def corpus_mails() -> list[Path]:
    """Every mail of the corpus; empty without one."""
    folder = corpus_folder()
    if folder is None:
        return []
    return sorted(path for path in folder.rglob("*") if path.suffix in {".eml", ".raw", ".txt"} and path.is_file())


needs_corpus = pytest.mark.corpus
"""Part of a run only where there is one."""


def texts_of(message: Message) -> list[str]:
    """Every text of a message that could reach a screen."""
    people = (*message.sender, *message.reply_to, *message.to, *message.cc, *message.bcc)
    texts = [message.subject, message.message_id, message.in_reply_to, *message.references, *message.notes]
    texts += [text for address in people for text in (address.name, address.spec)]
    texts += [text for header in message.headers for text in header]
    texts += [text for block in (*message.blocks, *message.other_blocks) for text in _block_texts(block)]
    texts += [text for link in message.links for text in (link.url, link.host, link.text, link.suspicious)]
    texts += [each.domain for results in message.authentication for each in results.results]
    if message.invitation is not None:
        event = message.invitation
        guests = [each.address for each in event.attendees] + ([event.organiser] if event.organiser else [])
        texts += [event.uid, event.title, event.zone_words, event.place, event.repeats, event.part]
        texts += [text for address in guests for text in (address.name, address.spec)]
    if message.bounce is not None:
        texts += [message.bounce.subject, *bounce_lines(message.bounce)]
    if message.lists is not None:
        lists = message.lists
        texts += [lists.list_id, lists.name, lists.post_to, lists.unsubscribe_https, lists.unsubscribe_mailto]
    texts += [text for part in message.attachments for text in (part.part, part.name, part.content_type)]
    return texts


def _block_texts(block: Block) -> list[str]:
    return [block.lead, *(span.text for span in block.spans), *(s.text for row in block.cells for c in row for s in c)]


def assert_harmless(message: Message) -> None:
    """Nothing in the message could act on a terminal or break a line."""
    for text in texts_of(message):
        assert "\n" not in text
        assert "\t" not in text
        assert clean_block(text) == text
