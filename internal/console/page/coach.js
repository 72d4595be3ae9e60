// The way from hello to closed, for somebody who sees this for the first time.
import { $, el, sync } from "./dom.js";

const steps = ["Say hello", "Answer", "Claim", "Reply", "Close"];

// stand says which step is next, in words, and where to go for it.
function stand(picture, me, talk) {
  if (!talk) return [0, "Text “hello” on the phone, in any language, or tap a suggestion.", { pane: "phone", focus: "#say" }];
  if (talk.stopped) return [1, "This phone texted STOP. Text START to go on, or choose another phone.", { pane: "phone", focus: "#say" }];
  const q = picture.queue.find((x) => x.ref === talk.ref && x.state !== "closed");
  if (!q && talk.life === "closed") return [5, "Done: from hello to closed. Choose another phone, or try a cry for help, STOP, or another language.", { pane: "phone", focus: "#resident" }];
  if (!q) return [1, "Answer the questions on the phone. A number is enough; so are words.", { pane: "phone", focus: "#say" }];
  const cards = picture.channels.find((c) => c.kind === "cards");
  const alerts = picture.channels.find((c) => c.kind === "alerts");
  const alarm = alerts && (picture.posts[alerts.id] || []).some((p) => JSON.stringify(p.blocks || []).includes('"alert_take"'));
  if (alarm && q.state === "open") return [2, "Somebody may be in danger. Look at the alert in Slack and press “I have this”.", { pane: "slack", room: alerts.id, focus: '[data-action="alert_take"]' }];
  if (picture.slack_down) return [2, `Slack is down. ${q.ref} waits in the queue and its card arrives when Slack is back.`, { pane: "inside", focus: "#slack-down" }];
  if (q.state === "open") return [2, `${q.ref} is in the queue: press Claim on its card in Slack.`, { pane: "slack", room: cards && cards.id, focus: `[data-control^="claim "][data-control$="${q.ref}"]` }];
  const holder = picture.workers.find((w) => w.id === q.worker);
  const dm = picture.dms[q.worker];
  const journal = talk.journal || [];
  const spoke = journal.slice(journal.findLastIndex((j) => j.event === "closed") + 1).some((j) => j.event === "reply");
  const who = holder ? holder.name : "The link worker";
  if (!spoke) return [3, `${who} has ${q.ref}: read what was said in the direct message with ${picture.service}, then press Reply.`, { pane: "slack", worker: q.worker, room: dm, focus: `[data-control^="reply "][data-control$="${q.ref}"]` }];
  return [4, "See the answer on the phone. When all is done, press Close and choose how it ended.", { pane: "slack", worker: q.worker, room: dm, focus: `[data-control^="close "][data-control$="${q.ref}"]` }];
}

/** drawCoach shows the steps and offers to go to the next one. */
export function drawCoach(picture, me, talk, go) {
  const [at, say, where] = stand(picture, me, talk);
  sync($("steps"), steps.map((name, i) => ({ name, i, state: i < at ? "past" : i === at ? "here" : "" })), (s) => String(s.i), (s) =>
    el("li", { class: s.state, "aria-current": s.state === "here" && "step" }, s.name));
  if ($("coach-say").textContent !== say) $("coach-say").textContent = say;
  $("coach-go").hidden = false;
  $("coach-go").onclick = () => go(where);
}
