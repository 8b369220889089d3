/** Short notices, alerts, questions and pop-up menus. */
import { byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

/** Show a notice for some seconds; long ones stay longer. `tone` "error" marks a refusal. */
export function toast(text, tone = "") {
  const box = byId("toasts");
  const note = h("div", { class: `toast ${tone}`, "data-testid": "toast", dir: "auto", onclick: () => note.remove() },
    tone === "error" && icon("alert"), h("span", {}, text));
  box.append(note);
  below(byId("scroller").getBoundingClientRect(), box);
  while (box.children.length > 3) box.firstChild.remove();
  setTimeout(() => note.remove(), Math.min(9000, 3000 + text.length * 70));
}

/** Put the notices over the messages, but under the pill that shows the day and under the tour's card. */
function below(thread, box) {
  const card = byId("tour").getBoundingClientRect();
  const under = card.top < innerHeight / 3 ? card.bottom + 8 : 0;
  box.style.top = thread.height ? `${Math.max(thread.top + 48, under)}px` : "";
  box.style.left = thread.width ? `${thread.left + thread.width / 2}px` : "";
}

/** Show a text that must be read: a callback answer with `show_alert`. */
export function alert(title, text) {
  dialog(title, text, (close) => [
    h("button", { type: "button", class: "button primary", "data-testid": "alert-ok", autofocus: true, onclick: close }, t("ok")),
  ]);
}

/** Ask before something that cannot be undone; `done` runs on yes. */
export function confirm(text, yes, done) {
  dialog("", text, (close) => [
    h("button", { type: "button", class: "button", onclick: close }, t("cancel")),
    h("button", { type: "button", class: "button danger", "data-testid": "confirm-yes", autofocus: true, onclick: () => {
      close();
      done();
    } }, yes),
  ]);
}

/** Ask for a short text; `done(text)` runs when one was written. */
export function ask(title, done) {
  const field = h("input", { class: "field", maxlength: 128, autofocus: true, "aria-label": title, "data-testid": "ask" });
  dialog(title, field, (close) => {
    const yes = () => {
      const text = field.value.trim();
      close();
      if (text) done(text);
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      yes();
    });
    return [h("button", { type: "button", class: "button", onclick: close }, t("cancel")), h("button", { type: "button", class: "button primary", "data-testid": "ask-yes", onclick: yes }, t("ok"))];
  });
}

/** Show a picture as large as the window lets it. */
export function show(picture, title) {
  dialog("", h("div", { class: "shown" }, picture), (close) => [
    h("button", { type: "button", class: "button primary", "data-testid": "picture-close", autofocus: true, onclick: close }, t("close")),
  ], title);
}

const waiting = [];

/** Show a dialog, or let it wait until the open one is closed. */
function dialog(...what) {
  waiting.push(what);
  if (waiting.length === 1) open(...what);
}

function open(title, what, buttons, label = title || what) {
  const close = () => box.close();
  const box = h("dialog", { class: "dialog", "data-testid": "dialog", "aria-label": label },
    title && h("h2", { class: "dialog-title", dir: "auto" }, title),
    what instanceof Element ? what : h("p", { class: "dialog-text", dir: "auto" }, what),
    h("div", { class: "dialog-buttons" }, buttons(close)));
  box.addEventListener("close", () => {
    box.remove();
    waiting.shift();
    if (waiting.length) open(...waiting[0]);
  });
  box.addEventListener("click", (event) => {
    if (event.target === box) close();
  });
  document.body.append(box);
  box.showModal();
}

let closeMenu = null;

/**
 * Open a menu of `{label, icon, act, danger}` at a point or at a button; Esc, Tab or a click elsewhere closes it.
 * `head(close)` draws what stands above the items; `back` gets the focus afterwards.
 */
export function menu(items, where, { back = document.activeElement, head } = {}) {
  closeMenu?.();
  if (!items.length) return;
  const list = h("div", { class: "menu", role: "menu", "data-testid": "menu" }, head?.(() => close()), items.map((item) => h("button", {
    type: "button", role: "menuitem", class: item.danger ? "menu-item is-danger" : "menu-item",
    "data-testid": item.testid, onclick: () => {
      close();
      item.act();
    },
  }, icon(item.icon), item.label)));
  const outside = (event) => {
    if (!list.contains(event.target)) close(false);
  };
  const close = (focusBack = true) => {
    list.remove();
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    closeMenu = null;
    if (focusBack) back?.focus?.({ preventScroll: true });
  };
  list.addEventListener("keydown", (event) => walk(event, [...list.querySelectorAll("[role=menuitem]")], close));
  list.addEventListener("contextmenu", (event) => event.preventDefault());
  document.body.append(list);
  place(list, where);
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
  closeMenu = close;
  list.querySelector("[role=menuitem]").focus({ preventScroll: true });
}

function walk(event, items, close) {
  const at = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowRight") items[(at + 1) % items.length].focus();
  else if (event.key === "ArrowUp" || event.key === "ArrowLeft") items.at(at - 1).focus();
  else if (event.key === "Home") items[0].focus();
  else if (event.key === "End") items.at(-1).focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function place(list, where) {
  const { width, height } = list.getBoundingClientRect();
  const box = where instanceof Element ? where.getBoundingClientRect() : null;
  const x = box ? box.right - width : where.x;
  const below = box && box.bottom + 4 + height <= innerHeight - 8;
  const y = box ? (below ? box.bottom + 4 : box.top - height - 4) : where.y;
  list.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  list.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
}
