// Votes on every trial, and leaves the list of votes in the page, and what could be seen before.
const press = key => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const found = { told: document.body.innerText + [...document.images].map(image => image.alt + image.src).join() };
found.trials = data.trials.length;
press("a");
press("Backspace");
found.after = $("count").textContent;
for (let i = 0; i < data.trials.length; i++) press(["a", " ", "b"][i % 3]);
found.count = $("count").textContent;
found.csv = csv();
found.stored = JSON.parse(localStorage.getItem(place)).length;
found.overflow = document.documentElement.scrollWidth > document.documentElement.clientWidth;
document.body.innerHTML = "<pre id=found>" + JSON.stringify(found).replaceAll("<", "&lt;") + "</pre>";
