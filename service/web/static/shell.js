// The shell of every page: keys that go to places, and the search box. Pages work without this file.
"use strict";

(() => {
  const isTyping = (target) =>
    target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open], [contenteditable]");
  let wentAt = 0;

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (Date.now() - wentAt < 1500) {
      wentAt = 0;
      document.querySelector(`.rail [data-key="${CSS.escape(event.key)}"]`)?.click();
    } else if (event.key === "g") {
      wentAt = Date.now();
    } else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("find")?.focus();
    }
  });
})();
