// The verification page: the hash of a file is worked out here, and only the hash is sent. Without SubtleCrypto (a page
// that did not come over HTTPS) the form sends the file, and the server works it out.
"use strict";

for (const form of document.querySelectorAll("form[data-compare]")) {
  const file = form.querySelector("input[type=file]");
  const hash = form.querySelector("input[name=sha256]");
  const panel = form.closest("section") || form;

  async function hashed(picked) {
    const digest = await crypto.subtle.digest("SHA-256", await picked.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function prepare() {
    hash.value = "";
    const picked = file.files[0];
    if (!picked || !window.crypto || !crypto.subtle) return;
    hash.value = await hashed(picked);
    file.value = "";
    form.requestSubmit();
  }

  file.addEventListener("change", prepare);
  panel.addEventListener("dragover", (event) => event.preventDefault());
  panel.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    file.files = event.dataTransfer.files;
    prepare();
  });
}
