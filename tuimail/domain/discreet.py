"""The base of values that hold what no log, traceback or pretty printer may show."""

from typing import ClassVar

from msgspec import Struct


class Discreet(Struct, frozen=True, kw_only=True):
    """A frozen value that leaves its ``hidden`` fields out of its ``repr`` and of what rich prints of it.

    A class with something better to show than its other fields overrides ``__rich_repr__`` alone.
    """

    hidden: ClassVar[tuple[str, ...]] = ()
    """Names of fields; what a base hides stays hidden."""

    def __rich_repr__(self) -> list[tuple[str, object]]:
        hidden = {name for base in type(self).__mro__ for name in vars(base).get("hidden", ())}
        return [(name, getattr(self, name)) for name in self.__struct_fields__ if name not in hidden]

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__qualname__}({shown})"
