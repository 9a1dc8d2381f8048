// Originals and coded pictures, two at a time.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const stage = $("stage"), view = viewer(stage);
const state = { picture: 0, level: 0, left: -1, right: 0, mode: "beside", top: true };

function fill(select, names, first) {
  select.replaceChildren(...names.map((name, i) => new Option(name, String(i + first))));
}
fill($("picture"), data.pictures.map(p => p.name), 0);
fill($("level"), data.levels, 0);
for (const side of ["left", "right"]) fill($(side), ["original", ...data.codecs], -1);

const coded = which => data.pictures[state.picture].coded.find(c => c.level === state.level && c.codec === which);
const titles = { ssim2: "SSIMULACRA2", ba_p3: "Butteraugli", psnr_y: "PSNR-Y", psnr_rgb: "PSNR-RGB" };

function caption(box, which) {
  const picture = data.pictures[state.picture], found = coded(which), lines = document.createElement("span");
  const name = document.createElement("strong");
  name.textContent = which < 0 ? "original" : data.codecs[which];
  if (found) {
    const scores = Object.entries(titles).filter(([key]) => key in found.scores);
    const texts = scores.map(([key, title]) => `${title} ${found.scores[key].toFixed(2)}`);
    lines.textContent = [`${found.bytes} bytes, ${found.bpp.toFixed(3)} bpp, q ${+found.q.toFixed(2)}`, ...texts].join(" · ")
      + (found.off ? " — it does not reach this level" : "");
  } else {
    lines.textContent = which < 0 ? `${picture.w}x${picture.h}` : "not made at this level";
  }
  box.replaceChildren(name, lines);
}

function show(image, which) {
  const file = which < 0 ? data.pictures[state.picture].file : coded(which)?.file;
  image.hidden = !file;
  if (file && image.getAttribute("src") !== file) image.src = file;
  image.alt = which < 0 ? "original" : data.codecs[which];
}

function draw() {
  const picture = data.pictures[state.picture], over = state.mode !== "beside";
  for (const id of ["picture", "level", "left", "right"]) $(id).value = String(state[id]);
  for (const id of ["beside", "flicker", "slider"]) $(id).setAttribute("aria-pressed", String(state.mode === id));
  show($("one"), state.left);
  show($("two"), state.right);
  caption($("first"), state.left);
  caption($("second"), state.right);
  stage.classList.toggle("over", over);
  $("slide").hidden = state.mode !== "slider";
  const upper = $("two").parentElement;
  upper.style.visibility = state.mode === "flicker" && !state.top ? "hidden" : "";
  upper.style.clipPath = state.mode === "slider" ? `inset(0 0 0 ${$("at").value}%)` : "";
  $("first").style.opacity = state.mode === "flicker" && state.top ? 0.45 : "";
  $("second").style.opacity = state.mode === "flicker" && !state.top ? 0.45 : "";
  view.size(picture.w, picture.h);
}

function turn(key, by, count) { state[key] = (state[key] + by + count) % count; draw(); }
function mode(name) {
  if (name === "flicker" && state.mode === "flicker") state.top = !state.top;
  state.mode = name;
  draw();
}
function theme() {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("color-scheme") === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}

for (const id of ["picture", "level", "left", "right"]) {
  $(id).addEventListener("change", () => { state[id] = Number($(id).value); $(id).blur(); draw(); });
}
for (const id of ["beside", "flicker", "slider"]) $(id).addEventListener("click", () => mode(id));
$("at").addEventListener("input", draw);
$("in").addEventListener("click", () => view.step(1));
$("out").addEventListener("click", () => view.step(-1));
$("whole").addEventListener("click", () => view.toggle());
$("theme").addEventListener("click", theme);

document.addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(SELECT|INPUT)$/.test(e.target.tagName)) return;
  const digit = /^Digit(\d)$/.exec(e.code);
  if (digit) {
    const which = Number(digit[1]) - 1;
    if (which < data.codecs.length) { state[e.shiftKey || which < 0 ? "left" : "right"] = which; draw(); }
    return;
  }
  const keys = {
    ArrowLeft: () => turn("picture", -1, data.pictures.length),
    ArrowRight: () => turn("picture", 1, data.pictures.length),
    ArrowUp: () => turn("level", -1, data.levels.length),
    ArrowDown: () => turn("level", 1, data.levels.length),
    " ": () => mode("flicker"),
    b: () => mode("beside"),
    s: () => mode("slider"),
    x: () => { [state.left, state.right] = [state.right, state.left]; draw(); },
    z: () => view.toggle(),
    "+": () => view.step(1),
    "=": () => view.step(1),
    "-": () => view.step(-1),
  };
  if (!(e.key in keys)) return;
  e.preventDefault();
  keys[e.key]();
});
draw();
