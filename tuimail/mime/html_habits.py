"""What mail programs write in place of HTML's own elements: quotations, headers of answered mails, signatures, and
Word's lists. Each has a sign of its own, none a standard."""

import re

from tuimail.mime.html_tree import Element, first_within, own_text

_HEADS = frozenset({"divrplyfwdmsg", "x_divrplyfwdmsg", "ms-outlook-mobile-reference-message", "olk_src_body_section"})
# The first word of such a header in the languages that Outlook is used in most.
_FROM = re.compile(
    r"(?:From|Von|De|Van|Da|Från|Fra|Lähettäjä|Od|От|От кого|Feladó|Kimden|Expéditeur|差出人|发件人|寄件者|보낸 사람)"
    r"\s*[:\uff1a]"
)
_SIGNATURES = ("gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "protonmail_signature_block")
# As they stand in Symbol, Courier New and Wingdings.
_BULLETS = {"\xb7": "-", "\u2022": "-", "o": "*", "\xa7": "+", "\u25aa": "+", "\u2013": "-", "\xd8": "-", "\xfc": "-"}
_MAX_MARK = 8


def is_quotation(element: Element) -> bool:
    """Whether all in it is quoted."""
    if element.tag == "blockquote":
        # Writing programs indent by a blockquote without a border; one of a quotation says of what it is.
        return not element.css.is_unframed or bool(element.get("type") or element.get("cite") or element.get("class"))
    if element.tag != "div" or not element.attributes:
        return False
    return element.css.is_barred or "yahoo_quoted" in element.get("class").split()


def begins_answered_mail(element: Element) -> bool:
    """Whether it is the header that Outlook puts above the mail that is answered: all below is that mail."""
    if element.tag != "div" or not element.attributes:
        return False
    if element.get("id").lower() in _HEADS:
        return True
    return element.css.is_ruled and _FROM.match(own_text(element)) is not None


def is_signature(element: Element) -> bool:
    """Whether its writer's program marked it as the signature."""
    if element.tag != "div" or not element.attributes:
        return False
    classes = element.get("class").split()
    return element.get("id") in {"Signature", "ms-outlook-mobile-signature"} or any(
        name in _SIGNATURES for name in classes
    )


def word_list_mark(paragraph: Element) -> str:
    """The bullet or number of a paragraph that Word means as a list item; empty where it is none."""
    mark = next((inner for inner in first_within(paragraph) if inner.css.is_list_mark), None)
    if mark is None:
        return ""
    text = own_text(mark)[:_MAX_MARK]
    return _BULLETS.get(text, text) or "-"
