"""Read what a member typed: an order in lines, something to ask back, a question, a complaint, or talk."""

from features.jielong import segments as cutting
from features.jielong.assembling import Assembly
from features.jielong.gluing import glue
from features.jielong.judging import Judge
from features.jielong.lexicon import Lexicon
from features.jielong.lexing import Lexer
from features.jielong.model import Context, Kind, Reading
from features.jielong.parsing import Parser
from features.jielong.plain import plain

_NOTHING = Context()
_LONGEST = 4096  # what Telegram carries; the rest of anything longer is no order


def read(text: str, lexicon: Lexicon, context: Context = _NOTHING) -> Reading:
    """Return what `text` says about the goods of `lexicon`. Never raises, whatever is typed."""
    source = plain(text[:_LONGEST])
    tokens = glue(Lexer(source, lexicon).tokens(), source, lexicon)
    if not tokens:
        return Reading(Kind.CHAT)
    segments = cutting.cut(tokens, source, lexicon)
    found = Parser(segments, source, lexicon).parse()
    pointed = read(context.text, lexicon) if context.text is not None else None
    return Assembly(segments, found, Judge(segments, found, lexicon.offered), source, lexicon).reading(
        context, pointed
    )
