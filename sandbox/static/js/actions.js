/** What the visitor does: every verb goes to the server from here, and every refusal becomes a notice. */
import * as api from "./api.js";
import { toast } from "./dialogs.js";
import { t } from "./i18n.js";
import { refresh } from "./sync.js";
import { personOf, state, update } from "./state.js";

/** Do a verb as the chosen person; returns its result, or undefined after a refusal (which was shown). */
export async function act(verb, fields = {}) {
  try {
    const result = await api.act(state.as, verb, fields);
    refresh();
    return result ?? true;
  } catch (error) {
    if (error instanceof api.Refused) toast(error.message, "error");
    else if (error instanceof api.Offline) update({ online: false });
    else throw error;
    return undefined;
  }
}

/** Tell the server that the chat was read to its end; not worth a notice when refused. */
export function markRead(chat) {
  api.act(state.as, "read", { chat }).catch(() => {});
}

/** Be another person; the same group, or that person's private chat, stays open. */
export async function become(id) {
  if (id === state.as) return;
  try {
    const view = await api.getView(id, state.depth);
    const chat = state.chat === state.as ? id : state.chat;
    update({ as: id, chat, view, target: null });
  } catch (error) {
    if (error instanceof api.Refused) toast(error.message, "error");
    else update({ online: false });
  }
}

/** Open somebody's private chat as that person, or a group's as whoever one is. */
export async function visit(chat) {
  if (personOf(chat)) await become(chat);
  enter(chat);
}

/** Open a chat; on a narrow screen its pane comes to the front. */
export function enter(chat) {
  update({ chat, pane: "chat", target: state.chat === chat ? state.target : null });
}

/** Send a command that was clicked in a text, to the open chat. */
export const sendCommand = (text) => act("send", { chat: state.chat, text });

/** Open what a mention names, when it is the bot. */
export function openMention(text) {
  if (text.slice(1).toLowerCase() === state.view.bot.username?.toLowerCase()) enter(state.as);
}

/**
 * Open an address the way Telegram does: the bot's links press Start, invite links join, others go to the browser.
 * Returns true when it was dealt with here; with `byBrowser` the caller's link opens the rest.
 */
export function openUrl(url, { byBrowser = false } = {}) {
  const address = telegramAddress(url);
  if (address?.bot) {
    act("start", address.payload ? { payload: address.payload } : {}).then((done) => done && enter(state.as));
    return true;
  }
  if (address?.invite) {
    act("join", { link: url }).then((done) => {
      if (done?.status === "requested") toast(t("bar.requested"));
      else if (done) enter(done.chat);
    });
    return true;
  }
  if (!byBrowser && /^https?:/i.test(url)) open(url, "_blank", "noopener,noreferrer");
  return false;
}

function telegramAddress(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.hostname !== "t.me") return null;
  const path = url.pathname.slice(1);
  if (path.startsWith("+") || path.startsWith("joinchat/")) return { invite: true };
  if (path.toLowerCase() !== state.view.bot.username?.toLowerCase()) return null;
  return { bot: true, payload: url.searchParams.get("start") };
}

/** Copy a text and say so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied", { text: text.length > 60 ? `${text.slice(0, 60)}…` : text }));
  } catch {
    toast(t("copy.failed"), "error");
  }
}

/** Let the clock jump, and tell afterwards what happened on the way. */
export async function jump(name) {
  if (state.jumping) return;
  const before = newest(state.panels);
  update({ jumping: name, arrived: null });
  const ticking = setInterval(refresh, 700);
  try {
    await api.jump(name);
    await refresh();
    update({ arrived: happened(state.panels, before) });
  } catch (error) {
    if (error instanceof api.Offline) update({ online: false });
    else toast(error.status === 409 ? t("clock.busy") : error.message, "error");
  } finally {
    clearInterval(ticking);
    update({ jumping: null });
  }
}

function newest(panels) {
  const highest = (rows) => Math.max(0, ...rows.map((row) => row.id));
  return { outbox: highest(panels?.outbox ?? []), journal: highest(panels?.journal ?? []) };
}

/**
 * Return what happened since the rows `before`, newest first: messages that went out, and
 * facts of the journal that no message of the same instant tells already.
 */
function happened(panels, before) {
  const sent = panels.outbox.filter((row) => row.id > before.outbox && row.kind === "send");
  const told = new Set(sent.map((row) => `${row.at} ${row.chat}`));
  const facts = panels.journal
    .map((row) => ({ ...row, chat: row.user ?? row.chat }))
    .filter((row) => row.id > before.journal && !told.has(`${row.at} ${row.chat}`));
  return [...sent, ...facts].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
