// Figures: each frame holds its data as JSON, draws the view the reader chose, and exports it.
const DARK = JSON.parse(document.getElementById("dark").textContent);
const CONFIG = { displayModeBar: false, responsive: true };

/** The figure in the colours of the theme; always a copy, since plotly writes into what it gets. */
function themed(figure, dark = theme.dark) {
  const text = JSON.stringify(figure);
  return JSON.parse(dark ? text.replace(/#[0-9a-f]{6}/gi, (c) => DARK[c.toLowerCase()] || c) : text);
}

function draw(canvas, figure) {
  const { data, layout } = themed(figure);
  canvas.style.minWidth = `${(layout.meta && layout.meta.least_width) || 0}px`;
  return Plotly.react(canvas, data, layout, CONFIG);
}

function save(text, file, type = "text/plain") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Tab-separated text that programs read: a true minus sign becomes a hyphen. */
function tsv(rows) {
  const clean = (value) => String(value).replace(/\u2212/g, "-").replace(/[\t\n]+/g, " ").trim();
  return rows.map((row) => row.map(clean).join("\t")).join("\n") + "\n";
}

/** Exports are light on white, with the question as title: they leave the page. */
function saveImage(canvas, figure, name, question, format) {
  const { data, layout } = themed(figure, false);
  const margin = { ...layout.margin, t: 64 };
  const title = { text: question, x: 0.02, y: 0.97, yanchor: "top", font: { size: 16 } };
  const height = (layout.height || 450) + 52;
  Plotly.downloadImage(
    { data, layout: { ...layout, title, margin, paper_bgcolor: "#ffffff", height } },
    { format, filename: name, width: Math.max(canvas.clientWidth, 640), height, scale: format === "png" ? 2 : 1 },
  );
}

function fillTable(table, { columns, rows }) {
  const line = (cells, tag) => {
    const row = document.createElement("tr");
    cells.forEach((text, i) => {
      const cell = document.createElement(tag === "td" && i === 0 ? "th" : tag);
      cell.textContent = text;
      cell.scope = tag === "th" ? "col" : i === 0 ? "row" : undefined;
      row.append(cell);
    });
    return row;
  };
  const head = document.createElement("thead");
  const body = document.createElement("tbody");
  head.append(line(columns, "th"));
  body.append(...rows.map((row) => line(row, "td")));
  table.replaceChildren(head, body);
}

/** Wire a frame: `state()` gives {figure, table, question, name} as the reader sees it now. */
function frame(element, state) {
  const canvas = element.querySelector(".canvas");
  const details = element.querySelector("details");
  const show = () => {
    draw(canvas, state().figure);
    if (details.open) fillTable(details.querySelector("table"), state().table());
  };
  details.addEventListener("toggle", () => details.open && fillTable(details.querySelector("table"), state().table()));
  for (const button of element.querySelectorAll("[data-export]")) {
    button.addEventListener("click", () => {
      const { figure, table, question, name } = state();
      const { columns, rows } = table();
      if (button.dataset.export === "tsv") save(tsv([columns, ...rows]), `${name}.tsv`, "text/tab-separated-values");
      else saveImage(canvas, figure, name, question, button.dataset.export);
    });
  }
  document.addEventListener("theme", show);
  return show;
}

function startPlot(element) {
  const { name, question, views } = JSON.parse(element.querySelector("script").textContent);
  const selects = [...element.querySelectorAll("select[data-dimension]")];
  let view = views[0];
  const chosen = () => selects.map((s) => s.value);
  // What leaves the page says which view it was: a picture in its title, a file in its name.
  const show = frame(element, () => ({
    ...view,
    question: question + (selects.length ? ` (${chosen().join(", ")})` : ""),
    name: [name, ...chosen()].join("-").toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, "-").replace(/-$/, ""),
    table: () => view.table,
  }));

  const agrees = (v, others) => others.filter((s) => v.choice[s.dataset.dimension] === s.value);

  /**
   * The view with what was just chosen that keeps the other choices, the first ones before the
   * later. A measure alone brings its own split.
   */
  const choose = (changed) => {
    const { dimension } = changed.dataset;
    const fitting = views.filter((v) => v.choice[dimension] === changed.value);
    const kept = selects.filter((s) => s !== changed && !(dimension === "measure" && s.dataset.dimension === "split"));
    const weight = (v) => agrees(v, kept).reduce((sum, s) => sum + 2 ** -selects.indexOf(s), 0);
    view = fitting.reduce((best, v) => (weight(v) > weight(best) ? v : best));
    sync();
    element.querySelector(".reading").textContent = view.reading;
    show();
  };
  /** Every select shows the view; a choice that no view has with the ones before it is hidden. */
  const sync = () => {
    selects.forEach((select, i) => {
      const { dimension } = select.dataset;
      select.value = view.choice[dimension];
      const before = selects.slice(0, i);
      const open = views.filter((v) => agrees(v, before).length === i).map((v) => v.choice[dimension]);
      for (const option of select.options) option.hidden = option.disabled = !open.includes(option.value);
    });
  };
  selects.forEach((select) => select.addEventListener("change", () => choose(select)));
  sync();
  show();
}

document.querySelectorAll("figure.plot:not(#plot-curves)").forEach(startPlot);

// Theme button, contents, copies
{
  const button = document.getElementById("theme");
  const name = () => { button.textContent = theme.dark ? "Light" : "Dark"; };
  button.addEventListener("click", () => theme.choose(theme.dark ? "light" : "dark"));
  document.addEventListener("theme", name);
  name();

  const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  const spy = new IntersectionObserver((entries) => {
    const seen = entries.filter((e) => e.isIntersecting).pop();
    if (!seen) return;
    links.forEach((link) => link.removeAttribute("aria-current"));
    links.get(seen.target.id).setAttribute("aria-current", "true");
  }, { rootMargin: "-20% 0px -70% 0px" });
  links.forEach((_, id) => spy.observe(document.getElementById(id)));

  for (const copy of document.querySelectorAll("[data-copy]")) {
    copy.addEventListener("click", () => {
      getSelection().selectAllChildren(document.querySelector(copy.dataset.copy));
      document.execCommand("copy");
      const before = copy.textContent;
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = before; }, 1500);
    });
  }
  for (const link of document.querySelectorAll("[data-table]")) {
    link.addEventListener("click", () => {
      const rows = [...document.querySelector(link.dataset.table).rows];
      save(tsv(rows.map((row) => [...row.cells].map((cell) => cell.textContent))), link.dataset.file, "text/tab-separated-values");
    });
  }
  for (const link of document.querySelectorAll("[data-download]")) {
    link.addEventListener("click", () => save(document.querySelector(link.dataset.download).textContent, link.dataset.file));
  }
}

// Paper is white and narrower than a screen.
{
  let before = null;
  const each = (update) => document.querySelectorAll(".canvas").forEach((c) => c.data && Plotly.relayout(c, update));
  addEventListener("beforeprint", () => {
    before = theme.name;
    theme.set("light");
    each({ width: 660 });
  });
  addEventListener("afterprint", () => {
    each({ width: null, autosize: true });
    if (before) theme.set(before);
  });
}
