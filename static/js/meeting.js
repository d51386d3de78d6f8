/* Meeting mode of the homologation (docs/homologation.md): keys, evidence by paste and drop, and the place in the list.
   htmx brings the cases and the progress; without this script everything works by pointer and by form. */
(() => {
  "use strict";

  const place = document.querySelector("[data-meeting]");
  const current = () => document.getElementById("meeting-case");
  const form = () => current()?.querySelector("[data-meeting-form]");
  const { areOff, isTyping } = window.singleKeys;

  /* Where we are ------------------------------------------------------------------------------- */
  const mark = () => {
    const code = current()?.dataset.case;
    for (const row of place.querySelectorAll("[data-row]")) {
      if (row.dataset.row === code) {
        row.setAttribute("aria-current", "true");
        const list = row.closest("[role=region]");
        const above = row.getBoundingClientRect().top - list.getBoundingClientRect().top;
        if (above < 0 || above + row.offsetHeight > list.clientHeight) list.scrollTop += above - list.clientHeight / 3;
      } else row.removeAttribute("aria-current");
    }
  };

  let shown = current()?.dataset.case;
  place.addEventListener("htmx:afterSettle", () => {
    const code = current()?.dataset.case;
    mark();
    if (code === shown) {
      current()?.querySelector("[data-form-errors], [aria-invalid='true']")?.focus();
      return;
    }
    shown = code;
    history.replaceState(null, "", code ? `?case=${encodeURIComponent(code)}` : location.pathname);
    // Who is quick has chosen and begun to type before the page has settled: they stay where they are.
    if (!current()?.contains(document.activeElement)) current()?.focus({ preventScroll: true });
    current()?.scrollIntoView({ block: "nearest" });
    if (current()?.getBoundingClientRect().top < 0) current().scrollIntoView({ block: "start" });
  });

  // The progress is asked for all the time: that one of these questions got no answer is not worth a message.
  place.addEventListener("htmx:sendError", (event) => {
    if (event.target.id === "meeting-progress") event.stopPropagation();
  });

  /* Keys --------------------------------------------------------------------------------------- */
  const firstEmpty = (...names) => {
    const fields = names.map((name) => form().elements[name]).filter(Boolean);
    return fields.find((field) => !field.value) || fields[0];
  };

  const choose = (radio) => {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    firstEmpty(...(radio.value === "passed" ? ["evidence_text"] : ["note"])).focus();
  };

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (!form() || event.repeat) return;
      event.preventDefault();
      form().requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") current()?.focus();
      return;
    }
    if (areOff()) return;
    const key = event.key.toLowerCase();
    const radio = form()?.querySelector(`[data-meeting-outcome="${CSS.escape(key)}"]`);
    const link = current()?.querySelector(`[data-meeting-key="${CSS.escape(key)}"]`);
    if (!radio && !link) return;
    event.preventDefault();
    if (radio) choose(radio);
    else link.click();
  });

  /* Evidence from the clipboard and by drop ------------------------------------------------------ */
  const take = (files) => {
    const input = form()?.querySelector("input[type=file]");
    if (!input || !files.length) return false;
    const bag = new DataTransfer();
    for (const file of files) bag.items.add(file);
    input.files = bag.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };

  document.addEventListener("paste", (event) => {
    if (document.querySelector("dialog[open]") || !form()) return;
    const { files } = event.clipboardData;
    if (files.length) {
      if (take([...files])) event.preventDefault();
      return;
    }
    const text = event.clipboardData.getData("text/plain");
    if (!text || isTyping(event.target)) return;
    event.preventDefault();
    const field = form().elements.evidence_text;
    field.value = field.value ? `${field.value}\n${text}` : text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  const carries = (event) => event.dataTransfer?.types.includes("Files") && current()?.contains(event.target) && form();
  document.addEventListener("dragover", (event) => {
    if (carries(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (event.defaultPrevented || !carries(event)) return; // The field itself took it (uploads.js).
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });

  mark();
  if (form() && !document.activeElement?.closest("main")) current().focus({ preventScroll: true });
})();
