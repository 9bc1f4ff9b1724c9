"use strict";
(() => {
  const data = /* DATA */;
  globalThis.peniaShown?.abort(); // a drawing that this one takes the place of listens no more
  const life = (globalThis.peniaShown = new AbortController()), alive = { signal: life.signal };
  const doc = () => Bokeh.documents[0];
  const named = (name) => doc().get_model_by_name(name);
  const scales = ["log", "linear"];
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const press = (button, on) => button.setAttribute("aria-pressed", String(on));

  /* Bokeh keeps its text colours and its number of ticks to itself, so they are set from here. */
  const axes = ["log-x", "log-y", "log-right", "linear-x", "linear-y", "linear-right", "drugs-x"];
  function paint(dark) {
    const text = dark ? "#d5dae1" : "#2b3138";
    for (const axis of axes.map(named)) if (axis) axis.setv({ major_label_text_color: text, axis_label_text_color: text });
    for (let row = 0; row < data.drugs; row++) named(`drug-${row}`)?.setv({ text_color: text });
  }

  /* Two sheets of paper are to hold the result. Bokeh lays out anew a moment later, for which printing waits. */
  function fit(paper) {
    for (const scale of scales) named(scale).setv({ height: paper ? 200 : 380 });
    for (const scale of scales) named(scale).toolbar.visible = !paper;
  }
  function print() {
    if (data.item) fit(true);
    setTimeout(() => { window.print(); if (data.item) fit(false); }, 300);
  }

  function spread() {
    const ticks = Math.max(2, Math.round(document.getElementById("timeline").clientWidth / 130));
    for (const axis of ["log-x", "linear-x", "drugs-x"].map(named)) if (axis) axis.ticker.desired_num_ticks = ticks;
  }

  /* Bokeh's tools are bare elements with a title, its drawings stops of the Tab key at which nothing can be done. */
  function within(root, act) {
    for (const element of root.querySelectorAll("*")) {
      act(element);
      if (element.shadowRoot) within(element.shadowRoot, act);
    }
  }
  function nameTools() {
    within(document.getElementById("timeline"), (element) => {
      if (element.matches(".bk-events")) element.tabIndex = -1;
      if (!element.matches(".bk-OnOffButton, .bk-ClickButton, .bk-tool-overflow")) return;
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", element.title || data.words.tools);
      if (element.matches(".bk-OnOffButton")) press(element, element.matches(".bk-active"));
    });
  }

  function showLine(line, on) {
    for (const scale of scales)
      for (const part of ["", "-line"]) {
        const drawn = named(`${scale}-${line}${part}`);
        if (drawn) drawn.visible = on;
      }
    each(`button[data-line="${line}"]`, (b) => press(b, on));
    const tall = (l) => !data.narrow.includes(l) && named(`linear-${l}`)?.visible;
    named("linear-right").visible = !data.lines.some(tall); // the thresholds would stand on top of each other
  }

  function showScale(scale) {
    for (const s of scales) named(s).visible = s === scale;
    each("button[data-scale]", (b) => press(b, b.dataset.scale === scale));
    if (scale === "linear") for (const line of data.lines) if (!data.narrow.includes(line)) showLine(line, false);
    if (scale === "log") for (const line of data.lines) showLine(line, true);
    nameTools();
  }

  const DAY = 864e5;
  function showSpan(span) {
    const days = { year: 365, quarter: 84 }[span];
    const anchor = data.low === null ? data.end : data.low;
    const range = named("time");
    const start = days ? Math.max(data.first, anchor - days * DAY) : data.first;
    const end = days && data.low !== null ? Math.min(data.end, anchor + days * DAY) : data.end;
    const room = Math.max((end - start) * 0.02, DAY);
    range.setv({ start: start - room, end: end + room });
    each("button[data-span]", (b) => press(b, b.dataset.span === span));
  }

  function tell(source) {
    const at = source.selected.indices[0];
    if (at === undefined) return;
    document.getElementById("picked").textContent =
      data.words.picked.replace(/\{(\w+)\}/g, (_, name) => source.data[name][at]);
  }

  /* The forecast comes with the page, or later by itself: then the drawing is told by an event. */
  function showArm(number) {
    const arm = JSON.parse(document.getElementById("ahead").dataset.arms)[number];
    if (!arm) return;
    named("fan").data = arm;
    data.end = Math.max(data.end, arm.x.at(-1));
    showSpan(document.querySelector('button[data-span][aria-pressed="true"]').dataset.span);
    each("button[data-arm]", (b) => press(b, Number(b.dataset.arm) === number));
  }
  function startAhead() {
    if (!document.getElementById("ahead")?.dataset.arms) return;
    each("button[data-arm]", (b) => b.addEventListener("click", () => showArm(Number(b.dataset.arm))));
    showArm(0);
  }

  async function start() {
    await Bokeh.embed.embed_item(data.item);
    for (const line of data.lines) {
      const drawn = named(`log-${line}`);
      if (drawn) {
        const source = drawn.data_source;
        source.selected.properties.indices.change.connect(() => tell(source));
      }
    }
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const paper = matchMedia("print");
    const repaint = () => {
      paint(dark.matches && !paper.matches);
      fit(paper.matches);
    };
    dark.addEventListener("change", repaint, alive);
    paper.addEventListener("change", repaint, alive);
    repaint();
    spread();
    addEventListener("resize", spread, alive);
    showScale("log");
    showSpan(data.end - data.first > 800 * DAY ? "year" : "all");
    for (const event of ["click", "keyup"]) document.getElementById("timeline").addEventListener(event, nameTools);
    each("button[data-line]", (b) =>
      b.addEventListener("click", () => showLine(b.dataset.line, b.getAttribute("aria-pressed") !== "true")));
    each("button[data-scale]", (b) => b.addEventListener("click", () => showScale(b.dataset.scale)));
    each("button[data-span]", (b) => b.addEventListener("click", () => showSpan(b.dataset.span)));
    document.getElementById("timeline").addEventListener("ahead", startAhead);
    startAhead();
  }

  /* Paper cannot be opened: it shows the sources of what cannot wait and of what to do. */
  const closed = new Set();
  const onPaper = ".first details:not([open]), .next > ol > li > details.sources:not([open])";
  addEventListener("beforeprint", () => each(onPaper, (d) => { closed.add(d); d.open = true; }), alive);
  addEventListener("afterprint", () => { closed.forEach((d) => { d.open = false; }); closed.clear(); }, alive);

  document.documentElement.classList.add("scripted");
  if (data.item) start();
  const text = document.getElementById("text");
  document.getElementById("print").addEventListener("click", print);
  document.getElementById("copy").addEventListener("click", async () => {
    const said = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = data.words.copied;
    } catch {
      text.closest("details").open = true;
      getSelection().selectAllChildren(text);
      said.textContent = data.words.selected;
    }
  });
})();
