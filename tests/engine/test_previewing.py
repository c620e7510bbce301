"""The preview of a draft: what is shown is what would go out."""

from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig
from tuimail.api.commands import BeginDraft
from tuimail.api.events import DraftOpened
from tuimail.api.writing import MailPreviewed, PreviewMail
from tuimail.domain.draft import DraftAttachment

FILE = DraftAttachment(name="Plan für Juni.pdf", content_type="application/pdf", data=b"%PDF" * 3000)


def test_it_is_the_mail_as_it_would_arrive(rig: Rig) -> None:
    heard = rig.signed_in()
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    written = replace(
        draft,
        to="Bob <bob@example.org>",
        bcc="carol@example.org, bob@example.org",
        subject="Grüße",
        text="Hello\n> quoted",
        attachments=(FILE,),
    )

    seen = heard.ask(PreviewMail(account=ACCOUNT, draft=written), MailPreviewed)

    assert (seen.draft, seen.to_mend) == (draft.id, ())
    assert [str(each) for each in seen.message.to] == ["Bob <bob@example.org>"]
    assert seen.message.bcc == ()
    assert [each.spec for each in seen.unseen] == ["carol@example.org"]
    assert seen.message.subject == "Grüße"
    assert [block.text for block in seen.message.blocks] == ["Hello", "quoted"]
    assert [(each.name, each.size_bytes) for each in seen.message.attachments] == [(FILE.name, len(FILE.data))]
    assert seen.size_bytes > len(FILE.data) * 4 / 3


def test_what_cannot_go_yet_is_shown_with_what_is_to_mend(rig: Rig) -> None:
    heard = rig.signed_in()
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft

    seen = heard.ask(PreviewMail(account=ACCOUNT, draft=replace(draft, to="bob@", subject="x")), MailPreviewed)

    assert seen.message.to == ()
    assert seen.to_mend
