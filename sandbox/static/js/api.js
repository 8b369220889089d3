/** The page's only door to the server: the control API and the demo's own routes. */

/** The server said no; `message` is its sentence. */
export class Refused extends Error {}

/** The server could not be reached. */
export class Offline extends Error {}

/** Fetch what the person's client shows, with the newest `depth` messages of each chat. */
export const getView = (as, depth) => call(`/control/view?as=${as}&last=${depth}`);

/** Fetch the seeded world: who there is, before a person is chosen. */
export const getWorld = () => call("/control/world");

/** Fetch the Bot API calls after `seq`, oldest first. */
export const getCalls = (seq) => call(`/control/calls?after=${seq}`);

/** Fetch the inspector's panels. */
export const getPanels = () => call("/demo/panels");

/** Do `verb` as a person; returns what the verb made. */
export const act = (as, verb, fields = {}) => call("/control/act", { as, do: verb, ...fields });

/** Fetch the standing faults. */
export const getFaults = () => call("/control/faults");

/** Put up a fault. */
export const putFault = (fault) => call("/control/faults", fault);

/** Take the faults of a kind away. */
export const clearFaults = (kind) => call(`/control/faults?kind=${kind}`, undefined, "DELETE");

/** Let the demo's clock jump; returns when everything due until then is done. */
export const jump = (name) => call("/demo/clock", { jump: name });

async function call(path, body, method = "GET") {
  const options = body === undefined
    ? { cache: "no-store", method }
    : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Offline(path);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok || answer === null || answer.ok === false) {
    const refusal = new Refused(answer?.error ?? `${path}: HTTP ${response.status}`);
    refusal.status = response.status;
    throw refusal;
  }
  // The control API wraps its result, /demo/panels does not.
  return "ok" in answer && "result" in answer ? answer.result : answer;
}

/** Listen for changes of a person's view; returns a function that ends it. */
export function listen(as, { change, toast, open, lost }) {
  let source = null;
  let timer = null;
  const connect = () => {
    source = new EventSource(`/control/events?as=${as}`);
    source.addEventListener("open", open);
    source.addEventListener("change", change);
    source.addEventListener("toast", (event) => toast(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      lost();
      // The browser retries by itself after a broken line, but not after an HTTP error.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, 2000);
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
