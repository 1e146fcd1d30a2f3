"use strict";
const words = document.getElementById("words");
const impact = document.getElementById("impact");
function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of document.querySelectorAll("[data-words]")) {
    const text = item.dataset.words.toLowerCase();
    const fits = wanted.every((word) => text.includes(word));
    const is = item.dataset.impact;
    item.hidden = !fits || (impact.value !== "" && is !== undefined && is !== impact.value);
  }
}
words.addEventListener("input", filter);
impact.addEventListener("change", filter);
document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
