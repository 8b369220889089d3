"""What a message mentions, before it is judged: goods, quantities, for whom, and what becomes of them."""

from dataclasses import dataclass, field

from features.jielong.model import Op
from features.jielong.tokens import Qty


@dataclass(eq=False, slots=True)
class Owner:
    """For whom lines are; none of the three known is the sender."""

    name: str | None = None
    addr: str | None = None
    tel: str | None = None
    also: list["Owner"] = field(default_factory=list)  # others for whom each line is as well

    @property
    def is_sender(self) -> bool:
        """Tell whether nothing of a person is known."""
        return not (self.name or self.addr or self.tel)


@dataclass(eq=False, slots=True)
class Mention:
    """Goods as mentioned; `skus` is empty for goods not on offer, `first` to `last` are its tokens."""

    skus: tuple[str, ...]
    first: int
    last: int
    op: Op
    owner: Owner
    quantities: list[Qty] = field(default_factory=list)
    is_explicit: bool = False  # a word said what to do with it
    corrects: bool = False
    is_strange: bool = False  # goods that nobody knows
    line: int = 0


@dataclass(eq=False, slots=True)
class Bare:
    """A quantity without goods, or a word that stands for a whole order."""

    token: int
    owner: Owner
    op: Op
    qty: Qty | None = None
    is_explicit: bool = False
    line: int = 0
    heading: tuple[str, ...] = ()  # the goods it stands under


@dataclass(slots=True)
class Mentions:
    """Everything mentioned in one message, in order."""

    goods: list[Mention] = field(default_factory=list)
    bare: list[Bare] = field(default_factory=list)
    clears: list[Bare] = field(default_factory=list)
    copies: list[Bare] = field(default_factory=list)
    histories: list[int] = field(default_factory=list)
    everything: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    is_paid: bool = False
