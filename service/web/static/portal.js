// A link in a letter brings the number and the code behind its "#". The page works without this file.
"use strict";

const [, number, secret] = location.hash.match(/^#(C-[0-9A-Z-]{5,30})\.([0-9A-Z-]{16,30})$/) ?? [];
if (secret) {
  document.getElementById("f-number").value = number;
  document.getElementById("f-secret").value = secret;
  history.replaceState(null, "", location.pathname); // not to be seen, nor kept in the browser's history
  document.querySelector("main form button").focus();
}
