// While the demo's bank is made, the line that says so is asked for again. Pages work without this file.
"use strict";

const again = async () => {
  const line = document.querySelector("[data-demo-progress]");
  if (!line) return;
  try {
    const answer = await fetch("/demo/progress");
    if (answer.status === 204) {
      line.remove();
      return;
    }
    if (answer.ok) line.outerHTML = await answer.text();
  } catch {
    // the server is away: the line stays as it is
  }
  setTimeout(again, 2000);
};
setTimeout(again, 2000);
