"""Identifiers. Plain NewTypes, so that an account's name can never be passed where a mailbox is meant."""

from typing import NewType

AccountId = NewType("AccountId", str)
"""The account's table name in the profile, such as ``work``."""

MailboxId = NewType("MailboxId", int)
"""The mailbox's row in the account's store; stable over renames of nothing else."""

RowId = NewType("RowId", int)
"""A message's row in the account's store. Grows with the date (see ``store.messages``)."""

Uid = NewType("Uid", int)
"""An IMAP UID (RFC 9051 section 2.3.1.1); means something only with its mailbox and UIDVALIDITY."""

CommandId = NewType("CommandId", int)
"""Names one submitted command; every event that answers it carries the same number."""

DraftId = NewType("DraftId", str)
"""A draft's own random name (32 hex digits), given when the composer opens."""

OutboxId = NewType("OutboxId", int)
"""A mail's row in the account's outbox."""
