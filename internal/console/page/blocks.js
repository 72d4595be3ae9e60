// Block Kit as the adapter sends it, drawn with plain elements.
import { el, lines } from "./dom.js";

const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const plainText = (s) => s.replace(/&(amp|lt|gt);/g, (m) => entities[m]);

// One of Slack's marks at a time: links and mentions, code, bold, italic,
// struck through.
const marks = /<([^<>\n]+)>|`([^`\n]+)`|(?<![\p{L}\p{N}])(?:\*([^*\n]+)\*|_([^_\n]+)_|~([^~\n]+)~)(?![\p{L}\p{N}])/gu;

function angle(inner, ctx) {
  const [target, label] = inner.split("|");
  if (target.startsWith("@")) return el("span", { class: "mention" }, "@" + ctx.name(target.slice(1)));
  if (target.startsWith("#")) return el("span", { class: "mention" }, "#" + (label || ctx.room(target.slice(1))));
  if (target.startsWith("!")) return el("span", { class: "mention" }, "@" + target.slice(1));
  return el("span", { class: "link" }, plainText(label || target));
}

/** mrkdwn draws Slack's own markup. Links are shown, never followed. */
export function mrkdwn(text, ctx) {
  const out = [];
  let at = 0;
  for (const m of text.matchAll(marks)) {
    out.push(plainText(text.slice(at, m.index)));
    at = m.index + m[0].length;
    if (m[1] !== undefined) out.push(angle(m[1], ctx));
    else if (m[2] !== undefined) out.push(el("code", {}, plainText(m[2])));
    else if (m[3] !== undefined) out.push(el("strong", {}, ...mrkdwn(m[3], ctx)));
    else if (m[4] !== undefined) out.push(el("em", {}, ...mrkdwn(m[4], ctx)));
    else out.push(el("s", {}, ...mrkdwn(m[5], ctx)));
  }
  out.push(plainText(text.slice(at)));
  return out.filter((x) => x !== "");
}

/** textOf draws a text object; every line finds its own direction. */
export function textOf(t, ctx) {
  if (!t) return [];
  if (t.type !== "mrkdwn") return lines(t.text);
  return t.text.split("\n").map((line) => el("span", { class: "line", dir: "auto" }, ...(line === "" ? ["\u00a0"] : mrkdwn(line, ctx))));
}

function fields(list, ctx) {
  // The adapter sends labels and values in turn; that is what <dl> is for.
  const pairs = el("dl", { class: "fields" });
  for (let i = 0; i + 1 < list.length; i += 2) {
    pairs.append(el("div", {}, el("dt", {}, ...textOf(list[i], ctx)), el("dd", {}, ...textOf(list[i + 1], ctx))));
  }
  if (list.length % 2) pairs.append(el("div", {}, el("dd", {}, ...textOf(list[list.length - 1], ctx))));
  return pairs;
}

function button(b, ctx) {
  return el("button", {
    type: "button", class: "kit " + (b.style || "plain"), data: { control: `${b.action_id} ${b.value || ""}`, action: b.action_id },
    click: () => ctx.press(b),
  }, b.text.text);
}

function overflow(e, ctx) {
  const pick = el("select", { class: "kit-select", "aria-label": "More", data: { control: e.action_id } }, el("option", { value: "" }, (e.placeholder && e.placeholder.text) || "More…"));
  for (const o of e.options || []) pick.append(el("option", { value: o.value }, o.text.text));
  pick.addEventListener("change", () => pick.value && ctx.press({ action_id: e.action_id, value: pick.value, confirm: e.confirm }));
  return pick;
}

function element(e, ctx) {
  if (e.type === "button") return button(e, ctx);
  if (e.type === "overflow" || e.type === "static_select") return overflow(e, ctx);
  return el("span", { class: "link" }, e.type);
}

function rich(e, ctx) {
  switch (e.type) {
    case "rich_text_section":
    case "rich_text_quote":
    case "rich_text_preformatted": {
      const tag = { rich_text_section: "p", rich_text_quote: "blockquote", rich_text_preformatted: "pre" }[e.type];
      return el(tag, { dir: "auto" }, ...e.elements.map((x) => rich(x, ctx)));
    }
    case "rich_text_list":
      return el(e.style === "ordered" ? "ol" : "ul", {}, ...e.elements.map((x) => el("li", { dir: "auto" }, rich(x, ctx))));
    case "user":
      return el("span", { class: "mention" }, "@" + ctx.name(e.user_id));
    case "channel":
      return el("span", { class: "mention" }, "#" + ctx.room(e.channel_id));
    case "link":
      return el("span", { class: "link" }, e.text || e.url);
    case "emoji":
      return document.createTextNode(e.unicode ? String.fromCodePoint(...e.unicode.split("-").map((h) => parseInt(h, 16))) : `:${e.name}:`);
  }
  let node = document.createTextNode(e.text || "");
  for (const [style, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) {
    if (e.style && e.style[style]) node = el(tag, {}, node);
  }
  return node;
}

/** block draws one block of a message or of a form without its inputs. */
export function block(b, ctx) {
  switch (b.type) {
    case "header":
      return el("h4", { class: "kit-header", dir: "auto" }, b.text.text);
    case "section":
      return el("div", { class: "kit-section" }, b.text && el("div", { class: "kit-text" }, ...textOf(b.text, ctx)), b.fields && fields(b.fields, ctx), b.accessory && element(b.accessory, ctx));
    case "context":
      return el("div", { class: "kit-context" }, ...b.elements.map((e) => (e.type === "image" ? e.alt_text : el("span", {}, ...textOf(e, ctx)))));
    case "actions":
      return el("div", { class: "kit-actions" }, ...b.elements.map((e) => element(e, ctx)));
    case "divider":
      return el("hr");
    case "rich_text":
      return el("div", { class: "kit-text" }, ...b.elements.map((e) => rich(e, ctx)));
    case "image":
      return el("p", { class: "kit-context" }, b.alt_text);
  }
  return el("p", { class: "kit-context" }, `(a block of type ${b.type})`);
}
