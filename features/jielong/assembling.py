"""From judged mentions to the reading: lines by person, what to ask back, and the kind of the message."""

from dataclasses import dataclass

from features.jielong.counting import counted
from features.jielong.judging import Judge
from features.jielong.lexicon import Lexicon
from features.jielong.mentions import Bare, Mention, Mentions, Owner
from features.jielong.model import MILLI, Clarify, Context, Kind, Line, Op, Order, Person, Reading, Reason
from features.jielong.plain import Plain
from features.jielong.segments import Segments
from features.jielong.tokens import NAME, SPACE


@dataclass(eq=False, slots=True)
class _Entry:
    """A line in the making; `at` is where its last token stands."""

    owner: Person | None
    op: Op
    sku: str | None
    milli: int | None
    at: int
    line: int
    note: tuple[int, int] | None = None


class Assembly:
    """Puts one message's reading together."""

    def __init__(
        self, segments: Segments, found: Mentions, judge: Judge, source: Plain, lexicon: Lexicon
    ) -> None:
        self._segments = segments
        self._tokens = segments.tokens
        self._found = found
        self._judge = judge
        self._source = source
        self._lexicon = lexicon
        self._entries: list[_Entry] = []
        self._clarify: list[Clarify] = []
        self._notes: dict[Person | None, tuple[int, int]] = {}
        self._unknown: list[Mention] = []
        self._copiers: list[Owner] = []

    def reading(self, context: Context, pointed: Reading | None) -> Reading:
        """Return what the message says, given what it answers."""
        for mention in self._found.goods:
            if self._judge.accepts(mention):
                self._take(mention)
        self._take_bare(context, pointed)
        self._take_wholes(context, pointed)
        if (
            not (self._entries or self._clarify)
            and context.sku in self._lexicon.goods
            and self._judge.just_wants()
        ):
            self._entries.append(_Entry(None, Op.ORDER, context.sku, MILLI, 0, 0))
        self._ask_unknown()
        self._ask_bare_goods()
        self._remark()
        is_paid = self._found.is_paid and self._judge.is_payment(
            is_order=bool(self._entries or self._clarify)
        )
        kind = self._kind(is_paid)
        if kind is not Kind.ORDER:
            return Reading(kind)
        return Reading(kind, self._orders(), tuple(self._clarify), is_paid)

    # ---- goods

    def _take(self, mention: Mention) -> None:
        if not mention.skus:
            self._unknown.append(mention)
        elif len(mention.skus) > 1:
            self._ask(Reason.AMBIGUOUS_SKU, mention.first, mention.last, mention.skus)
        else:
            self._count(mention, mention.skus[0])

    def _count(self, mention: Mention, sku: str) -> None:
        manners = self._lexicon.manners
        milli: int | Reason | None = None
        if mention.op is not Op.REMOVE:
            milli = counted(self._lexicon.goods[sku], mention.quantities, manners.weights, manners.generic)
        if isinstance(milli, Reason):
            self._ask(milli, mention.first, mention.last, (sku,))
            return
        for owner in (*mention.owner.also, mention.owner):
            entry = _Entry(_person(owner), mention.op, sku, milli, mention.last, mention.line)
            self._keep(entry, mention.corrects)

    def _keep(self, entry: _Entry, corrects: bool) -> None:
        if corrects and self._entries:
            same = [each for each in self._entries if each.sku == entry.sku and each.owner == entry.owner]
            replaced = same[-1] if same else self._entries[-1]
            self._entries.remove(replaced)
            entry.op = replaced.op if entry.op is Op.ORDER and replaced.op is not Op.REMOVE else entry.op
        elif entry.op is Op.REMOVE:
            self._entries = [
                each for each in self._entries if each.sku != entry.sku or each.owner != entry.owner
            ]
        self._entries.append(entry)

    def _ask(self, reason: Reason, first: int, last: int, candidates: tuple[str, ...] = ()) -> None:
        text = self._source.as_written(self._tokens[first].start, self._tokens[last].end)
        self._clarify.append(Clarify(reason, text, candidates))

    def _ask_unknown(self) -> None:
        for mention in self._unknown:
            known = self._entries or self._clarify
            if known or self._judge.is_wanted(mention):
                self._ask(Reason.UNKNOWN_ITEM, mention.first, mention.last)

    def _ask_bare_goods(self) -> None:
        """Goods and nothing else: they are wanted, perhaps, and how many is open."""
        if not (self._entries or self._clarify) and self._judge.is_only_goods():
            for mention in self._found.goods:
                self._ask(Reason.AMBIGUOUS_QTY, mention.first, mention.last, mention.skus)

    # ---- quantities and words without goods

    def _take_bare(self, context: Context, pointed: Reading | None) -> None:
        for bare in self._found.bare:
            if not self._judge.accepts_bare(bare) or bare.qty is None:
                continue
            sku = self._topic(bare, context, pointed)
            if sku:
                mention = Mention(
                    (sku,), bare.token, bare.token, bare.op, bare.owner, [bare.qty], line=bare.line
                )
                self._count(mention, sku)
            elif pointed and pointed.orders and bare.qty.number == 1:
                self._copy(bare, pointed)
            elif self._judge.is_meant(bare) and not self._entries and not self._found.histories:
                self._ask(Reason.AMBIGUOUS_SKU, bare.token, bare.token)

    def _topic(self, bare: Bare, context: Context, pointed: Reading | None) -> str | None:
        """Return the only goods that a quantity alone can be of."""
        if context.sku in self._lexicon.goods:
            return context.sku
        if pointed is not None:
            skus = {line.sku for order in pointed.orders for line in order.lines if line.sku}
            return next(iter(skus)) if len(skus) == 1 else None
        if bare.heading and not bare.owner.is_sender:
            return bare.heading[0]
        named = [each for each in self._found.goods if each.first < bare.token]
        skus = {sku for each in named for sku in each.skus}
        if len(skus) != 1 or any(len(each.skus) != 1 for each in named):
            return None
        if self._entries_named(named) and not self._is_for_another(bare):
            return None
        if self._judge.is_told_of(named[-1], bare):
            return None
        return next(iter(skus)) if self._judge.may_be_of(bare) else None

    def _is_for_another(self, bare: Bare) -> bool:
        """Tell whether a quantity with its unit stands behind somebody's name: and for Li [one kilo]."""
        is_behind = bare.token > 0 and self._tokens[bare.token - 1].kind in (NAME, SPACE, "verb")
        return is_behind and not bare.owner.is_sender and bare.qty is not None and bare.qty.unit is not None

    def _entries_named(self, named: list[Mention]) -> bool:
        lasts = {each.last for each in named}
        return any(each.at in lasts for each in self._entries)

    def _take_wholes(self, context: Context, pointed: Reading | None) -> None:
        known = context.sku if context.sku in self._lexicon.goods else None
        for bare in self._found.clears:
            is_cleared = any(each.op is Op.CLEAR for each in self._entries)
            if self._judge.clears(bare, points=known is not None) and not is_cleared:
                op = Op.REMOVE if known else Op.CLEAR
                self._entries.append(_Entry(_person(bare.owner), op, known, None, bare.token, bare.line))
        for bare in self._found.copies:
            if self._judge.accepts_bare(bare):
                self._copied(bare, known, pointed)
        self._ask_wholes(Reason.NEEDS_HISTORY, self._found.histories)
        if not self._entries:
            self._ask_wholes(Reason.ALL_ITEMS, self._found.everything)

    def _ask_wholes(self, reason: Reason, tokens: list[int]) -> None:
        for token in tokens:
            if self._judge.accepts_bare(Bare(token, Owner(), Op.ORDER)):
                self._ask(reason, token, token)

    def _copied(self, bare: Bare, known: str | None, pointed: Reading | None) -> None:
        is_copied = bare.owner in self._copiers
        self._copiers.append(bare.owner)
        if pointed is not None and is_copied:
            return
        if pointed is not None:
            self._copy(bare, pointed)
        elif known is not None and not self._entries:
            self._count(
                Mention((known,), bare.token, bare.token, Op.ORDER, bare.owner, line=bare.line), known
            )
        elif known is None and bare.is_explicit:
            self._copy_before(bare)

    def _copy_before(self, bare: Bare) -> None:
        """In a list, the same as whoever stands before."""
        before = [each for each in self._entries if each.line < bare.line]
        left_out = self._left_out(bare)
        for each in [each for each in before if each.owner == before[-1].owner]:
            if each.sku in left_out:
                continue
            entry = _Entry(_person(bare.owner), each.op, each.sku, each.milli, bare.token, bare.line)
            self._entries.append(entry)
        if not before:
            self._ask(Reason.NEEDS_HISTORY, bare.token, bare.token)

    def _left_out(self, bare: Bare) -> set[str]:
        """Return the goods that a line which copies an order does not want, and forget that it said so."""
        out = {
            sku
            for each in self._found.goods
            if each.line == bare.line and (each.op is Op.REMOVE or self._is_excepted(each))
            for sku in each.skus
        }
        self._entries = [each for each in self._entries if each.op is not Op.REMOVE or each.line != bare.line]
        return out

    def _is_excepted(self, mention: Mention) -> bool:
        return any("except" in each.says for each in self._segments.clause(mention.last))

    def _copy(self, bare: Bare, pointed: Reading) -> None:
        left_out = self._left_out(bare)
        for order in pointed.orders:
            for line in order.lines:
                if line.op in (Op.ORDER, Op.ADD, Op.SET) and line.sku not in left_out:
                    self._entries.append(
                        _Entry(_person(bare.owner), Op.ORDER, line.sku, line.qty_milli, bare.token, bare.line)
                    )
        self._clarify.extend(pointed.clarify)

    # ---- remarks

    def _remark(self) -> None:
        for place in self._found.notes:
            if self._judge.is_heading(place) or self._judge.is_footing(place):
                continue
            token = self._tokens[place]
            entry = self._remarked(place)
            if not entry:
                continue
            words = self._source.text[token.start : token.end]
            shared = bool(self._lexicon.manners.remark_of_all.search(words))
            if shared:
                self._notes[entry.owner] = self._joined(
                    self._notes.get(entry.owner), (token.start, token.end)
                )
            else:
                entry.note = self._joined(entry.note, (token.start, token.end))

    def _remarked(self, place: int) -> _Entry | None:
        before = [each for each in self._entries if each.at < place]
        if before:
            return before[-1]
        return self._entries[0] if self._entries else None

    def _joined(self, before: tuple[int, int] | None, new: tuple[int, int]) -> tuple[int, int]:
        return (min(before[0], new[0]), max(before[1], new[1])) if before else new

    # ---- the whole

    def _kind(self, is_paid: bool) -> Kind:
        if self._entries or self._clarify:
            return Kind.ORDER
        if self._judge.complains():
            return Kind.AFTERSALE
        if self._judge.asks():
            return Kind.QUERY
        return Kind.ORDER if is_paid else Kind.CHAT

    def _orders(self) -> tuple[Order, ...]:
        owners = dict.fromkeys(each.owner for each in self._entries)
        return tuple(
            Order(
                owner,
                tuple(self._line(each) for each in self._entries if each.owner == owner),
                self._written(self._notes.get(owner)),
            )
            for owner in owners
        )

    def _line(self, entry: _Entry) -> Line:
        return Line(entry.op, entry.sku, entry.milli, self._written(entry.note))

    def _written(self, note: tuple[int, int] | None) -> str | None:
        return (self._source.as_written(*note).strip(self._lexicon.manners.edges) or None) if note else None


def _person(owner: Owner) -> Person | None:
    return None if owner.is_sender else Person(owner.name, owner.addr, owner.tel)
