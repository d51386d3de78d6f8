/* The integration worksheet: each cell is saved as it is left, one moves as in a spreadsheet, a copied block is pasted, what
   others write arrives, and no cell overwrites another unseen. Without this script each line is a form. */
(() => {
  "use strict";

  const sheet = document.querySelector("[data-worksheet]");
  if (!sheet) return;
  const words = sheet.dataset;
  const status = sheet.querySelector("[data-worksheet-state]");
  const token = sheet.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const DRAFTS = `worksheet:${words.person}:${location.pathname}`; // A draft belongs to a person.
  const FIELD = ".cell, .cell-flag";
  const sending = new Set();
  let offline = false;
  let leaving = false;
  let pause = 2000;

  sheet.classList.add("scripted");

  /* A cell: its line, its column, what it holds and what is kept of it ------------------------------------ */
  const fieldOf = (node) => (node instanceof Element && node.matches(FIELD) ? node : null);
  const fields = () => [...sheet.querySelectorAll(FIELD)];
  const lineOf = (field) => field.closest("tr");
  const rowOf = (field) => lineOf(field).id.replace("linha-", "");
  const placeOf = (field) => field.closest("td").cellIndex;
  const keyOf = (field) => `${rowOf(field)}.${field.name}`;
  const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "1" : "") : field.value);
  const setValue = (field, value) => {
    if (field.type === "checkbox") field.checked = value !== "";
    else field.value = value;
  };
  const keptOf = (field) => {
    if (field.dataset.kept !== undefined) return field.dataset.kept;
    if (field.type === "checkbox") return field.defaultChecked ? "1" : "";
    if (field.options) return [...field.options].find((option) => option.defaultSelected)?.value ?? "";
    return field.defaultValue;
  };
  const isDirty = (field) => valueOf(field) !== keptOf(field);
  const versionsOf = (line) => line.querySelector("[name=versions]")?.value.split(".") ?? [];
  const setVersion = (line, place, version) => {
    const versions = versionsOf(line);
    versions[place] = version;
    line.querySelector("[name=versions]").value = versions.join(".");
  };

  /* What was typed and is not saved, on this device -------------------------------------------------------- */
  const drafts = (change) => {
    try {
      const kept = JSON.parse(localStorage.getItem(DRAFTS) || "{}");
      change(kept);
      if (Object.keys(kept).length) localStorage.setItem(DRAFTS, JSON.stringify(kept));
      else localStorage.removeItem(DRAFTS);
    } catch {
      // Storage closed by the browser: what is typed lives in the page alone.
    }
  };
  const keepDraft = (field) =>
    drafts((kept) => {
      const part = field.closest("tbody").dataset.rows;
      kept[keyOf(field)] = { value: valueOf(field), version: versionsOf(lineOf(field))[placeOf(field)], part };
    });
  const forgetDraft = (field) => drafts((kept) => delete kept[keyOf(field)]);

  const show = () => {
    const refused = sheet.querySelector("[data-cell-note]");
    const text = offline ? words.textOffline : refused ? words.textRefused : sending.size ? words.textSaving : words.textSaved;
    if (status.textContent !== text) status.textContent = text;
    status.dataset.tone = offline ? "warning" : refused ? "danger" : sending.size ? "" : "success";
  };

  /* What is said under a cell -------------------------------------------------------------------------------- */
  const noteOf = (field) => field.closest("td").querySelector("[data-cell-note]");
  const clear = (field) => {
    noteOf(field)?.remove();
    field.removeAttribute("aria-invalid");
  };
  const tell = (field, text) => {
    clear(field);
    field.setAttribute("aria-invalid", "true");
    const box = document.createElement("div");
    box.dataset.cellNote = "";
    box.className = "cell-note";
    box.setAttribute("role", "alert");
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
    field.closest("td").append(box);
  };
  const restore = (field) => {
    setValue(field, keptOf(field));
    forgetDraft(field);
    clear(field);
    show();
  };
  const wordFor = (field, value) => {
    if (field.options) return [...field.options].find((option) => option.value === value)?.text || words.textEmpty;
    return value || words.textEmpty;
  };
  const addChoices = (field) => {
    const note = noteOf(field);
    if (!note || note.dataset.clash === undefined) return;
    const button = (label, act) => {
      const node = document.createElement("button");
      node.type = "button";
      node.className = "btn btn-sm btn-secondary";
      node.textContent = label;
      node.addEventListener("click", act);
      note.append(node);
    };
    button(`${words.textMine}: ${wordFor(field, valueOf(field))}`, () => {
      clear(field);
      save(field);
    });
    button(`${words.textTheirs}: ${wordFor(field, keptOf(field))}`, () => {
      restore(field);
      field.focus();
    });
  };

  /* Lines as they stand now, into the page ------------------------------------------------------------------- */
  const merge = (line, fresh, sent) => {
    const versions = versionsOf(line);
    const freshVersions = versionsOf(fresh);
    [...fresh.cells].forEach((cell, place) => {
      const before = line.cells[place];
      const field = before?.querySelector(FIELD);
      if (field && sent?.field === field) {
        versions[place] = freshVersions[place]; // It has been seen now.
        if (valueOf(field) !== sent.value) {
          const arrived = cell.querySelector(FIELD);
          if (arrived) field.dataset.kept = keptOf(arrived); // Typed on meanwhile: that is saved next.
          return;
        }
      } else if (field && (isDirty(field) || noteOf(field))) return; // What is being written here stays.
      else versions[place] = freshVersions[place];
      const hadFocus = before?.contains(document.activeElement);
      before?.replaceWith(cell);
      const arrived = cell.querySelector(FIELD);
      if (arrived) addChoices(arrived);
      if (hadFocus && arrived) arrived.focus();
    });
    line.className = fresh.className;
    const own = line.querySelector("[name=versions]");
    if (own) own.value = versions.slice(0, freshVersions.length).join(".");
  };
  const bring = (html, sent) => {
    const box = document.createElement("template");
    box.innerHTML = html;
    for (const part of box.content.querySelectorAll("tbody[data-rows]")) {
      const here = [...sheet.querySelectorAll("tbody[data-rows]")].find((body) => body.dataset.rows === part.dataset.rows);
      for (const fresh of [...part.rows]) {
        const line = document.getElementById(fresh.id);
        if (fresh.dataset.removed !== undefined) {
          // A line in which somebody here has typed stays to be read; sending it says that it is gone.
          if (line && !(line.contains(document.activeElement) || [...line.querySelectorAll(FIELD)].some(isDirty))) line.remove();
        } else if (line) merge(line, fresh, sent);
        else here?.append(fresh);
      }
    }
    show();
  };

  /* Sending -------------------------------------------------------------------------------------------------- */
  const post = async (url, values) => {
    const reason = sheet.querySelector("[data-worksheet-reason]")?.value ?? "";
    const body = new URLSearchParams(values instanceof FormData ? [...values] : Object.entries(values));
    body.set("reason", reason);
    body.delete("form_key"); // The page stays: a line that is added again is meant.
    const response = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token, "X-Worksheet": "lines" }, body });
    if (response.redirected && new URL(response.url).pathname === document.body.dataset.loginUrl) {
      leaving = true; // The session ended: sign in, come back here, and the drafts are sent.
      location.assign(`${document.body.dataset.loginUrl}?next=${encodeURIComponent(location.pathname + location.search)}`);
    }
    return response;
  };
  const again = () => {
    setTimeout(() => fields().filter((field) => isDirty(field) && !noteOf(field)).forEach(save), pause);
    pause = Math.min(pause * 2, 30000);
  };
  /* The answer's lines, or what it says of the cell. */
  const receive = async (field, sent, response) => {
    const text = await response.text();
    if (response.headers.get("content-type")?.includes("json")) tell(field, JSON.parse(text).message);
    else if (/^\s*<!doctype/i.test(text)) tell(field, response.status === 403 ? document.body.dataset.textForbidden : document.body.dataset.textFailed);
    else bring(text, sent);
  };

  const save = async (field) => {
    const key = keyOf(field);
    if (sending.has(key)) return; // It is looked at again once the answer is there.
    if (!isDirty(field)) return show();
    const value = valueOf(field);
    sending.add(key);
    clear(field);
    show();
    try {
      const version = versionsOf(lineOf(field))[placeOf(field)] ?? 0;
      const response = await post(words.cellUrl, { row: rowOf(field), column: field.name, value, version });
      if (leaving) return;
      if (response.status >= 502) throw new TypeError("no answer");
      offline = false;
      pause = 2000;
      await receive(field, { field, value }, response);
      if (response.ok && valueOf(field) === value) drafts((kept) => delete kept[key]);
    } catch {
      offline = true;
      again();
    } finally {
      sending.delete(key);
      show();
      if (field.isConnected && !offline && isDirty(field) && !noteOf(field) && document.activeElement !== field) save(field);
    }
  };

  const pasteBlock = async (field, text) => {
    const lines = [];
    for (let line = lineOf(field); line; line = line.nextElementSibling) {
      lines.push(`${line.id.replace("linha-", "")}:${versionsOf(line).join(".")}`);
    }
    const key = `${keyOf(field)}+`;
    const place = placeOf(field);
    const line = lineOf(field);
    sending.add(key);
    show();
    try {
      const values = { row: rowOf(field), column: field.name, text, versions: lines.join(",") };
      const response = await post(words.pasteUrl, values);
      if (leaving) return;
      offline = false;
      await receive(field, { field, value: valueOf(field) }, response);
      line.cells[place]?.querySelector(FIELD)?.focus();
    } catch {
      tell(field, document.body.dataset.textOffline);
    } finally {
      sending.delete(key);
      show();
    }
  };

  /* Typing, leaving, moving ------------------------------------------------------------------------------------ */
  const below = (field, step) => {
    const place = placeOf(field);
    let line = lineOf(field);
    do line = step > 0 ? line.nextElementSibling : line.previousElementSibling;
    while (line && !line.cells[place]?.querySelector(FIELD));
    return line?.cells[place].querySelector(FIELD);
  };
  const beside = (field, step) => {
    let cell = field.closest("td");
    do cell = step > 0 ? cell.nextElementSibling : cell.previousElementSibling;
    while (cell && !cell.querySelector(FIELD));
    return cell?.querySelector(FIELD);
  };
  const go = (field) => {
    if (!field) return false;
    field.focus();
    if (field.select) field.select();
    return true;
  };
  /* The cursor stands where the arrow leads out of the text; all of it selected counts as both ends. */
  const atEdge = (field, step) => {
    if (typeof field.selectionStart !== "number") return field.type === "checkbox" || Boolean(field.options);
    const { selectionStart: start, selectionEnd: end, value } = field;
    if (start === 0 && end === value.length) return true;
    return start === end && start === (step > 0 ? value.length : 0);
  };

  sheet.addEventListener("keydown", (event) => {
    const field = fieldOf(event.target);
    if (!field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const isText = typeof field.selectionStart === "number" && field.type !== "checkbox";
    let moved = false;
    if (event.key === "Enter") {
      event.preventDefault(); // Never the form of the line.
      if (!go(below(field, event.shiftKey ? -1 : 1))) save(field);
    } else if (event.key === "Escape" && (isDirty(field) || noteOf(field))) {
      event.preventDefault();
      restore(field);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (isText || field.type === "checkbox")) {
      if (!field.list || valueOf(field) === keptOf(field)) moved = go(below(field, event.key === "ArrowDown" ? 1 : -1));
    } else if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && !event.shiftKey) {
      const step = event.key === "ArrowRight" ? 1 : -1;
      if (atEdge(field, step)) moved = go(beside(field, step));
    }
    if (moved) event.preventDefault();
  });

  sheet.addEventListener("paste", (event) => {
    const field = fieldOf(event.target);
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!field || !/[\t\r\n]/.test(text.replace(/\r?\n$/, ""))) return; // One cell is pasted as anywhere.
    event.preventDefault();
    pasteBlock(field, text);
  });

  sheet.addEventListener("input", ({ target }) => {
    const field = fieldOf(target);
    if (!field) return;
    keepDraft(field);
    if (noteOf(field)?.dataset.clash === undefined) clear(field);
    show();
  });
  sheet.addEventListener("change", ({ target }) => {
    const field = fieldOf(target);
    if (field && noteOf(field)?.dataset.clash === undefined) save(field); // First it is settled which one stays.
  });

  /* The forms of lines and new lines: their answer comes into the page. */
  sheet.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.lineForm === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.sending !== undefined) return;
    form.dataset.sending = "";
    const line = form.closest("tr");
    try {
      const response = await post(event.submitter?.getAttribute("formaction") || form.action, new FormData(form));
      const text = await response.text();
      if (leaving) return;
      if (/^\s*<!doctype/i.test(text)) return location.reload();
      document.activeElement?.blur(); // The button that was pressed is no reason to keep its line.
      bring(text);
      const added = !line && form.elements.position;
      if (added) {
        added.value = Number(added.value) + 1;
        const body = [...sheet.querySelectorAll("tbody[data-rows]")].find((part) => part.dataset.rows === form.elements.sheet.value);
        go(body?.lastElementChild?.querySelector(FIELD));
      }
    } catch {
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: document.body.dataset.textOffline, tone: "danger" } }));
    } finally {
      delete form.dataset.sending;
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && fields().some((field) => isDirty(field) && !noteOf(field))) event.preventDefault();
  });

  /* What others write --------------------------------------------------------------------------------------------- */
  const listen = async () => {
    try {
      const response = await fetch(`${words.changesUrl}?since=${words.last}`, { headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) return;
      const { last, changes, lines } = await response.json();
      words.last = last;
      if (lines) bring(lines);
      for (const change of changes) {
        const field = document.getElementById(`linha-${change.row}`)?.querySelector(`[name="${CSS.escape(change.column)}"]`);
        if (!field || valueOf(field) !== change.value) continue;
        field.title = `${words.textChanged} ${change.by}`;
        field.classList.add("cell-changed");
      }
    } catch {
      // The connection is away; the next time tells.
    }
  };
  setInterval(() => document.hidden || listen(), 8000);

  /* What an earlier visit could not send: once its part is there ------------------------------------------------------ */
  const bringBack = () =>
    drafts((kept) => {
      const parts = new Set([...sheet.querySelectorAll("tbody[data-rows]")].map((body) => body.dataset.rows));
      for (const [key, { value, version, part }] of Object.entries(kept)) {
        const [row, column] = key.split(".");
        const line = document.getElementById(`linha-${row}`);
        const field = line?.querySelector(`${FIELD.split(", ").map((name) => `${name}[name="${CSS.escape(column)}"]`).join(", ")}`);
        if (!field) {
          if (!parts.has(part)) continue;
          if (value) document.dispatchEvent(new CustomEvent("toast", { detail: { text: `${words.textLost} ${value}`, tone: "warning" } }));
          delete kept[key];
        } else if (keptOf(field) === value) delete kept[key];
        else if (!sending.has(key) && !isDirty(field)) {
          setValue(field, value);
          setVersion(line, placeOf(field), version);
          setTimeout(() => save(field));
        }
      }
    });
  document.addEventListener("htmx:load", bringBack);
  bringBack();
  for (const field of sheet.querySelectorAll("td:has([data-clash]) :is(.cell, .cell-flag)")) addChoices(field);

  const target = location.hash.startsWith("#linha-") ? document.querySelector(location.hash) : null;
  if (target) target.querySelector(FIELD)?.focus();
  show();
})();
