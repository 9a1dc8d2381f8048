// Looks at the report as it would be printed: what the style sheet has for print holds for the
// screen.
const all = s => [...document.querySelectorAll(s)];
document.querySelector("#theme-dark").click();
for (const rule of document.styleSheets[0].cssRules) if (rule.media?.mediaText === "print") rule.media.mediaText = "all";
const found = {
  ground: getComputedStyle(document.body).backgroundColor,
  closed: all("details").filter(e => !e.open).length,
  shown: all("details table, details ul, details .plots").every(e => e.checkVisibility({ contentVisibilityAuto: true }) && e.getBoundingClientRect().height > 0),
  headings: [...new Set(all("h2, h3, summary").map(e => getComputedStyle(e).breakAfter))],
  hidden: all("header fieldset, .choose").every(e => getComputedStyle(e).display === "none"),
};
document.body.innerHTML = "<pre id=found>" + JSON.stringify(found) + "</pre>";
