// The pane that sends commands, from a form, as JSON or as a raw frame, to one station or to all that match.

import { get, part, post, query } from "./api.js";
import { at, button, dress, empty, globbed, isGlob, make, number, say, toast } from "./dom.js";
import { fillForm } from "./form.js";
import { block, pretty } from "./json.js";
import { find } from "./messages.js";
import { problemsOf, patchOf } from "./schema.js";
import { pick } from "./sequence.js";
import { on, state, tell } from "./state.js";
import { stations } from "./stations.js";

const MOST_SHOWN = 200; // the most answers that are shown

let actions = new Map(), version; // the commands of a version of OCPP, and its name
let whole; // the chosen command, with its schemas
let value = {}; // the edited payload
let mode = "form"; // form, json or frame
const edited = new Map(); // by command: the changed payloads
let isSending = false, isForced = false; // forced: only a raw frame can be sent, because the version has no such command

const to = () => at("to").value.trim();

// The stations that get the command.

function targets() {
  const text = to();
  if (!isGlob(text)) return stations.get(text)?.connected ? [text] : [];
  const pattern = globbed(text);
  return [...stations.values()].filter((each) => each.connected && pattern.test(each.station)).map((each) => each.station);
}

function showTargets() {
  const text = to(), count = targets().length, known = stations.get(text);
  const line = text === "" ? "Name a station, or a pattern such as CS-* for all that match"
    : isGlob(text) ? `will be sent to ${number(count)} connected ${count === 1 ? "station" : "stations"}`
    : count ? `${known.model ?? "connected"}${known.version ? `, OCPP ${known.version}` : ""}` : known ? "is not connected" : "has never connected";
  say(at("reach"), line);
  dress(at("reach"), count || text === "" ? "faint" : "error");
  at("send").disabled = isSending || count === 0 || (mode === "frame" && isGlob(text));
}

// The command.

async function readActions() {
  const wanted = stations.get(to())?.version ?? "";
  if (wanted === version) return;
  const list = await get(`/actions${query({version: wanted})}`);
  version = wanted;
  actions = new Map(list.map((row) => [row.action, row]));
  const before = at("action").value;
  at("action").replaceChildren(...list.map((row) => make("option", "", row.action)));
  const chosen = actions.has(before) ? before : actions.has("TriggerMessage") ? "TriggerMessage" : list[0]?.action;
  if (chosen) { at("action").value = chosen; await chooseAction(chosen); }
}

async function chooseAction(action, payload) {
  at("action").value = action;
  whole = await get(`/actions/${part(action)}${query({version})}`);
  if (at("action").value !== action) return; // the user has chosen another one meanwhile
  value = structuredClone(payload ?? edited.get(action) ?? whole.row.payload);
  showEditor();
}

// Editing.

function showEditor() {
  for (const each of ["form", "json", "frame"]) at(`mode-${each}`).ariaSelected = mode === each;
  at("form").hidden = mode !== "form";
  at("text").hidden = mode === "form";
  at("asis").parentElement.hidden = mode === "frame";
  if (!whole) return;
  if (mode === "form") fillForm(at("form"), value, whole.request_schema, changed);
  else if (mode === "json") at("text").value = pretty(value);
  else at("text").value = JSON.stringify([2, `raw-${Date.now().toString(36)}`, whole.row.action, value]);
  check();
}

function changed() {
  edited.set(whole.row.action, value);
  check();
}

function typed() {
  if (mode === "json") {
    try { value = JSON.parse(at("text").value); edited.set(whole.row.action, value); } catch { /* `check` reports it */ }
  }
  check();
}

function check() {
  let lines = [];
  if (mode === "frame") lines = isGlob(to()) ? ["A frame goes to one station only."] : [];
  else {
    try {
      const now = mode === "json" ? JSON.parse(at("text").value) : value;
      lines = problemsOf(now, whole.request_schema, whole.request_schema);
    } catch (error) { lines = [`not JSON: ${error.message}`]; }
  }
  at("wrong").hidden = lines.length === 0;
  at("wrong").replaceChildren(...lines.slice(0, 8).map((line) => make("li", "", line)));
  if (lines.length > 8) at("wrong").append(make("li", "", `and ${lines.length - 8} more`));
  showTargets();
}

function setMode(next) {
  if (mode === "json" && next !== "json") {
    try { value = JSON.parse(at("text").value); } catch { toast("This is not JSON yet", "error"); return; }
  }
  if (next === "form" && (value === null || typeof value !== "object" || Array.isArray(value))) { toast("A form needs a JSON object", "error"); return; }
  mode = next;
  showEditor();
}

// Sending.

export async function send() {
  if (at("send").disabled || !whole) return;
  isSending = true;
  showTargets();
  at("answer").replaceChildren(make("p", "waiting", "Waiting for the answer …"));
  try { await (mode === "frame" ? sendFrame() : sendCommand()); } catch (problem) { showProblem(problem); }
  isSending = false;
  showTargets();
}

async function sendCommand() {
  const action = whole.row.action, isRaw = at("asis").checked, target = to();
  const content = mode === "json" ? JSON.parse(at("text").value) : value;
  const body = {payload: isRaw ? content : patchOf(whole.row.payload, content), raw: isRaw};
  if (at("wait").value) body.timeout = Number(at("wait").value);
  if (isGlob(target)) showMany(await post(`/commands/${part(action)}${query({match: target})}`, body));
  else showOne(await post(`/stations/${part(target)}/commands/${part(action)}`, body));
}

async function sendFrame() {
  const sent = await post(`/stations/${part(to())}/frames`, {text: at("text").value});
  at("answer").replaceChildren(make("header", "", [make("strong", "passed", "Sent"), make("span", "faint", `${number(sent.bytes)} bytes, not checked`)]),
    make("p", "faint", "The reaction of the station appears in the list of messages."));
}

// The answers.

function outcomeOf(result) {
  if (result.outcome === "error") return [result.code, "error"];
  const status = result.answer?.status;
  const isGood = result.outcome === "result" && (status === undefined || ["Accepted", "Unlocked", "Scheduled"].includes(status));
  return [status ?? (result.outcome === "result" ? "Answered" : "Invalid answer"), isGood ? "passed" : result.outcome === "invalid" ? "error" : "warning"];
}

function showOne(result) {
  const [word, mark] = outcomeOf(result);
  const open = async () => { const record = await find(result.seq); if (record) { tell("view", "messages"); pick(record); } };
  const more = result.outcome === "error" ? [make("p", "", result.description || "no description")] : (result.violations ?? []).map((line) => make("p", "error", line));
  at("answer").replaceChildren(
    make("header", "", [make("strong", mark, word), make("span", "faint", `${result.station} · ${result.ms.toFixed(1)} ms`), button("Show message", open, "plain")]),
    ...more, block(pretty(result.outcome === "error" ? result.details ?? {} : result.answer)));
}

function showMany(result) {
  const rows = [...Object.entries(result.outcomes).map(([station, each]) => [station, ...outcomeOf(each), `${each.ms.toFixed(1)} ms`]),
    ...Object.entries(result.problems).map(([station, problem]) => [station, problem, "error", ""])];
  const counts = new Map();
  for (const [, word] of rows) counts.set(word, (counts.get(word) ?? 0) + 1);
  const summary = [...counts].map(([word, count]) => `${number(count)} × ${word}`).slice(0, 5).join(", ") || "no station matches";
  const body = rows.slice(0, MOST_SHOWN).map(([station, word, mark, ms]) => make("tr", "", [make("td", "", station), make("td", mark, word), make("td", "number", ms)]));
  at("answer").replaceChildren(make("header", "", [make("strong", "", `Sent to ${number(result.sent)}`), make("span", "faint", summary)]),
    make("table", "", [make("tbody", "", body)]), rows.length > MOST_SHOWN ? make("p", "faint", `and ${number(rows.length - MOST_SHOWN)} more`) : "");
}

function showProblem(problem) {
  at("answer").replaceChildren(make("header", "", [make("strong", "error", !problem.status || problem.status === 422 ? "Not sent" : problem.title)]), make("p", "", problem.message));
}

// Opening the pane.

export async function open({station, action, payload} = {}) {
  const [only] = state.chosen;
  const wanted = station ?? (state.chosen.size === 1 ? only : to() || firstConnected());
  at("to").value = wanted ?? "";
  tell("side", "send");
  try {
    await readActions();
    if (action && actions.has(action)) await chooseAction(action, payload);
    else if (action) { isForced = true; mode = "frame"; showEditor(); at("text").value = JSON.stringify([2, "raw-1", action, payload ?? {}]); }
  } catch (problem) { toast(problem.message, "error"); }
  showTargets();
}

const firstConnected = () => [...stations.values()].find((each) => each.connected)?.station;

export const chosenAction = () => whole?.row.action ?? "";

function suggest() {
  const some = [...stations.values()].filter((each) => each.connected).slice(0, 200).map((each) => each.station);
  at("stationnames").replaceChildren(...["*", ...some].map((station) => make("option", "", [], {value: station})));
}

export function begin() {
  at("to").oninput = () => { showTargets(); readActions().catch(() => {}); };
  at("to").onfocus = suggest;
  at("action").onchange = () => {
    if (isForced) { isForced = false; mode = "form"; }
    chooseAction(at("action").value).catch((problem) => toast(problem.message, "error"));
    tell("place");
  };
  at("text").oninput = typed;
  at("send").onclick = send;
  at("default").onclick = () => { edited.delete(whole?.row.action); if (whole) { value = structuredClone(whole.row.payload); showEditor(); } };
  for (const each of ["form", "json", "frame"]) at(`mode-${each}`).onclick = () => setMode(each);
  at("answer").replaceChildren(empty("The answer appears here", "Ctrl+Enter sends."));
  on("compose", open);
  on("stations", () => { if (state.side === "send") { showTargets(); readActions().catch(() => {}); } });
}
