/* The forms, and the list of what is entered. */
import { another, canUndo, change, isEmpty, isTyped, name as person, onChange, reset, state, supposed, undo } from "./record.js";
import { ask, identify, save } from "./result.js";
import { suggest } from "./suggest.js";
import { at, drugs, findings, known, lines, made, shown, tell, told, unit, upright, words } from "./words.js";

function show() {
  const list = at("entered"), main = at("main");
  list.replaceChildren();
  const row = (entry, remove, supposed) => {
    const text = upright(entry);
    const item = made("li", supposed ? `${words().supposed}: ${text}` : text, { className: supposed ? "supposed" : "" });
    const button = made("button", words().remove, { type: "button" });
    button.setAttribute("aria-label", `${words().remove}: ${text}`);
    button.addEventListener("click", () => { change(remove); at("undo").focus(); });
    item.append(button);
    list.append(item);
  };
  if (state.file) row(state.file.name, (s) => { s.file = null; at("file").value = ""; });
  state.counts.forEach((c, i) => row(`${c.line} ${c.value} ${unit(c.unit)}, ${c.date}`, (s) => s.counts.splice(i, 1)));
  state.drugs.forEach((d, i) => row(`${shown(d.name)} ${d.start ?? "?"} – ${d.stop ?? ""}`, (s) => s.drugs.splice(i, 1)));
  state.findings.forEach((f, i) => row(told(f), (s) => s.findings.splice(i, 1), f.supposed));
  main.classList.toggle("supposing", supposed().length > 0);
  at("supposing").hidden = !supposed().length;
  at("supposed").textContent = supposed().map(told).join(" · ");
  main.classList.toggle("empty", isEmpty() && !canUndo());
  at("undo").disabled = !canUndo();
  if (!state.file) at("of").hidden = true;
  const who = at("form-who").elements;
  who.age.value = state.person.age ?? "";
  who.sex.value = state.person.sex ?? "";
  who.setting.value = state.setting ?? "";
}
onChange(show);

/* Beside a result only the form that is chosen stands open. */
function choose(id) {
  for (const button of document.querySelectorAll("#adds button")) {
    const mine = button.getAttribute("aria-controls"), open = mine === id;
    button.setAttribute("aria-expanded", String(open));
    at(mine).classList.toggle("chosen", open);
  }
}

async function take(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  choose(null);
  another({ name: file.name, base64: btoa(text), person: null });
}

function units() {
  const { line, unit: field } = at("form-count").elements;
  const chosen = field.value, given = lines().find((l) => l.id === line.value).units;
  field.replaceChildren(made("option", words().chooseUnit, { value: "" }), ...given.map((u) => made("option", unit(u), { value: u })));
  field.value = given.includes(chosen) ? chosen : "";
}

/* `act` adds what was typed, or returns the field that lacks something and what; that is said beside it. */
function onSubmit(id, act) {
  const form = at(id), wrong = made("p", "", { className: "wrong" });
  wrong.setAttribute("role", "alert");
  form.querySelector("fieldset").append(wrong);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [field, lacking] = act(form.elements) ?? [];
    wrong.textContent = lacking ?? "";
    field?.focus();
  });
}
function add(id, act) {
  choose(id);
  change(act);
}
const comma = (text) => text.includes(","); // 3,200 is three thousand to some and three to others

function bind() {
  for (const button of document.querySelectorAll("#adds button"))
    button.addEventListener("click", () => {
      const mine = button.getAttribute("aria-controls");
      choose(button.getAttribute("aria-expanded") === "true" ? null : mine);
      if (at(mine).classList.contains("chosen")) at(mine).querySelector("input, select").focus();
    });
  onSubmit("form-count", ({ line, value, unit: field, date }) => {
    const lacking = [value, field, date].find((f) => !f.value.trim());
    if (lacking) return [lacking, words().needUnit];
    if (comma(value.value)) return [value, words().noComma];
    add("form-count", (s) => s.counts.push({ line: line.value, value: value.value.trim(), unit: field.value, date: date.value }));
    value.value = "";
    return [value];
  });
  onSubmit("form-drug", ({ name, start, stop }) => {
    if (!name.value.trim()) return [name, words().needName];
    add("form-drug", (s) => s.drugs.push({ name: known(name.value, drugs()), start: start.value || null, stop: stop.value || null }));
    name.value = start.value = stop.value = "";
    return [name];
  });
  onSubmit("form-finding", ({ name, present }) => {
    if (!name.value.trim()) return [name, words().needName];
    add("form-finding", (s) => s.findings.push({ name: known(name.value, findings()), present: present.value === "yes" }));
    name.value = "";
    return [name];
  });
  onSubmit("form-token", ({ token }) => { identify(token.value); });
  onSubmit("form-file", () => {});
  onSubmit("form-who", () => {});
  at("form-who").addEventListener("change", ({ target }) => add("form-who", (s) => {
    if (target.name === "setting") s.setting = target.value || null;
    else s.person[target.name] = target.value === "" ? null : target.name === "age" ? Number(target.value) : target.value;
  }));
  at("form-count").elements.line.addEventListener("change", units);
  at("file").addEventListener("change", ({ target }) => { if (target.files[0]) take(target.files[0]); });
  at("person").addEventListener("change", ({ target }) => { if (target.value) person(target.value); });
  at("undo").addEventListener("click", undo);
  at("reset").addEventListener("click", () => { at("file").value = ""; choose(null); reset(); });
  at("unsuppose").addEventListener("click", () => {
    change((s) => { s.findings = s.findings.filter((f) => !f.supposed); });
    at("main").focus({ preventScroll: true });
  });
  for (const button of document.querySelectorAll("[data-save]")) button.addEventListener("click", () => save(button.dataset.save));
  for (const link of document.querySelectorAll(".brand a")) link.addEventListener("click", speak);
  suggest(at("form-drug").elements.name, drugs());
  suggest(at("form-finding").elements.name, findings());
  units();
  show();
}

/* The same page in another language takes the place of this one, and what is entered stays. */
async function speak(event) {
  event.preventDefault();
  const { href } = event.currentTarget, lacking = at("lacking");
  try {
    const answer = await fetch(href);
    const other = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.documentElement.lang = other.documentElement.lang;
    document.title = other.title;
    document.body.replaceWith(other.body);
    history.replaceState(null, "", href);
    bind();
    if (lacking) at("status").after(lacking);
    document.querySelector(".brand a").focus();
    ask();
  } catch {
    tell(words().noAnswer, true);
  }
}

addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
addEventListener("dragleave", () => document.body.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
});
addEventListener("beforeunload", (event) => { if (isTyped()) event.preventDefault(); }); // it is nowhere else
bind();
