/** The guided tour: one sentence a step; it lights up what to press and sees by itself that it was done. */
import { become, enter } from "./actions.js";
import { byId, fill, h, iconButton } from "./dom.js";
import { fullName } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { remember } from "./prefs.js";
import { STEPS } from "./steps.js";
import { onChange, personOf, state, update } from "./state.js";
import { refresh } from "./sync.js";

const GAP_PX = 14;
const EDGE_PX = 8;
const FOCUS_MS = 1000;
const phone = matchMedia("(max-width: 759px)");
const card = byId("tour");
const ring = byId("tour-ring");
// The parts of the card stay, so that a screen reader hears what changes in them.
const title = h("h2", { class: "tour-title", id: "tour-title" });
const close = h("span", {});
const dots = h("div", { class: "tour-dots", "aria-hidden": "true" });
const say = h("p", { class: "tour-say", id: "tour-say", "data-testid": "tour-say", "aria-live": "polite" });
const choices = h("div", { class: "tour-buttons" });

let run = null;      // the tour that is taken: who, group, at which step, ready, done, entry; null when none is
let lit = null;      // the element that is lit up
let frame = 0;       // the next look at the page
let drawn = "";      // what the card says, so that it is drawn anew only when that changes

/** Wire the tour; it begins by `beginTour`. */
export function startTour() {
  card.append(h("div", { class: "tour-head" }, title, close), dots, say, choices);
  card.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    endTour();
  });
  document.addEventListener("click", (event) => {
    if (!run) return;
    if (lit?.contains(event.target)) run.entry.pressed = true;
    // Start pressed twice brings two notes: the answer stands in the one that was agreed to.
    const keyboard = state.chat === run.who && event.target.closest(".keyboard");
    if (keyboard) run.message = keyboard.closest('[data-testid^="msg-"]')?.dataset.testid;
  }, true);
  onChange((changed) => {
    if (run && changed.has("as") && state.as === null) endTour();
  });
}

/** Take the tour from its first step. */
export function beginTour() {
  const people = state.panels?.people ?? [];
  const who = (people.find((person) => person.role === "newcomer") ?? people[0])?.id ?? state.as;
  if (who === null) return;
  run = { who, group: null, at: -1, entry: {} };
  remember("tour", "taken");
  byId("welcome").hidden = true;
  card.hidden = false;
  card.focus({ preventScroll: true });
  cancelAnimationFrame(frame);
  next();
  follow();
}

function endTour() {
  run = null;
  light(null);
  drawn = "";
  card.hidden = ring.hidden = true;
  update({ tour: null });
  byId("help").focus({ preventScroll: true });
}

async function next() {
  run.at += 1;
  const step = STEPS[run.at];
  update({ tour: run.at });
  Object.assign(run, { done: false, already: false, ready: false, entry: {} });
  if (!step) return;
  await arrange();
  if (run && STEPS[run.at] === step) {
    run.entry = { ...step.begin?.(run), pressed: false };
    run.done = run.already = !step.begin && isDone(step);
    run.ready = true;
  }
}

/** Bring the visitor where the step happens. */
async function arrange() {
  const step = STEPS[run.at];
  if (step.chat) {
    await become(run.who);
    if (!run || STEPS[run.at] !== step) return;
    run.group ??= ownGroup()?.id;
    enter(step.chat(run));
  }
  update({ pane: step.pane, ...(step.tab ? { tab: step.tab } : {}) });
  await refresh();
}

/** The group the tour speaks of: the first that the newcomer is in or may enter. */
function ownGroup() {
  return state.view.chats.find((chat) => chat.kind !== "private" && (chat.member || chat.can_join));
}

/** Look at the page before every frame: what is asked for may move, appear and vanish at any time. */
function follow() {
  if (!run) return;
  if (run.ready && !run.done && isDone(STEPS[run.at])) {
    if (STEPS[run.at].stay) run.done = true;
    else next();
  }
  const step = STEPS[run.at];
  light(step && run.ready && !run.done && !state.jumping && here(step) ? step.target(run) : null);
  draw(step);
  place();
  keepFocus();
  frame = requestAnimationFrame(follow);
}

/** What another person sees says nothing of the newcomer's steps. */
const isDone = (step) => (!step.chat || state.as === run.who) && step.done(run);

const here = (step) => (!step.chat || (state.as === run.who && state.chat === step.chat(run)))
  && (!step.tab || state.tab === step.tab) && (state.pane === step.pane || !phone.matches);

function light(target) {
  if (target === lit) return;
  lit?.removeAttribute("aria-describedby");
  lit = target;
  if (!lit) return;
  lit.setAttribute("aria-describedby", "tour-say");
  lit.scrollIntoView({ block: "nearest" });
  run.focusUntil = performance.now() + FOCUS_MS;
}

/** Who goes by keyboard loses the focus with the button that was pressed: the next one takes it. */
function keepFocus() {
  const active = document.activeElement;
  const stray = active === document.body || active.offsetParent === null && active !== card;
  const neighbour = active !== lit && active.closest(".keyboard");  // the button that took the place of the pressed one
  if (lit && performance.now() < run.focusUntil && (stray || neighbour)) lit.focus({ preventScroll: true });
}

function draw(step) {
  const lost = step && !run.done && !state.jumping && !here(step);
  const says = wordsOf(step);
  const now = JSON.stringify([run.at, run.done, lost, says, Boolean(lit), state.lang]);
  if (now === drawn) return;
  drawn = now;
  const had = card.contains(document.activeElement);
  title.textContent = step ? t("tour.at", { n: run.at + 1, of: STEPS.length }) : t("tour.over");
  fill(close, iconButton("close", t("tour.close"), { "data-testid": "tour-close", onclick: endTour }));
  fill(dots, STEPS.map((_, index) => h("span", { class: index < run.at || (index === run.at && run.done) ? "is-done" : index === run.at ? "is-now" : "" })));
  fill(say, run.done && icon("check"), h("span", {}, says));
  fill(choices, buttons(step, lost));
  if (had && !card.contains(document.activeElement)) (card.querySelector(".primary") ?? card).focus({ preventScroll: true });
}

function buttons(step, lost) {
  const button = (testid, onclick, kind = "") => h("button", { type: "button", class: `button ${kind}`, "data-testid": `tour-${testid}`, onclick }, t(`tour.${testid}`));
  if (!step) return [button("again", beginTour), button("end", endTour, "primary")];
  if (run.done) return [button("next", next, "primary")];
  return [
    lit && button("focus", () => lit?.focus(), "only-focused"),
    button("skip", next),
    lost && button("back", arrange, "primary"),
  ];
}

function wordsOf(step) {
  if (!step) return t("tour.over.say");
  if (run.done) return t(run.already ? "tour.already" : `tour.${step.name}.done`);
  const name = fullName(personOf(run.who) ?? {});
  const label = labelOf(lit ?? (here(step) ? step.target(run) : null));
  run.entry.label = label ?? run.entry.label;
  return run.entry.label ? t(`tour.${step.name}`, { name, label: run.entry.label }) : t("tour.wait");
}

const labelOf = (node) => (node?.querySelector(".key-label, b, span") ?? node)?.textContent.trim();

/** Put the ring around what is lit up, and the card where it hides neither that nor what belongs to it. */
function place() {
  ring.hidden = !lit;
  const box = lit?.getBoundingClientRect();
  if (box) {
    Object.assign(ring.style, { left: `${box.left - 5}px`, top: `${box.top - 5}px`, width: `${box.width + 10}px`, height: `${box.height + 10}px` });
  }
  const { width, height } = card.getBoundingClientRect();
  const low = innerHeight - height - EDGE_PX;
  if (phone.matches) {
    const bottom = low - byId("bottom-nav").offsetHeight;
    if (box) run.top = box.bottom + GAP_PX > bottom;
    move((innerWidth - width) / 2, run.top ? document.querySelector(".panes").offsetTop + EDGE_PX : bottom);
  } else if (box) {
    const whole = (lit.closest(".stack, .pane-inspector") ?? lit).getBoundingClientRect();
    const right = whole.right + GAP_PX;
    const left = whole.left - GAP_PX - width;
    const x = right + width + EDGE_PX <= innerWidth ? right : Math.max(left, EDGE_PX);
    move(x, Math.max(EDGE_PX, Math.min(box.top + box.height / 2 - height / 2, low)));
  } else if (!card.style.left) move((innerWidth - width) / 2, low - 80);
}

function move(x, y) {
  card.style.left = `${Math.round(Math.max(EDGE_PX, Math.min(x, innerWidth - card.offsetWidth - EDGE_PX)))}px`;
  card.style.top = `${Math.round(y)}px`;
}
