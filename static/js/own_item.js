/* The form of a rollout's own item: the credential's fields only for a credential, and one empty row at a time. */
(() => {
  "use strict";

  const form = document.querySelector("[data-own-item]");
  const kind = form?.elements.namedItem("kind");
  const fields = form?.querySelector("[data-credential-fields]");
  if (!kind || !fields) return;
  const rows = [...fields.querySelectorAll("[data-credential-field]")];

  const show = () => {
    fields.hidden = kind.value !== "credential";
    const filled = rows.map((row) => row.querySelector("input:not([type='checkbox'])").value.trim() !== "");
    const last = filled.lastIndexOf(true);
    rows.forEach((row, place) => (row.hidden = place > last + 1));
  };

  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
})();
