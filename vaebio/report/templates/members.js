// The table of members: open a combination to its seeds, sort, and save exactly what is shown.
{
  const table = document.querySelector("table.members");
  const heads = [...table.tHead.rows[0].cells];
  const groups = () => [...table.querySelectorAll("tbody.group")];
  const notes = Object.fromEntries([...document.querySelectorAll("[data-note]")].map((n) =>
    [n.dataset.note, [...n.childNodes].slice(1).map((c) => c.textContent).join("").trim()]));

  function unfold(group, open) {
    const button = group.querySelector(".fold");
    if (!button) return;
    button.setAttribute("aria-expanded", open);
    group.querySelectorAll("tr.member").forEach((row) => { row.hidden = !open; });
  }
  for (const group of groups()) {
    const button = group.querySelector(".fold");
    if (button) button.addEventListener("click", () => unfold(group, button.getAttribute("aria-expanded") !== "true"));
  }
  const every = document.getElementById("unfold");
  if (every) every.addEventListener("click", () => {
    const open = every.getAttribute("aria-pressed") !== "true";
    every.setAttribute("aria-pressed", open);
    every.textContent = open ? "Hide the seeds" : "Show every seed";
    groups().forEach((group) => unfold(group, open));
  });

  const measures = document.getElementById("every-measure");
  if (measures) measures.addEventListener("click", () => {
    const every = table.classList.toggle("every");
    measures.setAttribute("aria-pressed", every);
    measures.textContent = every ? "Show the main measures" : "Show all measures";
  });

  /** Absent values stay at the end in both directions. */
  function comparison(column, sign) {
    const key = (row) => row.cells[column].dataset.sort;
    return (a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return (x === "") - (y === "");
      return sign * (isNaN(x) || isNaN(y) ? x.localeCompare(y, "en", { numeric: true }) : x - y);
    };
  }
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((h) => h.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const compare = comparison(column, down ? -1 : 1);
    const inside = (group) => group.append(...[...group.rows].slice(1).sort(compare));
    const sorted = groups().sort((a, b) => compare(a.rows[0], b.rows[0]));
    sorted.forEach(inside);
    const levels = table.querySelector("tbody.levels");
    if (levels) levels.append(...[...levels.rows].sort(compare));
    table.append(...sorted);
  }));

  /** A mean and its spread are two columns; the reasons for absent values are the last one. */
  function shown() {
    const seen = (_, i) => table.classList.contains("every") || !heads[i].classList.contains("further");
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.hidden)
      .map((row) => [...row.cells].filter(seen));
    const columns = heads.filter(seen);
    const spreads = columns.map((_, i) => rows.some((cells) => cells[i].textContent.includes(" ± ")));
    const small = (i) => rows.map((cells) => cells[i].querySelector("small")).find(Boolean);
    const remarks = columns.map(({ dataset: { name } }, i) => small(i) && (small(i).dataset.name || `${name}, remark`));
    const header = columns.flatMap(({ dataset: { name } }, i) =>
      [name, ...(spreads[i] ? [`${name}, spread`] : []), ...(remarks[i] ? [remarks[i]] : [])]);
    const lines = rows.map((cells) => {
      const why = [...new Set(cells.map((c) => notes[c.dataset.mark]).filter(Boolean))];
      const values = cells.flatMap((cell, i) => {
        const parts = [...cell.childNodes].filter((n) => !["SUP", "SMALL"].includes(n.nodeName));
        const [value, spread = ""] = parts.map((n) => n.textContent).join("").replace("—", "").split(" ± ");
        const remark = cell.querySelector("small");
        return [value, ...(spreads[i] ? [spread] : []), ...(remarks[i] ? [remark ? remark.textContent : ""] : [])];
      });
      return [...values, why.join("; ")];
    });
    const reasons = lines.some((line) => line.at(-1));
    return reasons ? [[...header, "reason"], ...lines] : [header, ...lines.map((line) => line.slice(0, -1))];
  }
  document.getElementById("members-tsv").addEventListener("click", () =>
    save(tsv(shown()), `${document.querySelector("h1").textContent.trim()}.tsv`, "text/tab-separated-values"));
}
