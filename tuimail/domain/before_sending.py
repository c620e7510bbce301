"""What is probably an oversight in a mail that is about to go: asked once each, in one sentence; a yes sends it."""

import re
from collections.abc import Collection, Iterator

from tuimail.domain.address import Address
from tuimail.domain.draft import DraftKind, FieldProblem, OutgoingMail
from tuimail.domain.spelling import meant

MANY_RECIPIENTS = 20

WELL_KNOWN = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "aol.com"),
        *("icloud.com", "me.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "freenet.de", "orange.fr", "free.fr"),
        *("laposte.net", "libero.it", "tiscali.it", "yahoo.fr", "yahoo.de", "yahoo.it", "yahoo.es", "yahoo.co.uk"),
        *("hotmail.fr", "hotmail.de", "hotmail.it", "hotmail.es", "hotmail.co.uk", "outlook.de", "outlook.fr"),
        *("proton.me", "protonmail.com", "fastmail.com", "zoho.com", "yandex.ru", "mail.ru", "qq.com", "163.com"),
        *("ymail.com", "rocketmail.com", "mac.com", "gmx.com", "gmx.at", "gmx.ch", "yandex.com", "posteo.de"),
        *("126.com", "naver.com", "comcast.net", "verizon.net", "bigpond.com", "uol.com.br", "wp.pl", "seznam.cz"),
    }
)
"""Domains of which one slip of the finger makes another."""

_ATTACHED = re.compile(
    r"\b(?:"
    # English, German, French
    r"attach(?:ed|ing|ments?)?|enclosed|im anhang|anbei|angehängt\w*|beigefügt\w*|(?:in der|als|siehe) anlage"
    r"|ci-joint\w*|ci-inclus\w*|pièces? jointes?|en annexe"
    # Spanish, Catalan, Portuguese, Italian, Romanian
    r"|adjunt[oae]?s?|adjuntar\w*|anex[oa]s?|anexad[oa]s?|allegat[oaie]|allego|atașat\w*|atasat\w*|ataşat\w*"
    # Dutch, Swedish, Danish, Norwegian, Finnish
    r"|bijlagen?|bijgevoegde?|bijgaande?|bifog\w+|bilaga\w*|bilagor\w*|vedhæft\w+|vedlagt\w*|vedlegg\w*|bilag"
    r"|liitteenä|liitteessä|liite|oheis\w+|ohessa"
    # Polish, Czech, Slovak, Croatian, Hungarian, Turkish
    r"|załącz\w+|přílo\w+|přilože\w+|přikládám|príloh\w+|prilože\w+|prilaž\w+|u prilogu|mellékel\w+|melléklet\w*"
    r"|csatol\w+|ekte(?:ki\w*|dir)|ekte (?:bul|gönder|yer)\w+|ekli dosya\w*|iliştir\w+"
    # Russian, Ukrainian, Bulgarian, Greek
    r"|вложени\w+|прикреп\w+|прилагаю|в приложении|вкладенн\w+|прикріпл\w+|\u0443 додатку|долучаю|прикачен\w*"
    r"|συνημμέν\w+|επισυνάπτ\w+"
    # Indonesian, Vietnamese, Arabic, Hebrew
    r"|terlampir|lampiran|đính kèm|مرفق\w*|المرفق\w*|מצורפ\w*|מצורף|מצ\"ב"
    # Chinese, Japanese, Korean, Thai and Hindi have no spaces, or endings, between their words.
    r")\b|附件|附檔|附档|附上|添付|同封|첨부|แนบไฟล์|ไฟล์แนบ|संलग्न",
    re.I,
)
_ADDRESS = re.compile(r"\b[a-z]{2,10}://\S+|\S+@\S+", re.I)
_FORWARDED = re.compile(r"^-{5,} ?\S.*\S ?-{5,}$")
_MOST_LETTERS = 200_000


def questions_before_sending(mail: OutgoingMail, *, own: Collection[str] = ()) -> list[FieldProblem]:
    """All of them, in the order of the fields. ``own``: further addresses of the user."""
    return [
        FieldProblem(field=field, words=words, is_question=True)
        for field, words in (*_about_recipients(mail, own), *_about_text(mail))
    ]


def own_words(text: str) -> str:
    """What the user wrote: no quotation, no line above one, no forwarded mail, no signature."""
    kept: list[str] = []
    for line in text[:_MOST_LETTERS].splitlines():
        if line == "-- " or _FORWARDED.match(line):
            break
        if line.startswith(">"):
            while kept and not kept[-1].strip():
                kept.pop()
            if kept and kept[-1].rstrip().endswith((":", "\uff1a")):
                kept.pop()
        else:
            kept.append(line)
    return "\n".join(kept).strip()


def _about_recipients(mail: OutgoingMail, own: Collection[str]) -> Iterator[tuple[str, str]]:
    yield from _about_answer(mail, own)
    for field, address in _each(mail):
        known = WELL_KNOWN | {mail.sender.domain}
        if (right := meant(address.domain, known)) and not _is_writer(mail, address):
            yield field, f"“{address.spec}” looks like a slip for {right}. Send it as it is?"
            break
    specs = [address.spec.lower() for _, address in _each(mail)]
    if twice := [spec for spec in dict.fromkeys(specs) if specs.count(spec) > 1]:
        more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
        yield "to", f"{twice[0]}{more} is named twice, and gets one copy. Send?"
    visible = len({address.spec.lower() for address in (*mail.to, *mail.cc)})
    if visible > MANY_RECIPIENTS:
        yield "to", f"All {visible} recipients will see each other's addresses. Send?"


def _about_answer(mail: OutgoingMail, own: Collection[str]) -> Iterator[tuple[str, str]]:
    answered = mail.answered
    if answered is None or mail.kind not in {DraftKind.REPLY, DraftKind.REPLY_ALL}:
        return
    specs = {address.spec.lower() for address in mail.recipients}
    mine = {mail.sender.spec.lower(), *(each.lower() for each in own)}
    list_post = answered.list_post.lower()
    if specs <= mine and answered.author.lower() not in mine:
        yield "to", "This answer goes to nobody but you. Send?"
    elif answered.is_for_list and list_post not in specs:
        yield "to", f"This answer to the list no longer goes to {answered.list_post}. Send?"
    elif mail.kind is DraftKind.REPLY and list_post in specs and not answered.is_for_list:
        alone = "its author" if answered.author.lower() == list_post else answered.author
        yield "to", f"Everybody on the list {answered.list_post} will read this, not {alone} alone. Send it there?"
    elif mail.kind is DraftKind.REPLY_ALL and not answered.was_named and not list_post and len(specs) > 1:
        yield "to", "You got this as a blind copy or through a list; answering all tells everybody so. Send?"


def _about_text(mail: OutgoingMail) -> Iterator[tuple[str, str]]:
    if not mail.subject:
        yield "subject", "Send without a subject?"
    written = own_words(mail.text)
    if not written and not mail.attachments and mail.kind is not DraftKind.FORWARD:
        is_answer = mail.text.lstrip().startswith(">") or "\n>" in mail.text
        yield "text", "You wrote nothing but what is quoted. Send?" if is_answer else "The text is empty. Send?"
    if mail.attachments:
        return
    # The subject of an answer is somebody else's.
    said = f"{mail.subject}\n{written}" if mail.kind is DraftKind.NEW else written
    if _ATTACHED.search(_ADDRESS.sub(" ", said)):
        yield "attachments", "The text speaks of an attachment, and none is attached. Send without?"


def _each(mail: OutgoingMail) -> Iterator[tuple[str, Address]]:
    for field, addresses in (("to", mail.to), ("cc", mail.cc), ("bcc", mail.bcc)):
        for address in addresses:
            yield field, address


def _is_writer(mail: OutgoingMail, address: Address) -> bool:
    return mail.answered is not None and address.spec.lower() in mail.answered.writers
