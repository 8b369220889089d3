"""Files of products: sent by staff, shown what they would change, imported; the catalogue as a file."""

import asyncio
import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

from telegram import Update
from telegram.ext import MessageHandler, filters

from features.app.goods_files import Arrived
from features.app.goods_model import Export, FileDone, FileShown
from features.catalogue.columns import COLUMNS, STOCK, called, read_sheet
from features.catalogue.model import NoColumns, Offered, Product, Trouble
from features.catalogue.writing import NUMBERS, written
from features.members.model import Member
from handlers.answers import say, show, toast
from handlers.catalogue_pages import EXPORT, TEMPLATE, label
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import GOODS, TO_MENU
from handlers.outcome import Outcome, OutcomeHandler, OutcomeKind
from handlers.routes import IN_PRIVATE, Routes, on_tap
from kernel.ids import private_chat
from kernel.message import Answer, File, Keyboard, Language, Outgoing, Param, RemoteFile, Tap, Text
from sheets import Problem, SheetProblem, read_rows, write_xlsx
from texts.catalog import Catalog

RUN, DROP, FROM_IMPORT = "catalogue.run", "catalogue.drop", "deal.from_import"
_SHOWN = 10  # problems in a message; more come as a file
_LONGEST_NAME = 80
_TO_LIST = Tap(Text("catalogue.to_list"), GOODS, (0,))
_TO_TEMPLATE = Tap(Text("catalogue.to_template"), TEMPLATE)
_NUMBER = r":\d{1,18}"
_MOST_BYTES = 1_000_000  # as bot/fetching.py has it


# -- a file comes


async def on_document(update: Update, context: Context) -> None:
    """A file in private: of staff it is fetched, of others nobody understands it."""
    user, message = update.effective_user, update.effective_message
    document = message.document if message else None
    if user is None or document is None:
        return
    name = (document.file_name or "")[-_LONGEST_NAME:]
    is_small = (document.file_size or 0) <= _MOST_BYTES
    context.plan(
        context.app.goods_files.arrived,
        partial(arrived, context.place),
        person=context.person(user),
        file=RemoteFile(name, document.file_id) if is_small else None,
    )


def arrived(place: Place, found: Arrived | Member | None) -> Answer:
    """Say that the file is being looked at, or that it is too large; others are not understood."""
    if isinstance(found, Arrived):
        key = "catalogue.reading" if found.fetched else "catalogue.file_too_large"
        return say(place.to(found.reader), Text(key))
    return say(place.to(found) if found else place, Text("home.not_understood"), ((TO_MENU,),))


async def on_download(outcome: Outcome, context: Context) -> None:
    """A file was fetched, or could not be; it is read here, so that no transaction waits for it."""
    if outcome.user is None:
        return
    place = Place.unasked(private_chat(outcome.user), context.app.members.policy.language)
    context.turn.place = place
    read = await asyncio.to_thread(_read, outcome.result)
    if isinstance(read, Offered):
        answer = partial(weighed, place, context.catalog)
        context.plan(context.app.goods_files.weigh, answer, user=outcome.user, offered=read)
    else:
        context.plan(context.app.goods_files.reader, partial(unread, place, read), user=outcome.user)


def _read(result: object) -> Offered | Text:
    """Return what a file says, or why it cannot be read."""
    match result:
        case {"name": str(name), "base64": str(packed)}:
            try:
                sheet = read_rows(b64decode(packed, validate=True), name)
                return read_sheet(
                    first=sheet.first, header=sheet.header, rows=sheet.rows, faults=sheet.faults
                )
            except SheetProblem as problem:
                return _problem(problem)
            except (NoColumns, binascii.Error) as no:
                return Text("catalogue.no_columns" if isinstance(no, NoColumns) else "catalogue.file_gone")
        case {"reason": "too_large"}:
            return Text("catalogue.file_too_large")
    return Text("catalogue.file_gone")


def _problem(problem: SheetProblem) -> Text:
    if problem.kind is Problem.CELL_TOO_LONG:
        return Text("catalogue.file_cell_too_long", {"row": problem.row, "column": problem.column + 1})
    return Text(f"catalogue.file_{problem.kind}")


def unread(place: Place, why: Text, reader: Member) -> Answer:
    """Say why a file could not be read, with the template beside it."""
    return say(place.to(reader), why, ((_TO_TEMPLATE,), (_TO_LIST,)))


def weighed(place: Place, catalog: Catalog, shown: FileShown) -> Answer:
    """Tell what a file would change; many problems come as a file."""
    place, found = place.to(shown.reader), shown.weighed
    lines = [
        Text(
            "catalogue.weighed_rows",
            {
                "rows": found.rows,
                "added": found.added,
                "changed": found.changed,
                "troubled": len({trouble.row for trouble in found.troubles}),
            },
        )
    ]
    if found.same:
        lines.append(Text("catalogue.weighed_same", {"same": found.same}))
    lines += [_trouble(trouble) for trouble in found.troubles[:_SHOWN]]
    if found.ignored:
        names = tuple(Text("catalogue.ignored_column", {"name": name}) for name in found.ignored[:_SHOWN])
        lines.append(Text("catalogue.ignored", {"names": names}))
    lines.append(Text("catalogue.nothing_yet" if found.batch else "catalogue.nothing_good"))
    card = say(place, Text("catalogue.page", {"lines": tuple(lines)}), _import_keyboard(shown))
    return (card, _troubles_file(place, catalog, found.troubles)) if len(found.troubles) > _SHOWN else card


def _trouble(trouble: Trouble) -> Text:
    column = label(trouble.field) if trouble.field else Text("catalogue.field_stock")
    said: dict[str, Param] = {"row": trouble.row, "column": column, "want": trouble.wanted}
    if trouble.came:
        return Text("catalogue.trouble_came", said | {"came": trouble.came})
    return Text("catalogue.trouble", said)


def _import_keyboard(shown: FileShown) -> Keyboard:
    found = shown.weighed
    if found.batch is None:
        return ((_TO_TEMPLATE,), (_TO_LIST,))
    run = Text("catalogue.run_good" if found.troubles else "catalogue.run")
    return ((Tap(run, RUN, (found.batch,)),), (Tap(Text("catalogue.run_not"), DROP, (found.batch,)),))


def _troubles_file(place: Place, catalog: Catalog, troubles: tuple[Trouble, ...]) -> Outgoing:
    said = partial(catalog.plain, language=place.language)
    header = [said(Text(f"catalogue.column_{name}")) for name in ("row", "column", "want", "came")]
    rows = [
        (
            trouble.row,
            said(label(trouble.field) if trouble.field else Text("catalogue.field_stock")),
            said(trouble.wanted),
            trouble.came,
        )
        for trouble in troubles
    ]
    title = said(Text("catalogue.troubles"))
    caption = Text("catalogue.all_troubles", {"count": len(troubles)})
    return _file(place, caption, File(f"{title}.xlsx", write_xlsx(title, header, rows)))


def _file(place: Place, caption: Text, file: File) -> Outgoing:
    return replace(say(place.apart(), caption), file=file)


# -- it is imported, or not


async def on_run(update: Update, context: Context) -> None:
    """The good rows are wanted."""
    if update.effective_user:
        context.plan(
            context.app.goods_files.run,
            partial(ran, context.place),
            person=context.person(update.effective_user),
            batch=int(tapped_args(update)[0]),
        )


def ran(place: Place, done: FileDone) -> Answer:
    """Say what was imported, with the way to a sale of just these."""
    found = done.imported
    counts = {"added": found.added, "changed": found.changed}
    lines = [Text("catalogue.imported", counts)]
    if found.skipped:
        lines.append(Text("catalogue.skipped", {"skipped": found.skipped}))
    deal = Tap(Text("catalogue.to_deal"), FROM_IMPORT, (found.batch,))
    rows: Keyboard = ((deal,), (_TO_LIST,))
    place = place.to(done.reader)
    return show(place, Text("catalogue.page", {"lines": tuple(lines)}), rows), toast(
        place, "catalogue.imported_toast"
    )


async def on_drop(update: Update, context: Context) -> None:
    """Nothing of the file is wanted."""
    if update.effective_user:
        context.plan(
            context.app.goods_files.drop,
            partial(dropped, context.place),
            person=context.person(update.effective_user),
            batch=int(tapped_args(update)[0]),
        )


def dropped(place: Place, reader: Member) -> Answer:
    """Say that nothing was imported."""
    return show(place.to(reader), Text("catalogue.dropped"), ((_TO_LIST,),))


# -- files to take away


async def on_export(update: Update, context: Context) -> None:
    """The catalogue, or an empty sheet to fill in."""
    query, user = update.callback_query, update.effective_user
    if query is None or user is None:
        return
    made = sheet_of_all if EXPORT in (query.data or "") else template
    answer = partial(made, context.place, context.catalog)
    context.plan(context.app.goods_files.export, answer, person=context.person(user))


def sheet_of_all(place: Place, catalog: Catalog, export: Export) -> Answer:
    """Send the whole catalogue."""
    place = place.to(export.reader)
    title = catalog.plain(Text("catalogue.export_name"), place.language)
    content = write_xlsx(
        title, _header(catalog, place.language, COLUMNS), [_row(each) for each in export.products]
    )
    caption = Text("catalogue.exported", {"count": len(export.products)})
    return _file(place, caption, File(f"{title}.xlsx", content)), toast(place, "catalogue.file_toast")


def template(place: Place, catalog: Catalog, export: Export) -> Answer:
    """Send a sheet with its header and two rows as an example."""
    place = place.to(export.reader)
    title = catalog.plain(Text("catalogue.template_name"), place.language)
    columns = (*COLUMNS, STOCK)
    rows = [[example.get(column, "") for column in columns] for example in called().examples]
    content = write_xlsx(title, _header(catalog, place.language, columns), rows)
    return (
        _file(place, Text("catalogue.template"), File(f"{title}.xlsx", content)),
        toast(place, "catalogue.file_toast"),
    )


def _header(catalog: Catalog, language: Language, columns: tuple[str, ...]) -> list[str]:
    return [catalog.plain(Text(f"catalogue.field_{column}"), language) for column in columns]


def _row(product: Product) -> list[str | Decimal | None]:
    cell: Callable[[str], str | Decimal | None] = lambda text: Decimal(text) if text else None  # noqa: E731
    return [
        cell(written(product, field)) if field in NUMBERS else written(product, field) for field in COLUMNS
    ]


def routes() -> Routes:
    """Return what files are routed to, in order."""
    return (
        OutcomeHandler(OutcomeKind.DOWNLOAD, on_download),
        MessageHandler(IN_PRIVATE & filters.Document.ALL, on_document),
        on_tap(TEMPLATE, on_export),
        on_tap(EXPORT, on_export),
        on_tap(RUN, on_run, _NUMBER),
        on_tap(DROP, on_drop, _NUMBER),
    )
