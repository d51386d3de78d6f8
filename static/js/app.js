/* Behaviour of the pages, by data attribute (docs/interface.md). Everything also works on fragments that htmx brings. */
(() => {
  "use strict";

  const words = document.body.dataset;
  const store = (area, change) => {
    try {
      return change(window[area]);
    } catch {
      return null; // Storage closed by the browser: the page works, it only remembers nothing.
    }
  };
  const byData = (node, name) => (node instanceof Element ? node.closest(`[${name}]`) : null);

  /* Single keys (hours.js, meeting.js): where they must not act, and the switch of this device --------- */
  const KEYS_OFF = "shortcuts-off";
  window.singleKeys = {
    isTyping: (node) => node instanceof Element && node.closest("input:not([type='checkbox'], [type='radio']), select, textarea, [contenteditable]"),
    areOff: () => typeof store("localStorage", (kept) => kept.getItem(KEYS_OFF)) === "string",
    turn: (on) => store("localStorage", (kept) => (on ? kept.removeItem(KEYS_OFF) : kept.setItem(KEYS_OFF, ""))),
  };

  /* Toasts ------------------------------------------------------------------------------------ */
  const region = document.getElementById("toasts");

  const letGo = (toast) => {
    // Errors stay until they are closed; the rest goes, but not while it is being read.
    if (toast.dataset.tone === "danger" || toast.dataset.tone === "warning") return;
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
    setTimeout(leave, 7000);
  };

  const toast = (text, tone = "info") => {
    const template = document.querySelector(`template[data-toast-template="${tone}"]`) || document.querySelector("template[data-toast-template]");
    if (!template || !text) return;
    const node = template.content.firstElementChild.cloneNode(true);
    node.querySelector("[data-toast-text]").textContent = text;
    region.append(node);
    letGo(node);
  };

  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));

  /* Dialogs ------------------------------------------------------------------------------------ */
  const openDialog = (dialog) => {
    if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
    dialog.showModal();
    const first = dialog.querySelector("[aria-invalid='true'], [data-form-errors], [autofocus], form :is(input:not([type='hidden']), select, textarea)");
    if (first) first.focus();
  };

  /* Forms that keep what was typed --------------------------------------------------------------- */
  /* In this tab, for the person who typed it, by the address that the form is sent to: a form that is shown again under that
     address finds it, too. */
  const person = words.person || "";
  const DRAFTS = "keep:";
  const SENT = "keep-sent";
  const HELD = "keep-held";
  const SENT_KEY = "sent-key:";

  const keepKey = (form) =>
    `${DRAFTS}${person}:${new URL(form.getAttribute("action") || "", location).pathname}:${form.dataset.keep || ""}`;
  const keepable = (field) =>
    field.name &&
    !["password", "file", "hidden", "submit", "button"].includes(field.type) &&
    field.autocomplete !== "one-time-code" &&
    field.name !== "csrfmiddlewaretoken" &&
    !field.closest("[data-secret]");

  /* Every form that is sent and has something typed in it, but those of the door and those that save themselves. Only those that
     name a key bring it back on any later visit; the others after an interruption alone, for they may stand for something else. */
  const keeps = (form) =>
    form instanceof HTMLFormElement &&
    person !== "" &&
    form.getAttribute("method") === "post" &&
    form.dataset.keep !== "off" &&
    !form.closest("[data-entrance], [data-worksheet]") &&
    [...form.elements].some(keepable);

  const keep = (form) => {
    const values = [...form.elements].filter(keepable).map((field) => {
      if (field.type === "checkbox" || field.type === "radio") return [field.name, field.value, field.checked];
      if (field.type === "select-multiple") return [field.name, null, [...field.selectedOptions].map((option) => option.value)];
      return [field.name, null, field.value];
    });
    store("sessionStorage", (area) => area.setItem(keepKey(form), JSON.stringify(values)));
  };

  const bringBack = (form) => {
    const text = store("sessionStorage", (area) => area.getItem(keepKey(form)));
    if (!text) return;
    for (const [name, option, value] of JSON.parse(text)) {
      const fields = [...form.elements].filter((field) => field.name === name && keepable(field));
      const field = option === null ? fields[0] : fields.find((candidate) => candidate.value === option);
      if (!field) continue;
      if (typeof value === "boolean") field.checked = value;
      else if (Array.isArray(value)) for (const choice of field.options) choice.selected = value.includes(choice.value);
      else field.value = value;
    }
    // Whoever was being added is seen again, so that nobody is sent unseen.
    for (const added of form.querySelectorAll("details.new-person")) if ([...added.querySelectorAll(":scope > div > label > input")].some((input) => input.value)) added.open = true;
  };

  const forget = (form) => store("sessionStorage", (area) => area.removeItem(keepKey(form)));

  /* What somebody else typed in this tab before, and on signing out one's own. */
  const forgetAll = (isForgotten) =>
    store("sessionStorage", (area) => {
      for (const key of Object.keys(area)) if (key.startsWith(DRAFTS) && isForgotten(key)) area.removeItem(key);
    });

  const cameBackWithErrors = (form) => form.querySelector("[data-form-errors], [aria-invalid='true']") !== null;

  /* A submitted form is forgotten once another page has come for it. Coming back by "back" or "reload" (the way out of a
     connection that failed), errors on the form, a page that had expired and a session that had ended keep it: the form is then
     found as it was, its dialog open. */
  const [navigation] = performance.getEntriesByType("navigation");
  const arrived = !navigation || navigation.type === "navigate";
  let heldKey = null;

  const settleKept = () => {
    if (person) forgetAll((key) => !key.startsWith(`${DRAFTS}${person}:`));
    else
      store("localStorage", (area) => {
        // What was opened here (palette.js) is nobody's to read once a session has ended.
        for (const key of Object.keys(area)) if (key.startsWith("recent:")) area.removeItem(key);
      });
    store("sessionStorage", (area) => {
      const sent = area.getItem(SENT);
      const held = area.getItem(HELD);
      area.removeItem(SENT);
      if (document.querySelector("[data-entrance]")) {
        if (sent) area.setItem(HELD, sent);
        return;
      }
      area.removeItem(HELD);
      const formOf = (key) => [...document.querySelectorAll("form")].find((form) => keeps(form) && keepKey(form) === key);
      heldKey = held || (document.querySelector("[data-not-sent]") ? sent : null);
      if (heldKey) openDialog(formOf(heldKey)?.closest("dialog"));
      else if (sent && arrived && !(formOf(sent) && cameBackWithErrors(formOf(sent)))) area.removeItem(sent);
    });
  };

  /* "Back" shows a form that was sent: sent again as it is, it is the same one, and not done twice. */
  const takeBackKey = (form) => {
    if (navigation?.type !== "back_forward" || !form.elements.form_key) return;
    const key = store("sessionStorage", (area) => area.getItem(SENT_KEY + keepKey(form)));
    if (key) form.elements.form_key.value = key;
  };

  const settleForm = (form, isOfPage) => {
    if (isOfPage) takeBackKey(form);
    if (!keeps(form) || cameBackWithErrors(form)) return;
    // What htmx brings later may be another thing's form under the same address.
    if (form.dataset.keep || (isOfPage && !arrived) || keepKey(form) === heldKey) bringBack(form);
    else forget(form);
  };

  /* What is shown for so many seconds and then is gone from the page -------------------------------- */
  const vanish = (node) => {
    setTimeout(() => {
      node.parentElement.querySelector("[data-vanished]")?.removeAttribute("hidden");
      node.remove();
    }, Number(node.dataset.vanish) * 1000);
  };

  window.addEventListener("pagehide", () => {
    for (const node of document.querySelectorAll("[data-vanish]")) node.remove(); // Not kept for "back".
  });

  /* Arrivals: the page, or a fragment --------------------------------------------------------------- */
  const arrive = (root) => {
    for (const form of root.querySelectorAll("form")) settleForm(form, root === document.documentElement);
    for (const dialog of root.querySelectorAll("dialog[data-open-now]")) openDialog(dialog);
    for (const node of root.querySelectorAll("[data-toast]")) letGo(node);
    if (root.matches?.("dialog[data-open-now]")) openDialog(root);
    for (const step of root.querySelectorAll("[aria-current='step']")) {
      // On a phone the rail is wider than the screen: show where the work is.
      const rail = step.closest(".overflow-x-auto");
      if (rail) rail.scrollLeft = step.offsetLeft - rail.offsetLeft - 16;
    }
    for (const node of root.querySelectorAll("[data-vanish]")) vanish(node);
    const themes = root.querySelectorAll("[data-set-theme]");
    if (themes.length) showTheme();
  };

  /* Theme --------------------------------------------------------------------------------------------- */
  const showTheme = () => {
    const current = document.documentElement.dataset.theme || "system";
    for (const button of document.querySelectorAll("[data-set-theme]"))
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === current));
  };

  const setTheme = (theme) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    store("localStorage", (area) => (theme === "system" ? area.removeItem("theme") : area.setItem("theme", theme)));
    showTheme();
  };

  /* Clicks ---------------------------------------------------------------------------------------------- */
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
  };

  document.addEventListener("click", (event) => {
    const opener = byData(event.target, "data-open-dialog");
    const inside = byData(event.target, "data-menu");
    if (!inside || event.target.closest(".menu-item")) closeMenus();
    else closeMenus(inside);
    if (opener) {
      event.preventDefault();
      openDialog(document.getElementById(opener.dataset.openDialog));
      return;
    }
    if (byData(event.target, "data-close-dialog")) event.target.closest("dialog")?.close();
    else if (event.target instanceof HTMLDialogElement) {
      // A press on the backdrop lands on the dialog itself, outside its box.
      const box = event.target.getBoundingClientRect();
      const within = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!within) event.target.close();
    }
    byData(event.target, "data-close-toast")?.closest("[data-toast]").remove();
    const theme = byData(event.target, "data-set-theme");
    if (theme) setTheme(theme.dataset.setTheme);
    if (byData(event.target, "data-print")) window.print();
    const copier = byData(event.target, "data-copy");
    if (copier) {
      const source = document.querySelector(copier.dataset.copy);
      const text = source?.value ?? source?.textContent.trim() ?? "";
      navigator.clipboard?.writeText(text).then(
        () => toast(words.textCopied, "success"),
        () => toast(words.textNotCopied, "danger"),
      ) ?? toast(words.textNotCopied, "danger");
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-menu][open]");
    if (!open) return;
    const within = open.contains(document.activeElement);
    closeMenus();
    if (within) open.querySelector("summary").focus();
  });

  /* Forms ------------------------------------------------------------------------------------------------- */
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (keeps(form)) keep(form);
    // The last line of a list of people was begun: there is always one more.
    const line = byData(event.target, "data-person-line");
    if (!line || !event.target.value || line.nextElementSibling?.matches("[data-person-line]")) return;
    const another = line.cloneNode(true);
    const input = another.querySelector("input");
    input.id += "_more";
    input.value = "";
    line.after(another);
    window.htmx?.process(another);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (keeps(form)) keep(form);
    if (form?.dataset.autosubmit !== undefined) form.requestSubmit();
  });

  // Asked in the capture phase, so that htmx does not send what was not confirmed.
  document.addEventListener(
    "submit",
    (event) => {
      const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
      if (question && !window.confirm(question)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    true,
  );

  const busy = new Map();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sending !== undefined) {
      event.preventDefault(); // The second click of a double click.
      return;
    }
    form.dataset.sending = "";
    // A button with an address of its own (a preview) does not hand the form in: the text stays, for the way back.
    const isHandedIn = !event.submitter?.hasAttribute("formaction");
    if (keeps(form) && isHandedIn) store("sessionStorage", (area) => area.setItem(SENT, keepKey(form)));
    if (form.elements.form_key) store("sessionStorage", (area) => area.setItem(SENT_KEY + keepKey(form), form.elements.form_key.value));
    if (new URL(form.action, location).pathname === words.logoutUrl) forgetAll(() => true);
    const button = event.submitter;
    if (button) {
      busy.set(form, [button, [...button.childNodes]]);
      button.setAttribute("aria-disabled", "true");
      if (button.dataset.busy) button.textContent = button.dataset.busy;
    }
    // A download answers a form without a new page: give the form back.
    if (form.dataset.download !== undefined) setTimeout(() => release(form), 1500);
  });

  const release = (form) => {
    delete form.dataset.sending;
    const [button, contents] = busy.get(form) || [];
    if (!button) return;
    button.removeAttribute("aria-disabled");
    button.replaceChildren(...contents);
    busy.delete(form);
  };

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.querySelectorAll("form[data-sending]")) release(form);
  });

  /* htmx ---------------------------------------------------------------------------------------------------- */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const path = xhr.responseURL ? new URL(xhr.responseURL).pathname : "";
    if (path === words.loginUrl) {
      // The session ended: sign in, then come back here.
      event.detail.shouldSwap = false;
      location.assign(`${words.loginUrl}?next=${encodeURIComponent(location.pathname + location.search)}`);
      return;
    }
    const wholePage = /^\s*<!doctype/i.test(xhr.responseText);
    if (xhr.status >= 400 && xhr.status !== 422 && wholePage) {
      event.detail.shouldSwap = false;
      toast(xhr.status === 403 ? words.textForbidden : xhr.status === 404 ? words.textGone : words.textFailed, "danger");
    } else if (xhr.status >= 400 && !xhr.responseText.trim()) {
      event.detail.shouldSwap = false;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500 && !event.detail.xhr.getResponseHeader("HX-Trigger")) toast(words.textFailed, "danger");
  });
  document.addEventListener("htmx:sendError", () => toast(words.textOffline, "danger"));
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) arrive(event.detail.elt);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (keeps(form)) store("sessionStorage", (area) => area.setItem(SENT, keepKey(form)));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!keeps(form) || !event.detail.successful) return;
    forget(form);
    store("sessionStorage", (area) => area.removeItem(SENT));
  });

  settleKept();
  arrive(document.documentElement);
})();
