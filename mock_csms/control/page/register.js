// The form that lets a station connect, with a password if it needs one. The page forgets the password at once.

import { part, put } from "./api.js";
import { at, toast } from "./dom.js";
import { refresh } from "./stations.js";

function open(isOpen) {
  at("stationform").hidden = !isOpen;
  at("newstation").hidden = isOpen;
  at("stationform").reset();
  at("stationwrong").textContent = "";
  if (isOpen) at("station-id").focus();
}

async function save(event) {
  event.preventDefault();
  const station = at("station-id").value.trim(), password = at("station-password").value;
  try {
    await put(`/stations/${part(station)}`, password ? {password} : {});
    toast(`${station} may connect${password ? ", with its password" : ""}`);
    open(false);
    refresh();
  } catch (problem) { at("stationwrong").textContent = problem.message; }
}

export function begin() {
  at("newstation").onclick = () => open(true);
  at("stationcancel").onclick = () => open(false);
  at("stationform").onsubmit = save;
}
