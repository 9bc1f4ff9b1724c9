/* The result: the service is asked anew for each change, and what it writes is put into the page. */
import { change, facts, isEmpty, onChange, state, supposed } from "./record.js";
import { at, filled, made, results, tell, words } from "./words.js";

const KIND = "application/vnd.penia.facts+json";
let asked = null, token = null, chances = null, of = null, follow = false;
const main = () => at("main"), cards = () => [...document.querySelectorAll("#result .card")];
const whose = () => JSON.stringify([state.file?.base64, state.file?.person]);

function post(format, signal) {
  const headers = { "content-type": KIND };
  if (token) headers.authorization = `Bearer ${token}`;
  const query = new URLSearchParams({ format, lang: document.documentElement.lang });
  if (format === "html") query.set("ahead", "true");
  return fetch(`/explain?${query}`, { method: "POST", headers, body: facts(), signal });
}

export function identify(given) {
  token = given;
  ask();
}

/* No result stands while another person's is awaited, or where there is none. */
function clear() {
  at("first").replaceChildren();
  at("result").replaceChildren();
  at("saves").hidden = true;
  main().classList.remove("answered");
  chances = null;
}

export async function ask() {
  asked?.abort();
  const mine = (asked = new AbortController());
  if (of !== whose()) clear();
  of = whose();
  main().classList.toggle("busy", !isEmpty());
  if (isEmpty()) {
    clear();
    tell(words().ready);
    return;
  }
  tell(words().working);
  try {
    const answer = await post("part", mine.signal);
    const text = await answer.text();
    if (mine !== asked) return;
    if (answer.ok) {
      render(text);
      askAhead(mine);
    } else refuse(answer.status, JSON.parse(text));
  } catch (error) {
    if (error.name === "AbortError") return;
    clear();
    tell(words().noAnswer, true);
  }
  main().classList.remove("busy");
}
onChange(ask);

/* The forecast takes longer than all else, and comes by itself. */
async function askAhead(mine) {
  if (!at("ahead")) return;
  try {
    const answer = await post("ahead", mine.signal);
    const text = answer.ok ? await answer.text() : "";
    if (mine !== asked) return;
    at("ahead").outerHTML = text;
    at("timeline").dispatchEvent(new Event("ahead"));
  } catch (error) {
    if (error.name !== "AbortError" && mine === asked) at("ahead")?.remove();
  }
}

function refuse(status, answer) {
  clear();
  tell(answer.error, true);
  scrollTo(0, 0);
  at("form-token").hidden = status !== 401;
  if (!answer.people?.length) return;
  at("person").replaceChildren(made("option", "", { value: "" }), ...answer.people.map((p) => made("option", p, { value: p })));
  at("of").hidden = false;
  at("person").focus();
}

const causeOf = (card) => ({
  name: card.querySelector("h3").textContent,
  chance: card.querySelector(".chance").firstChild.textContent.trim(),
});
const said = (cause) => `${cause.name} (${cause.chance})`;
const alarms = () => [...document.querySelectorAll("#first .alert h2")].map((h) => h.textContent).join();

function render(part) {
  const before = cards()[0] && causeOf(cards()[0]), alarmed = alarms(), answered = main().classList.contains("answered");
  const opened = cards().filter((card) => card.open).map((card) => card.dataset.cause);
  at("result").innerHTML = part; // made by the service, every text of a record escaped there
  at("first").replaceChildren(at("result").querySelector(".first"));
  at("saves").hidden = false;
  at("form-token").hidden = true;
  main().classList.add("answered");
  for (const card of cards()) card.open = opened.includes(card.dataset.cause);
  Bokeh.documents.splice(0);
  drawPenia();
  supposable();
  moved();
  sum(before);
  if (follow) document.querySelector("#result .right")?.scrollIntoView();
  else if (!answered || alarms() !== alarmed) scrollTo(0, 0); // what cannot wait is to be seen
  follow = false;
}

/* One sentence; what stands in the headline already is heard and not seen a second time. */
function sum(before) {
  const urgent = at("first").querySelector(".now h2")?.textContent, headline = at("first").querySelector(".headline")?.textContent ?? "";
  const now = cards()[0] && causeOf(cards()[0]), same = !before || !now || said(before) === said(now);
  const first = now ? filled(words().first, { cause: said(now) }) : headline;
  const told = made("span", same ? first : `${first}; ${filled(words().before, { cause: said(before) })}`);
  if (same && (!now || headline.includes(now.name))) told.className = "hidden";
  tell("");
  at("status").replaceChildren(...(urgent ? [made("span", `${urgent}. `, { className: "hidden" })] : []), told);
}

/* While something is supposed, each cause says where it stood before. */
function moved() {
  const now = new Map(cards().map((card) => [card.dataset.cause, causeOf(card).chance]));
  if (!supposed().length) chances = now;
  else for (const card of cards()) {
    const was = chances?.get(card.dataset.cause) ?? "<1 %";
    if (chances && was !== now.get(card.dataset.cause))
      card.querySelector(".chance").append(made("span", ` ${filled(words().was, { chance: was })}`, { className: "was" }));
  }
}

/* A result that a test may have can be supposed: it is added as a finding, marked as such. */
function supposable() {
  for (const list of document.querySelectorAll("#result .next ul")) {
    const effects = [...list.querySelectorAll("[data-effect]")];
    const found = effects.map((e) => results()[e.dataset.effect]).filter(Boolean);
    for (const effect of effects) {
      const name = results()[effect.dataset.effect];
      const all = name ? [[name, true]] : found.map((k) => [k, false]);
      if (!all.length) continue;
      const button = made("button", words().suppose, { type: "button" });
      button.setAttribute("aria-label", `${words().suppose}: ${effect.dataset.effect}`);
      button.addEventListener("click", () => {
        follow = true;
        change((s) => all.forEach(([n, present]) => {
          s.findings = s.findings.filter((f) => f.name !== n);
          s.findings.push({ name: n, present, supposed: true });
        }));
        at("unsuppose").focus();
      });
      effect.append(button);
    }
  }
}

export async function save(format) {
  try {
    const answer = await post(format);
    if (!answer.ok) throw new Error((await answer.json()).error);
    const link = made("a", "", { href: URL.createObjectURL(await answer.blob()), download: `penia.${format === "html" ? "html" : "json"}` });
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    tell(error instanceof TypeError ? words().noAnswer : error.message, true);
  }
}
