// What the page knows, and who wants to hear of changes.

export const state = {
  about: null, // GET /api/v1
  view: "messages", // the pane in the middle
  side: "message", // the pane on the right: message, station or send
  glob: "", // the filter of the stations
  chosen: new Set(), // the stations whose messages are shown; all that match the filter if it is empty
  picked: null, // the record in the message pane
  isPaused: false,
  link: "waiting", // of the stream: waiting, live or lost
};

const hearers = new Map();

// Calls `hear` after each change with that name.
export function on(name, hear) {
  hearers.set(name, [...(hearers.get(name) ?? []), hear]);
}

export function tell(name, ...what) {
  for (const hear of hearers.get(name) ?? []) hear(...what);
}
