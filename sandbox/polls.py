"""Votes: who chose what, and which bots hear of it."""

from sandbox.contents import poll_object
from sandbox.errors import ControlError
from sandbox.model import Chat, Json, Poll
from sandbox.objects import chat_object, user_object
from sandbox.world import World


def vote(world: World, chat: Chat, poll: Poll, voter: int, chosen: tuple[int, ...]) -> None:
    """Choose options by index, or none to retract; `voter` is a user, or the group of an anonymous one.

    Raises ControlError for a vote a client would not cast.
    """
    close_due(world)
    had = poll.votes.get(voter, ())
    _check(poll, had, chosen)
    if chosen == had:
        return
    if chosen:
        poll.votes[voter] = chosen
    else:
        del poll.votes[voter]
    world.touch()
    author = world.bots.get(poll.author)
    if author is not None and not poll.about["is_anonymous"]:
        body = _answer_object(world, chat, poll, voter)
        author.queue.push("poll_answer", body, date=world.clock.unix())
    _tell(world, poll)


def _check(poll: Poll, had: tuple[int, ...], chosen: tuple[int, ...]) -> None:
    if poll.closed:
        raise ControlError("the poll is closed; nobody can vote any more")
    wrong = [index for index in chosen if not 0 <= index < len(poll.options)]
    if wrong or len(set(chosen)) < len(chosen):
        raise ControlError(f"options must be among 0-{len(poll.options) - 1}, each once; got {list(chosen)}")
    if len(chosen) > 1 and not poll.about["allows_multiple_answers"]:
        raise ControlError(f"the poll takes one answer; got {list(chosen)}")
    if had and chosen != had and not poll.about["allows_revoting"]:
        raise ControlError("the poll lets nobody change or retract a vote")


def _answer_object(world: World, chat: Chat, poll: Poll, voter: int) -> Json:
    chosen = poll.votes.get(voter, ())
    group = voter not in world.users
    return {
        "poll_id": poll.id,
        **({"voter_chat": chat_object(world, chat)} if group else {"user": user_object(world.users[voter])}),
        "option_ids": list(chosen),
        "option_persistent_ids": [poll.options[index].id for index in chosen],
    }


def close(world: World, poll: Poll) -> None:
    """End a poll; its author hears of it."""
    poll.closed = True
    world.touch()
    _tell(world, poll)


def close_due(world: World) -> None:
    """End the polls whose time is over."""
    now = world.clock.unix()
    for poll in world.polls.values():
        if poll.close_date and not poll.closed and poll.close_date <= now:
            close(world, poll)


def _tell(world: World, poll: Poll) -> None:
    author = world.bots.get(poll.author)
    if author is not None:  # of a person's poll no bot hears
        body = poll_object(poll, viewer=poll.author, alone=True)
        author.queue.push("poll", body, date=world.clock.unix())
