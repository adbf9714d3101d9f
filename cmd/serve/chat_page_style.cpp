// SPDX-License-Identifier: MIT
#include "cmd/serve/chat_page_parts.hpp"

namespace grove::cmd {

// Sizes of 16 px and more: below that a phone enlarges the page when a field is touched.
const std::string_view chat_page_style = R"css(
:root {
  color-scheme: light dark;
  --ground: #f6f7f5; --card: #ffffff; --ink: #1b211d; --faint: #5c665f; --line: #d9ded9;
  --accent: #1f6b43; --on-accent: #ffffff; --own: #e1f0e6; --bad: #a8261d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131714; --card: #1d231f; --ink: #e6ebe7; --faint: #9aa69e; --line: #323b35;
    --accent: #6cc596; --on-accent: #0d1a12; --own: #20382a; --bad: #ff9a8f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.45 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.25rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
b, li p { unicode-bidi: isolate; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
input, button { font: inherit; padding: .6rem .8rem; border-radius: .5rem; min-width: 0; }
input { background: var(--card); color: var(--ink); border: 1px solid var(--faint); }
input:focus-visible { outline-offset: -2px; }
button {
  border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600;
  cursor: pointer;
}
.who { margin: 0; color: var(--faint); overflow-wrap: anywhere; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

.door { display: grid; place-items: center; min-height: 100vh; padding: 1rem; }
.door main {
  width: 100%; max-width: 24rem; padding: 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem;
}
.door h1 { font-size: 1.5rem; margin-bottom: 1rem; }
.door form { display: grid; gap: .5rem; }
.door button { margin-top: .5rem; }
.rooms { list-style: none; margin: 1rem 0 0; padding: 0; display: grid; gap: .5rem; }
.rooms a {
  display: block; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem;
  text-decoration: none; font-weight: 600; overflow-wrap: anywhere;
}
.rooms a:hover { background: var(--own); }

.room { display: flex; flex-direction: column; height: 100vh; height: 100dvh; }
.room > * { width: 100%; max-width: 46rem; margin: 0 auto; padding: 0 1rem; }
.room header {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .9rem;
  padding-top: .8rem; padding-bottom: .8rem;
}
#state { margin: 0 0 0 auto; color: var(--faint); }
#state::before {
  content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .45em;
  border-radius: 50%; background: currentColor;
}
#state.on::before { background: var(--accent); }
#state.off { color: var(--bad); }
@media (max-width: 40rem) {
  .room .who { order: 1; flex-basis: 100%; }
}
.room main { flex: 1; min-height: 0; }
#said {
  height: 100%; overflow-y: auto; margin: 0; padding: .75rem; list-style: none;
  background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
}
#said:empty::before { content: "Nothing has been said yet."; color: var(--faint); }
#said li { width: fit-content; max-width: 85%; margin: 0 0 .6rem; }
#said li b { font-size: .9rem; color: hsl(var(--hue, 150) 55% 32%); }
#said li time { font-size: .8rem; color: var(--faint); }
#said li p {
  margin: .1rem 0 0; padding: .4rem .75rem; background: var(--ground); border-radius: .75rem;
  overflow-wrap: anywhere; white-space: pre-wrap; width: fit-content;
}
#said li.own { margin-left: auto; text-align: right; }
#said li.own p { background: var(--own); text-align: left; margin-left: auto; }
@media (prefers-color-scheme: dark) {
  #said li b { color: hsl(var(--hue, 150) 60% 74%); }
}
#say {
  display: flex; flex-wrap: wrap; gap: .5rem; padding-top: .75rem;
  padding-bottom: calc(.75rem + env(safe-area-inset-bottom));
}
#text { flex: 1; }
#trouble { flex-basis: 100%; margin: 0; color: var(--bad); }
#trouble:empty { display: none; }
)css";

}  // namespace grove::cmd
