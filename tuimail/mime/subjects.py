"""Subjects of answers: what mail programs put before them, in the languages that they do it in, and ours once."""

import re

_ANSWERS = (
    r"re|aw|antw|antwort|betr|sv|svar|vs|vá|va|r|rif|ref|res|rép|odp|odpowiedź|odg|ynt|yan\u0131t|cvp|hs|hf|atb|ats|bls"
    r"|απ|σχετ|ответ|отв|відп|השב|תגובה|رد|답장|회신|返信|回复|回覆|答复|答覆|ตอบกลับ"
)
_FORWARDS = (
    r"fwd?|wg|wtr|tr|rv|vs|vb|vl|i|fs|enc|doorst|pd|ilt|iml|továbbítás"
    r"|πρθ|пересл|הועבר|إعادة توجيه|전달|転送|转发|轉寄|轉發|ส่งต่อ"
)
_COUNT = r"(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3})?"
_TAG = r"(?P<tag>\[[^\[\]]{1,60}\]\s*)?"
"""The name of a mailing list, as the list puts it there."""


def _before(words: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{_TAG}(?:(?:{words}){_COUNT}\s?[:\uff1a]\s*)++", re.I)


_ANSWER = _before(_ANSWERS)
_FORWARD = _before(_FORWARDS)


def answer_subject(subject: str) -> str:
    """``Re:`` once, whatever stood there; what says that it was forwarded stays."""
    return f"Re: {_without(_ANSWER, subject)}".rstrip()


def forward_subject(subject: str) -> str:
    """``Fwd:`` once; what says that it was an answer stays."""
    return f"Fwd: {_without(_FORWARD, subject)}".rstrip()


def is_forward(subject: str) -> bool:
    """Whether the subject says that this is a forwarded mail."""
    return _FORWARD.match(subject) is not None


def _without(pattern: re.Pattern[str], subject: str) -> str:
    subject = subject.strip()
    while match := pattern.match(subject):
        subject = (match["tag"] or "") + subject[match.end() :]
    return subject
