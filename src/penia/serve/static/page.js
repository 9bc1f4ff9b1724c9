"use strict";
/* What is entered lives in `state` of this page alone; each change asks the service for the result anew. */
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("words"), lines = read("lines"), names = read("names"), results = read("results");
  const at = (id) => document.getElementById(id);
  const main = at("main"), cards = () => [...document.querySelectorAll("#result .card")];
  const KIND = "application/vnd.penia.facts+json";
  const empty = () => ({ file: null, counts: [], drugs: [], findings: [], person: {}, setting: null });
  let state = empty(), past = [], asked = null, token = null, known = null;

  const tell = (text) => { at("status").textContent = text; };
  const made = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const filled = (message, gaps) => message.replace(/\{(\w+)\}/g, (_, name) => gaps[name]);

  function change(act) {
    past.push(structuredClone(state));
    act(state);
    show();
    ask();
  }

  /* The form's counterpart: what the service is sent, in the names that it knows. */
  function facts() {
    const named = (entry) => ({ ...entry, name: names[entry.name] ?? entry.name });
    const findings = state.findings.map(({ name, present }) => named({ name, present }));
    const file = state.file && { base64: state.file.base64, person: state.file.person };
    return JSON.stringify({ ...state, file, findings, drugs: state.drugs.map(named) });
  }
  const isEmpty = () => !state.file && !state.counts.length && !state.drugs.length && !state.findings.length;
  const told = (finding) => `${finding.name}: ${finding.present ? words.present : words.absent}`;

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
    state.findings.forEach((f, i) => row(told(f), (s) => s.findings.splice(i, 1), f.supposed));
    const supposed = state.findings.filter((f) => f.supposed);
    main.classList.toggle("supposing", supposed.length > 0);
    at("supposing").hidden = !supposed.length;
    at("supposed").textContent = supposed.map(told).join(" · ");
    main.classList.toggle("empty", isEmpty() && !past.length);
    at("undo").disabled = !past.length;
    if (!state.file) at("of").hidden = true;
    const who = at("form-who").elements;
    who.age.value = state.person.age ?? "";
    who.sex.value = state.person.sex ?? "";
    who.setting.value = state.setting ?? "";
  }

  /* Beside a result only the form that is chosen stands open. */
  function choose(id) {
    for (const button of document.querySelectorAll("#adds button")) {
      const mine = button.getAttribute("aria-controls"), open = mine === id;
      button.setAttribute("aria-expanded", String(open));
      at(mine).classList.toggle("chosen", open);
    }
  }
  for (const button of document.querySelectorAll("#adds button"))
    button.addEventListener("click", () => {
      const mine = button.getAttribute("aria-controls");
      choose(button.getAttribute("aria-expanded") === "true" ? null : mine);
      if (at(mine).classList.contains("chosen")) at(mine).querySelector("input, select").focus();
    });

  function post(format, signal) {
    const headers = { "content-type": KIND };
    if (token) headers.authorization = `Bearer ${token}`;
    const query = new URLSearchParams({ format, lang: document.documentElement.lang });
    if (format === "html") query.set("ahead", "true");
    return fetch(`/explain?${query}`, { method: "POST", headers, body: facts(), signal });
  }

  /* No result stands while another person's is awaited, or where there is none. */
  function clear() {
    at("first").replaceChildren();
    at("result").replaceChildren();
    at("saves").hidden = true;
    main.classList.remove("answered");
    known = null;
  }

  async function ask() {
    asked?.abort();
    main.classList.toggle("busy", !isEmpty());
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
      if (answer.ok) {
        render(text);
        askAhead(mine);
      } else refuse(answer.status, JSON.parse(text));
    } catch (error) {
      if (error.name === "AbortError") return;
      clear();
      tell(words.noAnswer);
    }
    main.classList.remove("busy");
  }

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
    tell(answer.error);
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
  const said = (cause) => (cause ? `${cause.name} (${cause.chance})` : words.none);

  function render(part) {
    const before = cards()[0] && causeOf(cards()[0]);
    const opened = cards().filter((card) => card.open).map((card) => card.dataset.cause);
    at("result").innerHTML = part; // made by the service, every text of a record escaped there
    at("first").replaceChildren(at("result").querySelector(".first"));
    at("saves").hidden = false;
    at("form-token").hidden = true;
    main.classList.add("answered");
    for (const card of cards()) card.open = opened.includes(card.dataset.cause);
    Bokeh.documents.splice(0);
    drawPenia();
    supposable();
    moved();
    const now = cards()[0] && causeOf(cards()[0]);
    const urgent = at("first").querySelector(".now h2")?.textContent;
    const same = !before || said(before) === said(now);
    const first = filled(words.first, { cause: said(now) }) + (same ? "" : `; ${filled(words.before, { cause: said(before) })}`);
    const headed = at("first").querySelector(".headline")?.textContent.includes(now?.name ?? " ");
    const told = made("span", first, { className: same && headed ? "hidden" : "" }); // seen once, heard each time
    at("status").replaceChildren(...(urgent ? [made("span", `${urgent}. `, { className: "hidden" })] : []), told);
  }

  /* While something is supposed, each cause says where it stood before. */
  function moved() {
    const chances = new Map(cards().map((card) => [card.dataset.cause, causeOf(card).chance]));
    if (!main.classList.contains("supposing")) known = chances;
    else for (const card of cards()) {
      const was = known?.get(card.dataset.cause) ?? "<1 %";
      if (known && was !== chances.get(card.dataset.cause))
        card.querySelector(".chance").append(made("span", ` ${filled(words.was, { chance: was })}`, { className: "was" }));
    }
  }

  /* A result that a test may have can be supposed: it is added as a finding, marked as such. */
  function supposable() {
    for (const list of document.querySelectorAll("#result .next ul")) {
      const effects = [...list.querySelectorAll("[data-effect]")];
      const found = effects.map((e) => results[e.dataset.effect]).filter(Boolean);
      for (const effect of effects) {
        const name = results[effect.dataset.effect];
        const all = name ? [[name, true]] : found.map((k) => [k, false]);
        if (!all.length) continue;
        const button = made("button", words.suppose, { type: "button" });
        button.setAttribute("aria-label", `${words.suppose}: ${effect.dataset.effect}`);
        button.addEventListener("click", () => {
          change((s) => all.forEach(([n, present]) => {
            s.findings = s.findings.filter((f) => f.name !== n);
            s.findings.push({ name: n, present, supposed: true });
          }));
          at("unsuppose").focus();
          document.querySelector("#result .right")?.scrollIntoView({ block: "nearest" });
        });
        effect.append(button);
      }
    }
  }
  at("unsuppose").addEventListener("click", () => {
    change((s) => { s.findings = s.findings.filter((f) => !f.supposed); });
    main.focus({ preventScroll: true });
  });

  async function take(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    const next = { name: file.name, base64: btoa(text), person: null };
    clear();
    choose(null);
    change((s) => Object.assign(s, s.file ? empty() : {}, { file: next })); // what was added to one file is not another's
  }

  function units() {
    const { line, unit } = at("form-count").elements;
    const chosen = unit.value;
    const given = lines.find((l) => l.id === line.value).units;
    unit.replaceChildren(made("option", words.chooseUnit, { value: "" }), ...given.map((u) => made("option", u, { value: u })));
    unit.value = given.includes(chosen) ? chosen : "";
  }

  function onSubmit(id, act) {
    at(id).addEventListener("submit", (event) => {
      event.preventDefault();
      act(event.target.elements);
    });
  }
  const add = (id, act) => { choose(id); change(act); };
  onSubmit("form-count", ({ line, value, unit, date }) => {
    if (!value.value.trim() || !unit.value || !date.value) { tell(words.needUnit); return; }
    if (value.value.includes(",")) { tell(words.noComma); return; } // 3,200 is three thousand to some and three to others
    add("form-count", (s) => s.counts.push({ line: line.value, value: value.value.trim(), unit: unit.value, date: date.value }));
    value.value = "";
    value.focus();
  });
  onSubmit("form-drug", ({ name, start, stop }) => {
    if (!name.value.trim()) { tell(words.needName); return; }
    add("form-drug", (s) => s.drugs.push({ name: name.value.trim(), start: start.value || null, stop: stop.value || null }));
    name.value = start.value = stop.value = "";
    name.focus();
  });
  onSubmit("form-finding", ({ name, present }) => {
    if (!name.value.trim()) { tell(words.needName); return; }
    add("form-finding", (s) => s.findings.push({ name: name.value.trim(), present: present.value === "yes" }));
    name.value = "";
    name.focus();
  });
  onSubmit("form-token", (elements) => { token = elements.token.value; ask(); });
  onSubmit("form-file", () => {});
  onSubmit("form-who", () => {});
  at("form-who").addEventListener("change", ({ target }) => add("form-who", (s) => {
    if (target.name === "setting") s.setting = target.value || null;
    else s.person[target.name] = target.value === "" ? null : target.name === "age" ? Number(target.value) : target.value;
  }));
  at("form-count").elements.line.addEventListener("change", units);
  at("file").addEventListener("change", ({ target }) => { if (target.files[0]) take(target.files[0]); });
  at("person").addEventListener("change", ({ target }) => {
    if (!target.value) return;
    clear();
    change((s) => Object.assign(s, s.file.person ? empty() : {}, { file: { ...s.file, person: target.value } }));
  });
  at("undo").addEventListener("click", () => {
    const file = state.file;
    state = past.pop();
    if (state.file?.base64 !== file?.base64 || state.file?.person !== file?.person) clear();
    show();
    ask();
  });
  at("reset").addEventListener("click", () => { past = []; state = empty(); at("file").value = ""; choose(null); show(); ask(); });

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
