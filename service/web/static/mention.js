// Naming a colleague in a comment: after an @ the server offers people as one types. Without this file the name of the
// account is typed.
"use strict";

(() => {
  const pause = 120; // ms without a key before the server is asked
  const behindAt = /(?:^|[^\p{L}\p{N}_.@])@([\p{L}\p{N}_.-]{0,60})$/u;

  function offerPeople(box) {
    const list = document.createElement("div");
    list.className = "menu mentions";
    list.id = `${box.id}-people`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.dataset.mentions);
    list.hidden = true;
    box.after(list);
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-autocomplete", "list");
    let asked = 0;
    let waits = 0;

    const offers = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");
    const typed = () => behindAt.exec(box.value.slice(0, box.selectionStart));

    function close() {
      asked += 1;
      clearTimeout(waits);
      list.hidden = true;
      list.textContent = "";
      box.removeAttribute("aria-activedescendant");
    }

    function choose(offer) {
      chosen()?.setAttribute("aria-selected", "false");
      if (!offer) return;
      offer.setAttribute("aria-selected", "true");
      offer.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", offer.id);
    }

    async function ask(text) {
      const mine = ++asked;
      const answer = await fetch(`/mentions?q=${encodeURIComponent(text)}`).catch(() => null);
      if (!answer?.ok || mine !== asked) return;
      list.innerHTML = await answer.text();
      list.hidden = !offers().length;
      choose(offers()[0]);
    }

    function take(offer) {
      const found = typed();
      if (!offer || !found) return close();
      const end = box.selectionStart;
      box.setRangeText(`@${offer.dataset.name} `, end - found[1].length - 1, end, "end");
      close();
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
    }

    function move(step) {
      const all = offers();
      choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    }

    box.addEventListener("input", (event) => {
      const found = event.isComposing ? null : typed();
      if (!found) return close();
      clearTimeout(waits);
      waits = setTimeout(() => ask(found[1]), pause);
    });
    box.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      const does = {
        ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => take(chosen()), Tab: () => take(chosen()), Escape: close,
      }[event.key];
      if (!does) return;
      event.preventDefault();
      event.stopPropagation();
      does();
    });
    box.addEventListener("blur", () => setTimeout(close, pause));
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(event.target.closest("[role=option]"));
    });
  }

  for (const box of document.querySelectorAll("textarea[data-mentions]")) offerPeople(box);
})();
