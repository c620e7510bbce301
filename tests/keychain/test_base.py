"""The record that an account keeps in the keychain."""

import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.domain.errors import ErrorKind, KeychainError
from tuimail.domain.ids import AccountId
from tuimail.domain.token import AppPassword, Secret, StoreKey
from tuimail.keychain.base import ACTIVITY_ENTRY, AccountRecord, decode, encode, entry_for

SECRETS = st.none() | st.text(min_size=1).map(Secret)
RECORDS = st.builds(
    AccountRecord,
    refresh=SECRETS,
    store_key=st.binary(min_size=32, max_size=32).map(StoreKey),
    scopes=st.lists(st.text()).map(tuple),
    client_id=st.none() | st.text(),
    client_secret=SECRETS,
    issuer=st.none() | st.text(),
    since=st.datetimes(timezones=st.just(datetime.UTC)),
    app_password=st.none() | st.text(min_size=1).map(AppPassword),
)


def a_record() -> AccountRecord:
    return AccountRecord(
        refresh=Secret("the-refresh-token"),
        store_key=StoreKey(bytes(range(32))),
        scopes=("mail.read",),
        client_id="client-1",
        client_secret=Secret("the-client-secret"),
        issuer="https://login.example.test",
        since=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
    )


@given(RECORDS)
def test_record_is_read_back_as_it_was_kept(record: AccountRecord) -> None:
    assert decode(encode(record)) == record


def test_a_record_from_before_there_were_app_passwords_is_read() -> None:
    kept = json.loads(encode(a_record()).reveal())
    del kept["app_password"]

    assert decode(Secret(json.dumps(kept))) == a_record()


def test_a_kept_password_is_still_one_and_is_not_printed() -> None:
    record = decode(encode(replace(a_record(), app_password=AppPassword("the-app-password"))))

    assert isinstance(record.app_password, AppPassword)
    assert "the-app-password" not in f"{record!r} {record} {record.app_password!r} {record.app_password:s}"


@pytest.mark.parametrize("name", ["version", "refresh", "store_key", "scopes", "client_id", "issuer", "since"])
@pytest.mark.parametrize("change", ["missing", 7, {}, ["x", 1], ""])
def test_damaged_record_is_an_error_without_its_content(name: str, change: object) -> None:
    kept = json.loads(encode(a_record()).reveal())
    if change == "missing":
        del kept[name]
    else:
        kept[name] = change
    text = Secret(json.dumps(kept))

    if change == "" and name in {"refresh", "client_id", "issuer"}:
        assert decode(text).store_key == a_record().store_key
        return
    with pytest.raises(KeychainError) as caught:
        decode(text)

    assert caught.value.kind is ErrorKind.KEYCHAIN_FAILED
    assert caught.value.__cause__ is None
    assert "the-refresh-token" not in f"{caught.value!r} {caught.value.detail}"


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '{"version": 2}', "7", "[" * 100_000])
def test_anything_else_is_an_error(text: str) -> None:
    with pytest.raises(KeychainError):
        decode(Secret(text))


def test_record_prints_no_secret() -> None:
    printed = f"{a_record()!r} {a_record()} {encode(a_record())!r}"

    assert "the-refresh-token" not in printed
    assert "the-client-secret" not in printed
    assert "AAECAwQ" not in printed


def test_each_account_has_one_entry_of_its_own() -> None:
    names = [entry_for(AccountId("work")), entry_for(AccountId("activity")), ACTIVITY_ENTRY]

    assert len(set(names)) == len(names)
