// A comment is about what was clicked in a picture; the way to a fault is played stop by stop. Pages work without this.
"use strict";

const STEP = 700;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const found = (figure, id) => [...figure.querySelectorAll("[data-element]")].find((each) => each.dataset.element === id);

function play(figure) {
  clearInterval(figure.playing);
  const way = JSON.parse(figure.dataset.way);
  const show = (at) => {
    figure.querySelector(".at")?.classList.remove("at");
    const stop = found(figure, way[at]);
    stop?.classList.add("at");
    stop?.scrollIntoView({ block: "nearest", inline: "center", behavior: still.matches ? "auto" : "smooth" });
    figure.dataset.at = String(at + 1);
  };
  let at = 0;
  show(at);
  figure.playing = setInterval(() => { at += 1; if (at < way.length) show(at); else clearInterval(figure.playing); }, STEP);
}

function choose(shape) {
  const select = document.getElementById("about");
  const value = `${shape.closest("[data-pictured]").dataset.pictured}#${shape.dataset.element}`;
  const option = [...(select?.options ?? [])].find((each) => each.value === value);
  if (!option) return;
  select.value = value;
  document.getElementById("said").focus();
}

for (const button of document.querySelectorAll("[data-play]")) button.hidden = false;
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-play]");
  if (button) play(button.closest("[data-way]"));
  const shape = target.closest("[data-pictured] [data-element]");
  if (shape) choose(shape);
});
