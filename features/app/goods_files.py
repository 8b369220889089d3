"""Files of products that staff send and get."""

from dataclasses import dataclass

from features.app.goods import Goods
from features.app.goods_model import Export, FileDone, FileShown
from features.app.uow import Uow
from features.catalogue.importing import Importing
from features.catalogue.model import Offered
from features.members.model import Member, Person
from features.staff.model import Act, Deed
from kernel.ids import UserId, private_chat
from kernel.message import Call, Kind, MessageClass, Outgoing, RemoteFile


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file came from `reader`; it is being fetched unless it is too large."""

    reader: Member
    fetched: bool


@dataclass(frozen=True, slots=True)
class GoodsFiles:
    """Import and export. Every use case asks anew whether the person may."""

    goods: Goods
    importing: Importing

    def arrived(self, uow: Uow, *, person: Person, file: RemoteFile | None) -> Arrived | Member | None:
        """Let a file be fetched that staff sent, None for one too large.

        Return somebody else as we know them, if we do.
        """
        if not self.goods.staff.groups_for(uow, user=person.user, act=Act.CATALOGUE):
            known = uow.members.inside(person.user)
            return known and uow.members.renew(known, person)
        desk = self.goods.desk(uow, person)
        if file is None:
            return Arrived(desk.reader, fetched=False)
        chat = private_chat(person.user)
        asks = Outgoing(Kind.CALL, chat, MessageClass.UPKEEP, call=Call.DOWNLOAD, user=person.user, file=file)
        uow.outbox.put(asks)
        return Arrived(desk.reader, fetched=True)

    def reader(self, uow: Uow, *, user: UserId) -> Member:
        """Return who is told that a file could not be read. Raises NotAllowed."""
        return self.goods.desk_of(uow, user).reader

    def weigh(self, uow: Uow, *, user: UserId, offered: Offered) -> FileShown:
        """Tell what a file would change. Raises NotAllowed."""
        desk = self.goods.desk_of(uow, user)
        weighed = self.importing.weigh(uow, member=desk.reader.id, group=desk.group, offered=offered)
        return FileShown(desk.reader, weighed)

    def run(self, uow: Uow, *, person: Person, batch: int) -> FileDone:
        """Import a file's good rows. Raises NotAllowed or BatchOver."""
        desk = self.goods.desk(uow, person)
        done = self.importing.run(uow, member=desk.reader.id, batch=batch)
        self.goods.staff.note(
            uow,
            group=desk.group,
            actor=desk.reader.id,
            act=Deed.PRODUCTS_IMPORTED,
            subject=batch,
            before={"added": 0, "changed": 0},
            after={"added": done.added, "changed": done.changed},
        )
        return FileDone(desk.reader, done)

    def drop(self, uow: Uow, *, person: Person, batch: int) -> Member:
        """Import nothing of a file. Raises NotAllowed or BatchOver."""
        desk = self.goods.desk(uow, person)
        self.importing.drop(uow, member=desk.reader.id, batch=batch)
        return desk.reader

    def export(self, uow: Uow, *, person: Person) -> Export:
        """Return every product. Raises NotAllowed."""
        return Export(self.goods.desk(uow, person).reader, uow.catalogue.every())
