// SPDX-License-Identifier: MIT
#include "cmd/serve/chat_page_parts.hpp"

namespace grove::cmd {

const std::string_view chat_page_script = R"js(
"use strict";
const { user, place } = document.body.dataset;
const [said, form, text, state, trouble] =
  ["said", "say", "text", "state", "trouble"].map((id) => document.getElementById(id));

// Messages. An id is the microsecond in which the message came: later ones have larger ids.
let newest = 0;

function dress(item) {
  const id = Number(item.dataset.id), name = item.querySelector("b"), time = new Date(id / 1000);
  const stamp = document.createElement("time");
  stamp.dateTime = time.toISOString();
  stamp.title = time.toLocaleString();
  stamp.textContent = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  name.after(" ", stamp);
  let hue = 0;
  for (const c of name.textContent) hue = (hue * 31 + c.codePointAt(0)) % 360;
  item.style.setProperty("--hue", hue);
  item.classList.toggle("own", name.textContent === user);
  newest = id;
}

function show(message) {
  if (message.error) trouble.textContent = message.error;
  if (!(message.id > newest)) return;
  const atEnd = said.scrollHeight - said.scrollTop - said.clientHeight < 60;
  const item = document.createElement("li"), name = document.createElement("b");
  const words = document.createElement("p");
  item.dataset.id = message.id;
  name.textContent = message.user;
  words.textContent = message.text;
  item.append(name, words);
  dress(item);
  said.append(item);
  while (said.children.length > 1000) said.firstElementChild.remove();
  if (atEnd || message.user === user) said.scrollTop = said.scrollHeight;
}

function tell(kind, words) {
  if (state.textContent !== words) state.textContent = words;
  state.className = kind;
}

// The connection: a WebSocket; where none gets through, long polls; when the server is away, again
// after a pause that doubles.
let pause = 500, wake = () => {};

function rest() {
  return new Promise((done) => {
    wake = done;
    setTimeout(done, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, 15000);
  });
}

function pathOf(what, query) {
  return new URL(`../${what}/${place}?${new URLSearchParams(query)}`, location);
}

// Until it closes. Result: it had been open.
let socket = null;
function listen() {
  return new Promise((done) => {
    const url = pathOf("ws", { after: newest });
    url.protocol = url.protocol.replace("http", "ws");
    const ws = socket = new WebSocket(url);
    const patience = setTimeout(() => ws.close(), 5000);
    let opened = false;
    ws.onopen = () => {
      clearTimeout(patience);
      opened = true;
      pause = 500;
      tell("on", "Connected");
    };
    ws.onmessage = (event) => show(JSON.parse(event.data));
    ws.onclose = () => {
      clearTimeout(patience);
      done(opened);
    };
  });
}

// Result: the server has answered.
async function poll(timeout) {
  try {
    const answer = await fetch(pathOf("log", { after: newest, timeout }), { cache: "no-store" });
    if (!answer.ok) return false;
    (await answer.json()).forEach(show);
    return true;
  } catch {
    return false;
  }
}

async function stay() {
  for (;;) {
    if (await listen()) {
      tell("off", "Reconnecting");
    } else if (await poll("0s")) {
      tell("on", "Connected by long polling");
      pause = 500;
      while (await poll("10s"));
      tell("off", "Reconnecting");
    } else {
      tell("off", "Not connected, trying again");
    }
    await rest();
  }
}

// What is sent goes by POST, whose answer says whether it has arrived.
async function put(words) {
  const body = new URLSearchParams({ message: words });
  const answer = await fetch(form.action, { method: "POST", body });
  if (answer.status === 404 && await poll("0s"))  // forgotten, or restarted: the poll has entered
    return fetch(form.action, { method: "POST", body });
  return answer;
}

let sending = false;
form.onsubmit = async (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words || sending) return;
  sending = true;
  try {
    const answer = await put(words);
    trouble.textContent = answer.ok ? "" : "Not sent: " + (await answer.text()).trim();
    if (answer.ok && text.value.trim() === words) text.value = "";
  } catch {
    trouble.textContent = "Not sent: the server does not answer. Your message is still here.";
    wake();
  }
  sending = false;
};

for (const item of said.children) dress(item);
said.scrollTop = said.scrollHeight;
window.addEventListener("online", () => wake());
document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
stay();
)js";

}  // namespace grove::cmd
