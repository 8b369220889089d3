"""What is known so far while a message is walked through, and what stands around a token."""

from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.mentions import Mention, Mentions, Owner
from features.jielong.model import Op
from features.jielong.plain import Plain
from features.jielong.segments import Segments
from features.jielong.tokens import LISTED, PRICE, QTY, RANGE, SPACE, SPEC, Qty, Token

GOODS = frozenset({GOOD, CODE, FOOD})
QUANTITIES = frozenset({QTY, RANGE, "vague"})
STOPS = frozenset({"line", "comma", "end", "mark", LISTED})
_SMALL_TALK = frozenset(
    {"filler", "done", "both", "adjective", "plain", "polite", "self", "give", "verb", "please"}
)
_MARKS = frozenset({SPACE, "colon", "join", "dash", "open", "close", PRICE, SPEC})
_THROUGH = _SMALL_TALK | _MARKS


class Board:
    """The state of one walk through the tokens of a message."""

    def __init__(self, segments: Segments, source: Plain, lexicon: Lexicon) -> None:
        self.segments = segments
        self.tokens = segments.tokens
        self.source = source
        self.lexicon = lexicon
        self.found = Mentions()
        self.sender = Owner()
        self.owner = self.sender
        self.person: Owner | None = None  # named, but not yet known for what
        self.waiting: list[Mention] = []  # goods without a quantity
        self.lead: tuple[int, Qty] | None = None  # a quantity without goods
        self.every: Qty | None = None  # a quantity for each of the goods that follow
        self.op = Op.ORDER  # of the goods that follow
        self.infix: Op | None = None  # of the goods before, by the quantity that follows
        self.is_explicit = self.is_correcting = self.is_swapping = self.is_each = False
        self.line, self.line_start = 0, 0
        self.in_brackets = False
        self.heading: tuple[str, ...] = ()  # goods that the people below them want

    def next(self, place: int) -> tuple[int, Token] | None:
        """Return the next token of the clause that is neither space nor small talk."""
        for at in range(place + 1, len(self.tokens)):
            token = self.tokens[at]
            if token.kind in STOPS:
                return None
            if token.kind not in _THROUGH:
                return at, token
        return None

    def next_kind(self, place: int) -> str:
        """Return the kind of the next token that says something, empty where the clause ends."""
        found = self.next(place)
        return found[1].kind if found else ""

    def goods_after(self, place: int) -> bool:
        """Tell whether the next token that says something is goods."""
        return self.next_kind(place) in GOODS

    def is_glued(self, left: int, right: int) -> bool:
        """Tell whether no space stands between two tokens."""
        return all(self.tokens[at].kind != SPACE for at in range(left + 1, right))

    def take_person(self) -> None:
        """Let what follows be for who was named."""
        if self.person:
            self.owner, self.person = self.person, None

    def end_owner(self) -> None:
        """Let what follows be for the sender again."""
        self.owner, self.person = self.sender, None

    def line_goods(self) -> list[Mention]:
        """Return the goods mentioned in this line so far."""
        return self.found.goods[self.line_start :]

    def clause_goods(self, place: int) -> list[Mention]:
        """Return the goods mentioned in the clause of `place`."""
        clause = self.clause_of(place)
        return [each for each in self.found.goods if self.clause_of(each.last) == clause]

    def clause_of(self, token: int) -> int:
        """Return the number of the clause of a token."""
        return self.segments.stretches[self.segments.of_token[token]].hard
