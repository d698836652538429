// The pane of OCPI: registrations, sessions, CDRs, tokens and locations; and the details of an exchange. It is there only with --ocpi.

import { get, part } from "./api.js";
import { at, button, command, copy, empty, make, number, toast } from "./dom.js";
import { DETAILS, present } from "./inspector.js";
import { block, pretty } from "./json.js";
import { on, state } from "./state.js";
import { table } from "./station.js";
import { codeOf, duration } from "./telling.js";

export const name = "ocpi";
export const title = "OCPI";
export const key = "e";

const MOST = 200; // the most rows of a table
const LISTS = ["sessions", "cdrs", "tokens", "locations"];

export async function refresh() {
  let about, lists;
  try {
    [about, ...lists] = await Promise.all([get("/ocpi"), ...LISTS.map((each) => get(`/ocpi/${each}?limit=${MOST}`))]);
  } catch (problem) { toast(problem.message, "error"); return; }
  const [sessions, cdrs, tokens, locations] = lists.map((each) => each.reverse()), {counts} = about;
  at("ocpiparty").textContent = about.party;
  at("ocpiurl").textContent = about.versions_url;
  at("ocpilist").replaceChildren(
    ...section("Registrations", about.registered.length, registrations(about)),
    ...section("Sessions", counts.sessions, sessions.length && table(["Session", "EVSE", "Token", "Status", "Energy, cost", "From, to"], sessions.map(session), "wide"),
      "There is one for each transaction whose token an eMSP owns."),
    ...section("CDRs", counts.cdrs, cdrs.length && table(["CDR", "EVSE", "Token", "", "Energy, cost", "From, to"], cdrs.map(cdr), "wide"), "One follows when a session has ended."),
    ...section("Tokens of eMSPs", counts.tokens, tokens.length && table(["Token", "eMSP", "Type", "Valid", "Whitelist"], tokens.map(token), "wide"), "They come after a registration, or when a station asks."),
    ...section("Locations", counts.locations, locations.length && table(["Location", "Address", "EVSEs"], locations.map(location_), "wide"), "A location gets its EVSEs when stations connect."));
}

function section(heading, count, list, hint = "") {
  const more = count > MOST ? ` · the latest ${number(MOST)}` : "";
  return [make("h3", "", `${heading}${count ? ` (${number(count)}${more})` : ""}`), list || make("p", "hint", hint)];
}

function registrations({registered, invited, peer, versions_url: url}) {
  if (registered.length) return table(["Party", "Name", "Roles", "Tokens", "Modules", ""], registered.map(party), "wide");
  if (peer) return empty("Registering …", `Nobody is registered yet. The mock tries again until ${peer} accepts it.`);
  if (invited) return empty("No party has registered yet", "A platform can register here with its credentials token:", command(url));
  return empty("No party has registered", "Start the mock with --ocpi-token-a, --ocpi-peer or --ocpi-registered.");
}

function party(each) {
  const modules = each.modules.map((one) => one.split(" ")[0]).join(", ") || "not known yet";
  return make("tr", "", [
    make("td", "nobreak", [make("span", "dot live", "", {title: "registered"}), ` ${each.party}`]), make("td", "nobreak", each.name), make("td", "", each.roles.join(", ")),
    make("td", "number", number(each.tokens)), make("td", "any faint", modules + (each.raw_token ? "; the token is sent raw" : ""), {title: each.modules.join(", ")}),
    make("td", "tools", [button("Exchanges", () => { location.hash = `#/messages/${part(each.party)}`; }, "small", {title: "Show the messages to and from this party"})]),
  ]);
}

const owner = (each) => each ? `${each.country_code}*${each.party_id}` : "";
const lines = (above, below, className = "number", more = {}) => make("td", className, [make("div", "", above), make("div", "faint", below)], more);
const short = (text) => make("td", "mono short", text ?? "", {title: text ?? ""});
const clock = (text) => text ? text.slice(11, 19) : "";

// Cells: the name of an object, which shows its JSON; a token with its owner; energy and cost; the times.
const named = (text, kind, value) => make("td", "mono short", [button(text, () => present(
  make("header", "", [make("h2", "", text), make("span", "kind", kind)]),
  make("div", "actions", [button("Copy JSON", (event) => copy(pretty(value), event.target))]), block(pretty(value))), "plain", {title: `${text}: show its JSON`})]);
const whose = (of) => lines(of?.uid ?? "", owner(of), "short", {title: of?.uid ?? ""});
const price = (kwh, cost, currency) => lines(kwh === undefined ? "" : `${kwh.toFixed(3)} kWh`, cost ? `${cost.incl_vat ?? cost.excl_vat} ${currency ?? ""}` : "", "number", {title: cost ? `${cost.excl_vat} ${currency ?? ""} without VAT` : ""});
const times = (each) => lines(clock(each.start_date_time), clock(each.end_date_time), "number", {title: `${each.start_date_time ?? ""} to ${each.end_date_time ?? ""}`});

function session(each) {
  const isOver = ["COMPLETED", "INVALID"].includes(each.status);
  return make("tr", isOver ? "over" : "", [
    named(each.id, "Session", each), short(each.evse_uid), whose(each.cdr_token),
    make("td", "nobreak", [make("span", `dot ${isOver ? "" : "live"}`), ` ${each.status}`]), price(each.kwh, each.total_cost, each.currency), times(each),
  ]);
}

function cdr(each) {
  return make("tr", "", [
    named(each.id, each.credit ? "CDR, credit" : "CDR", each), short(each.cdr_location?.evse_uid), whose(each.cdr_token),
    make("td", "", each.credit ? "credit" : ""), price(each.total_energy, each.total_cost, each.currency), times(each),
  ]);
}

function token(each) {
  return make("tr", "", [
    named(each.uid, "Token", each), make("td", "nobreak", owner(each)), make("td", "", each.type),
    make("td", "", [make("span", `tag ${each.valid ? "passed" : "warning"}`, each.valid ? "valid" : "not valid")]), make("td", "", each.whitelist),
  ]);
}

function location_(each) {
  const evses = (each.evses ?? []).map((evse) => make("span", `tag ${evse.status === "AVAILABLE" ? "passed" : ""}`, `${evse.uid} ${evse.status}`));
  return make("tr", "", [named(each.id, "Location", each), make("td", "", [each.address, each.city].filter(Boolean).join(", ")), make("td", "any", evses.flatMap((tag) => [tag, " "]))]);
}

// The details of an exchange.

const headers = (given) => Object.entries(given).map(([name_, value]) => `${name_}: ${value}`).join("\n");

DETAILS.OcpiExchanged = {
  facts: ({event}, add) => {
    const ends = ["the mock", event.station || "a party that is not registered"];
    add("Direction", (event.is_ours ? ends : ends.reverse()).join(" → "));
    add("Module", event.module || "none");
    const query = new URLSearchParams(event.query).toString();
    add("Request", make("code", "", `${event.method} ${event.path}${query ? `?${query}` : ""}`));
    add("HTTP status", event.status ? String(event.status) : "no answer");
    add("OCPI status", [codeOf(event), event.answer?.status_message].filter(Boolean).join(" ") || "none");
    add("Took", duration(event.seconds));
    if (event.authorization && event.authorization !== "base64") add("Token", event.authorization);
  },
  content: ({event}) => [["Request", event.headers, event.request], ["Answer", event.answered, event.answer]].flatMap(([heading, given, body]) => [
    make("h3", "", heading), body === null ? make("p", "faint", "no JSON body") : block(pretty(body)),
    make("details", "", [make("summary", "", "Headers"), block(headers(given), false)])]),
};

export function begin(panel) {
  panel.append(
    make("div", "tools", [make("strong", "", "", {id: "ocpiparty"}), button("", (event) => copy(event.currentTarget.textContent, event.currentTarget), "plain mono", {id: "ocpiurl", title: "The URL of the versions: click to copy"})]),
    make("div", "scroll", [], {id: "ocpilist"}));
  on("tick", () => { if (state.view === name) refresh(); });
}
