"""What is said in a stretch, a clause or a whole message, in sum."""

from collections.abc import Iterable
from dataclasses import dataclass

from features.jielong.mentions import Mentions
from features.jielong.segments import TALK, Segments, Stretch
from features.jielong.tokens import TEXT


@dataclass(frozen=True, slots=True)
class Summary:
    """Categories of the words in some stretches, characters nobody knows, and whether they ask something."""

    stretches: tuple[Stretch, ...]
    said: frozenset[str]
    strange: int
    asks: bool

    @property
    def talk(self) -> frozenset[str]:
        """Return what besides an order is said."""
        return self.said & TALK


class Overview:
    """Sums up the parts of one message, each once."""

    def __init__(self, segments: Segments, found: Mentions) -> None:
        self._segments = segments
        named = {at for each in found.goods if each.is_strange for at in (each.first, each.last)}
        self._strange = {
            id(each): sum(
                token.end - token.start
                for at, token in enumerate(segments.tokens[each.first : each.last], each.first)
                if token.kind == TEXT and at not in named
            )
            for each in segments.stretches
        }
        self._clauses: dict[int, Summary] = {}
        self.whole = self.of(segments.stretches)

    def of(self, stretches: Iterable[Stretch]) -> Summary:
        """Return the summary of some stretches."""
        every = tuple(stretches)
        said = frozenset().union(*(each.says for each in every))
        strange = sum(self._strange[id(each)] for each in every)
        return Summary(every, said, strange, any(each.asks for each in every))

    def clause(self, token: int) -> Summary:
        """Return the summary of the clause that holds a token."""
        hard = self._segments.stretches[self._segments.of_token[token]].hard
        if hard not in self._clauses:
            self._clauses[hard] = self.of(self._segments.clause(token))
        return self._clauses[hard]

    def between(self, first: int, last: int) -> Summary:
        """Return the summary of the stretches that hold the tokens from `first` to `last`."""
        of_token = self._segments.of_token
        return self.of(self._segments.stretches[of_token[first] : of_token[last] + 1])
