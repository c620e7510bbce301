"""Contacts from files and folders: what is found, what is left alone, what is read again."""

import os
from pathlib import Path

from tuimail.domain.address import Address
from tuimail.engine.contacts import ContactFiles

CARD = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{0}\r\nFN:{0}\r\nEMAIL:{0}@x.test\r\nEND:VCARD\r\n"
TEAM = "BEGIN:VCARD\r\nKIND:group\r\nFN:Team\r\nMEMBER:urn:uuid:ann\r\nMEMBER:urn:uuid:bo\r\nEND:VCARD\r\n"


def specs(contacts: ContactFiles) -> list[str]:
    return [person.address.spec for person in contacts().people]


def test_files_and_folders_are_read_cards_within_folders_too(tmp_path: Path) -> None:
    folder = tmp_path / "cards" / "home"
    folder.mkdir(parents=True)
    (tmp_path / "all.vcf").write_text(CARD.format("ann") + CARD.format("bo"), encoding="utf-8")
    (folder / "cid.VCF").write_text(CARD.format("cid"), encoding="utf-8")
    (folder / "notes.txt").write_text(CARD.format("no"), encoding="utf-8")
    (folder / ".hidden.vcf").write_text(CARD.format("no"), encoding="utf-8")
    (folder / "gone.vcf").symlink_to(tmp_path / "nothing")
    (folder / "round").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "pipe.vcf")

    contacts = ContactFiles([tmp_path / "all.vcf", tmp_path / "cards"])

    assert specs(contacts) == ["ann@x.test", "bo@x.test", "cid@x.test"]
    assert contacts().problems == ()


def test_a_group_finds_its_members_in_other_files_and_beside_those_of_the_profile(tmp_path: Path) -> None:
    for name in ("ann", "bo"):
        (tmp_path / f"{name}.vcf").write_text(CARD.format(name), encoding="utf-8")
    (tmp_path / "0.vcf").write_text(TEAM, encoding="utf-8")
    own = (Address(spec="me@x.test"),)

    groups = ContactFiles([tmp_path], [("allotment", own)])().groups

    assert [(group.name, [member.spec for member in group.members]) for group in groups] == [
        ("allotment", ["me@x.test"]),
        ("Team", ["ann@x.test", "bo@x.test"]),
    ]


def test_what_changed_is_read_again_and_the_rest_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a.vcf"
    file.write_text(CARD.format("ann"), encoding="utf-8")
    contacts = ContactFiles([tmp_path])
    first = contacts()

    assert contacts() is first

    file.write_text(CARD.format("anna"), encoding="utf-8")
    (tmp_path / "b.vcf").write_text(CARD.format("bo"), encoding="utf-8")

    assert specs(contacts) == ["anna@x.test", "bo@x.test"]


def test_what_is_not_there_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text(CARD.format("ann"), encoding="utf-8")

    found = ContactFiles([tmp_path / "no.vcf", tmp_path / "a.vcf"])()

    assert [person.address.spec for person in found.people] == ["ann@x.test"]
    assert found.problems == (f"Contacts: {tmp_path / 'no.vcf'} cannot be read: No such file or directory.",)
