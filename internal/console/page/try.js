// What a newcomer may try on the phone, by where the conversation stands.
// Numbers work in every language; sentences are offered in English only.

const first = {
  all: "Hi im Chantelle, 29, E6, 2 kids, flat full of mould, pls text not call",
  danger: "i dont want to live anymore",
};

const answers = {
  agreement: ["1", "3", "2"],
  agreement_more: ["1", "2"],
  who: ["1", "2", "3", "4"],
  young_age: ["1", "2", "3"],
  other_agree: ["1", "2", "3"],
  other_name: ["Joseph"],
  other_phone: ["1"],
  safe: ["1", "2", "3"],
  needs: ["1 4", "3"],
  name: ["Amina"],
  place: ["IG11 8HE"],
  borough: ["1", "2"],
  contact: ["2", "3"],
};

const english = {
  agreement: ["tell me more"],
  who: ["i am 70"],
  needs: ["my flat is full of mould"],
  name: ["my name is Amina"],
  place: ["near Barking station", "I have no home"],
  contact: ["text me, after 3pm"],
};

/** suggestions lists what may be said next: {text, label, kind}. */
export function suggestions(picture, talk, lang, me) {
  const l = picture.languages.find((x) => x.tag === lang);
  const greeting = (l && l.try && l.try.hello) || "hello";
  const inEnglish = lang === "en";
  const say = (text, label, kind) => ({ text, label, kind, lang: text === greeting ? lang : "en" });
  const long = { ...say(first.all, "Everything in one message"), short: "All in one message" };
  const danger = { ...say(first.danger, "A cry for help: it is answered before anything else", "danger"), short: "A cry for help" };
  const stop = say("STOP", "Ends all texts");
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
    return [{ text: (own && own.endonym) || "English", label: "The language of this phone", lang: own ? own.tag : "en" }, say("1", "A line of the menu"), danger, stop];
  }
  if (talk.stopped) return [say("START", "Lets texts come again")];
  if (talk.owner !== "bot" && talk.owner !== "queue" && talk.owner !== "") return [say("are you there?", "Goes to the link worker"), say("thank you", "Goes to the link worker"), danger, stop];
  if (talk.life === "closed" || talk.life === "waiting" || !answers[talk.state]) {
    const out = [say(greeting, "Write again")];
    if (talk.life === "waiting") out.push(say("CHANGE", "Change an answer"), say("0", "Ask for a person"));
    return [...out, danger, stop];
  }
  const out = answers[talk.state].map((t) => say(t, "An answer"));
  if (inEnglish) out.push(...(english[talk.state] || []).map((t) => say(t, "The same in words")));
  return [...out, say("0", "Ask for a person"), danger, stop];
}
