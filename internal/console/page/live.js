// The live picture, and acts on the world. Every act answers {ok} or throws an
// Act with what to do next.

export class ActFault extends Error {
  constructor(say, hint) {
    super(say);
    this.hint = hint;
  }
}

/** act posts to the console. */
export async function act(path, body) {
  let answer;
  try {
    answer = await fetch(`/console/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new ActFault("The demo does not answer.", "If you stopped it, run linkline demo again; this page goes on by itself.");
  }
  let out = {};
  try {
    out = await answer.json();
  } catch {
    throw new ActFault("The demo answered something that cannot be read.", "Reload the page.");
  }
  if (!answer.ok) throw new ActFault(out.error || "That did not work.", out.hint || "Try again.");
  return out;
}

/**
 * follow keeps a live connection: `show` gets every picture, `say` one of
 * connecting, live, lost. The browser reconnects by itself; a stream that it
 * gives up on is opened anew.
 */
export function follow(show, say) {
  let source;
  let silent;
  const watch = () => {
    clearTimeout(silent);
    silent = setTimeout(() => say("lost"), 4000);
  };
  const open = () => {
    say("connecting");
    source = new EventSource("/console/live");
    source.addEventListener("open", () => {
      clearTimeout(silent);
      say("live");
    });
    source.addEventListener("picture", (e) => show(JSON.parse(e.data)));
    source.addEventListener("error", () => {
      say("lost");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 1500);
    });
  };
  watch();
  open();
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (e) => e.persisted && open());
}
