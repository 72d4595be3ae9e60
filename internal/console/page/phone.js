// The phone: which one, by which way, what was said, what to try.
import { $, el, lines, sync, hhmm, date } from "./dom.js";
import { suggestions } from "./try.js";

const bare = (n) => n.replace("whatsapp:", "");

/** spaced writes a number as people read it. */
export function spaced(n) {
  const m = /^\+44(\d{4})(\d{6})$/.exec(n);
  return m ? `0${m[1]} ${m[2]}` : n;
}

/** address is how the chosen phone is known to the provider. */
export function address(me) {
  return me.way === "whatsapp" ? "whatsapp:" + me.resident : me.resident;
}

/** ours is the number that it writes to. */
export function ours(me, picture) {
  const list = reach(me.way, picture);
  return list.includes(me.ours) ? me.ours : list[0] || "";
}

function reach(way, picture) {
  const list = picture.numbers.map((n) => (way === "whatsapp" ? n.whatsapp && "whatsapp:" + n.whatsapp : n.sms)).filter(Boolean);
  return [...new Set(list)];
}

const states = {
  queued: "On its way", accepted: "On its way", sending: "On its way", sent: "Sent", delivered: "Delivered", read: "Read",
  undelivered: "Not delivered", failed: "Not delivered", received: "Sent",
};

function choose(me, picture) {
  const pick = $("resident");
  const wanted = picture.residents.map((r) => `${r.number} ${r.label}`).join();
  if (pick.dataset.stamp !== wanted) {
    pick.dataset.stamp = wanted;
    pick.replaceChildren(...picture.residents.map((r) => {
      const l = picture.languages.find((x) => x.tag === r.lang);
      const own = l && l.endonym !== r.label && r.label === l.name ? ` · \u2068${l.endonym}\u2069` : ""; // isolated: the number beside it keeps its order
      return el("option", { value: r.number }, `${r.label}${own} · ${spaced(r.number)}`);
    }));
  }
  pick.value = me.resident;
  for (const box of document.querySelectorAll("input[name=way]")) {
    box.disabled = reach(box.value, picture).length === 0;
    box.checked = box.value === me.way;
  }
  const list = reach(me.way, picture);
  const number = $("number");
  number.hidden = list.length < 2;
  $("number-label").className = list.length < 2 ? "sr" : "";
  if (number.dataset.stamp !== list.join()) {
    number.dataset.stamp = list.join();
    number.replaceChildren(...list.map((n) => el("option", { value: n }, spaced(bare(n)))));
  }
  number.value = ours(me, picture);
}

function bubble(t, lang) {
  const meta = [hhmm(t.at)];
  if (!t.in) meta.push(states[t.status] || t.status);
  if (t.code) meta.push(`code ${t.code}`);
  if (t.segments > 1) meta.push(`${t.segments} texts`);
  return el("div", { lang, class: `bubble ${t.in ? "mine" : "theirs"} ${t.status === "failed" || t.status === "undelivered" ? "lost" : ""}`, data: { id: t.id } },
    el("p", { class: "body" }, el("span", { class: "sr" }, t.in ? "You: " : "Linkline: "), t.media && el("span", { class: "media" }, t.media === "voice" ? "🎤 Voice message" : "🖼 Photo"), ...(t.body ? lines(t.body) : [])),
    el("p", { class: "meta" }, meta.join(" · ")));
}

/** drawPhone shows the chosen phone. */
export function drawPhone(me, picture, talk, send) {
  choose(me, picture);
  const from = address(me);
  const to = ours(me, picture);
  $("contact-name").textContent = picture.service;
  $("contact-number").textContent = `${me.way === "whatsapp" ? "WhatsApp" : "SMS"} · ${spaced(bare(to))}`;
  const resident = picture.residents.find((r) => r.number === me.resident);
  const lang = (talk && talk.lang) || (resident && resident.lang) || "en";
  $("say").lang = lang;
  const list = picture.texts.filter((t) => (t.from === from && t.to === to) || (t.to === from && (t.from === to || t.from === "")));
  const box = $("texts");
  const low = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const items = [];
  let last = "";
  for (const t of list) {
    const d = date(t.at);
    if (d !== last) items.push({ id: "day " + d, day: d });
    last = d;
    items.push(t);
  }
  if (list.length === 0) items.push({ id: "empty", empty: lang });
  const before = box.lastElementChild && box.lastElementChild.dataset.key;
  sync(box, items, (i) => i.id, (i) => {
    if (i.day) return el("p", { class: "day" }, i.day);
    if (i.empty) return el("div", { class: "empty" }, el("p", { class: "big", lang: i.empty, dir: "auto" }, hello(picture, i.empty)), el("p", {}, "Nobody has texted from this phone yet. Say hello in any language, or tap a suggestion below."));
    return bubble(i, lang);
  });
  sync($("try"), suggestions(picture, talk, lang, me, list), (s) => s.text, (s) => el("button", { type: "button", class: "chip " + (s.kind || ""), dir: "auto", lang: s.lang, data: { control: "try " + s.text }, title: s.label, click: () => send(s.media ? "" : s.text, s.media) }, s.short || s.text));
  if (low || before !== (box.lastElementChild && box.lastElementChild.dataset.key)) box.scrollTop = box.scrollHeight;
}

function hello(picture, lang) {
  const l = picture.languages.find((x) => x.tag === lang);
  return (l && l.try && l.try.hello) || "hello";
}
