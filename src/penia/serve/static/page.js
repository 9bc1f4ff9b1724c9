"use strict";
/* What is entered lives in `state` of this page alone; each change asks the service for the result anew. */
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("words"), lines = read("lines"), results = read("results");
  const at = (id) => document.getElementById(id);
  const KIND = "application/vnd.penia.facts+json";
  const empty = () => ({ file: null, counts: [], drugs: [], findings: [], person: {}, setting: null });
  let state = empty(), past = [], asked = null, token = null;

  const tell = (text) => { at("status").textContent = text; };
  const made = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);

  function change(act) {
    past.push(structuredClone(state));
    act(state);
    show();
    ask();
  }

  /* The form's counterpart: what the service is sent. */
  function facts() {
    const findings = state.findings.map(({ name, present }) => ({ name, present }));
    const file = state.file && { base64: state.file.base64, person: state.file.person };
    return JSON.stringify({ ...state, file, findings });
  }
  const isEmpty = () => !state.file && !state.counts.length && !state.drugs.length && !state.findings.length;

  function show() {
    const list = at("entered");
    list.replaceChildren();
    const row = (text, remove, supposed) => {
      const item = made("li", supposed ? `${words.supposed}: ${text}` : text, { className: supposed ? "supposed" : "" });
      const button = made("button", words.remove, { type: "button" });
      button.setAttribute("aria-label", `${words.remove}: ${text}`);
      button.addEventListener("click", () => { change(remove); at("undo").focus(); });
      item.append(button);
      list.append(item);
    };
    if (state.file) row(state.file.name, (s) => { s.file = null; at("file").value = ""; });
    state.counts.forEach((c, i) => row(`${c.line} ${c.value} ${c.unit}, ${c.date}`, (s) => s.counts.splice(i, 1)));
    state.drugs.forEach((d, i) => row(`${d.name} ${d.start ?? "?"} – ${d.stop ?? ""}`, (s) => s.drugs.splice(i, 1)));
    state.findings.forEach((f, i) =>
      row(`${f.name}: ${f.present ? words.present : words.absent}`, (s) => s.findings.splice(i, 1), f.supposed));
    at("empty").hidden = !isEmpty();
    at("undo").disabled = !past.length;
    at("remove-file").hidden = !state.file;
    if (!state.file) at("of").hidden = true;
    const who = at("form-who").elements;
    who.age.value = state.person.age ?? "";
    who.sex.value = state.person.sex ?? "";
    who.setting.value = state.setting ?? "";
  }

  const causes = () => [...document.querySelectorAll("#result .card")].map((card) =>
    [card.querySelector("h3").textContent, card.querySelector(".chance").textContent]);

  function post(format, signal) {
    const headers = { "content-type": KIND };
    if (token) headers.authorization = `Bearer ${token}`;
    return fetch(`/explain?format=${format}`, { method: "POST", headers, body: facts(), signal });
  }

  /* No result stands while another person's is awaited, or where there is none. */
  function clear() {
    at("result").replaceChildren();
    at("saves").hidden = true;
  }

  async function ask() {
    asked?.abort();
    if (isEmpty()) {
      clear();
      tell(words.ready);
      return;
    }
    const mine = (asked = new AbortController());
    tell(words.working);
    try {
      const answer = await post("part", mine.signal);
      const text = await answer.text();
      if (mine !== asked) return;
      if (answer.ok) render(text);
      else refuse(answer.status, JSON.parse(text));
    } catch (error) {
      if (error.name === "AbortError") return;
      clear();
      tell(words.no_answer);
    }
  }

  function refuse(status, told) {
    clear();
    tell(told.error);
    at("form-token").hidden = status !== 401;
    if (!told.people?.length) return;
    at("person").replaceChildren(made("option", "", { value: "" }), ...told.people.map((p) => made("option", p, { value: p })));
    at("of").hidden = false;
    at("person").focus();
  }

  function render(part) {
    const before = causes()[0], opened = [...document.querySelectorAll("#result .card[open] h3")].map((h) => h.textContent);
    at("result").innerHTML = part; // made by the service, every text of a record escaped there
    at("saves").hidden = false;
    at("form-token").hidden = true;
    for (const card of document.querySelectorAll("#result .card"))
      if (opened.includes(card.querySelector("h3").textContent)) card.open = true;
    Bokeh.documents.splice(0);
    drawPenia();
    supposable();
    const now = causes()[0];
    const said = (cause) => (cause ? `${cause[0]} (${cause[1]})` : words.none);
    const same = !before || said(before) === said(now);
    tell(`${words.first}: ${said(now)}${same ? "" : `; ${words.before}: ${said(before)}`}`);
  }

  /* A result that a test may have can be supposed: it is added as a finding, marked as such. */
  function supposable() {
    for (const list of document.querySelectorAll("#result .next ul")) {
      const effects = [...list.querySelectorAll("[data-effect]")];
      const known = effects.map((e) => results[e.dataset.effect]).filter(Boolean);
      for (const effect of effects) {
        const name = results[effect.dataset.effect];
        const all = name ? [[name, true]] : known.map((k) => [k, false]);
        if (!all.length) continue;
        const button = made("button", words.try, { type: "button" });
        button.setAttribute("aria-label", `${words.try}: ${effect.dataset.effect}`);
        button.addEventListener("click", () => {
          change((s) => all.forEach(([n, present]) => {
            s.findings = s.findings.filter((f) => f.name !== n);
            s.findings.push({ name: n, present, supposed: true });
          }));
          at("main").focus({ preventScroll: true });
        });
        effect.append(button);
      }
    }
  }

  async function take(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    const next = { name: file.name, base64: btoa(text), person: null };
    clear();
    change((s) => Object.assign(s, s.file ? empty() : {}, { file: next })); // what was added to one file is not another's
  }

  function units() {
    const { line, unit } = at("form-count").elements;
    const chosen = unit.value;
    const known = lines.find((l) => l.id === line.value).units;
    unit.replaceChildren(made("option", words.unit_choose, { value: "" }), ...known.map((u) => made("option", u, { value: u })));
    unit.value = known.includes(chosen) ? chosen : "";
  }

  function onSubmit(id, act) {
    at(id).addEventListener("submit", (event) => {
      event.preventDefault();
      act(event.target.elements);
    });
  }
  onSubmit("form-count", ({ line, value, unit, date }) => {
    if (!value.value.trim() || !unit.value || !date.value) { tell(words.need_unit); return; }
    if (value.value.includes(",")) { tell(words.no_comma); return; } // 3,200 is three thousand to some and three to others
    change((s) => s.counts.push({ line: line.value, value: value.value.trim(), unit: unit.value, date: date.value }));
    value.value = "";
    value.focus();
  });
  onSubmit("form-drug", ({ name, start, stop }) => {
    if (!name.value.trim()) { tell(words.need_name); return; }
    change((s) => s.drugs.push({ name: name.value.trim(), start: start.value || null, stop: stop.value || null }));
    name.value = start.value = stop.value = "";
    name.focus();
  });
  onSubmit("form-finding", ({ name, present }) => {
    if (!name.value.trim()) { tell(words.need_name); return; }
    change((s) => s.findings.push({ name: name.value.trim(), present: present.value === "yes" }));
    name.value = "";
    name.focus();
  });
  onSubmit("form-token", (elements) => { token = elements.token.value; ask(); });
  onSubmit("form-file", () => {});
  onSubmit("form-who", () => {});
  at("form-who").addEventListener("change", ({ target }) => change((s) => {
    if (target.name === "setting") s.setting = target.value || null;
    else s.person[target.name] = target.value === "" ? null : target.name === "age" ? Number(target.value) : target.value;
  }));
  at("form-count").elements.line.addEventListener("change", units);
  at("file").addEventListener("change", ({ target }) => { if (target.files[0]) take(target.files[0]); });
  at("remove-file").addEventListener("click", () => { change((s) => { s.file = null; at("file").value = ""; }); at("file").focus(); });
  at("person").addEventListener("change", ({ target }) => { if (target.value) { clear(); change((s) => Object.assign(s, s.file.person ? empty() : {}, { file: { ...s.file, person: target.value } })); } });
  at("undo").addEventListener("click", () => { state = past.pop(); clear(); show(); ask(); });
  at("reset").addEventListener("click", () => { past = []; state = empty(); at("file").value = ""; show(); ask(); });

  for (const button of document.querySelectorAll("[data-save]"))
    button.addEventListener("click", async () => {
      const answer = await post(button.dataset.save);
      const link = made("a", "", { href: URL.createObjectURL(await answer.blob()), download: `penia.${button.dataset.save === "html" ? "html" : "json"}` });
      link.click();
      URL.revokeObjectURL(link.href);
    });

  addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
  addEventListener("dragleave", () => document.body.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
  units();
  show();
})();
