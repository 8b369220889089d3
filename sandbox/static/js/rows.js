/** The inspector's lists: what each row says at a glance, and its details when opened. */
import { h } from "./dom.js";
import { className, clock, dayKey, instantOf, moment, nameOf, stamp, until } from "./format.js";
import { known, t } from "./i18n.js";
import { icon } from "./icons.js";
import { state } from "./state.js";

const signs = {
  pending: "wait", waiting: "wait", sending: "send", sent: "check", ok: "check", failed: "alert", refused: "alert",
  skipped: "skip", unchanged: "skip", expired: "clock", unknown: "help", due: "clock",
};

/** For each tab: its rows newest first, their key, and how one is drawn. */
export const lists = {
  outbox: { rows: () => newestFirst(state.panels?.outbox, (row) => row.id), key: (row) => row.id, draw: outboxRow },
  journal: { rows: () => newestFirst(state.panels?.journal, (row) => row.id), key: (row) => row.id, draw: journalRow },
  calls: { rows: () => newestFirst(state.calls, (row) => row.seq), key: (row) => row.seq, draw: callRow },
  jobs: { rows: () => [...(state.panels?.jobs ?? [])].sort((a, b) => dueOf(a) - dueOf(b)), key: (row) => row.name, draw: jobRow },
};

const newestFirst = (rows = [], order) => [...rows].sort((a, b) => order(b) - order(a));
const dueOf = (job) => (job.next_due ? instantOf(job.next_due).getTime() : Infinity);

function outboxRow(row) {
  const later = row.state === "pending" && row.not_before ? until(row.not_before) : "";
  return entry({
    status: row.state, at: row.at, testid: `outbox-${row.id}`,
    title: [known(`kind.${row.kind}`, row.kind), row.chat && ` → ${nameOf(row.chat)}`],
    line: [says(row) ? h("span", { class: "entry-text", dir: "auto" }, says(row).slice(0, 120)) : code(row.text_key), later && tag(later)],
    error: row.error,
    details: { ...row, says: says(row), class: className(row.class), kind: known(`kind.${row.kind}`, row.kind), state: t(`state.${row.state}`), chat: chatWords(row.chat) },
  });
}

function journalRow(row) {
  return entry({
    at: row.at, testid: `journal-${row.id}`, title: says(row) ?? code(row.action),
    line: [[row.member, row.group].filter(Boolean).map(tag), (row.chips ?? []).map(chip)],
    details: { id: row.id, at: row.at, action: row.action, member: row.member, group: row.group, ...row.params },
  });
}

function callRow(row) {
  const { chat_id: chat, text, parse_mode: mode } = row.params ?? {};
  const plain = String(text ?? "").replace(mode === "HTML" ? /<[^>]*>/g : "", "");
  // An edit that would change nothing is refused by Telegram and no fault of anybody.
  const unchanged = !row.ok && /message is not modified/.test(row.description);
  return entry({
    status: row.ok ? "ok" : unchanged ? "unchanged" : "refused", at: row.at, testid: `call-${row.seq}`,
    title: [code(row.method), chat !== undefined && ` → ${nameOf(Number(chat))}`],
    line: [plain && h("span", { class: "entry-text", dir: "auto" }, plain.slice(0, 120)), row.fault && tag(t("fault.by", { kind: row.fault }))],
    error: row.ok || unchanged ? null : [row.error_code, row.description].filter(Boolean).join(" "),
    details: { id: row.seq, at: row.at, error_code: row.error_code, description: row.description, ...row.params },
  });
}

/** What a row says in the page's language, where the program put it into words. */
const says = (row) => row.says?.[state.lang];

function jobRow(row) {
  const due = row.next_due && dueOf(row) <= instantOf(state.view.now).getTime();
  return entry({
    status: due ? "due" : row.next_due ? "waiting" : undefined, testid: `job-${row.name}`, title: says(row) ?? code(row.name),
    line: [tag(row.next_due ? t("jobs.next", { when: `${when(row.next_due)} · ${until(row.next_due)}` }) : t("jobs.never")),
      tag(row.last_run ? t("jobs.last", { when: when(row.last_run) }) : t("jobs.notyet")),
      tag(t("jobs.counts", { done: row.done })),
      row.due?.length > 0 && h("span", { class: "dues" }, row.due.map((due) => h("span", { dir: "auto" }, dueWords(due))))],
    error: row.failed ? t("jobs.failures", { failed: row.failed }) : null,
    details: { ...row, says: undefined, due: undefined },
  });
}

/** "12月1日 10:00 陈阿姨：再提醒一次". */
export const dueWords = (due) => `${stamp(due.at)} ${nameOf(due.user) || due.who}${t("colon")}${due.what[state.lang]}`;

/** A row: state with icon, word and colour; title and time; a line below; details inside. */
function entry({ status, at, title, line, error, details, testid }) {
  return h("details", { class: "entry", "data-testid": testid },
    h("summary", { class: "entry-head", "data-focus": "summary" },
      h("span", { class: "entry-first" }, h("span", { class: "entry-title" }, title), status && statusMark(status)),
      h("span", { class: "entry-line" }, line, at && h("time", { class: "entry-time", datetime: at, title: moment(at) }, when(at))),
      error && h("span", { class: "entry-error" }, icon("alert"), h("span", { dir: "auto" }, error))),
    h("dl", { class: "entry-details" }, Object.entries(details)
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([field, value]) => [h("dt", {}, known(`field.${field}`, field)), h("dd", { dir: "auto" }, valueNode(field, value))])));
}

function statusMark(status) {
  return h("span", { class: `status status-${status}` }, icon(signs[status] ?? "help"), known(`state.${status}`, status));
}

function when(instant) {
  return dayKey(instant) === dayKey(state.view.now) ? clock(instant) : moment(instant);
}

function valueNode(field, value) {
  if (/(_at|_run|_due|_before|^at)$/.test(field) && typeof value === "string") return moment(value);
  const parsed = typeof value === "string" && /^[[{]/.test(value) ? parse(value) : value;
  if (typeof parsed === "object" && parsed !== null) return h("pre", { dir: "ltr" }, JSON.stringify(parsed, null, 1));
  return String(parsed);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const code = (text) => text && h("code", { class: "entry-code" }, text);
const tag = (text) => h("span", { class: "tag" }, text);

const chip = (words) => h("span", { class: "pair", dir: "auto" }, words[state.lang]);

function chatWords(id) {
  const called = nameOf(id);
  return called === String(id) ? called : `${called} (${id})`;
}
