// Between the phone and Slack: where the conversation stands, the flow with
// its lit state, the queue, the lanes and the journal.
import { $, el, svg, sync, hhmm, weekday, age, words } from "./dom.js";

const life = [["chatting", "Chatting"], ["waiting", "Waiting"], ["with_worker", "With a person"], ["closed", "Closed"]];
const terms = { any: "only they", shared: "others may", none: "not safe", "": "not known" };
const timers = { nudge: "a reminder", unfinished: "a person is told it was not finished", forget: "what was said is forgotten", retain: "everything is erased" };
const reasons = { self_referral: "New referral", crisis: "Possible danger", human: "Asks for a person", unfinished: "Unfinished", language: "Another language", unreadable: "Not understood" };

function owner(talk, ctx) {
  if (!talk.owner || talk.owner === "bot") return "Linkline";
  return talk.owner === "queue" ? "the queue" : ctx.name(talk.owner);
}

function drawTalk(talk, ctx, now) {
  const box = $("talk");
  if (!talk) {
    box.replaceChildren(el("p", { class: "empty" }, "Nobody has texted from this phone yet. When they do, this shows where the conversation stands."));
    return;
  }
  const at = life.findIndex(([id]) => id === talk.life);
  const facts = [
    ["Answers", owner(talk, ctx)],
    ["Language", ctx.language(talk.lang)],
    ["Reads this phone", terms[talk.terms || ""]],
    talk.ref && ["Referral", talk.ref],
    talk.stopped && ["Texts", "stopped by STOP"],
    ...[...(talk.timers || [])].sort((a, b) => a.at - b.at).slice(0, 2).map((t) => [t.at > now ? `In ${age(t.at - now)}` : "Due", timers[t.name] || words(t.name)]),
  ].filter(Boolean);
  box.replaceChildren(
    el("ol", { class: "life", "aria-label": "Where the conversation is" }, ...life.map(([, name], i) => el("li", { class: i < at ? "past" : i === at ? "here" : "", "aria-current": i === at && "step" }, name))),
    el("dl", { class: "facts" }, ...facts.map(([k, v]) => el("div", {}, el("dt", {}, k), el("dd", {}, v)))));
}

const row = 27; // px, as in inside.css
const spine = 72;

// The flow is drawn as its file reads, from top to bottom, with an arc for
// every way that jumps: the arcs need no layout, and the list under them is
// what a screen reader meets.
function drawFlow(graph, talk) {
  const box = $("flow");
  if (!graph) {
    box.replaceChildren();
    return;
  }
  const here = talk && talk.state;
  const past = new Set((talk && talk.path) || []);
  const stamp = JSON.stringify([graph.start, graph.states.length, here, [...past]]);
  if (box.dataset.stamp === stamp) return;
  box.dataset.stamp = stamp;
  const index = new Map(graph.states.map((s, i) => [s.name, i]));
  const next = new Map();
  for (const e of graph.edges) if (e.from === here) next.set(e.to, [...(next.get(e.to) || []), e.label].filter(Boolean));
  const arcs = svg("svg", { width: spine + 12, height: graph.states.length * row, "aria-hidden": "true", class: "arcs" });
  const y = (i) => i * row + row / 2;
  const order = graph.edges.map((e) => ({ ...e, lit: e.from === here })).sort((a, b) => a.lit - b.lit);
  const drawn = new Set();
  for (const e of order) {
    const [a, b] = [index.get(e.from), index.get(e.to)];
    if (a === undefined || b === undefined || drawn.has(`${a}>${b}`) && !e.lit) continue;
    drawn.add(`${a}>${b}`);
    const bulge = Math.min(10 + Math.abs(b - a) * 6.5, spine - 6);
    const path = b === a + 1 ? `M${spine} ${y(a)}V${y(b)}` : `M${spine} ${y(a)}C${spine - bulge} ${y(a)} ${spine - bulge} ${y(b)} ${spine} ${y(b)}`;
    arcs.append(svg("path", { d: path, class: e.lit ? "lit" : past.has(e.from) && (past.has(e.to) || e.to === here) ? "gone" : "" }));
  }
  graph.states.forEach((s, i) => {
    const cls = s.name === here ? "here" : past.has(s.name) ? "past" : "";
    arcs.append(s.kind === "question" ? svg("circle", { cx: spine, cy: y(i), r: s.name === here ? 6.5 : 4.5, class: cls }) : svg("rect", { x: spine - 3.5, y: y(i) - 3.5, width: 7, height: 7, class: cls }));
  });
  const list = el("ol", {}, ...graph.states.map((s) => el("li", { class: s.name === here ? "here" : past.has(s.name) ? "past" : "", "aria-current": s.name === here && "step" },
    el("span", {}, words(s.name)), next.has(s.name) && el("small", {}, el("span", { class: "sr" }, "next if: "), words([...new Set(next.get(s.name))].join(", ")) || "then"))));
  box.replaceChildren(arcs, list);
  // The lit state is brought into sight inside its own box; the page stays.
  const lit = list.querySelector(".here");
  if (lit) box.scrollTop = lit.offsetTop - box.clientHeight / 2;
}

function drawQueue(picture, ctx, now) {
  const order = { open: 0, claimed: 1, closed: 2 };
  const list = [...picture.queue].sort((a, b) => (order[a.state] ?? 3) - (order[b.state] ?? 3) || b.priority - a.priority || a.since - b.since);
  const open = list.filter((q) => q.state === "open").length;
  $("queue-count").textContent = list.length ? `${open} waiting` : "";
  const box = $("queue");
  if (!list.length) {
    box.replaceChildren(el("p", { class: "empty" }, "Nobody waits. A referral enters when the questions end, and at once when somebody is in danger or asks for a person."));
    return;
  }
  box.replaceChildren(el("table", {},
    el("thead", {}, el("tr", {}, ...["Reference", "State", "Age"].map((h) => el("th", { scope: "col" }, h)))),
    el("tbody", {}, ...list.map((q) => el("tr", { class: q.state, data: { ref: q.ref } },
      el("th", { scope: "row" }, q.ref, el("small", {}, reasons[q.reason] || words(q.reason))),
      el("td", {}, el("span", { class: "state " + q.state }, q.state), el("small", {}, q.state === "claimed" ? ctx.name(q.worker) : q.state === "closed" ? words(q.code) : q.priority > 1 ? "urgent" : q.priority > 0 ? "raised" : "")),
      el("td", {}, age(now - q.since)))))));
}

const lanes = [["lane_s", "s", "Safety", "Texts for someone in danger; they wait for nothing"], ["lane_o", "o", "Replies", "All other texts, in order"], ["lane_x", "x", "Relay", "To the queue and to Slack"], ["timers", "t", "Timers", "Conversations with something set for later"], ["dead", "†", "Dead", "Dead letters: what can never be sent; a person is told"]];

function drawLanes(picture) {
  sync($("lanes"), lanes.map(([k, sign, name, what]) => ({ k, sign, name, what, n: picture.lanes[k] || 0 })), (l) => l.k, (l) =>
    el("li", { class: l.n && l.k !== "timers" ? "busy" : "", title: l.what }, el("span", { class: "n" }, String(l.n)), el("span", { class: "lane" }, el("span", { class: "sign", "aria-hidden": "true" }, l.sign + " "), l.name), el("span", { class: "sr" }, l.what)));
}

function drawJournal(talk) {
  const list = ((talk && talk.journal) || []).map((j, i) => ({ ...j, i })).reverse().slice(0, 40);
  $("journal-count").textContent = list.length ? `${talk.journal.length} ${talk.journal.length === 1 ? "line" : "lines"}` : "";
  const box = $("journal");
  if (!list.length) {
    box.replaceChildren(el("li", { class: "empty", data: { key: "empty" } }, "Every event of this conversation will stand here with its reason, as linkline why prints it."));
    return;
  }
  sync(box, list, (j) => String(j.i), (j) => el("li", {}, el("time", {}, hhmm(j.at)), el("span", {}, el("strong", {}, words(j.event)), " ", j.from === j.to || !j.from ? words(j.to) : `${words(j.from)} → ${words(j.to)}`, j.reason && el("small", {}, words(j.reason)))));
}

/** drawInside shows everything between the phone and Slack. */
export function drawInside(picture, talk, ctx, now) {
  const flow = (talk && talk.flow) || (picture.numbers[0] && picture.numbers[0].flow);
  $("flow-name").textContent = flow || "";
  drawTalk(talk, ctx, now);
  drawFlow(picture.flows[flow], talk);
  drawQueue(picture, ctx, now);
  drawLanes(picture);
  drawJournal(talk);
  $("now").textContent = weekday(now);
  $("now").dateTime = new Date(now).toISOString();
}
