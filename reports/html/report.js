// Hides, shows, opens and unfolds what is there. Without it everything but the evidence of single cells can be read.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  const output = form.querySelector("output");
  const kinds = JSON.parse(document.getElementById("kinds").textContent) || [];
  const scenarios = [...document.querySelectorAll("details.scenario")];
  let wasOpen = null; // which scenarios were before anything was filtered
  const fewScenarios = 12; // that a filter opens; of more it leaves the list
  let cells = null;
  let waiting = 0; // the timer of what is being typed

  // unfold gives the evidence of the cells of one part, by their anchors. Each part is unpacked once.
  const parts = new Map();
  const unfold = (part) => {
    if (!parts.has(part)) parts.set(part, unpack(document.getElementById("fold-" + part).textContent));
    return parts.get(part);
  };
  const unpack = async (text) => { // throws where there is no DecompressionStream
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const holder = document.createElement("template");
    holder.innerHTML = await new Response(stream).text();
    return new Map([...holder.content.children].map((block) => [block.dataset.for, block]));
  };

  // ready is when every scenario has its body.
  const ready = (async () => {
    for (const part of document.querySelectorAll("script[id^='body-']")) {
      for (const [id, body] of await unpack(part.textContent)) document.getElementById(id).lastElementChild.replaceChildren(...body.childNodes);
    }
  })();
  ready.catch(() => { document.getElementById("old").hidden = false; });

  // evidence shows a cell's below the matrices of its step.
  const evidence = async (cell) => {
    const scenario = cell.closest("details.scenario");
    scenario.open = true;
    await equip(scenario);
    const shown = await block(cell);
    if (!shown) return;
    if (!shown.isConnected) {
      if (shown.querySelector(".finding")) offer(shown.lastElementChild, shown.querySelector(".checks").textContent + ", " + shown.querySelector(".title").textContent, shown, cell);
      cell.closest(".step").append(shown);
    }
    shown.open = true;
    shown.hidden = false;
    shown.scrollIntoView({ block: "nearest" });
    shown.querySelector("summary").focus({ preventScroll: true });
  };

  // equip makes links of a scenario's cells, which lead to their evidence.
  const equip = async (scenario) => {
    await ready;
    if (scenario.dataset.equipped) return;
    scenario.dataset.equipped = "yes";
    for (const cell of scenario.querySelectorAll(".c")) {
      const link = document.createElement("a");
      link.href = "#" + cell.id;
      link.append(...cell.childNodes);
      cell.append(link);
    }
  };

  // fenced is text as code of Markdown; no line of it can end the fence.
  const fenced = (text, language) => {
    let fence = "```";
    while (text.includes(fence)) fence += "`";
    return fence + language + "\n" + text.trimEnd() + "\n" + fence;
  };

  // rows are the words of a list of terms, a line each.
  const row = (name, value) => name.padEnd(9) + " " + value.replace(/\s+/g, " ").trim();
  const rows = (list) => [...list.querySelectorAll(":scope > dt")].map((dt) => row(dt.textContent, dt.nextElementSibling.textContent)).join("\n");

  // statement is a fact in words, with its source.
  const statement = (id) => {
    const fact = document.getElementById(id);
    return fact ? "fact " + fact.textContent + ": " + fact.nextElementSibling.textContent : "";
  };

  // block gives the evidence of a cell, shown or not.
  const block = async (cell) => (await unfold(cell.closest("details.scenario").dataset.fold)).get(cell.id);

  // ticket writes what an element tells of a finding, and the evidence of its cell, as Markdown for an issue tracker: what S3 owes, what
  // came, and all that it takes to see it again. Whatever an endpoint may have sent stands in a fence.
  const ticket = async (title, told, cell) => {
    const evidence = cell && await block(cell);
    const facts = new Set([...told.querySelectorAll("a[href^='#fact-']")].map((a) => a.hash.slice(1)));
    const summary = told.parentElement.querySelector(":scope > summary > .counted"); // of a cause
    const lists = [...told.querySelectorAll("dl")].map((list) => [...(list.closest(".finding") ? [row("check", list.previousElementSibling.textContent)] : []), rows(list)].join("\n"));
    if (summary) lists.unshift(row("class", summary.parentElement.querySelector(".badge").textContent.replace(/^\W+/, "")) + "\n" + row("shows in", summary.textContent));
    const text = ["## CORS: `" + title.replace(/[\s`]+/g, " ").trim() + "`", fenced([...lists, ...[...facts].map(statement)].filter(Boolean).join("\n\n"), "text")];
    for (const config of cell ? cell.closest(".step").querySelectorAll("details.config") : []) {
      text.push(config.classList.contains("put") ? "What the call was given:" : "The bucket's CORS configuration:", fenced(config.lastElementChild.textContent, "json"));
    }
    const commands = [...(evidence || told).querySelectorAll("pre.curl")].map((pre) => pre.textContent);
    if (commands.length) text.push("To ask again, where a bucket holds this configuration:", fenced(commands.join("\n"), "sh"));
    for (const exchange of evidence ? evidence.querySelectorAll("pre:not(.curl)") : []) {
      text.push("The " + exchange.previousElementSibling.textContent.replace(/[^A-Za-z]/g, "") + ", as it was:", fenced(exchange.textContent, "http"));
    }
    const run = document.getElementById("run");
    text.push("Where it was found:", fenced([document.querySelector("h1").textContent, ...(run ? [rows(run.parentElement.querySelector("dl"))] : []), ...(evidence ? [row("cell", evidence.querySelector(".meta code").textContent)] : [])].join("\n"), "text"));
    return text.join("\n\n") + "\n";
  };

  // copy puts text on the clipboard, or shows it where a browser does not allow that.
  const copy = async (text, said) => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied, as Markdown.";
    } catch {
      const area = said.parentElement.querySelector("textarea") || document.createElement("textarea");
      area.readOnly = true;
      area.rows = 12;
      area.value = text;
      area.setAttribute("aria-label", "The ticket, as Markdown");
      said.textContent = "Copy it from here:";
      said.after(area);
      area.focus();
      area.select();
    }
  };

  // offer adds a button that copies a ticket.
  const offer = (to, title, told, cell) => {
    const line = document.createElement("p"), button = document.createElement("button"), said = document.createElement("output");
    line.className = "actions";
    button.type = "button";
    button.textContent = "Copy as a ticket";
    said.role = "status";
    button.addEventListener("click", async () => copy(await ticket(title, told, cell), said));
    line.append(button, " ", said);
    to.append(line);
  };
  const tickets = async () => {
    await ready;
    for (const body of document.querySelectorAll(".cause > .body[data-cell]")) {
      offer(body, body.parentElement.querySelector(".what").textContent, body, document.getElementById(body.dataset.cell));
    }
  };

  // columns gives the words above each column of a table, however many rows of headings it has; corner is how many columns the rows' own take.
  const columns = (table, corner) => {
    const words = [];
    for (const [i, row] of [...table.tHead.rows].entries()) {
      let at = 0;
      for (const th of [...row.cells].slice(i === 0 ? corner : 0)) {
        for (let n = th.colSpan; n > 0; n--, at++) words[at] = (words[at] || "") + " " + th.textContent;
      }
    }
    return words;
  };

  // index reads the page once: of every cell its kind, its topic and the words around it.
  const index = () => {
    const heads = new Map();
    return scenarios.flatMap((scenario) => {
      const id = scenario.querySelector("h3").textContent;
      return [...scenario.querySelectorAll(".c")].map((at) => {
        const box = at.closest("td") || at;
        const table = box.closest("table");
        let words = id + " " + at.textContent;
        if (table) {
          const rows = [...box.parentNode.cells].filter((c) => c.tagName === "TH");
          if (!heads.has(table)) heads.set(table, columns(table, rows.length));
          words += " " + rows.map((th) => th.textContent).join(" ") + heads.get(table)[box.cellIndex - rows.length] + " " + table.closest("figure").firstElementChild.textContent;
        }
        return { at, kind: kinds[at.dataset.k], topic: id.split("/")[0], words: words.toLowerCase() };
      });
    });
  };

  const has = (list, one) => Boolean(list) && list.includes(one);
  const fits = (cell, want, text) =>
    (!want.verdict || (want.verdict === "!passed" ? cell.kind.verdict !== "passed" : cell.kind.verdict === want.verdict)) &&
    (!want.class || has(cell.kind.classes, want.class)) &&
    (!want.check || has(cell.kind.checks, want.check)) &&
    (!want.cause || has(cell.kind.causes, Number(want.cause))) &&
    (!want.topic || cell.topic === want.topic) &&
    text.every((word) => cell.words.includes(word));

  // wanted is what the form asks for, without what it leaves open.
  const wanted = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));

  const apply = () => {
    cells = cells || index();
    const want = wanted();
    const text = (want.text || "").toLowerCase().split(/\s+/).filter(Boolean);
    const filtered = Object.keys(want).length > 0;
    const blocks = new Map([...document.querySelectorAll(".step > details.cell")].map((b) => [b.dataset.for, b]));
    let shown = 0;
    for (const cell of cells) {
      const fit = fits(cell, want, text);
      shown += fit;
      cell.at.classList.toggle("off", !fit);
      if (blocks.has(cell.at.id)) blocks.get(cell.at.id).hidden = !fit;
    }
    const any = (within) => within.querySelector(".c:not(.off)") !== null;
    for (const scenario of scenarios) {
      for (const row of scenario.querySelectorAll("tbody tr")) row.hidden = !any(row);
      for (const part of scenario.querySelectorAll("figure, .step")) part.hidden = !any(part);
      scenario.hidden = !any(scenario);
    }
    const left = scenarios.filter((s) => !s.hidden);
    if (filtered) wasOpen = wasOpen || new Map(scenarios.map((s) => [s, s.open]));
    for (const scenario of wasOpen ? scenarios : []) scenario.open = filtered ? !scenario.hidden && left.length <= fewScenarios : wasOpen.get(scenario);
    if (!filtered) wasOpen = null;
    output.textContent = filtered ? shown + " of " + cells.length + " cells in " + left.length + " of " + scenarios.length + " scenarios" : "";
  };

  // keep writes the filter into the page's address, so that it can be passed on and survives a reload.
  const keep = () => {
    const want = new URLSearchParams(wanted()).toString();
    history.replaceState(null, "", want ? "#?" + want : location.href.split("#")[0]);
  };

  // restore sets the filter from an address.
  const restore = (query) => {
    clearTimeout(waiting);
    form.reset();
    for (const [name, value] of new URLSearchParams(query)) {
      const field = form.elements.namedItem(name);
      if (field && field.name) field.value = value;
    }
    apply();
    const heading = document.getElementById("scenarios");
    heading.tabIndex = -1;
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  };

  // follow does what the fragment of the address asks for: a filter, the evidence of a cell, or to open what a link leads to.
  const follow = async () => {
    await ready;
    const fragment = location.hash.slice(1);
    if (fragment.startsWith("?")) return restore(fragment.slice(1));
    const target = fragment && document.getElementById(fragment);
    if (!target) return undefined;
    if (target.closest("[hidden]") || target.closest(".off")) {
      form.reset();
      apply();
    }
    if (target.classList.contains("c")) return evidence(target);
    for (let d = target.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    target.scrollIntoView();
    return undefined;
  };

  const changed = async () => { await ready; apply(); keep(); };
  for (const scenario of scenarios) {
    if (scenario.open) equip(scenario);
    scenario.addEventListener("toggle", () => { if (scenario.open) equip(scenario); });
  }
  form.hidden = false;
  tickets();
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(changed, 150); });
  form.querySelector("button").addEventListener("click", () => setTimeout(changed)); // not on reset, which restore does too
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", follow);
  addEventListener("click", (event) => { // a link to where the page is already makes no hashchange
    const link = event.target.closest("a");
    if (link && link.hash && link.hash === location.hash && link.href.split("#")[0] === location.href.split("#")[0]) follow();
  });
  follow();
})();
