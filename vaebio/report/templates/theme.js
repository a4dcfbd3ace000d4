// Light or dark is set before anything is painted.
const theme = {
  get stored() { try { return localStorage.getItem("vaebio-theme"); } catch { return null; } },
  get name() { return document.documentElement.dataset.theme; },
  get dark() { return this.name === "dark"; },
  set(name) {
    document.documentElement.dataset.theme = name;
    document.dispatchEvent(new Event("theme"));
  },
  choose(name) {
    try { localStorage.setItem("vaebio-theme", name); } catch { /* a file may have no storage */ }
    this.set(name);
  },
};
{
  const system = matchMedia("(prefers-color-scheme: dark)");
  const preferred = () => (system.matches ? "dark" : "light");
  theme.set(theme.stored || preferred());
  system.addEventListener("change", () => theme.stored || theme.set(preferred()));
}
