/** The right pane: the clock to push, and what the bot does behind the chat. */
import { jump, visit } from "./actions.js";
import { byId, fill, h, reconcile } from "./dom.js";
import { drawFaults, faultsPanel, watchFaults } from "./faults.js";
import { clock, nameOf, stamp, time, zone } from "./format.js";
import { known, t, technical } from "./i18n.js";
import { icon } from "./icons.js";
import { remember } from "./prefs.js";
import { onChange, state, update } from "./state.js";
import { dueWords, lists } from "./rows.js";

/** The tabs in order; "clock" is the first thing a visitor should find. */
export const TABS = ["clock", "outbox", "calls", "journal", "jobs", "faults"];
const DAYS = [1, 3, 7, 15, 30];
const SHOWN_AT_FIRST = 60;
const HAPPENED = 80;
const DAY_MS = 86_400_000;
let shown = SHOWN_AT_FIRST;
let built = null;    // tab and language that the panel was built for

/** Wire the pane and draw it on every change. */
export function startInspector() {
  const tabs = byId("tabs");
  tabs.append(...TABS.map((tab) => h("button", {
    type: "button", class: "tab", role: "tab", id: `tab-${tab}`, "data-testid": `tab-${tab}`, "aria-controls": "tab-panel",
    onclick: () => choose(tab),
  }, icon(tab), h("span", { "data-i18n": `tab.${tab}` }))));
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(TABS.at((TABS.indexOf(state.tab) + step) % TABS.length));
    byId(`tab-${state.tab}`).focus();
  });
  for (const id of ["inspector-close", "scrim"]) byId(id).addEventListener("click", () => update({ pane: "chat" }));
  byId("clock-chip").addEventListener("click", () => update({ pane: "inspector", tab: "clock" }));
  watchFaults();
  onChange((changed) => {
    if (["view", "panels", "calls", "faults", "tab", "lang", "jumping", "arrived"].some((name) => changed.has(name))) draw();
  });
}

function choose(tab) {
  shown = SHOWN_AT_FIRST;
  remember("tab", tab);
  update({ tab });
}

function rebuild() {
  built = `${state.tab} ${state.lang}`;
  for (const tab of TABS) {
    const chosen = tab === state.tab;
    const node = byId(`tab-${tab}`);
    node.setAttribute("aria-selected", String(chosen));
    node.tabIndex = chosen ? 0 : -1;
    if (chosen) node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  const panel = byId("tab-panel");
  panel.setAttribute("aria-labelledby", `tab-${state.tab}`);
  panel.scrollTop = 0;
  if (state.tab === "clock") fill(panel, clockPanel());
  else if (state.tab === "faults") fill(panel, faultsPanel());
  else fill(panel, panelTitle(state.tab), h("p", { class: "panel-say" }, t(`${state.tab}.say`)), h("div", { class: "rows", id: "rows" }));
}

function panelTitle(tab) {
  const title = t(`${tab}.title`);
  const word = technical(`${tab}.title`);
  return h("h2", { class: "panel-head" }, title, title.toLowerCase() !== word && h("small", { lang: "en" }, word));
}

function draw() {
  drawChip();
  if (built !== `${state.tab} ${state.lang}`) rebuild();
  if (state.tab === "clock") drawClock();
  else if (state.tab === "faults") drawFaults();
  else drawRows();
}

function drawChip() {
  const now = state.view?.now;
  fill(byId("clock-chip"), icon("clock"), now && h("span", { class: "clock-chip-day" }, time(now, { month: "short", day: "numeric", weekday: "short" })), now && h("span", {}, clock(now)));
}

function clockPanel() {
  const button = (name, label, says, kind = "") => h("button", {
    type: "button", class: `jump ${kind}`, "data-testid": `jump-${name}`, "data-jump": name, onclick: () => jump(name),
  }, h("b", {}, label), says && h("span", {}, says));
  return [
    h("section", { class: "clock" },
      h("p", { class: "clock-title" }, t("clock.now")),
      h("div", { class: "clock-face", "data-testid": "clock" },
        h("div", { class: "clock-time", id: "clock-time" }), h("div", { class: "clock-date", id: "clock-date" }), h("div", { class: "clock-zone", id: "clock-zone" }))),
    h("div", { class: "clock-progress", id: "clock-progress", role: "status" }),
    h("h3", { class: "panel-title" }, t("clock.short")),
    h("div", { class: "jumps" }, button("+1h", t("clock.hour"), "+1 h"), button("morning", t("clock.morning"), "06:00")),
    h("h3", { class: "panel-title" }, t("clock.days")),
    h("div", { class: "jumps jumps-days" }, DAYS.map((n) => button(`days:${n}`, t(n === 1 ? "clock.day" : "clock.in", { n }), " ", "is-day"))),
    h("p", { class: "panel-say" }, t("clock.days.say")),
    h("p", { class: "panel-note" }, icon("clock"), h("span", {}, t("clock.only"))),
  ];
}

function drawClock() {
  const now = state.view?.now ?? state.panels?.clock.now;
  if (!now) return;
  byId("clock-time").textContent = clock(now);
  byId("clock-date").textContent = time(now, { year: "numeric", month: "long", day: "numeric", weekday: "long" });
  byId("clock-zone").textContent = known(`clock.zone.${zone()}`, zone());
  for (const button of byId("tab-panel").querySelectorAll(".jump")) {
    button.disabled = state.jumping !== null;
    button.classList.toggle("is-running", button.dataset.jump === state.jumping);
    const days = /^days:(\d+)$/.exec(button.dataset.jump)?.[1];
    if (days) button.lastChild.textContent = time(new Date(Date.parse(now) + days * DAY_MS), { month: "numeric", day: "numeric" });
  }
  drawProgress(byId("clock-progress"));
}

function drawProgress(box) {
  const { jumping, arrived } = state;
  box.hidden = !jumping && !arrived;
  box.classList.toggle("is-running", jumping !== null);
  if (jumping) {
    if (box.dataset.jump === jumping) return;
    box.dataset.jump = jumping;
    fill(box, h("div", { class: "progress" }), h("b", {}, t("clock.running")), h("p", {}, t("clock.running.more")));
  } else if (arrived) {
    delete box.dataset.jump;
    fill(box, h("b", {}, icon("check"), t(arrived.length ? "clock.done" : "clock.quiet")),
      arrived.length ? h("ol", { class: "happened", "data-testid": "happened" }, arrived.slice(0, HAPPENED).reverse().map(happening)) : nextDue());
  }
}

/** One line of what happened on the way: when, to whom, what; it opens that chat. */
function happening(row) {
  const name = nameOf(row.chat);
  const words = row.says?.[state.lang] ?? row.action ?? "";
  return h("li", {}, h("button", { type: "button", class: "happening", "data-testid": "happening", title: t("clock.open.chat", { name }), onclick: () => visit(row.chat) },
    h("time", { datetime: row.at }, stamp(row.at)), h("span", { dir: "auto" }, `→ ${name}${t("colon")}${words.split("\n")[0]}`)));
}

/** What the bot will do next by itself, or nothing. */
function nextDue() {
  const dues = (state.panels?.jobs ?? []).flatMap((job) => job.due ?? []).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return dues.length > 0 && h("p", { dir: "auto" }, t("clock.next"), dueWords(dues[0]));
}

function drawRows() {
  const box = byId("rows");
  const { rows, key, draw: drawRow } = lists[state.tab];
  const all = rows();
  const few = all.slice(0, shown);
  const rest = all.length - few.length;
  const end = all.length === 0 ? [{ end: t(`${state.tab}.empty`) }] : rest > 0 ? [{ more: rest }] : [];
  reconcile(box, [...few, ...end], {
    key: (row) => (row.end || row.more ? "end" : key(row)),
    sign: (row) => JSON.stringify([row, state.lang, state.tab === "jobs" && state.view?.now]),
    draw: (row) => (row.end ? h("p", { class: "side-empty" }, row.end) : row.more ? moreButton(row.more) : drawRow(row)),
  });
}

function moreButton(n) {
  return h("button", { type: "button", class: "button", onclick: () => {
    shown += SHOWN_AT_FIRST;
    draw();
  } }, t("more", { n }));
}
