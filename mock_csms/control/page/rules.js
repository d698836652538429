// The pane of the rules of users, with a form to add and change them.

import { get, part, post, put, query, remove } from "./api.js";
import { at, button, empty, make, number, toast } from "./dom.js";
import { pretty } from "./json.js";
import { on, state, tell } from "./state.js";
import { table } from "./station.js";

const THEN = {
  reply: ["Answer", "merged into the default answer", '{"idTokenInfo": {"status": "Expired"}}'],
  "reply-raw": ["Answer as it is", "sent unchanged and unchecked: any JSON", '{"nonsense": true}'],
  error: ["Error", "a CALLERROR: CODE or CODE:DESCRIPTION", "InternalError:out of order"],
  fault: ["Fault", "spoils the message", "drop, delay=5, duplicate, malformed, truncate, wrong-id, close, reset, …"],
};

let rules = [];
let editing = null; // the rule in the form; null for a new one

export async function refresh() {
  try { rules = await get("/rules"); } catch (problem) { toast(problem.message, "error"); return; }
  draw();
}

function draw() {
  at("rulecount").textContent = rules.length ? number(rules.length) : "";
  const rows = rules.map((rule, index) => row(rule, index));
  at("rulelist").replaceChildren(rows.length ? table(["", "For", "Then", "Used", ""], rows, "wide") : empty("No rule yet",
    "A rule changes how the mock answers, or spoils a message, from now on. The first rule that matches is used.",
    make("p", "", ["Open a message and choose ", make("strong", "", "Answer differently …"), ", or add one here."])));
}

function row(rule, index) {
  const [name, then] = thenOf(rule.table), left = Object.entries(rule.left).map(([station, n]) => `${station}: ${n} left`).join("\n");
  const uses = `${number(rule.hits)}${rule.times === null ? "" : ` of ${rule.times}`}`;
  return make("tr", "", [
    make("td", "place", [button("↑", () => swap(index, -1), "small", {title: "Before the one above", disabled: !isSame(index, -1)}), button("↓", () => swap(index, 1), "small", {title: "After the one below", disabled: !isSame(index, 1)})]),
    make("td", "mono", rule.table.match), make("td", "", [make("span", `tag ${rule.kind === "fault" ? "fault" : ""}`, name), make("code", "", then)]),
    make("td", "number", uses, {title: left || "by all stations together"}),
    make("td", "tools", [button("Edit", () => edit(rule), "small"), button("Delete", () => drop(rule), "small", {ariaLabel: `Delete the rule ${rule.table.match}`})]),
  ]);
}

const isSame = (index, by) => rules[index + by]?.kind === rules[index].kind;

function thenOf(table) {
  const key = Object.keys(THEN).find((each) => Object.hasOwn(table, each)) ?? "reply", value = table[key];
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return [table.fault && key !== "fault" ? `${THEN[key][0]} and fault ${table.fault}` : THEN[key][0], text ?? ""];
}

async function swap(index, by) {
  const order = rules.map((rule) => rule.id);
  [order[index], order[index + by]] = [order[index + by], order[index]];
  try { rules = await put("/rules", {order}); draw(); } catch (problem) { toast(problem.message, "error"); }
}

async function drop(rule) {
  try { await remove(`/rules/${part(rule.id)}`); toast("The rule is deleted"); } catch (problem) { toast(problem.message, "error"); }
  refresh();
}

// The form.

function edit(rule) {
  editing = rule;
  const key = Object.keys(THEN).find((each) => Object.hasOwn(rule.table, each)) ?? "reply";
  const value = rule.table[key];
  open(rule.table.match, key, key === "error" || key === "fault" ? value : pretty(typeof value === "string" ? read(value) : value));
}

function read(text) {
  try { return JSON.parse(text); } catch { return text; }
}

function open(match, key, text) {
  at("ruleform").hidden = false;
  at("ruletitle").textContent = editing ? "Change the rule" : "New rule";
  at("match").value = match;
  at("then").value = key;
  at("value").value = text;
  hint();
  at("match").focus();
}

export function close() {
  at("ruleform").hidden = true;
  editing = null;
}

function hint() {
  const [, meaning, example] = THEN[at("then").value];
  at("thenhint").textContent = meaning;
  at("value").placeholder = example;
  at("rulewrong").textContent = "";
}

async function save(event) {
  event.preventDefault();
  const then = at("then").value, text = at("value").value.trim();
  let value = text;
  if (then === "reply" || then === "reply-raw") {
    try { value = JSON.parse(text); } catch (error) { at("rulewrong").textContent = `not JSON: ${error.message}`; return; }
  }
  const body = {match: at("match").value.trim(), [then]: value};
  if (editing?.table.fault && then !== "fault") body.fault = editing.table.fault;
  try {
    const saved = editing ? await put(`/rules/${part(editing.id)}`, body) : await post(`/rules${query({at: 0})}`, body);
    toast(saved.warnings?.length ? saved.warnings.join("; ") : editing ? "The rule is changed" : "The rule is used from now on");
    close();
    refresh();
  } catch (problem) { at("rulewrong").textContent = problem.message; }
}

async function suggest() {
  const known = [...await get("/actions?sender=station"), ...await get("/actions")];
  at("ruleactions").replaceChildren(...known.map((row) => make("option", "", [], {value: row.action})));
}

export function begin() {
  at("then").append(...Object.entries(THEN).map(([key, [name]]) => make("option", "", name, {value: key})));
  at("then").onchange = hint;
  at("newrule").onclick = () => { editing = null; open("", "reply", ""); };
  at("ruleform").onsubmit = save;
  at("rulecancel").onclick = close;
  at("match").onfocus = () => { if (!at("ruleactions").childElementCount) suggest().catch(() => {}); };
  on("rule", ({match, reply}) => { tell("view", "rules"); editing = null; open(match, "reply", pretty(reply)); });
  on("tick", () => { if (state.view === "rules" && at("ruleform").hidden) refresh(); });
}
