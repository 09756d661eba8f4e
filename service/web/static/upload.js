// Shows how far an upload is. Without scripts the form sends itself; with them the page stays until all is there.
"use strict";
const ready = () => document.querySelectorAll("form[data-upload]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bar = form.querySelector("progress"), wrong = form.querySelector("[role=alert]"), button = form.querySelector("button");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    request.upload.onprogress = (sent) => { if (sent.lengthComputable) bar.value = 100 * sent.loaded / sent.total; };
    const failed = (text) => { wrong.textContent = text; wrong.hidden = false; bar.hidden = true; button.disabled = false; };
    request.onerror = () => failed(form.dataset.failed || "The connection was lost. Nothing was saved; try again.");
    request.onload = () => {
      if (form.dataset.upload === "page" && (request.status < 400 || request.status === 422)) { // the answer is the next page
        const next = new DOMParser().parseFromString(request.responseText, "text/html");
        document.replaceChild(document.adoptNode(next.documentElement), document.documentElement);
        scrollTo(0, 0);
        ready();
        return;
      }
      if (request.status < 400) { location.href = request.responseURL || location.href; if (location.href === request.responseURL) location.reload(); return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      failed((page.querySelector("[role=alert], main .notice") || page.body).textContent.trim().slice(0, 400));
    };
    wrong.hidden = true; bar.hidden = false; bar.value = 0; button.disabled = true;
    request.send(new FormData(form));
  });
});
ready();
