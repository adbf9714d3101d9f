// SPDX-License-Identifier: MIT
// `grove serve` as a child of a test.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export class Server {
  #child;
  port = 0;

  // Listens on the port it had before, or on any.
  async start(...words) {
    this.#child = spawn(process.env.GROVE, ["serve", "--json", "-p", String(this.port), ...words],
      { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: this.#child.stdout });
    const [line] = await once(lines, "line");
    this.port = JSON.parse(line).port;
    return this;
  }

  async stop() {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    return (await ended)[0];
  }

  url(path) {
    return `http://127.0.0.1:${this.port}${path}`;
  }
}
