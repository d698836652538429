// The pane of roaming (--ocpi): sessions, CDRs and tokens as other platforms know them, and the exchanges with them.
// Everything is read from the exchanges in the journal.

import { get, query } from "./api.js";
import { at, button, empty, make, number, toast } from "./dom.js";
import { find } from "./messages.js";
import { pick } from "./sequence.js";
import { on, state, tell } from "./state.js";
import { table } from "./station.js";

const MOST_READ = 2000, MOST_SHOWN = 200; // exchanges

export async function refresh() {
  if (!state.about?.features.ocpi) { at("roaminglist").replaceChildren(empty("No roaming", "With --ocpi the mock is also a CPO for other platforms.")); return; }
  let page;
  try { page = await get(`/events${query({kind: "OcpiExchanged", latest: "true", limit: MOST_READ})}`); } catch (problem) { toast(problem.message, "error"); return; }
  const all = page.events, {sessions, cdrs, tokens} = learned(all);
  at("roaminglist").replaceChildren(...(all.length ? [
    ...part("Sessions", ["Session", "Token", "EVSE", "Status", "Energy", "Cost", "Started"], [...sessions.values()].reverse().map(session)),
    ...part("CDRs", ["CDR", "Token", "EVSE", "Energy", "Cost", "Ended"], [...cdrs.values()].reverse().map(cdr)),
    ...part("Tokens", ["Token", "Owner", "Type", "Whitelist", "Valid", "Last answer"], [...tokens.values()].reverse().map(token)),
    ...part("Exchanges", ["", "Time", "Party", "", "Module", "Path", "HTTP", "OCPI", ""], all.slice(-MOST_SHOWN).reverse().map(exchange)),
  ] : [empty("No exchange yet", "No other platform has registered. --ocpi-token-a lets one register, --ocpi-peer registers with one.")]));
}

// Returns what the exchanges tell about sessions, CDRs and tokens, each by its id, the last told at the end.
function learned(all) {
  const sessions = new Map(), cdrs = new Map(), tokens = new Map();
  const put = (map, id, value) => { const before = map.get(id) ?? {}; map.delete(id); map.set(id, {...before, ...value}); };
  for (const {module, method, path, request, answer, is_ours: isOurs, status} of all) {
    const id = decoded(path.split("/").at(-1).split("?")[0]), isFine = status >= 200 && status < 300;
    if (module === "sessions" && isOurs && ["PUT", "PATCH"].includes(method) && request) put(sessions, id, request);
    else if (module === "cdrs" && isOurs && method === "POST" && request) put(cdrs, request.id, request);
    else if (module === "tokens" && !isOurs && ["PUT", "PATCH"].includes(method) && request && isFine) put(tokens, id, request);
    else if (module === "tokens" && isOurs && method === "GET") for (const each of listOf(answer)) put(tokens, each.uid, each);
    else if (module === "tokens" && isOurs && method === "POST") put(tokens, decoded(path.split("/").at(-2)), {...answer?.data?.token, allowed: answer?.data?.allowed ?? `${status}`});
  }
  return {sessions, cdrs, tokens};
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; } // another platform may write anything
}

const listOf = (answer) => Array.isArray(answer?.data) ? answer.data.filter((each) => each && typeof each === "object") : [];

const part = (title, names, rows) => rows.length ? [make("h3", "", `${title} (${number(rows.length)})`), table(names, rows, "wide")] : [];

const energy = (kwh) => kwh === undefined ? "" : `${kwh.toFixed(4)} kWh`;
const cost = (price, currency) => price ? `${(price.incl_vat ?? price.excl_vat).toFixed(2)} ${currency ?? ""}` : "";
const time = (text) => text ? text.slice(11, 19) : "";
const mono = (text) => make("td", "mono short", String(text ?? ""), {title: String(text ?? "")});

function session(each) {
  return make("tr", ["COMPLETED", "INVALID"].includes(each.status) ? "over" : "", [
    mono(each.id), mono(each.cdr_token?.uid), mono(each.evse_uid), make("td", "", [make("span", `tag ${each.status === "ACTIVE" ? "passed" : ""}`, each.status ?? "")]),
    make("td", "number", energy(each.kwh)), make("td", "number", cost(each.total_cost, each.currency)), make("td", "number", time(each.start_date_time)),
  ]);
}

function cdr(each) {
  return make("tr", "", [
    mono(each.id), mono(each.cdr_token?.uid), mono(each.cdr_location?.evse_uid), make("td", "number", energy(each.total_energy)),
    make("td", "number", cost(each.total_cost, each.currency)), make("td", "number", time(each.end_date_time)),
  ]);
}

function token(each) {
  const owner = each.country_code ? `${each.country_code}*${each.party_id}` : "";
  return make("tr", "", [
    mono(each.uid ?? ""), make("td", "", owner), make("td", "", String(each.type ?? "")), make("td", "", String(each.whitelist ?? "")),
    make("td", "", each.valid === undefined ? "" : each.valid ? "yes" : "no"), make("td", "", String(each.allowed ?? "")),
  ]);
}

function exchange(each) {
  const code = each.answer?.status_code, isWrong = each.status === 0 || each.status >= 400 || code >= 2000;
  return make("tr", isWrong ? "warning" : "", [
    make("td", "", each.is_ours ? "→" : "←", {title: each.is_ours ? "the mock has asked" : "the other platform has asked"}), make("td", "number", time(each.at)), make("td", "nobreak", each.station),
    make("td", "", each.method), make("td", "", each.module), make("td", "mono any", each.path), make("td", "number", each.status ? String(each.status) : "none"),
    make("td", "number", code === undefined ? "" : String(code)), make("td", "tools", [button("Show", () => show(each.seq), "small")]),
  ]);
}

// Shows an exchange in the list of messages.
async function show(seq) {
  tell("view", "messages");
  pick(await find(seq));
}

export function begin() {
  on("tick", () => { if (state.view === "roaming") refresh(); });
}
