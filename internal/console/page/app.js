// Joins the panes: what is chosen, the live picture, and what was pressed.
import { $ } from "./dom.js";
import { act, follow } from "./live.js";
import { drawPhone, address, ours } from "./phone.js";
import { drawInside } from "./inside.js";
import { drawSlack } from "./slack.js";
import { drawCoach } from "./coach.js";
import { showModal, ask } from "./modal.js";

const kept = (() => {
  try {
    return JSON.parse(sessionStorage.getItem("linkline-demo")) || {};
  } catch {
    return {};
  }
})();
const me = { resident: kept.resident, way: kept.way || "sms", ours: kept.ours, worker: kept.worker, room: kept.room, thread: null, read: {} };
let picture = null;
let texted = 0; // how many texts were seen while the phone was looked at

function keep() {
  try {
    sessionStorage.setItem("linkline-demo", JSON.stringify({ resident: me.resident, way: me.way, ours: me.ours, worker: me.worker, room: me.room, pane: $("main").dataset.pane, folded: folded() }));
  } catch {
    // A private window may keep nothing; the page works all the same.
  }
}

const now = () => Date.now() + (picture ? picture.ahead : 0);
const pane = () => $("main").dataset.pane;
const narrow = window.matchMedia("(max-width: 759px)");
const looking = (p) => !narrow.matches || pane() === p;
const talk = () => picture.talks[`${address(me)} ${ours(me, picture)}`];

const ctx = {
  name: (id) => (picture.workers.find((w) => w.id === id) || { name: id }).name,
  room: (id) => (picture.channels.find((c) => c.id === id) || { name: id }).name,
  language: (tag) => (picture.languages.find((l) => l.tag === tag) || { name: tag || "not known" }).name,
  press: (post, b) => press(post, b),
  thread: (post) => { me.thread = { ts: post.ts, text: post.text }; draw(); $("note").focus(); },
  go: (room) => { me.room = room; me.thread = null; draw(); keep(); },
  submit: (user, modal, values) => { me.follow = true; return act("submit", { user, modal, values }); },
  dismiss: (user, modal) => run(() => act("dismiss", { user, modal })),
  get bot() { return picture.bot; },
  get service() { return picture.service; },
  get looking() { return looking("slack"); },
};

function settle() {
  if (!picture.residents.some((r) => r.number === me.resident)) me.resident = picture.residents[0] && picture.residents[0].number;
  if (!picture.workers.some((w) => w.id === me.worker)) me.worker = picture.workers[0] && picture.workers[0].id;
  const rooms = [...picture.channels.map((c) => c.id), picture.dms[me.worker]];
  if (!rooms.includes(me.room)) me.room = (picture.channels.find((c) => c.kind === "cards") || { id: rooms[0] }).id;
}

function draw() {
  if (!picture) return;
  settle();
  const t = talk();
  drawPhone(me, picture, t, send);
  drawInside(picture, t, ctx, now());
  const unread = drawSlack(picture, me, ctx);
  $("outage").hidden = !picture.slack_down;
  $("slack-down").checked = !!picture.slack_down;
  drawCoach(picture, me, t, go);
  showModal(me.worker, picture.modals[me.worker], ctx);
  if (looking("phone")) texted = picture.texts.length;
  badge("phone", Math.max(0, picture.texts.length - texted));
  badge("slack", looking("slack") && !narrow.matches ? 0 : unread);
  document.documentElement.dataset.ready = "true";
}

function badge(name, n) {
  const b = document.querySelector(`[data-pane="${name}"] .badge`);
  b.hidden = n === 0;
  b.textContent = n;
}

// run does something and says what to do when it did not work.
async function run(what) {
  try {
    return await what();
  } catch (e) {
    $("toast-say").textContent = e.message;
    $("toast-hint").textContent = e.hint || "";
    $("toast").hidden = false;
    return null;
  }
}

async function send(text, media) {
  const button = document.querySelector("#compose .send");
  button.disabled = true;
  const ok = await run(() => act("text", { from: address(me), to: ours(me, picture), body: text, media }));
  button.disabled = false;
  return ok !== null;
}

async function press(post, b) {
  if (b.confirm && !(await ask(b.confirm, ctx))) return;
  me.follow = true;
  await run(() => act("click", { user: me.worker, channel: me.room, ts: post.ts, action: b.action_id, value: b.value || "" }));
}

function show(p) {
  $("main").dataset.pane = p;
  for (const b of document.querySelectorAll(".panes button")) {
    if (b.dataset.pane === p) b.setAttribute("aria-current", "true");
    else b.removeAttribute("aria-current");
  }
  draw();
  keep();
}

// go leads to where the coach points.
function go(where) {
  if (where.worker) me.worker = where.worker;
  if (where.room) { me.room = where.room; me.thread = null; }
  show(where.pane);
  const to = document.querySelector(where.focus) || $("posts");
  to.scrollIntoView({ block: "nearest" });
  to.focus();
}

function folded() {
  return $("fold").getAttribute("aria-expanded") === "false";
}

function fold(shut) {
  $("fold").setAttribute("aria-expanded", shut ? "false" : "true");
  $("inside-body").hidden = shut;
  $("main").classList.toggle("folded", shut);
}

function listen() {
  const say = $("say");
  const fit = () => {
    say.style.height = "auto";
    say.style.height = Math.min(say.scrollHeight, 120) + "px";
  };
  const submit = async () => {
    const text = say.value;
    if (text.trim() === "") return say.focus();
    say.value = "";
    fit();
    if (!(await send(text))) {
      say.value = text;
      fit();
    }
    say.focus();
  };
  $("compose").addEventListener("submit", (e) => { e.preventDefault(); submit(); });
  say.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); submit(); }
  });
  say.addEventListener("keypress", (e) => { if (e.key === "Enter" && !e.shiftKey) e.preventDefault(); });
  say.addEventListener("input", fit);
  $("resident").addEventListener("change", (e) => { me.resident = e.target.value; draw(); keep(); });
  $("number").addEventListener("change", (e) => { me.ours = e.target.value; draw(); keep(); });
  for (const box of document.querySelectorAll("input[name=way]")) box.addEventListener("change", () => { me.way = box.value; draw(); keep(); });
  $("worker").addEventListener("change", (e) => {
    me.worker = e.target.value;
    me.thread = null;
    draw();
    keep();
  });
  $("write").addEventListener("submit", async (e) => {
    e.preventDefault();
    const text = $("note").value.trim();
    if (!text) return;
    $("note").value = "";
    me.follow = true; // what comes of it is brought into sight
    const command = /^\/linkline(?:\s+|$)(.*)$/i.exec(text);
    const ok = await run(() => (command
      ? act("command", { user: me.worker, channel: me.room, text: command[1] })
      : act("say", { user: me.worker, channel: me.room, thread: me.thread ? me.thread.ts : "", text })));
    if (!ok) $("note").value = text;
    $("note").focus();
  });
  $("leave-thread").addEventListener("click", () => { me.thread = null; draw(); $("note").focus(); });
  $("toast-close").addEventListener("click", () => { $("toast").hidden = true; });
  $("fold").addEventListener("click", () => { fold(!folded()); keep(); });
  for (const b of document.querySelectorAll(".panes button")) b.addEventListener("click", () => show(b.dataset.pane));
  for (const b of document.querySelectorAll("[data-forward]")) b.addEventListener("click", () => run(() => act("clock", { seconds: Number(b.dataset.forward) })));
  $("slack-down").addEventListener("change", (e) => run(() => act("trouble", { what: e.target.checked ? "slack_down" : "slack_up" })));
  $("twilio-busy").addEventListener("click", () => run(() => act("trouble", { what: "twilio_busy" })));
  narrow.addEventListener("change", draw);
  setInterval(() => { if (picture && !document.hidden) drawInside(picture, talk(), ctx, now()); }, 10000);
}

function state(s) {
  const live = $("live");
  if (live.dataset.state === s) return;
  live.dataset.state = s;
  $("live-say").textContent = { connecting: "Connecting", live: "Live", lost: "Connection lost" }[s];
  const lost = $("lost");
  lost.hidden = s !== "lost";
  lost.textContent = s === "lost" ? "The connection to the demo is lost; trying again. If you stopped it, run linkline demo again: this page goes on by itself, with empty phones." : "";
}

fold(kept.folded ?? window.matchMedia("(min-width: 760px) and (max-width: 1099px)").matches);
show(kept.pane || "phone");
listen();
follow((p) => {
  if (picture && picture.run !== p.run) {
    me.read = {};
    me.thread = null;
  }
  picture = p;
  draw();
}, state);
