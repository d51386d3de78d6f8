/* The integration worksheet: each cell saves itself, what others write arrives, and one cell never overwrites another unseen. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-worksheet]");
  if (!form) return;
  const words = form.dataset;
  const state = form.querySelector("[data-worksheet-state]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const KEPT = `worksheet:${location.pathname}`;
  const waiting = new Map(); // name of the cell → timer
  const sending = new Set();
  const refused = new Set();
  let offline = false;
  let pause = 2000;

  form.querySelector("[data-worksheet-save]").hidden = true; // Every cell saves itself.

  const valueOf = (cell) => (cell.type === "checkbox" ? (cell.checked ? "1" : "") : cell.value);
  const setValue = (cell, value) => (cell.type === "checkbox" ? (cell.checked = value !== "") : (cell.value = value));
  const seenOf = (cell) => form.elements[cell.name.replace("cell-", "seen-")];
  const isDirty = (cell) => valueOf(cell) !== seenOf(cell).value;
  const cells = () => [...form.elements].filter((field) => field.name.startsWith("cell-"));

  const kept = (change) => {
    try {
      const found = JSON.parse(localStorage.getItem(KEPT) || "{}");
      change(found);
      if (Object.keys(found).length) localStorage.setItem(KEPT, JSON.stringify(found));
      else localStorage.removeItem(KEPT);
    } catch {
      // Storage closed by the browser: what is typed lives in the page alone.
    }
  };

  const show = () => {
    const busy = waiting.size + sending.size > 0;
    const text = offline ? words.textOffline : refused.size ? words.textRefused : busy ? words.textSaving : words.textSaved;
    if (state.textContent !== text) state.textContent = text;
    state.dataset.tone = offline ? "warning" : refused.size ? "danger" : busy ? "" : "success";
  };

  /* What stands under a cell: a refusal, or a conflict with its two ways out. */
  const note = (cell) => cell.parentElement.querySelector("[data-cell-note]");
  const clear = (cell) => {
    note(cell)?.remove();
    refused.delete(cell.name);
    cell.removeAttribute("aria-invalid");
  };
  const tell = (cell, text, choices = []) => {
    clear(cell);
    refused.add(cell.name);
    cell.setAttribute("aria-invalid", "true");
    const box = document.createElement("div");
    box.dataset.cellNote = "";
    box.className = "cell-note";
    box.setAttribute("role", "alert");
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
    for (const [label, act] of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-secondary";
      button.textContent = label;
      button.addEventListener("click", act);
      box.append(button);
    }
    cell.after(box);
  };

  const clash = (cell, answer) =>
    tell(cell, answer.message, [
      [
        `${words.textMine}: ${valueOf(cell) || words.textEmpty}`,
        () => {
          seenOf(cell).value = answer.current; // It has been seen now.
          clear(cell);
          send(cell);
        },
      ],
      [
        `${words.textTheirs}: ${answer.current || words.textEmpty}`,
        () => {
          setValue(cell, answer.current);
          seenOf(cell).value = answer.current;
          kept((found) => delete found[cell.name]);
          clear(cell);
          show();
          cell.focus();
        },
      ],
    ]);

  const send = async (cell) => {
    clearTimeout(waiting.get(cell.name));
    waiting.delete(cell.name);
    if (sending.has(cell.name)) return later(cell);
    if (!isDirty(cell)) return show();
    const [, row, column] = cell.name.match(/^cell-(\d+)-(\w+)$/);
    const value = valueOf(cell);
    sending.add(cell.name);
    show();
    try {
      const response = await fetch(words.cellUrl, {
        method: "POST",
        headers: { "X-CSRFToken": token, Accept: "application/json" },
        body: new URLSearchParams({ row, column, value, seen: seenOf(cell).value }),
      });
      if (!response.headers.get("content-type")?.includes("json")) throw new TypeError("not an answer");
      const answer = await response.json();
      offline = false;
      pause = 2000;
      if (response.ok) {
        clear(cell);
        seenOf(cell).value = answer.value;
        if (valueOf(cell) === value) setValue(cell, answer.value); // Trimmed by the server.
        kept((found) => delete found[cell.name]);
      } else if (response.status === 409 && "current" in answer) clash(cell, answer);
      else tell(cell, answer.message);
    } catch {
      offline = true;
      setTimeout(() => cells().filter(isDirty).forEach((one) => refused.has(one.name) || send(one)), pause);
      pause = Math.min(pause * 2, 30000);
    } finally {
      sending.delete(cell.name);
      show();
    }
  };

  const later = (cell, wait = 700) => {
    clearTimeout(waiting.get(cell.name));
    waiting.set(cell.name, setTimeout(() => send(cell), wait));
    show();
  };

  form.addEventListener("input", ({ target }) => {
    if (!target.name?.startsWith("cell-")) return;
    kept((found) => (found[target.name] = [valueOf(target), seenOf(target).value]));
    if (note(target)?.querySelector("button")) return; // First it is settled which one stays.
    later(target);
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name?.startsWith("cell-") && !note(target)?.querySelector("button")) send(target);
  });

  window.addEventListener("beforeunload", (event) => {
    if (cells().some(isDirty) && !form.dataset.sending) event.preventDefault();
  });

  /* What others write, into cells that nobody here is writing. */
  const takeOut = (line) => {
    // A row in which somebody here has typed stays to be read; sending it says that it is gone.
    const busy = line && (line.contains(document.activeElement) || cells().some((cell) => line.contains(cell) && isDirty(cell)));
    if (line && !busy) line.remove();
  };
  const listen = async () => {
    try {
      const response = await fetch(`${words.changesUrl}?since=${words.last}`, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const { last, changes } = await response.json();
      words.last = last;
      for (const change of changes) {
        if (change.column === "+row") form.querySelector("[data-worksheet-new]").hidden = false;
        if (change.column === "-row") takeOut(document.getElementById(`linha-${change.row}`));
        const cell = form.elements[`cell-${change.row}-${change.column}`];
        if (!cell || isDirty(cell) || cell === document.activeElement) continue;
        setValue(cell, change.value);
        seenOf(cell).value = change.value;
        cell.title = `${words.textChanged} ${change.by}`;
        cell.classList.add("cell-changed");
      }
    } catch {
      // The connection is away; the next time tells.
    }
  };
  setInterval(() => document.hidden || listen(), 8000);

  /* What an earlier visit could not send. */
  kept((found) => {
    for (const [name, [value, seen]] of Object.entries(found)) {
      const cell = form.elements[name];
      if (!cell && value) document.dispatchEvent(new CustomEvent("toast", { detail: { text: `${words.textLost} ${value}`, tone: "warning" } }));
      if (!cell || seenOf(cell).value === value) delete found[name];
      else {
        setValue(cell, value);
        seenOf(cell).value = seen;
        later(cell, 0);
      }
    }
  });

  const target = location.hash.startsWith("#linha-") ? document.querySelector(location.hash) : null;
  if (target) {
    target.closest("details")?.setAttribute("open", "");
    target.querySelector(".cell")?.focus();
  }
  show();
})();
