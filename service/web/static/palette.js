// The command palette (Ctrl K): a box and a list that the server fills as one types. Without this
// file the search box of the page stays.
"use strict";

(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const box = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const pause = 120; // ms without a key before the server is asked
  let asked = 0;
  let waits = 0;

  const offers = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(offer) {
    chosen()?.setAttribute("aria-selected", "false");
    if (offer) {
      offer.setAttribute("aria-selected", "true");
      offer.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", offer.id);
    } else box.removeAttribute("aria-activedescendant");
  }

  async function fill() {
    const mine = ++asked;
    const answer = await fetch(`/palette?q=${encodeURIComponent(box.value)}`);
    if (!answer.ok || mine !== asked) return;
    list.innerHTML = await answer.text();
    choose(offers()[0]);
  }

  function go(offer) {
    if (offer?.dataset.href) location.assign(offer.dataset.href);
    if (offer?.dataset.post) {
      const form = Object.assign(document.createElement("form"), { method: "post", action: offer.dataset.post });
      document.body.append(form);
      form.submit();
    }
  }

  function move(step) {
    const all = offers();
    if (all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  }

  box.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(fill, pause);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const does = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => go(chosen()) }[event.key];
    if (does) {
      event.preventDefault();
      does();
    }
  });
  list.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (dialog.open) return dialog.close();
    box.value = "";
    list.textContent = "";
    clearTimeout(waits);
    dialog.showModal();
    fill();
  });
})();
