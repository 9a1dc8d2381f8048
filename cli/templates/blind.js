// Votes on pairs without names. What was voted stays in the browser, where it lets the page.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const view = viewer($("stage"));
const place = `kvant-blind-${data.seed}`;
const stored = () => { try { return JSON.parse(localStorage.getItem(place)) ?? []; } catch { return []; } };
const votes = stored().slice(0, data.trials.length);
let shown = 0;

function store() {
  try { localStorage.setItem(place, JSON.stringify(votes)); } catch { /* The votes live as long as the page. */ }
}

function draw() {
  const trial = data.trials[votes.length];
  $("bar").max = data.trials.length || 1;
  $("bar").value = votes.length;
  $("count").textContent = trial ? `${votes.length} of ${data.trials.length}` : "done: thank you";
  for (const id of ["vote-left", "vote-same", "vote-right"]) $(id).disabled = !trial;
  $("back").disabled = !votes.length;
  $("save").disabled = !votes.length;
  for (const id of ["left", "original", "right"]) {
    $(id).hidden = !trial;
    if (trial) $(id).src = trial[id];
  }
  shown = performance.now();
}
$("original").addEventListener("load", () => view.size($("original").naturalWidth, $("original").naturalHeight));

function vote(which) {
  if (votes.length >= data.trials.length) return;
  votes.push([which, Math.round((performance.now() - shown) / 100) / 10]);
  store();
  draw();
}
function back() {
  votes.pop();
  store();
  draw();
}

function csv() {
  const names = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(data.names), c => c.charCodeAt(0))));
  const field = value => /[",\r\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  const rows = votes.map(([which, seconds], i) => {
    const { picture, level, of } = data.trials[i];
    return [data.pictures[picture], data.levels[level], names[of[0]], names[of[1]], which, seconds, data.seed];
  });
  const header = ["picture", "level", "left", "right", "vote", "seconds", "page"];
  return [header, ...rows].map(row => row.map(field).join(",") + "\n").join("");
}
function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = `votes-${data.seed}.csv`;
  link.click();
}

for (const which of ["left", "same", "right"]) $(`vote-${which}`).addEventListener("click", () => vote(which));
$("back").addEventListener("click", back);
$("save").addEventListener("click", save);
$("in").addEventListener("click", () => view.step(1));
$("out").addEventListener("click", () => view.step(-1));
$("whole").addEventListener("click", () => view.toggle());
document.addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const keys = {
    a: () => vote("left"), ArrowLeft: () => vote("left"),
    b: () => vote("right"), ArrowRight: () => vote("right"),
    " ": () => vote("same"), Backspace: back,
    z: () => view.toggle(), "+": () => view.step(1), "=": () => view.step(1), "-": () => view.step(-1),
  };
  if (!(e.key in keys)) return;
  e.preventDefault();
  keys[e.key]();
});
draw();
