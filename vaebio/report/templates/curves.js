// Learning curves of any members the reader picks: error on the left, rate on the right.
{
  const element = document.getElementById("plot-curves");
  const data = JSON.parse(document.getElementById("curve-data").textContent);
  const members = data.members.filter((m) => data.curves[m.name]);
  const picked = new Set(data.picked);
  const by = (id) => document.getElementById(id);
  const QUANTITIES = ["mse", "rate_nats"];
  const MOST_LABELS = 12;
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const colour = (member) => member.colours[by("colour-by").value];
  const chosen = () => members.filter((m) => picked.has(m.name));
  const narrow = () => element.clientWidth < 640;

  function trace(member, split, quantity, column) {
    const curve = data.curves[member.name][split];
    const axis = column ? "2" : "";
    return {
      x: curve.epoch, y: curve[quantity], name: plain(member.name), mode: "lines", showlegend: false,
      xaxis: `x${axis}`, yaxis: `y${axis}`,
      line: { color: colour(member), width: split === "train" ? 1.1 : 2, dash: split === "train" ? "dot" : "solid" },
      hovertemplate: `${plain(member.name)}, ${split}<br>epoch %{x}: %{y:.4~g}<extra></extra>`,
    };
  }

  /** Names at the right end of the validation lines, pushed apart where they would touch. */
  function labels(column, quantity, height) {
    const log = column === 1 && by("log-rate").checked;
    const scale = (v) => (log ? Math.log10(v) : v);
    const ends = chosen().flatMap((member) => {
      const curve = data.curves[member.name].validation;
      const last = curve ? curve[quantity].findLastIndex((v) => v !== null && (!log || v > 0)) : -1;
      return last < 0 ? [] : [{ member, x: curve.epoch[last], y: scale(curve[quantity][last]) }];
    });
    if (ends.length > MOST_LABELS) return [];
    const all = chosen().flatMap((m) => Object.values(data.curves[m.name]).flatMap((c) => c[quantity]));
    const seen = all.filter((v) => v !== null && (!log || v > 0)).map(scale);
    const apart = (14 * (Math.max(...seen) - Math.min(...seen))) / height;
    let below = -Infinity;
    return ends.sort((a, b) => a.y - b.y).map(({ member, x, y }) => {
      below = Math.max(y, below + apart);
      return {
        x, y: below, xref: column ? "x2" : "x", yref: column ? "y2" : "y", xanchor: "left", xshift: 5,
        showarrow: false, font: { size: 11, color: colour(member) },
        text: plain(member.name) + (member.diverged ? " ✕" : ""),
      };
    });
  }

  function layout() {
    const { base } = data;
    const stacked = narrow();
    const height = stacked ? 700 : 420;
    const last = Math.max(1, ...chosen().flatMap((m) => Object.values(data.curves[m.name]).flatMap((c) => c.epoch)));
    // Room at the right for the longest name, but never more than half of the panel.
    const width = element.clientWidth * (stacked ? 1 : 0.455) - 40;
    const letters = Math.max(0, ...chosen().map((m) => m.name.length));
    const share = chosen().length <= MOST_LABELS ? Math.min(0.5, (6.4 * letters + 12) / width) : 0.02;
    const x = { ...base.xaxis, range: [0, last / (1 - share)], title: { ...base.xaxis.title, text: "epoch" } };
    const y = (quantity) => ({ ...base.yaxis, title: { ...base.yaxis.title, text: data.axes[quantity] } });
    const shade = (axis) => ({
      type: "rect", xref: `x${axis}`, yref: `y${axis} domain`, x0: 0, x1: data.warmup, y0: 0, y1: 1,
      fillcolor: data.shade, line: { width: 0 }, layer: "below",
    });
    const shapes = data.warmup ? [shade(""), shade("2")] : [];
    const notes = [];
    if (data.null !== null) {
      shapes.push({ type: "line", xref: "x domain", x0: 0, x1: 1, y0: data.null, y1: data.null, layer: "below", line: { color: data.grey, width: 1.2, dash: "dot" } });
      notes.push({ xref: "x domain", x: 1, xanchor: "right", y: data.null, yanchor: "bottom", text: "null, validation", showarrow: false, font: { size: 11, color: data.grey } });
    }
    const box = stacked ? 270 : 340;
    return {
      ...base, height, showlegend: false, shapes,
      annotations: [...notes, ...labels(0, "mse", box), ...labels(1, "rate_nats", box)],
      xaxis: { ...x, domain: stacked ? [0, 1] : [0, 0.455], anchor: "y" },
      xaxis2: { ...x, domain: stacked ? [0, 1] : [0.545, 1], anchor: "y2" },
      yaxis: { ...y("mse"), domain: stacked ? [0.57, 1] : [0, 1], anchor: "x" },
      yaxis2: { ...y("rate_nats"), domain: stacked ? [0, 0.43] : [0, 1], anchor: "x2", type: by("log-rate").checked ? "log" : "linear" },
    };
  }

  function figure() {
    const traces = chosen().flatMap((member) => Object.keys(data.curves[member.name]).flatMap((split) =>
      QUANTITIES.map((quantity, column) => trace(member, split, quantity, column))));
    return { data: traces, layout: layout() };
  }

  function table() {
    const rows = chosen().flatMap((m) => Object.entries(data.curves[m.name]).flatMap(([split, c]) =>
      c.epoch.map((epoch, i) => [m.name, split, epoch, c.mse[i] ?? "", c.rate_nats[i] ?? ""])));
    return { columns: ["member", "split", "epoch", data.axes.mse, data.axes.rate_nats], rows };
  }

  const show = frame(element, () => ({
    figure: figure(), table, name: "learning-curves", question: element.querySelector("h3").textContent,
  }));

  // The list: a checkbox for each member that passes the filters.
  const filters = [...element.querySelectorAll("[data-filter]")];
  const listed = () => members.filter((m) =>
    m.name.toLowerCase().includes(by("find").value.trim().toLowerCase())
    && filters.every((f) => f.value === "" || String(m[f.dataset.filter]) === f.value));

  /** What each colour is: every model, beta or latent size once. */
  function keys() {
    const axis = by("colour-by").value;
    const found = new Map(members.map((m) => [m[axis], colour(m)]));
    by("colour-keys").replaceChildren(...[...found].map(([value, code]) => {
      const key = document.createElement("span");
      const dot = Object.assign(document.createElement("span"), { className: "dot" });
      dot.style.background = themed({ c: code }).c;
      key.append(dot, axis === "model" ? value : `${axis} ${value}`);
      return key;
    }));
  }

  function list() {
    keys();
    by("choices").replaceChildren(...listed().map((member) => {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value: member.name, checked: picked.has(member.name) });
      const dot = Object.assign(document.createElement("span"), { className: "dot" });
      dot.style.background = themed({ c: colour(member) }).c;
      label.className = member.diverged ? "diverged" : "";
      label.append(box, dot, member.name + (member.diverged ? " ✕" : ""));
      if (member.diverged) label.title = "diverged";
      box.addEventListener("change", () => { box.checked ? picked.add(member.name) : picked.delete(member.name); show(); });
      return label;
    }));
  }
  for (const filter of filters) {
    const values = [...new Set(members.map((m) => m[filter.dataset.filter]))];
    if (filter.dataset.filter !== "model") values.sort((a, b) => a - b);
    filter.append(...values.map((v) => new Option(v, v)));
    filter.addEventListener("change", list);
  }
  by("find").addEventListener("input", list);
  const pick = (change) => { change(); list(); show(); };
  by("pick-shown").addEventListener("click", () => pick(() => listed().forEach((m) => picked.add(m.name))));
  by("pick-none").addEventListener("click", () => pick(() => picked.clear()));
  by("colour-by").addEventListener("change", () => pick(() => {}));
  by("log-rate").addEventListener("change", show);
  document.addEventListener("theme", list);
  let was = narrow();
  addEventListener("resize", () => { if (was !== narrow()) { was = narrow(); show(); } });
  list();
  show();
}
