/** The inspector's tab of faults: switches that make Telegram misbehave, and the transcript for a bug report. */
import * as api from "./api.js";
import { act } from "./actions.js";
import { toast } from "./dialogs.js";
import { byId, fill, h, reconcile } from "./dom.js";
import { fullName, instantOf } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { inspectorVisible, myself, state, update } from "./state.js";
import { refresh } from "./sync.js";

const LOOK_MS = 1000;
/** What each switch asks the sandbox for; `times` requests meet it, then it is off again by itself. */
const FAULTS = [
  { kind: "flood", times: 2, retry_after: 3 },
  { kind: "hang", times: 2, seconds: 3 },
  { kind: "drop_after", times: 2 },
  { kind: "duplicate", times: 20, ratio: 1 },
];
const BLOCKED = { kind: "blocked" };
const asked = new Map();    // kind -> how many times it was put up for, by this page

/** Return the panel's fixed parts. */
export function faultsPanel() {
  return [
    h("h2", { class: "panel-head" }, t("faults.title")),
    h("p", { class: "panel-say" }, t("faults.say")),
    h("div", { class: "rows", id: "switches" }),
    h("h2", { class: "panel-head transcript-head" }, t("transcript.title")),
    h("p", { class: "panel-say" }, t("transcript.say")),
    h("a", { class: "button primary download", href: "/control/transcript", download: "", "data-testid": "transcript" }, icon("down"), t("transcript.get")),
  ];
}

/** Draw the switches as they stand. */
export function drawFaults() {
  reconcile(byId("switches"), [...FAULTS, BLOCKED], {
    key: (fault) => fault.kind,
    sign: (fault) => JSON.stringify([standOf(fault), state.lang]),
    draw: drawSwitch,
  });
}

/** Look again and again while a fault stands or a message is on its way: neither shows as a change of the chats. */
export function watchFaults() {
  const under = ({ state: stage, not_before: from }) => stage === "sending" || (stage === "pending" && instantOf(from) <= instantOf(state.view.now));
  setInterval(() => {
    if (!inspectorVisible() || document.hidden || state.jumping) return;
    if ((state.tab === "faults" && state.faults.length) || state.panels?.outbox.some(under)) refresh();
  }, LOOK_MS);
}

/** How a switch stands: on, how often met, how often it still will be, and whether it can be used. */
function standOf(fault) {
  if (fault === BLOCKED) return standOfBlocked();
  const standing = state.faults.find((each) => each.kind === fault.kind);
  const times = asked.get(fault.kind) ?? fault.times;
  const left = standing?.times ?? 0;
  return { on: Boolean(standing), met: standing || asked.has(fault.kind) ? Math.max(0, times - left) : 0, left, usable: true };
}

function standOfBlocked() {
  const me = myself();
  const refused = state.calls.filter((call) => call.error_code === 403 && /blocked by the user/.test(call.description) && Number(call.params.chat_id) === state.as);
  return { on: me?.blocked ?? false, met: refused.length, left: 0, usable: me?.started || me?.blocked, name: fullName(me ?? {}) };
}

function drawSwitch(fault) {
  const { on, met, left, usable, name } = standOf(fault);
  const words = (part) => t(`fault.${fault.kind}${part}`, { name, n: fault.times, seconds: fault.retry_after ?? fault.seconds });
  const count = [(on || met > 0) && t("fault.met", { n: met }), on && left > 0 && t("fault.left", { n: left }), !usable && t("fault.unusable", { name })];
  return h("button", {
    type: "button", role: "switch", class: "fault", "aria-checked": String(on), disabled: !usable, "data-testid": `fault-${fault.kind}`, "data-focus": "fault",
    onclick: () => flip(fault, !on),
  },
  h("span", { class: "fault-words" },
    h("b", {}, words("")),
    h("span", {}, words(".does")),
    h("span", { class: "fault-shows" }, icon("right"), words(".shows")),
    h("span", { class: "fault-count", "data-testid": `met-${fault.kind}` }, count.filter(Boolean).join(" · "))),
  h("span", { class: "fault-knob", "aria-hidden": "true" }));
}

async function flip(fault, on) {
  if (fault === BLOCKED) {
    await act(on ? "block" : "unblock");
    return;
  }
  try {
    if (on) asked.set(fault.kind, fault.times);
    else asked.delete(fault.kind);
    if (on) await api.putFault(fault);
    else await api.clearFaults(fault.kind);
    await refresh();
  } catch (error) {
    if (error instanceof api.Refused) toast(error.message, "error");
    else if (error instanceof api.Offline) update({ online: false });
    else throw error;
  }
}
