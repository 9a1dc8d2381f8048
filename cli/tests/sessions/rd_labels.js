// Looks at the labels of plots in a page as narrow as a phone.
document.body.style.width = "390px";
document.body.style.margin = "0";
const plots = [...document.querySelectorAll("svg.plot")].filter(e => e.getBoundingClientRect().width);
const found = { plots: plots.length, outside: [], small: [], over: [] };
for (const plot of plots) {
  const frame = plot.getBoundingClientRect(), scale = frame.width / plot.viewBox.baseVal.width;
  const texts = [...plot.querySelectorAll("text")].map(e => [e.textContent, e.getBoundingClientRect(), parseFloat(getComputedStyle(e).fontSize)]);
  texts.forEach(([text, r, size], i) => {
    // Boxes of text are some pixels higher than its letters.
    if (r.left < frame.left - 3 || r.right > frame.right + 3 || r.top < frame.top - 3 || r.bottom > frame.bottom + 3) found.outside.push(text);
    if (size * scale < 11) found.small.push(text);
    for (const [other, s] of texts.slice(0, i)) {
      if (r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 2 && s.top < r.bottom - 2) found.over.push([text, other]);
    }
  });
}
found.overflow = document.body.scrollWidth > 390;
document.body.innerHTML = "<pre id=found>" + JSON.stringify(found) + "</pre>";
