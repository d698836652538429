// The pane of answers to single tokens; for all other tokens --auth-mode decides.

import { get, part, put, remove } from "./api.js";
import { at, button, empty, make, number, toast } from "./dom.js";
import { on, state } from "./state.js";
import { table } from "./station.js";

let tokens = [];

export async function refresh() {
  try { tokens = await get("/tokens"); } catch (problem) { toast(problem.message, "error"); return; }
  at("tokencount").textContent = tokens.length ? number(tokens.length) : "";
  at("tokenlist").replaceChildren(tokens.length ? table(["Token", "Gets", "Group", "Expires after", "EVSEs", "Type", ""], tokens.map(row), "wide")
    : empty("No token has a status of its own", "--auth-mode decides about all tokens. Add a token to block it, or to let it expire.", button("Add a token", () => open())));
}

const GOOD = ["Accepted"];

function row(token) {
  return make("tr", "", [
    make("td", "mono", token.id), make("td", "", [make("span", `tag ${GOOD.includes(token.status) ? "passed" : "warning"}`, token.status)]),
    make("td", "mono", token.group ?? ""), make("td", "number", token.expiry === undefined ? "" : `${number(token.expiry)} s`),
    make("td", "", (token.evse ?? []).join(", ")), make("td", "", token.type ?? ""),
    make("td", "tools", [button("Edit", () => open(token), "small"), button("Delete", () => drop(token), "small", {ariaLabel: `Delete the token ${token.id}`})]),
  ]);
}

async function drop(token) {
  try { await remove(`/tokens/${part(token.id)}`); toast(`${token.id} gets what --auth-mode says`); } catch (problem) { toast(problem.message, "error"); }
  refresh();
}

const FIELDS = ["id", "status", "group", "expiry", "evse", "type"];

function open(token) {
  at("tokenform").hidden = false;
  at("tokentitle").textContent = token ? "Change the token" : "New token";
  at("token-id").readOnly = Boolean(token);
  for (const name of FIELDS) at(`token-${name}`).value = token?.[name] === undefined ? "" : String(token[name]);
  if (!token) at("token-status").value = "Blocked";
  at("tokenwrong").textContent = "";
  at(token ? "token-status" : "token-id").focus();
  if (!at("statuses").childElementCount) suggest().catch(() => {});
}

export const close = () => { at("tokenform").hidden = true; };

async function save(event) {
  event.preventDefault();
  const body = {}, text = (name) => at(`token-${name}`).value.trim();
  for (const name of ["status", "group", "type"]) if (text(name)) body[name] = text(name);
  if (text("expiry")) body.expiry = Number(text("expiry"));
  if (text("evse")) body.evse = text("evse").split(",").map(Number);
  try {
    await put(`/tokens/${part(text("id"))}`, body);
    toast(`${text("id")} gets ${body.status} from now on`);
    close();
    refresh();
  } catch (problem) { at("tokenwrong").textContent = problem.message; }
}

// Fills the lists of statuses and types, from the schema of Authorize.
async function suggest() {
  const {request_schema: request, response_schema: response} = await get("/actions/Authorize?sender=station");
  const lists = {statuses: response.definitions?.AuthorizationStatusEnumType, tokentypes: request.definitions?.IdTokenEnumType};
  for (const [id, part_] of Object.entries(lists)) at(id).replaceChildren(...(part_?.enum ?? []).map((each) => make("option", "", [], {value: each})));
}

export function begin() {
  at("newtoken").onclick = () => open();
  at("tokenform").onsubmit = save;
  at("tokencancel").onclick = close;
  on("tick", () => { if (state.view === "tokens" && at("tokenform").hidden) refresh(); });
}
