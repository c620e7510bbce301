"""The user's time zone, as the system has it."""

from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """The system's zone, with the offset that holds at each moment; it has no other name in the standard library."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """The offset at this local time."""
        return None if dt is None else _local(dt).utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002 (the signature of tzinfo)
        """Not told by the system; the offset holds it already."""
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        """Such as CET."""
        return None if dt is None else _local(dt).tzname()

    def fromutc(self, dt: datetime) -> datetime:
        """The local time of a UTC moment."""
        local = dt.replace(tzinfo=UTC).astimezone()
        return local.replace(tzinfo=self)

    def __repr__(self) -> str:
        return "LocalZone()"


def _local(dt: datetime) -> datetime:
    return dt.replace(tzinfo=None).astimezone()
