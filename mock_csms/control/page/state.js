// The state that all parts of the page share, and the functions that are called when it changes.

export const state = {
  about: null, // GET /api/v1
  view: "messages", // the pane in the middle
  side: "message", // the pane on the right: message, station or send
  glob: "", // the filter of the stations
  chosen: new Set(), // the stations whose messages are shown; if empty, all that match the filter
  picked: null, // the record in the message pane
  isPaused: false,
  link: "waiting", // the state of the stream: waiting, live or lost
};

const listeners = new Map();

// Calls `listener` after each change with that name.
export function on(name, listener) {
  listeners.set(name, [...(listeners.get(name) ?? []), listener]);
}

// Calls the listeners for a change.
export function tell(name, ...what) {
  for (const listener of listeners.get(name) ?? []) listener(...what);
}
