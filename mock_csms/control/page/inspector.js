// The pane of one message: its data, its problems, its JSON, and buttons for actions.

import { get } from "./api.js";
import { at, button, copy, empty, make } from "./dom.js";
import { block, payloadOf, payloadText } from "./json.js";
import { messageOf } from "./messages.js";
import { pick } from "./sequence.js";
import { on, state, tell } from "./state.js";
import { GLYPHS, clock, isCall, isMessage } from "./telling.js";

let checks; // the titles of the checks, after the first request

// By kind of event, for those that panes add: `facts` adds terms to the list, `content` returns what follows it.
export const DETAILS = {};

// Shows other elements in place of a message.
export function present(...parts) {
  at("message").replaceChildren(...parts);
  at("message").scrollTop = 0;
  tell("side", "message");
}

const ENDS = {">": (station) => [station, "CSMS"], "<": (station) => ["CSMS", station]};

export function show(record) {
  if (!record) { at("message").replaceChildren(nothing()); return; }
  at("message").replaceChildren(head(record), facts(record), ...problems(record), actions(record), ...content(record));
  at("message").scrollTop = 0;
}

const nothing = () => empty("No message is open", "Click a row, or press j and k. Its JSON, its problems and its answer appear here.");

function head(record) {
  const mark = record.mark ? make("span", `mark ${record.mark}`, GLYPHS[record.mark] ?? "•") : undefined;
  const kind = isMessage(record) ? {2: "call", 3: "result", 4: "error", 5: "result error", 6: "send"}[record.kind[1]] ?? "no message" : record.event.event;
  return make("header", "", [make("h2", "", [mark, make("span", "words", record.name)]), make("span", "kind", kind)]);
}

function facts(record) {
  const list = make("dl"), add = (term, ...value) => list.append(make("dt", "", term), make("dd", "", value));
  const more = DETAILS[record.event.event];
  if (more) more.facts(record, add);
  else if (isMessage(record)) {
    const [from, to] = ENDS[record.kind[0]](record.station);
    add("Direction", place(from), " → ", place(to));
  } else if (record.station) add("Station", place(record.station));
  add("Time", clock(record.time).replace("T", " ").replace("Z", " UTC"));
  if (record.id) add("Id", make("code", "", String(record.id)));
  if (record.partner) {
    const took = Math.abs(record.partner.time - record.time) * 1000;
    add(isCall(record) ? "Answer" : "Call", link(record.partner), isCall(record) ? ` after ${took.toFixed(1)} ms` : ` ${took.toFixed(1)} ms before`);
  }
  if (record.event.rule) add("Rule", rule(record.event.rule));
  if (record.event.fault) add("Fault", rule(record.event.fault));
  add("Number", make("code", "", String(record.seq)));
  return list;
}

const place = (name) => name === "CSMS" ? "CSMS" : button(name, () => tell("station", name), "plain");
const link = (record) => button(record.name, () => pick(record), "plain");
const rule = (name) => button(name, () => tell("view", "rules"), "plain", {title: "Show the rules"});

// Returns the problems of a record: the notes of its event, and the findings about it.
function problems(record) {
  const rest = record.notes.filter((note) => note && !note.startsWith("chosen by the rule"));
  const notes = record.event.event === "Finding" ? [] : rest.map((note) => make("li", "", note));
  const found = record.event.event === "Finding" ? [finding(record)] : record.found.map(finding);
  const boxes = [];
  if (notes.length) boxes.push(make("ul", `problems ${record.mark}`, notes));
  return [...boxes, ...found];
}

function finding(record) {
  const {event} = record, title = make("strong", "", event.check), words = make("span", "faint", "");
  explain(event.check, words);
  const box = make("section", `finding ${event.severity === "info" ? "" : event.severity}`, [
    make("div", "title", [title, make("span", "faint", ` ${event.severity} · ${event.requirement}`)]), make("p", "", event.problem), words]);
  const ids = event.messages.map((id) => messageOf(record.station, id)).filter((each) => each && each !== state.picked);
  if (ids.length && record === state.picked) box.append(make("p", "", ["Messages: ", ...ids.flatMap((each) => [link(each), " "])]));
  return box;
}

async function explain(check, element) {
  try {
    checks ??= new Map((await get("/checks")).map((each) => [each.id, each.title]));
    element.textContent = checks.get(check) ?? "";
  } catch { /* the finding is enough */ }
}

function actions(record) {
  const list = make("div", "actions"), add = (text, work, title) => list.append(button(text, work, "", {title}));
  if (record.text) add("Copy JSON", (event) => copy(payloadText(record).text, event.target), "The payload, or the whole text if it has none");
  const call = isCall(record) ? record : record.partner;
  if (record.kind[0] === "<" && isCall(record)) {
    add("Send again …", () => tell("compose", {station: record.station, action: record.action, payload: payloadOf(record)}), "Open it in Send, to change and send it");
  }
  if (isMessage(record) && call?.kind === ">2") {
    const answer = call.partner && payloadOf(call.partner);
    add("Answer differently …", () => tell("rule", {match: `${call.action}@${call.station}`, reply: answer ?? {}}), "Make a rule for the next such call");
  }
  return list.childElementCount ? list : undefined;
}

function content(record) {
  const more = DETAILS[record.event.event];
  if (more) return more.content(record);
  if (record.text === "") return [];
  const {isJson, isPayload, text} = payloadText(record);
  const title = isJson ? (isPayload ? "Payload" : "Message") : "As it was on the wire; it is not JSON";
  const raw = make("details", "", [make("summary", "", "As it was on the wire"), block(record.text, false)]);
  return [make("h3", "", title), block(text, isJson), ...(isJson ? [raw] : [])].map((each, index) => index === 1 ? Object.assign(each, {id: "payload"}) : each);
}

export function begin() {
  show(null);
  on("picked", (record) => { show(record); if (record) tell("side", "message"); });
  on("events", () => { if (state.picked && at("message").shownTurn !== state.picked.turn) again(); });
}

// Shows the open message again, because its answer or a finding about it has come.
function again() {
  at("message").shownTurn = state.picked.turn;
  show(state.picked);
}
