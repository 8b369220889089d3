/** Building and keeping DOM nodes. Text goes in as text nodes only, so nothing has to be escaped. */
import { icon } from "./icons.js";

/** Build an element: attributes by name, listeners as `onclick`, children as nodes or text; empty ones are left out. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** Return the element of the static page with this id. */
export const byId = (id) => document.getElementById(id);

/** Return a round or square button that shows only an icon. */
export function iconButton(name, label, attributes = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...attributes }, icon(name));
}

/** Isolate somebody's name, so that right-to-left or odd characters stay inside it. */
export const name = (text) => h("bdi", { class: "name" }, text);

const kept = new WeakMap();

/**
 * Make `parent` show `items` in order and keep every node whose key and sign stay.
 * `sign(item)` is a string of all that `draw(item)` shows; a node is drawn anew only when it changes.
 */
export function reconcile(parent, items, { key, sign, draw }) {
  const before = kept.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const id = key(item);
    const signature = sign(item);
    const old = before.get(id);
    if (old?.signature === signature) {
      after.set(id, old);
      continue;
    }
    const node = draw(item);
    if (old) replace(old.node, node);
    after.set(id, { node, signature });
  }
  for (const [id, { node }] of before) if (!after.has(id)) node.remove();
  let cursor = parent.firstChild;
  for (const { node } of after.values()) {
    if (cursor === node) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
  kept.set(parent, after);
}

/** Return the nodes that `reconcile` keeps under `parent`, by key. */
export function nodesOf(parent) {
  return kept.get(parent) ?? new Map();
}

function replace(old, node) {
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  if (old.tagName === "DETAILS" && old.open) node.open = true;
  old.replaceWith(node);
  if (focused !== undefined) {
    [node, ...node.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === focused)?.focus({ preventScroll: true });
  }
}

/** Show these children and nothing else. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(2).filter(Boolean));
}
