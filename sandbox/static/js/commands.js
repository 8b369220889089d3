/** The list of commands above the input: opens on "/" or by its button, walked with arrows. */
import { byId, fill, h } from "./dom.js";
import { openChat } from "./state.js";

const box = byId("commands");

/** Return the list's handles; `run(command)` sends one at once, `take(command)` puts it into the input. */
export function commandList({ run, take }) {
  let at = 0;
  let shown = [];

  function hide() {
    box.hidden = true;
    byId("composer").setAttribute("aria-expanded", "false");
    shown = [];
    byId("composer").removeAttribute("aria-activedescendant");
  }

  function open(commands) {
    shown = commands;
    at = 0;
    box.hidden = !shown.length;
    byId("composer").setAttribute("aria-expanded", String(!box.hidden));
    fill(box, shown.map((each, index) => h("button", {
      type: "button", class: "command", id: `command-${index}`, role: "option", tabindex: "-1", "data-testid": `command-${each.command}`,
      // Keeps the focus in the input, so that a click counts before the blur hides the list.
      onpointerdown: (event) => event.preventDefault(), onclick: () => pick(run, index), onpointermove: () => mark(index),
    }, h("span", { class: "command-name" }, `/${each.command}`), h("span", { class: "command-says", dir: "auto" }, each.description))));
    if (shown.length) mark(0);
    else hide();
  }

  function mark(index) {
    at = index;
    [...box.children].forEach((node, each) => node.setAttribute("aria-selected", String(each === at)));
    if (shown.length) byId("composer").setAttribute("aria-activedescendant", `command-${at}`);
  }

  function move(step) {
    mark((at + step + shown.length) % shown.length);
    box.children[at].scrollIntoView({ block: "nearest" });
  }

  function pick(use, index = at) {
    const { command } = shown[index];
    hide();
    use(`/${command}`);
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => pick(run),
    Tab: () => pick(take),
    Escape: hide,
  };

  return {
    hide,
    show(text) {
      const typed = /^\/(\w*)$/.exec(text)?.[1].toLowerCase();
      const all = openChat()?.commands ?? [];
      open(typed === undefined ? [] : all.filter((each) => each.command.startsWith(typed)));
    },
    toggle() {
      if (box.hidden) open(openChat()?.commands ?? []);
      else hide();
    },
    /** Use a key while the list is open; returns whether it was used. */
    key(event) {
      if (box.hidden || event.shiftKey || !(event.key in keys)) return false;
      keys[event.key]();
      return true;
    },
  };
}
