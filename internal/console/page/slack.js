// The link worker's Slack: channels with cards and alerts, the direct message
// with its threads, buttons, forms, what only one person sees, and the box.
import { $, el, sync, hhmm } from "./dom.js";
import { block, textOf } from "./blocks.js";

const initials = (name) => name.split(/\s+/).map((w) => w[0]).join("").slice(0, 2).toUpperCase();

/** roomsOf lists what a worker sees on the left. */
export function roomsOf(picture, worker) {
  return [...picture.channels.map((c) => ({ ...c, label: c.name })), { id: picture.dms[worker], label: picture.service, kind: "dm", name: picture.service }];
}

/** visible is what stands in a room for one person. */
export const visible = (picture, room, worker) => (picture.posts[room] || []).filter((p) => !p.ephemeral || p.ephemeral === worker);

/** unread counts what is newer than when the room was last looked at. */
function unread(picture, room, me) {
  const since = (me.read[me.worker] || {})[room];
  if (since === undefined) return 0;
  return visible(picture, room, me.worker).filter((p) => p.ts > since && p.user !== me.worker).length;
}

/** markRead remembers how far a room was read; fresh: only rooms never seen. */
export function markRead(picture, me, room, fresh) {
  me.read[me.worker] ??= {};
  const list = visible(picture, room, me.worker);
  const last = list.reduce((a, p) => (p.ts > a ? p.ts : a), "0");
  if (!fresh || me.read[me.worker][room] === undefined) me.read[me.worker][room] = fresh ? (list.length ? "0" : last) : last;
}

function drawRooms(picture, me, go) {
  $("team").textContent = picture.numbers.map((n) => n.name).join(", ");
  const worker = $("worker");
  const stamp = JSON.stringify(picture.workers);
  if (worker.dataset.stamp !== stamp) {
    worker.dataset.stamp = stamp;
    worker.replaceChildren(...picture.workers.map((w) => el("option", { value: w.id }, `${w.name} · ${w.role}`)));
  }
  worker.value = me.worker;
  let all = 0;
  const items = roomsOf(picture, me.worker).map((r) => {
    const n = r.id === me.room ? 0 : unread(picture, r.id, me);
    all += n;
    return { ...r, n, here: r.id === me.room };
  });
  sync($("rooms"), items, (r) => r.id, (r) =>
    el("li", {}, el("button", { type: "button", class: r.kind, "aria-current": r.here && "true", data: { control: r.id, room: r.kind }, click: () => go(r.id) },
      el("span", { class: "hash", "aria-hidden": "true" }, r.kind === "dm" ? "●" : "#"), el("span", { class: "room-label" }, r.label),
      r.n > 0 && el("span", { class: "badge" }, String(r.n), el("span", { class: "sr" }, " new")))));
  return all;
}

function post(p, ctx, replies) {
  const app = p.user === ctx.bot;
  const name = app ? ctx.service : ctx.name(p.user);
  const press = { ...ctx, press: (b) => ctx.press(p, b) };
  const body = p.blocks && p.blocks.length ? p.blocks.map((b) => block(b, press)) : [el("div", { class: "kit-text" }, ...textOf({ type: "mrkdwn", text: p.text || "" }, press))];
  return el("article", { class: `message ${p.ephemeral ? "only-you" : ""} ${app ? "app" : ""}`, data: { ts: p.ts } },
    el("span", { class: "avatar", "aria-hidden": "true" }, app ? el("img", { src: "icon.svg", alt: "", width: 32, height: 32 }) : initials(name)),
    el("div", { class: "content" },
      el("p", { class: "by" }, el("strong", {}, name), app && el("span", { class: "tag" }, "app"), el("time", {}, hhmm(p.at)), p.edited && el("span", { class: "edited" }, "(edited)")),
      p.ephemeral && el("p", { class: "eye" }, "Only you can see this"),
      ...body,
      replies));
}

function root(item, ctx) {
  const kids = item.replies.length > 0 && el("div", { class: "thread" }, ...item.replies.map((r) => post(r, ctx)));
  const write = item.dm && (item.replies.length > 0 || item.post.blocks) && el("button", { type: "button", class: "quiet in-thread-go", data: { control: "thread " + item.post.ts }, click: () => ctx.thread(item.post) }, "Write in this thread");
  return post(item.post, ctx, el("div", {}, kids, write));
}

const empty = {
  cards: "No referrals yet. When a resident finishes the questions, asks for a person or is in danger, a card appears here.",
  alerts: "No alerts. A cry for help is posted here at once, without the person’s words; they open to whoever takes it.",
  young: "Nobody under 18 has asked for help yet.",
  dm: "Nothing yet. When you claim a referral, what the person said comes here, and only you see it.",
};

function drawPosts(picture, me, ctx, since) {
  const here = roomsOf(picture, me.worker).find((r) => r.id === me.room);
  const list = visible(picture, me.room, me.worker);
  const roots = new Map();
  for (const p of list) if (!p.thread || p.thread === p.ts || !list.some((q) => q.ts === p.thread)) roots.set(p.ts, { post: p, replies: [], dm: here.kind === "dm" });
  for (const p of list) if (p.thread && !roots.has(p.ts)) roots.get(p.thread).replies.push(p);
  const items = roots.size ? [...roots.values()] : [{ empty: here.kind }];
  const box = $("posts");
  const before = box.dataset.room === me.room ? Number(box.dataset.count) : -1;
  const low = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  sync(box, items, (i) => (i.empty ? "empty" : me.room + i.post.ts), (i, again) => {
    if (i.empty) return el("p", { class: "empty" }, empty[i.empty] || "Nothing here yet.");
    const node = root(i, ctx);
    if (before >= 0 && !again) node.classList.add("new");
    return node;
  });
  if (before < 0 || ((low || me.follow) && list.length > before)) {
    me.follow = false;
    // To the first that is new, or to the end where everything was read.
    const fresh = list.find((p) => p.ts > since);
    const node = fresh && box.querySelector(`[data-ts="${CSS.escape(fresh.ts)}"]`);
    box.scrollTop = node ? box.scrollTop + node.getBoundingClientRect().top - box.getBoundingClientRect().top - 6 : box.scrollHeight;
  }
  box.dataset.room = me.room;
  box.dataset.count = list.length;
  $("room-name").textContent = here.kind === "dm" ? `${here.label} · direct message` : `# ${here.label}`;
  const dm = here.kind === "dm";
  $("note").placeholder = dm ? "A note to yourself, or /linkline mine" : "/linkline queue";
  $("note-label").textContent = dm ? "Write in the direct message" : "Type a /linkline command";
  $("write-hint").textContent = dm ? "Nothing you write here reaches the person. To text them, press Reply." : "Commands: /linkline help, queue, next, mine, status";
}

/** drawSlack shows the workspace and tells how much is unread. */
export function drawSlack(picture, me, ctx) {
  for (const r of roomsOf(picture, me.worker)) markRead(picture, me, r.id, true);
  const since = me.read[me.worker][me.room];
  if (ctx.looking) markRead(picture, me, me.room, false);
  const n = drawRooms(picture, me, ctx.go);
  drawPosts(picture, me, ctx, since);
  $("in-thread").hidden = !me.thread;
  $("in-thread-say").textContent = me.thread ? `In the thread: ${me.thread.text || "this message"}` : "";
  return n;
}
