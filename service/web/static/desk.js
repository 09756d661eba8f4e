// The desk's keys, and what a form shows while it is typed. Pages work without this file.
"use strict";

const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open]");
const press = (key) => document.querySelector(`[data-key="${key}"]`)?.click();

function move(step) {
  const items = [...document.querySelectorAll(".item .what")];
  const at = items.findIndex((item) => item === document.activeElement || item.closest(".item").contains(document.activeElement));
  const current = at < 0 ? items.findIndex((item) => item.ariaCurrent === "true") : at;
  const next = items[Math.max(0, Math.min(items.length - 1, current + step))];
  next?.focus();
}

function choose() {
  const box = document.activeElement?.closest(".item")?.querySelector("input");
  if (box) box.checked = !box.checked;
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => document.activeElement?.closest(".item")?.querySelector(".what").click(),
  x: choose,
  c: () => press("c"),
  n: () => press("n"),
  s: () => press("s"),
  z: () => press("z"),
  f: () => press("f"),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (document.activeElement?.closest("#form")) press("ctrl-enter");
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

// What the server says of a form: fields not asked for, required ones, and what does not fit.
document.addEventListener("form-state", (event) => {
  const { hidden, required, errors } = event.detail;
  for (const field of document.querySelectorAll("#form [data-field]")) {
    const name = field.dataset.field;
    field.hidden = hidden.includes(name);
    field.querySelector(":scope > * > .optional")?.toggleAttribute("hidden", required.includes(name));
    const error = field.querySelector(":scope > .error");
    const leaving = !field.contains(document.activeElement);
    if (error && (leaving || !errors[name])) {
      error.textContent = errors[name] ?? "";
      error.hidden = !errors[name];
      field.classList.toggle("wrong", Boolean(errors[name]));
    }
  }
});

// A list in which tasks are chosen, or a menu is open, is not changed under the hands of its user.
document.addEventListener("htmx:before:request", (event) => {
  const inbox = document.getElementById("inbox");
  if (event.target === inbox && inbox.querySelector("input:checked[name=task], .filter[open] :focus")) event.preventDefault();
});
