// Drives the report as a person would, and leaves what was then to be seen in the page, as JSON.
const shown = e => getComputedStyle(e).display !== "none";
const all = s => [...document.querySelectorAll(s)];
const ground = () => getComputedStyle(document.body).backgroundColor;
const found = {
  plots: Object.fromEntries(["curves", "speed", "generations", "pictures"].map(s => [s, all(`#${s} svg.plot`).length])),
  marks: all("#curves g.s0 path").length,
  widths: all("#curves svg.plot").map(e => e.getBoundingClientRect().width),
  originals: all(".piece").every(e => getComputedStyle(e).backgroundImage.startsWith('url("data:image/png;base64,')),
  pieces: all(".crops img").map(e => e.complete && e.naturalWidth),
};
found.before = all(".s1").every(shown);
document.querySelector("#codec1").click();
found.hidden = all(".s1").length > 0 && !all(".s1").some(shown);
found.others = all(".s0").some(shown);
document.querySelector("#codec1").click();
found.again = all(".s1").every(e => shown(e));
document.querySelector("#theme-light").click();
found.light = ground();
document.querySelector("#theme-dark").click();
found.dark = ground();
found.first = all(".picture").map(shown);
document.querySelector("select").value = "1";
found.second = all(".picture").map(shown);
found.overflow = document.documentElement.scrollWidth > document.documentElement.clientWidth;
document.body.innerHTML = "<pre id=found>" + JSON.stringify(found) + "</pre>";
