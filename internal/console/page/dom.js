// Small tools for drawing. Text only ever becomes a text node: nothing that a
// person wrote can turn into markup.

/** el makes an element. Functions become listeners, `data` a dataset. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "data") Object.assign(node.dataset, value);
    else if (name === "class") node.className = value;
    else if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false));
  return node;
}

const svgSpace = "http://www.w3.org/2000/svg";

/** svg makes an SVG element. */
export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(svgSpace, tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

const arabic = /\p{Script=Arabic}/u;

/** lines gives every line of a text a direction of its own. */
export function lines(text) {
  return text.split("\n").map((line) => el("span", { class: arabic.test(line) ? "line arabic" : "line", dir: "auto" }, line === "" ? "\u00a0" : line));
}

export const $ = (id) => document.getElementById(id);

/**
 * sync makes a list's children equal to items. What did not change keeps its
 * node, so that focus, selection and screen readers stay where they are.
 */
export function sync(parent, items, key, make) {
  const old = new Map([...parent.children].map((n) => [n.dataset.key, n]));
  const keep = new Set();
  let at = parent.firstElementChild;
  for (const item of items) {
    const k = key(item);
    const stamp = JSON.stringify(item);
    let node = old.get(k);
    if (!node || node.dataset.stamp !== stamp) {
      const fresh = make(item, node !== undefined);
      fresh.dataset.key = k;
      fresh.dataset.stamp = stamp;
      if (node) {
        const focus = refocus(node, fresh);
        if (at === node) at = fresh;
        node.replaceWith(fresh);
        focus();
      }
      node = fresh;
    }
    keep.add(node);
    if (at === node) at = node.nextElementSibling;
    else parent.insertBefore(node, at);
  }
  for (const n of [...parent.children]) if (!keep.has(n)) n.remove();
}

// refocus remembers which control had the focus in a node that is replaced.
function refocus(node, fresh) {
  const had = document.activeElement;
  if (!had || had === document.body || !node.contains(had)) return () => {};
  const name = had.dataset.control;
  return () => {
    const same = name && fresh.querySelector(`[data-control="${CSS.escape(name)}"]`);
    const to = same || fresh;
    if (!same) fresh.tabIndex = -1;
    to.focus({ preventScroll: true });
  };
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
const full = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "Europe/London" });

export const hhmm = (ms) => clock.format(ms);
export const weekday = (ms) => full.format(ms);
export const date = (ms) => day.format(ms);

/** age says how long ago something was, or how soon it will be. */
export function age(ms) {
  const min = Math.round(Math.abs(ms) / 60000);
  if (min < 1) return "now";
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 48) return min % 60 && h < 10 ? `${h} h ${min % 60} min` : `${h} h`;
  return `${Math.round(h / 24)} days`;
}

/** words makes an id readable. */
export const words = (id) => (id || "").replaceAll("_", " ");
