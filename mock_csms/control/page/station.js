// The pane of one station: everything known about it, and buttons that end its connection.

import { get, part, post } from "./api.js";
import { at, button, dress, empty, make, number, toast } from "./dom.js";
import { block, pretty } from "./json.js";
import { on, state, tell } from "./state.js";
import { stations, turnOf } from "./stations.js";

let station = ""; // the identity of the shown station
let turn = ""; // of the row that was shown
let needle = ""; // the filter of the variables

export const stationOf = () => station;

export async function show(name) {
  station = name;
  if (!name) { at("station").replaceChildren(empty("No station is open", "Double-click a station, or click its name above its lane.")); return; }
  turn = turnOf(stations.get(name));
  let whole;
  try { whole = await get(`/stations/${part(name)}`); } catch (problem) {
    if (name === station) at("station").replaceChildren(empty(name, problem.message));
    return;
  }
  if (name === station) at("station").replaceChildren(...parts(whole));
}

function parts(whole) {
  const {row} = whole;
  return [
    make("header", "", [make("h2", "", row.station), make("span", `kind ${row.connected ? "passed" : ""}`, row.connected ? "connected" : "not connected")]),
    facts(whole), actions(row), ...connectors(row), ...variables(whole.variables), ...boot(whole.boot)];
}

function facts({row, connection, firmware}) {
  const list = make("dl"), add = (term, value) => { if (value) list.append(make("dt", "", term), make("dd", "", value)); };
  add("OCPP", row.version);
  add("Boot", row.boot_status);
  add("Model", [row.vendor, row.model].filter(Boolean).join(" "));
  add("Firmware", firmware);
  add("Seen", row.seen && stamp(row.seen));
  add("Connected", connection.opened_at && `${stamp(connection.opened_at)}${connection.opened > 1 ? `, connection ${number(connection.opened)}` : ""}`);
  add("Lost", !row.connected && connection.lost_at && stamp(connection.lost_at));
  add("Running", row.transactions.join(", "));
  const count = Object.entries(row.findings).map(([severity, n]) => `${number(n)} ${severity}`).join(", ");
  if (count) list.append(make("dt", "", "Findings"), make("dd", "", [button(count, () => tell("view", "findings"), "plain")]));
  return list;
}

export const stamp = (time) => time.replace("T", " ").replace(/(\.\d{3})\d*/, "$1").replace("Z", " UTC");

function actions(row) {
  const end = (body, said) => async () => {
    try {
      await post(`/stations/${part(row.station)}/disconnect`, body);
      toast(said);
    } catch (problem) { toast(problem.message, "error"); }
  };
  const list = make("div", "actions", [button("Send a command …", () => tell("compose", {station: row.station}), "", {disabled: !row.connected})]);
  if (row.connected) list.append(
    button("Disconnect", end({}, `The connection of ${row.station} is closed`), "", {title: "Close it with 1000"}),
    button("Drop", end({abort: true}, `The connection of ${row.station} is dropped`), "", {title: "End it with a TCP RST, without a close frame"}),
    button("Keep away 60 s", end({refuse_for: 60}, `${row.station} is kept away for 60 s`), "", {title: "Close it, and answer its handshakes with 503 for a minute"}));
  return list;
}

function connectors(row) {
  if (!row.connectors.length) return [];
  const body = row.connectors.map((each) => make("tr", "", [make("td", "", String(each.evse)), make("td", "", String(each.connector)), make("td", "", each.status)]));
  return [make("h3", "", "Connectors"), table(["EVSE", "Connector", "Status"], body)];
}

export const table = (names, rows, className = "") => make("table", className, [
  make("thead", "", [make("tr", "", names.map((name) => make("th", "", name)))]), make("tbody", "", rows)]);

function variables(all) {
  if (!all.length) return [make("h3", "", "Variables"), make("p", "faint", "None known. Send GetBaseReport to make the station report them.")];
  const body = make("div"), input = make("input", "", "", {type: "search", placeholder: "Filter variables", value: needle, ariaLabel: "Filter variables"});
  const fill = () => {
    needle = input.value;
    const found = all.filter((each) => `${each.component}.${each.variable} ${each.value}`.toLowerCase().includes(needle.toLowerCase()));
    const rows = found.slice(0, 300).map((each) => make("tr", "", [make("td", "", nameOf(each)), make("td", "mono", each.value ?? "")]));
    body.replaceChildren(table(["Variable", "Value"], rows), found.length > 300 ? make("p", "faint", `and ${number(found.length - 300)} more`) : "");
  };
  input.oninput = fill;
  fill();
  return [make("h3", "", `Variables (${number(all.length)})`), input, body];
}

function nameOf(each) {
  const where = each.evse ? `[EVSE ${each.evse}${each.connector ? `.${each.connector}` : ""}]` : "";
  const [one, two] = [each.component_instance, each.variable_instance].map((instance) => instance ? `(${instance})` : "");
  return `${each.component}${one}${where}.${each.variable}${two}`;
}

const boot = (payload) => payload ? [make("h3", "", "Last BootNotification"), block(pretty(payload))] : [];

export function begin() {
  show("");
  on("station", (name) => { show(name); tell("side", "station"); });
  on("stations", () => {
    if (station && state.side === "station" && turnOf(stations.get(station)) !== turn && !document.activeElement?.matches("#station input")) show(station);
  });
}
