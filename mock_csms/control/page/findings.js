// The panes of findings, by station and check, and of transactions.

import { get } from "./api.js";
import { at, button, empty, globbed, make, number, toast } from "./dom.js";
import { find, globOf, messageOf } from "./messages.js";
import { pick } from "./sequence.js";
import { on, state, tell } from "./state.js";
import { choose, stations } from "./stations.js";
import { table } from "./station.js";
import { GLYPHS } from "./telling.js";

const MOST = 500; // the most rows that are shown
const RANKS = {error: 0, warning: 1, info: 2};

// Whether a station is chosen; if none is chosen, whether it matches the filter.
function inScope(station) {
  return state.chosen.size ? state.chosen.has(station) : globbed(globOf(state.glob)).test(station);
}

export async function refresh() {
  let found;
  try { found = await get("/findings"); } catch (problem) { toast(problem.message, "error"); return; }
  const least = RANKS[at("severity").value];
  const those = found.filter((each) => RANKS[each.severity] <= least && inScope(each.station))
    .sort((one, two) => RANKS[one.severity] - RANKS[two.severity] || two.times - one.times);
  const isChecked = state.about?.features.checks;
  at("findinglist").replaceChildren(those.length ? table(["", "Station", "Check", "What is wrong", "Times", ""], those.slice(0, MOST).map(row), "wide findings")
    : found.length ? empty("No finding here", "Other stations, or other severities, have some.")
    : empty("Nothing wrong so far", isChecked ? "The conformance checks judge every message. Violations of OCPP are listed here." : "The checks are switched off (--checks none)."));
}

function row(each) {
  return make("tr", each.severity, [
    make("td", "", [make("span", `mark ${each.severity}`, GLYPHS[each.severity] ?? "i", {title: each.severity})]), make("td", "", [button(each.station, () => tell("station", each.station), "plain")]),
    make("td", "nobreak", [make("strong", "", each.check), make("div", "faint", each.requirement)]), make("td", "any", each.problem + (each.expected ? " (expected)" : "")),
    make("td", "number", number(each.times)), make("td", "tools", [button("Show", () => show(each), "small")]),
  ]);
}

// Shows the latest finding of a check about a station in the list of messages.
async function show(each) {
  try {
    const page = await get(`/events?${new URLSearchParams({station: each.station, finding: each.check, latest: "true", limit: "1"})}`);
    if (!page.events.length) { toast("The journal has dropped it", "error"); return; }
    if (!inScope(each.station) || state.chosen.size !== 1) { state.chosen = new Set(); choose(each.station); }
    tell("view", "messages");
    const record = await find(page.events[0].seq);
    const message = each.messages.map((id) => messageOf(each.station, id)).find(Boolean);
    pick(record ?? message);
  } catch (problem) { toast(problem.message, "error"); }
}

// Transactions.

export async function refreshSessions() {
  let found;
  try { found = await get(`/sessions?limit=${MOST}`); } catch (problem) { toast(problem.message, "error"); return; }
  const those = found.filter((each) => inScope(each.station)).reverse().sort((one, two) => two.active - one.active);
  const hasCost = those.some((each) => each.cost !== null);
  at("sessionlist").replaceChildren(those.length ? table(["", "Station", "Transaction", "EVSE", "Token", "State", "Energy", ...(hasCost ? ["Cost"] : []), "Started", "Ended"], those.map((each) => session(each, hasCost)), "wide")
    : empty("No transaction yet", "It appears here when a station reports that it has started.",
      make("p", "", [button("Start one …", () => tell("compose", {action: "RequestStartTransaction"}), "", {disabled: ![...stations.values()].some((each) => each.connected)})])));
}

function session(each, hasCost) {
  const where = [each.evse, each.connector].filter((n) => n !== null).join("."), time = (text) => text ? text.slice(11, 19) : "";
  return make("tr", each.active ? "" : "over", [
    make("td", "", [make("span", `dot ${each.active ? "live" : ""}`, "", {title: each.active ? "runs" : "has ended"})]), make("td", "", [button(each.station, () => tell("station", each.station), "plain")]),
    make("td", "mono short", each.transaction, {title: each.transaction}), make("td", "", where), make("td", "mono nobreak", each.token ?? ""),
    make("td", "nobreak", each.active ? each.charging_state ?? "" : each.reason ?? "ended"), make("td", "number", each.energy === null ? "" : `${(each.energy / 1000).toFixed(3)} kWh`),
    hasCost && make("td", "number", each.cost === null ? "" : String(each.cost)), make("td", "number", time(each.started), {title: each.started ?? ""}), make("td", "number", time(each.ended), {title: each.ended ?? ""}),
  ]);
}

export function begin() {
  at("severity").onchange = refresh;
  const again = () => { if (state.view === "findings") refresh(); else if (state.view === "transactions") refreshSessions(); };
  on("tick", again);
  on("chosen", again);
}
