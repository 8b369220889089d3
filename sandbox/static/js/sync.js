/** Keeping `state.view`, `state.panels` and `state.calls` equal to the server's. */
import * as api from "./api.js";
import { inspectorVisible, onChange, state, update } from "./state.js";

const CALLS_KEPT = 300;
const RETRY_MS = 2000;
let closeStream = null;
let told = null;
let running = null;
let again = false;
let soon = null;
let retrying = null;

/** Follow the chosen person: open the event stream anew whenever it changes, fetch panels when they come into sight.
 * `onToast` is told what the bot answers to a tap. */
export function follow(onToast) {
  told = onToast;
  onChange((changed) => {
    if (changed.has("as")) listen();
    if (["pane", "tab", "tour"].some((name) => changed.has(name)) && (inspectorVisible() || state.tour !== null)) refresh();
  });
  listen();
}

function listen() {
  closeStream?.();
  if (state.as === null) return;
  closeStream = api.listen(state.as, {
    change: soonRefresh,
    toast: told,
    open: () => {
      if (!state.online) update({ calls: [] });
      refresh();
    },
    lost: () => {
      update({ online: false });
      retry();
    },
  });
}

function soonRefresh() {
  soon ??= setTimeout(() => {
    soon = null;
    refresh();
  }, 60);
}

/** Fetch everything that can be seen. Calls that come while one runs are served by one more run. */
export function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = fetchUntilQuiet().finally(() => { running = null; });
  return running;
}

function retry() {
  retrying ??= setTimeout(() => {
    retrying = null;
    refresh();
  }, RETRY_MS);
}

async function fetchUntilQuiet() {
  do {
    again = false;
    await fetchAll();
  } while (again);
}

async function fetchAll() {
  const { as } = state;
  if (as === null) return;
  try {
    const wanted = [api.getView(as, state.depth)];
    const shown = inspectorVisible() ? state.tab : "";
    wanted.push(shown || state.panels === null || state.jumping || state.tour !== null ? api.getPanels() : state.panels);
    wanted.push(["calls", "faults"].includes(shown) ? api.getCalls(state.calls.at(-1)?.seq ?? 0) : []);
    wanted.push(shown === "faults" ? api.getFaults() : state.faults);
    const [view, panels, calls, faults] = await Promise.all(wanted);
    if (as !== state.as) {
      again = true;
      return;
    }
    update({ view, panels, faults, online: true, calls: calls.length ? [...state.calls, ...calls].slice(-CALLS_KEPT) : state.calls });
  } catch (error) {
    if (!(error instanceof api.Refused || error instanceof api.Offline)) throw error;
    update({ online: false });
    // A refused view means a fresh world without this person: choose again.
    if (error instanceof api.Refused && as === state.as) setTimeout(() => update({ as: null, view: null }), RETRY_MS);
    else retry();
  }
}
