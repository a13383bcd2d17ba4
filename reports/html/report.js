// Hides, shows and opens what is there. Without it everything can be read.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  const scenarios = [...document.querySelectorAll("details.scenario")];
  const wasOpen = new Map(scenarios.map((s) => [s, s.open]));
  let cells = null;

  // columns gives the words above each column of a table, however many rows of headings it has.
  const columns = (table) => {
    const words = [];
    for (const [i, row] of [...table.tHead.rows].entries()) {
      let at = 0;
      for (const th of [...row.cells].slice(i === 0 ? 1 : 0)) {
        for (let n = th.colSpan; n > 0; n--, at++) words[at] = (words[at] || "") + " " + th.textContent;
      }
    }
    return words;
  };

  // index reads the page once: of every cell its verdict, its classes, the words around it, and its block.
  const index = () => {
    const heads = new Map();
    return scenarios.flatMap((scenario) => {
      const id = scenario.querySelector("h3").textContent;
      return [...scenario.querySelectorAll(".c")].map((at) => {
        const box = at.closest("td") || at;
        const table = box.closest("table");
        let words = id + " " + at.textContent;
        if (table) {
          if (!heads.has(table)) heads.set(table, columns(table));
          words += " " + box.parentNode.cells[0].textContent + heads.get(table)[box.cellIndex - 1] + " " + table.closest("figure").firstElementChild.textContent;
        }
        const link = at.querySelector("a");
        const body = link && !at.id ? document.getElementById(link.hash.slice(1)) : null;
        const block = body && body.parentNode;
        if (block) words += " " + block.firstElementChild.textContent + " " + body.firstElementChild.textContent;
        return { at, block, verdict: at.classList[1], classes: (at.dataset.class || "").split(" "), words: words.toLowerCase() };
      });
    });
  };

  const fits = (cell, verdict, cls, text) =>
    (!verdict || (verdict === "!passed" ? cell.verdict !== "passed" : cell.verdict === verdict)) &&
    (!cls || cell.classes.includes(cls)) && text.every((word) => cell.words.includes(word));

  const apply = () => {
    cells = cells || index();
    const verdict = form.elements.verdict.value, cls = form.elements.class.value;
    const text = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const filtered = Boolean(verdict || cls || text.length);
    let shown = 0;
    for (const cell of cells) {
      const fit = fits(cell, verdict, cls, text);
      shown += fit;
      cell.at.classList.toggle("off", !fit);
      if (cell.block) cell.block.hidden = !fit;
    }
    const any = (within) => within.querySelector(".c:not(.off)") !== null;
    for (const scenario of scenarios) {
      for (const row of scenario.querySelectorAll("tbody tr")) row.hidden = !any(row);
      for (const figure of scenario.querySelectorAll("figure")) figure.hidden = !any(figure);
      scenario.hidden = !any(scenario);
      scenario.open = filtered ? !scenario.hidden : wasOpen.get(scenario);
    }
    form.querySelector("output").textContent = filtered ? shown + " of " + cells.length + " cells" : "";
  };

  // reveal opens what a link leads to, in browsers that do not do it by themselves.
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.closest("[hidden]") || target.closest(".off")) { form.reset(); apply(); }
    for (let d = target.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    target.scrollIntoView({ block: "nearest" });
  };

  let waiting = 0;
  form.hidden = false;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 150); });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", reveal);
  reveal();
})();
