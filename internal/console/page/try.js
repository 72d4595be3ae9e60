// What a newcomer may try on the phone: the lines of the menu as it was shown,
// in any language, and a few sentences in English.

const first = {
  all: "Hi im Chantelle, 29, E6, 2 kids, flat full of mould, pls text not call",
  danger: "i dont want to live anymore",
};

const english = {
  who: ["i am 70"],
  needs: ["1 4", "my flat is full of mould"],
  name: ["my name is Amina"],
  other_name: ["Joseph"],
  other_phone: ["same"],
  place: ["near Barking station", "I have no home"],
  contact: ["text me, after 3pm"],
};

// In every language a name and a postcode are what they are.
const anywhere = { name: ["Amina"], other_name: ["Joseph"], place: ["IG11 8HE"] };

// menu reads the numbered lines of the last text that came.
function menu(shown) {
  const last = shown.filter((t) => !t.in).at(-1);
  const lines = last ? last.body.split("\n").map((l) => /^\s*(\p{Nd}{1,2})[.)]?\s+(\S.*)$/u.exec(l)).filter(Boolean) : [];
  const long = lines.length > 5; // then the numbers alone: the menu stands above
  return lines.slice(0, 7).map(([, number, what]) => ({ text: number, short: long ? number : `${number} · ${what}`, label: what, kind: "menu" }));
}

/** suggestions lists what may be said next: {text, label, kind}. */
export function suggestions(picture, talk, lang, me, shown) {
  const l = picture.languages.find((x) => x.tag === lang);
  const greeting = (l && l.try && l.try.hello) || "hello";
  const inEnglish = lang === "en";
  const say = (text, label, kind) => ({ text, label, kind, lang: text === greeting ? lang : "en" });
  const long = { ...say(first.all, "Everything in one message"), short: "All in one message" };
  const cry = (l && l.try && l.try.danger) || first.danger;
  const danger = { ...say(cry, "A cry for help, in this phone’s language: it is answered before anything else", "danger"), short: "A cry for help" };
  const stop = say("STOP", "Ends all texts");
  const photo = { text: "photo", short: "A photo", label: "Sends a picture, which nobody can open here", media: "photo" };
  if (!talk) {
    const group = picture.numbers.flatMap((n) => n.groups || [])[0];
    const out = [say(greeting, "Begin")];
    if (inEnglish) out.push(long);
    if (group) out.push(say(group.keyword, `The keyword on the poster of ${group.name}`));
    return [...out, danger];
  }
  if (talk.state === "_language") {
    const resident = picture.residents.find((r) => r.number === me.resident);
    const own = picture.languages.find((x) => x.tag === (resident ? resident.lang : lang));
    return [{ text: (own && own.endonym) || "English", label: "The language of this phone", lang: own ? own.tag : "en" }, ...menu(shown), danger, stop, photo];
  }
  if (talk.stopped) return [say("START", "Lets texts come again")];
  if (talk.owner !== "bot" && talk.owner !== "queue" && talk.owner !== "") return [say("are you there?", "Goes to the link worker"), say("thank you", "Goes to the link worker"), danger, stop, photo];
  if (talk.life === "closed" || talk.life === "waiting") {
    const out = [say(greeting, "Write again")];
    if (talk.life === "waiting") out.push(say("CHANGE", "Change an answer"), say("0", "Ask for a person"));
    return [...out, danger, stop, photo];
  }
  const out = [...menu(shown), ...(anywhere[talk.state] || []).map((t) => say(t, "An answer"))];
  if (inEnglish) out.push(...(english[talk.state] || []).map((t) => say(t, "An answer in words")));
  if (!out.some((o) => o.text === "0")) out.push({ ...say("0", "Ask for a person"), short: "0 · a person" });
  return [...out, danger, stop, photo];
}
