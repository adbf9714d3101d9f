// SPDX-License-Identifier: MIT
// The chat's pages as people use them.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { Server } from "./server.mjs";

const phone = { width: 390, height: 844 }, desktop = { width: 1280, height: 800 };
let browser, server, contexts, complaints;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
});
after(() => browser.close());

beforeEach(async () => {
  server = await new Server().start("/chat=chat");
  contexts = [];
  complaints = [];
});

// Pages that go wrong say so: errors of scripts, what the policy forbids, what does not load.
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  assert.equal(await server.stop(), 0);
  assert.deepEqual(complaints, []);
});

async function open(path, { options = {}, script } = {}) {
  const context = await browser.newContext({ viewport: desktop, ...options });
  contexts.push(context);
  if (script) await context.addInitScript(script);
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => {
    if (line.type() === "error") complaints.push(line.text());
  });
  await page.goto(server.url(path));
  return page;
}

// Enters a room and waits until it is connected.
async function enter(user, how) {
  const page = await open(`/chat/topic1/${user}`, how);
  await connected(page);
  return page;
}

const connected = (page) => page.locator("#state.on").waitFor();

async function say(page, words) {
  await page.getByLabel("Message", { exact: true }).fill(words);
  await page.keyboard.press("Enter");
}

const message = (page, words) => page.locator("#said li p").getByText(words, { exact: true });
const hears = (page, words) => message(page, words).waitFor();
const texts = (page) => page.locator("#said li p").allTextContents();

test("two users see each other's messages", async () => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await say(ann, "hello");
  await hears(bob, "hello");
  await say(bob, "good day");
  await hears(ann, "good day");
  for (const page of [ann, bob]) assert.deepEqual(await texts(page), ["hello", "good day"]);
  assert.equal(await ann.locator("li.own").count(), 1);
  assert.equal(await ann.getByLabel("Message", { exact: true }).inputValue(), "");
});

test("the keyboard is enough to come in and to speak", async () => {
  const page = await open("/chat/");
  await page.keyboard.type("Zoë <i>");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "topic1" }).focus();
  await page.keyboard.press("Enter");
  await connected(page);
  await page.keyboard.type("here I am");
  await page.keyboard.press("Enter");
  await hears(page, "here I am");
  assert.equal(await page.locator("#said b").textContent(), "Zoë <i>");
});

test("the backlog is there after a reload, each message once", async () => {
  const ann = await enter("ann");
  for (let i = 0; i < 30; ++i) {
    await say(ann, `line ${i}`);
    await hears(ann, `line ${i}`);
  }
  await ann.reload();
  await connected(ann);
  await say(ann, "after it");
  await hears(ann, "after it");
  const lines = Array.from({ length: 25 }, (_, i) => `line ${i + 5}`);
  assert.deepEqual(await texts(ann), [...lines, "after it"]);
});

test("pages connect again after the server was restarted", async () => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await say(ann, "before");
  await hears(bob, "before");
  await server.stop();
  await ann.locator("#state.off").waitFor();
  await say(ann, "while it is away");
  await ann.getByText("Not sent").waitFor();
  assert.equal(await ann.getByLabel("Message", { exact: true }).inputValue(), "while it is away");
  await server.start("/chat=chat");
  await Promise.all([connected(ann), connected(bob)]);
  await ann.keyboard.press("Enter");
  await hears(bob, "while it is away");
  assert.deepEqual(await texts(bob), ["before", "while it is away"]);
  // What a browser says about a server that is away.
  complaints = complaints.filter((line) => !/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/.test(line));
});

test("where no WebSocket gets through, the page polls", async () => {
  const script = () => {
    window.WebSocket = class {
      constructor() { setTimeout(() => this.onclose(), 0); }
      close() {}
    };
  };
  const [ann, bob] = [await enter("ann", { script }), await enter("bob")];
  await ann.getByText("Connected by long polling").waitFor();
  await say(bob, "to one who polls");
  await hears(ann, "to one who polls");
  await say(ann, "and back");
  await hears(bob, "and back");
  await hears(ann, "and back");
  assert.deepEqual(await texts(ann), await texts(bob));
});

test("markup is shown as it was typed", async () => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const words = "<img src=x onerror=alert(1)> & </script>";
  await say(ann, words);
  await hears(bob, words);
  await bob.reload();
  await hears(bob, words);
});

test("new messages are announced and scrolled to, old ones stay where they are read", async () => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  assert.equal(await ann.locator("#said").getAttribute("aria-live"), "polite");
  for (let i = 0; i < 25; ++i) await say(bob, `line ${i}`), await hears(bob, `line ${i}`);
  await hears(ann, "line 24");
  const fromEnd = () => ann.locator("#said").evaluate(
    (list) => list.scrollHeight - list.scrollTop - list.clientHeight);
  assert.ok(await fromEnd() < 2);
  await ann.locator("#said").evaluate((list) => { list.scrollTop = 0; });
  await say(bob, "one more");
  await hears(ann, "one more");
  assert.equal(await ann.locator("#said").evaluate((list) => list.scrollTop), 0);
});

test("pages fit a phone and a desktop, by day and by night", async () => {
  const bob = await enter("bob");
  const words = ["Has anybody run it with a thousand users?", "w".repeat(200)];
  const answers = ["Yes: 40 MB, and the page stays quick. The list keeps a thousand lines and the "
    + "oldest ones go.", "https://example.com/" + "path/".repeat(20)];
  const cara = await enter("A name that is rather long");
  for (const i of [0, 1]) {
    await say(bob, words[i]), await hears(bob, words[i]);
    await say(cara, answers[i]), await hears(cara, answers[i]);
  }
  for (const [width, viewport] of Object.entries({ phone, desktop })) {
    for (const colorScheme of ["light", "dark"]) {
      const options = { viewport, colorScheme };
      for (const [name, path] of [["name", "/chat/"], ["rooms", "/chat/bob"],
        ["room", "/chat/topic1/bob"], ["empty", "/chat/topic2/bob"]]) {
        const page = await open(path, { options });
        if (path.includes("topic")) await connected(page);
        await page.screenshot({ path: `${process.env.PICTURES}/${name}_${width}_${colorScheme}.png` });
        const [wide, shown] = await page.evaluate(
          () => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(wide <= shown, `${name} is ${wide} pixels wide on ${shown}`);
      }
    }
  }
});
