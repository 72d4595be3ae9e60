// A Slack modal: inputs, what is wrong with them, and a way out by Escape.
import { el, $ } from "./dom.js";
import { block } from "./blocks.js";

const dialog = $("modal");
let open = null; // {id, user}
let back = null; // what had the focus before

const inputID = (b) => "in-" + b.block_id;

function options(e, chosen) {
  return (e.options || []).map((o) => el("option", { value: o.value, selected: chosen && chosen.value === o.value }, o.text.text));
}

// control draws an input element; read() gives it back as Slack sends it.
function control(b) {
  const e = b.element;
  const id = inputID(b);
  const option = (value) => {
    const o = (e.options || []).find((x) => x.value === value);
    return o ? { value: o.value, text: o.text } : null;
  };
  switch (e.type) {
    case "static_select": {
      const node = el("select", { id }, (!e.initial_option || b.optional) && el("option", { value: "" }, (e.placeholder && e.placeholder.text) || "Choose…"), ...options(e, e.initial_option));
      return { node, read: () => ({ type: e.type, selected_option: option(node.value) }), empty: () => node.value === "" };
    }
    case "multi_static_select":
    case "checkboxes":
    case "radio_buttons": {
      const kind = e.type === "radio_buttons" ? "radio" : "checkbox";
      const first = new Set([...(e.initial_options || []), e.initial_option].filter(Boolean).map((o) => o.value));
      const boxes = (e.options || []).map((o, i) => el("input", { type: kind, name: id, id: i ? `${id}-${i}` : id, value: o.value, checked: first.has(o.value) }));
      const node = el("div", { class: "choices" }, ...boxes.map((box, i) => el("label", {}, box, " ", e.options[i].text.text)));
      const chosen = () => boxes.filter((x) => x.checked).map((x) => option(x.value));
      return {
        node, empty: () => chosen().length === 0,
        read: () => (kind === "radio" ? { type: e.type, selected_option: chosen()[0] || null } : { type: e.type, selected_options: chosen() }),
      };
    }
    case "datepicker": {
      const node = el("input", { type: "date", id, value: e.initial_date });
      return { node, read: () => ({ type: e.type, selected_date: node.value || null }), empty: () => node.value === "" };
    }
    case "timepicker": {
      const node = el("input", { type: "time", id, value: e.initial_time });
      return { node, read: () => ({ type: e.type, selected_time: node.value || null }), empty: () => node.value === "" };
    }
  }
  const hint = e.placeholder && e.placeholder.text;
  const node = e.multiline
    ? el("textarea", { id, rows: 4, dir: "auto", maxlength: e.max_length, placeholder: hint }, e.initial_value || "")
    : el("input", { type: "text", id, dir: "auto", maxlength: e.max_length, placeholder: hint, value: e.initial_value });
  return { node, read: () => ({ type: e.type, value: node.value || null }), empty: () => node.value.trim() === "" };
}

function field(b) {
  const c = control(b);
  const id = inputID(b);
  const notes = [b.hint && el("p", { class: "hint", id: id + "-hint" }, b.hint.text), el("p", { class: "wrong", id: id + "-wrong", hidden: true })];
  const main = c.node.id ? c.node : c.node.querySelector("input");
  main.setAttribute("aria-describedby", [b.hint && id + "-hint", id + "-wrong"].filter(Boolean).join(" "));
  const node = el("div", { class: "field", data: { block: b.block_id } }, el("label", { for: id }, b.label.text, b.optional && el("span", { class: "optional" }, " (optional)")), c.node, ...notes);
  const mark = (text) => {
    main.setAttribute("aria-invalid", text ? "true" : "false");
    notes[1].hidden = !text;
    notes[1].textContent = text || "";
  };
  return { node, main, mark, block: b, ...{ read: c.read, empty: c.empty } };
}

// trap keeps Tab inside an open dialog: the browser's own would let it out to
// the address bar.
export function trap(box) {
  box.addEventListener("keydown", (e) => {
    if (e.key !== "Tab") return;
    const stops = [...box.querySelectorAll("button, input, select, textarea, [tabindex='0']")].filter((n) => !n.disabled && n.offsetParent !== null);
    if (stops.length === 0) return;
    const first = stops[0];
    const last = stops[stops.length - 1];
    const at = document.activeElement;
    if (e.shiftKey && (at === first || !stops.includes(at))) {
      e.preventDefault();
      last.focus();
    } else if (!e.shiftKey && at === last) {
      e.preventDefault();
      first.focus();
    }
  });
}
trap(dialog);

/** showModal draws the modal that a user has open, or closes what is shown. */
export function showModal(user, modal, ctx) {
  if (!modal) {
    if (open) shut();
    return;
  }
  if (open && open.id === modal.id && open.user === user) return;
  const fresh = !open;
  open = { id: modal.id, user };
  draw(user, modal, ctx);
  if (fresh) {
    back = document.activeElement;
    dialog.showModal();
  }
  const first = dialog.querySelector(".field select, .field input, .field textarea") || dialog.querySelector("button[type=submit]");
  if (first) first.focus();
}

function shut() {
  open = null;
  dialog.close();
  dialog.replaceChildren();
  if (back && back.isConnected && back !== document.body) back.focus();
  else $("posts").focus({ preventScroll: true });
  back = null;
}

function draw(user, modal, ctx) {
  const v = modal.view;
  const fieldsOf = [];
  const body = (v.blocks || []).map((b) => {
    if (b.type !== "input") return block(b, ctx);
    const f = field(b);
    fieldsOf.push(f);
    return f.node;
  });
  const close = () => ctx.dismiss(user, modal.id);
  const submit = el("button", { type: "submit", class: "kit primary" }, (v.submit && v.submit.text) || "Submit");
  const trouble = el("p", { class: "wrong", role: "alert", hidden: true });
  const form = el("form", { novalidate: true, submit: (e) => { e.preventDefault(); send(); } },
    el("div", { class: "modal-head" }, el("h2", { id: "modal-title" }, v.title.text), el("button", { type: "button", class: "x", "aria-label": "Close this form", click: close }, "×")),
    el("div", { class: "modal-body" }, ...body, trouble),
    el("div", { class: "modal-foot" }, el("button", { type: "button", class: "kit plain", click: close }, (v.close && v.close.text) || "Cancel"), v.submit && submit));

  async function send() {
    const wrong = {};
    for (const f of fieldsOf) if (!f.block.optional && f.empty()) wrong[f.block.block_id] = "Please fill in this field.";
    if (Object.keys(wrong).length) return point(wrong);
    const values = {};
    for (const f of fieldsOf) values[f.block.block_id] = { [f.block.element.action_id]: f.read() };
    submit.disabled = true;
    trouble.hidden = true;
    try {
      const out = await ctx.submit(user, modal.id, values);
      point(out.errors || {});
    } catch (e) {
      trouble.textContent = `${e.message} ${e.hint || ""}`;
      trouble.hidden = false;
    } finally {
      submit.disabled = false;
    }
  }

  function point(wrong) {
    let first = null;
    for (const f of fieldsOf) {
      const text = wrong[f.block.block_id];
      f.mark(text);
      if (text && !first) first = f.main;
    }
    const loose = Object.entries(wrong).filter(([id]) => !fieldsOf.some((f) => f.block.block_id === id));
    trouble.hidden = loose.length === 0;
    trouble.textContent = loose.map(([, text]) => text).join(" ");
    if (first) first.focus();
  }

  dialog.oncancel = (e) => { e.preventDefault(); close(); };
  dialog.replaceChildren(form);
}

const asking = $("confirm");
trap(asking);

/** ask shows a button's confirmation and answers with true or false. */
export function ask(c, ctx) {
  return new Promise((done) => {
    const before = document.activeElement;
    const end = (yes) => {
      asking.close();
      asking.replaceChildren();
      if (before && before.isConnected) before.focus();
      done(yes);
    };
    asking.oncancel = (e) => { e.preventDefault(); end(false); };
    const no = el("button", { type: "button", class: "kit plain", click: () => end(false) }, c.deny.text);
    asking.replaceChildren(
      el("div", { class: "modal-head" }, el("h2", { id: "confirm-title" }, c.title.text)),
      el("div", { class: "modal-body" }, block({ type: "section", text: c.text }, ctx)),
      el("div", { class: "modal-foot" }, no, el("button", { type: "button", class: "kit " + (c.style || "primary"), click: () => end(true) }, c.confirm.text)));
    asking.showModal();
    no.focus();
  });
}
