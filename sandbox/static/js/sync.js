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
    if ((changed.has("pane") || changed.has("tab")) && inspectorVisible()) refresh();
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
    if (inspectorVisible() || state.panels === null || state.jumping) wanted.push(api.getPanels());
    if (inspectorVisible() && state.tab === "calls") wanted.push(api.getCalls(state.calls.at(-1)?.seq ?? 0));
    const [view, panels = state.panels, calls = []] = await Promise.all(wanted);
    if (as !== state.as) {
      again = true;
      return;
    }
    update({ view, panels, online: true, calls: calls.length ? [...state.calls, ...calls].slice(-CALLS_KEPT) : state.calls });
  } catch (error) {
    if (!(error instanceof api.Refused || error instanceof api.Offline)) throw error;
    update({ online: false });
    // A refused view means a fresh world without this person: choose again.
    if (error instanceof api.Refused && as === state.as) setTimeout(() => update({ as: null, view: null }), RETRY_MS);
    else retry();
  }
}
