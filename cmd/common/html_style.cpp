// SPDX-License-Identifier: MIT
#include "cmd/common/html_style.hpp"

namespace grove::cmd {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1b2330; --soft: #5b6676; --edge: #e2e6ec;
  --a: #2463c9; --b: #c2620e; --good: #1d8348; --bad: #c0392b; --fair: #b7860b; --plain: #2463c9;
  --gone: #6c4675; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161c; --card: #1a2028; --text: #e5eaf1; --soft: #98a4b5; --edge: #2c3541;
  --a: #6ca5ff; --b: #f0a050; --good: #58c887; --bad: #ff7f72; --fair: #e3b94d; --plain: #6ca5ff;
  --gone: #b795c4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 20px 40px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0; }
p { margin: 6px 0; }
.soft, .note { color: var(--soft); }
.note { font-size: 13px; margin: 8px 0 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 12px;
  margin: 20px 0; }
.tiles div, figure, section { background: var(--card); border: 1px solid var(--edge);
  border-radius: 10px; }
.tiles div { padding: 10px 14px 12px; }
.tiles dt { color: var(--soft); font-size: 13px; }
.tiles dd { margin: 0; font-size: 21px; font-weight: 600; white-space: nowrap; }
.tiles small { display: block; color: var(--soft); font-size: 12.5px;
  font-weight: 400; }
.cards { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
figure, section { margin: 0; padding: 14px 16px 16px; min-width: 0; }
section { align-self: start; }
.whole { grid-column: 1 / -1; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 16px; justify-content: space-between; }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0; padding: 0;
  color: var(--soft); font-size: 13px; }
.key i { display: inline-block; width: 18px; height: 0; margin-right: 6px; vertical-align: middle;
  border-top: 3px solid currentColor; }
.key i.thin { border-top-width: 1.5px; }
.key i.dash { border-top-style: dashed; }
.key i.bar { height: 11px; background: currentColor; border: 0; opacity: .75; width: 12px; }
i.a { color: var(--a); } i.b { color: var(--b); }
.plot { position: relative; height: 250px; margin: 16px 14px 30px 58px; }
.whole .plot { height: 270px; }
.plot svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.plot b { position: absolute; font-weight: 400; font-size: 12.5px; color: var(--soft);
  white-space: nowrap; line-height: 1; }
.plot .y { right: 100%; margin-right: 8px; transform: translateY(-50%); }
.plot .x { top: 100%; margin-top: 9px; transform: translateX(-50%); }
svg * { vector-effect: non-scaling-stroke; fill: none; }
.grid { stroke: var(--edge); stroke-width: 1; }
.rule { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; }
.line { stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
svg .thin { stroke-width: 1.25; } svg .dash { stroke-dasharray: 5 5; }
svg .a { stroke: var(--a); } svg .b { stroke: var(--b); }
svg .band { stroke: none; opacity: .14; }
svg .a.band { fill: var(--a); } svg .b.band { fill: var(--b); }
svg .bar { stroke: none; fill: var(--a); opacity: .75; }
svg .hint { fill: transparent; } svg .hint:hover { fill: var(--soft); opacity: .15; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; margin-top: 8px; }
th, td { text-align: right; padding: 5px 0 5px 18px; border-top: 1px solid var(--edge);
  white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
thead th { border-top: 0; }
th:first-child, td.words { text-align: left; }
th:first-child { padding-left: 0; }
td.words { white-space: normal; }
.facts td { white-space: normal; text-align: left; overflow-wrap: anywhere; }
.facts th { text-align: left; padding-left: 0; vertical-align: top; }
.good { color: var(--good); } .bad { color: var(--bad); } .fair { color: var(--fair); }
.plain { color: var(--plain); } .gone { color: var(--gone); } .dim { color: var(--soft); }
.verdict { font-weight: 600; margin-top: 8px; }
.stack { display: flex; height: 22px; border-radius: 5px; overflow: hidden; gap: 1px; margin-top: 4px; }
.stack i { background: currentColor; min-width: 3px; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 8px;
  background: currentColor; }
ul.doubts { margin: 8px 0 0; padding-left: 20px; }
@media screen and (max-width: 760px) { .cards { grid-template-columns: minmax(0, 1fr); }
  main { padding: 18px 12px 28px; } h1 { font-size: 20px; }
  .plot { height: 210px; } .plot .wide { display: none; } .key { font-size: 12.5px; }
  th, td { padding-left: 10px; } table { font-size: 13px; }
  .compared thead th:last-child { display: none; }
  .compared tr { display: grid; grid-template-columns: 4.5em 1fr 1fr; padding: 5px 0;
    border-top: 1px solid var(--edge); }
  .compared th, .compared td { border: 0; padding: 1px 0; }
  .compared td.words { grid-column: 1 / -1; } }
@media print { :root { color-scheme: light;
  --page: #fff; --card: #fff; --text: #000; --soft: #444; --edge: #ccc; --a: #1b4fa5; --b: #b3560a;
  --good: #176b3a; --bad: #a93226; --fair: #8a6508; --plain: #1b4fa5;
  --gone: #6c4675; }
  body { font-size: 11px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; } figure, section, .tiles div { break-inside: avoid; }
  .plot b, .key, table, .note, .tiles dt, .tiles small { font-size: 10px; } h2 { font-size: 12px; }
  .plot, .whole .plot { height: 170px; } .plot .wide { display: none; }
  .tiles { gap: 8px; grid-template-columns: repeat(6, 1fr); margin: 12px 0; }
  .tiles dd { font-size: 14px; } .tiles div { padding: 6px 8px; } th, td { padding: 3px 0 3px 14px; }
  .cards { gap: 10px; grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@page { margin: 14mm; }
)";

}  // namespace

std::string_view html_style() noexcept {
    return style;
}

}  // namespace grove::cmd
