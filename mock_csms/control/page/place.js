// Keeps the state of the page in its address: `#/PANE/STATIONS/NUMBER` or `#/PANE/STATIONS/send/COMMAND`. STATIONS are identities with
// commas, a pattern, or `*` for all; each is percent-encoded.

import { part } from "./api.js";
import { isGlob } from "./dom.js";
import { chosenAction, open } from "./compose.js";
import { find } from "./messages.js";
import { pick } from "./sequence.js";
import { state, tell } from "./state.js";
import { reveal, setGlob } from "./stations.js";
import { show, stationOf } from "./station.js";

let isGoing = true; // true until the page shows the state in its address

// Writes the state of the page to the address.
export function note() {
  if (isGoing) return;
  const whose = state.chosen.size ? [...state.chosen].slice(0, 20).map(part).join(",") : part(state.glob ? (isGlob(state.glob) ? state.glob : `*${state.glob}*`) : "*");
  const open_ = document.body.classList.contains("detailed");
  const what = !open_ ? "" : state.side === "send" ? `/send/${part(chosenAction())}` : state.side === "station" ? `/station/${part(stationOf())}` : state.picked ? `/${state.picked.seq}` : "";
  const hash = `#/${state.view}/${whose}${what}`;
  if (hash !== location.hash) history.replaceState(null, "", hash);
}

// Shows the state in such an address.
export async function goTo(hash) {
  const [, view, whose, what, more] = hash.split("/").map(decoded);
  isGoing = true;
  try {
    if (view === undefined) return;
    const raw = hash.split("/")[2] ?? "";
    if (whose && isGlob(whose)) { state.chosen = new Set(); setGlob(whose === "*" ? "" : whose); }
    else if (whose) { state.chosen = new Set(raw.split(",").map(decoded).filter(Boolean)); tell("chosen"); reveal(); }
    tell("view", view);
    if (what === "send") await open({action: more || undefined, station: whose && !isGlob(whose) ? whose.split(",")[0] : undefined});
    else if (what === "station" && more) { tell("side", "station"); show(more); }
    else if (/^\d+$/.test(what ?? "")) await openMessage(Number(what));
  } finally { isGoing = false; }
  note();
}

async function openMessage(seq) {
  const record = await find(seq).catch(() => undefined);
  if (record) pick(record);
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}
