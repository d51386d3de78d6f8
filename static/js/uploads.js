/* Files that are sent in parts while the form is filled in (docs/prerequisites.md). Without this script the field is a plain
   one. What is under way is remembered in this tab, so that a reload or a lost connection costs no more than one part. */
(() => {
  "use strict";

  const AT_ONCE = 3;
  const LONGEST_PAUSE = 30;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  const language = document.documentElement.lang;
  const sized = (bytes) => {
    const [unit, divisor] = bytes >= 1048576 ? ["megabyte", 1048576] : bytes >= 1024 ? ["kilobyte", 1024] : ["byte", 1];
    return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / divisor);
  };
  const store = (change) => {
    try {
      return change(window.sessionStorage);
    } catch {
      return null; // Storage closed by the browser: uploads work, a reload starts them anew.
    }
  };
  const element = (tag, className, text = "") => {
    const node = document.createElement(tag);
    node.className = className;
    node.textContent = text;
    return node;
  };

  class Lost extends Error {}
  class Ended extends Error {}

  /* One request; {status, body}. Throws Lost when no answer came, Ended when the answer is the sign-in page. */
  const ask = (field, method, url, { body = null, headers = {}, onSent = null, keep = null } = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      request.responseType = "text";
      request.timeout = 60_000;
      for (const [name, value] of Object.entries({ "X-CSRFToken": field.token(), ...headers })) request.setRequestHeader(name, value);
      if (onSent) request.upload.onprogress = (event) => onSent(event.loaded);
      request.onload = () => {
        if (request.responseURL && new URL(request.responseURL).pathname === document.body.dataset.loginUrl) return reject(new Ended());
        if ((request.status >= 500 && request.status !== 507) || request.status === 429) return reject(new Lost());
        try {
          resolve({ status: request.status, body: JSON.parse(request.responseText) });
        } catch {
          resolve({ status: request.status, body: {} });
        }
      };
      request.onerror = request.ontimeout = () => reject(new Lost());
      request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
      if (keep) keep.request = request;
      request.send(body);
    });

  class Field {
    constructor(input) {
      this.input = input;
      this.form = input.form;
      this.words = JSON.parse(input.dataset.uploadsWords);
      this.start = input.dataset.uploads;
      this.most = Number(input.dataset.uploadsMost);
      this.largest = Number(input.dataset.uploadsBytes);
      this.key = `uploads:${this.form.action}:${input.name}`;
      this.items = [];
      this.zone = element("div", "drop");
      this.list = element("ul", "drop-list");
      this.voice = element("p", "sr-only");
      this.voice.setAttribute("role", "status");
      input.before(this.zone);
      this.zone.append(input, element("p", "field-help", this.words.drop), this.list, this.voice);
      input.addEventListener("change", () => {
        const chosen = [...input.files];
        input.value = ""; // They go in parts; the plain field would send them a second time.
        this.take(chosen);
      });
      this.acceptDrops();
      this.remember();
    }

    token() {
      return this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    }

    acceptDrops() {
      const over = (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        this.zone.classList.add("drop-over");
      };
      this.zone.addEventListener("dragenter", over);
      this.zone.addEventListener("dragover", over);
      this.zone.addEventListener("dragleave", (event) => {
        if (!this.zone.contains(event.relatedTarget)) this.zone.classList.remove("drop-over");
      });
      this.zone.addEventListener("drop", (event) => {
        this.zone.classList.remove("drop-over");
        if (!event.dataTransfer?.files.length || this.input.disabled) return;
        event.preventDefault();
        this.take([...event.dataTransfer.files]);
      });
    }

    say(text) {
      this.voice.textContent = text;
    }

    take(files) {
      for (const file of files) {
        const interrupted = this.items.find((item) => item.state === "resume" && item.name === file.name && item.size === file.size);
        if (interrupted) {
          interrupted.file = file;
          interrupted.unsure = true;
          interrupted.show("waiting", this.words.again);
          continue;
        }
        const kept = this.items.filter((item) => item.state !== "refused");
        if (kept.length >= this.most) {
          if (this.most === 1) kept[0].cancel();
          else {
            this.say(fill(this.words.many, { most: this.most, name: file.name }));
            new Item(this, { name: file.name, size: file.size }).show("refused", fill(this.words.many, { most: this.most, name: file.name }));
            continue;
          }
        }
        const item = new Item(this, { name: file.name, size: file.size, file });
        if (!file.size) item.refuse(this.words.empty);
        else if (file.size > this.largest) item.refuse(fill(this.words.large, { limit: sized(this.largest) }));
      }
      this.work();
    }

    /* Up to AT_ONCE at a time. */
    work() {
      this.note();
      const busy = this.items.filter((item) => item.running).length;
      for (const item of this.items.filter((each) => each.state === "waiting" && !each.running).slice(0, AT_ONCE - busy)) item.run();
      if (this.held && !unfinished(this.form)) {
        const submitter = this.held;
        this.held = null;
        this.form.requestSubmit(submitter === true ? undefined : submitter);
      }
    }

    note() {
      const rows = this.items.filter((item) => item.id && item.state !== "refused").map(({ id, name, size }) => ({ id, name, size }));
      store((area) => (rows.length ? area.setItem(this.key, JSON.stringify(rows)) : area.removeItem(this.key)));
    }

    /* What this tab was sending, and what a refused form brought back: asked about at the server. */
    async remember() {
      const rows = JSON.parse(store((area) => area.getItem(this.key)) || "[]");
      for (const hidden of [...this.form.querySelectorAll(`input[type=hidden][name="${this.input.dataset.uploadsAs}"]`)]) {
        if (!rows.some((row) => row.id === hidden.value)) rows.push({ id: hidden.value });
        hidden.remove();
      }
      for (const row of rows) {
        const known = await ask(this, "GET", `${this.start}${row.id}/`).catch(() => null);
        if (known && known.status !== 200) continue; // It was sent with its form, or expired.
        const state = known ? known.body : { name: row.name, size: row.size, offset: 0 };
        if (!state.name) continue;
        const item = new Item(this, { name: state.name, size: state.size, id: row.id, sent: state.offset });
        if (state.done) item.done();
        else item.show("resume", fill(this.words.resume, { percent: Math.floor((100 * item.sent) / item.size) }));
      }
      this.note();
    }
  }

  class Item {
    constructor(field, { name, size, file = null, id = null, sent = 0 }) {
      Object.assign(this, { field, name, size, file, id, sent, running: false, unsure: false });
      const { words } = field;
      this.node = element("li", "drop-item");
      const title = element("p", "min-w-0 truncate", name);
      title.append(" ", element("span", "text-xs text-muted", sized(size)));
      this.bar = element("progress", "");
      this.bar.max = size || 1;
      this.bar.value = sent;
      this.bar.setAttribute("aria-label", name);
      this.says = element("p", "drop-says");
      const button = element("button", "btn btn-ghost btn-sm", "×");
      button.type = "button";
      button.setAttribute("aria-label", fill(words.cancel, { name }));
      button.addEventListener("click", () => {
        this.cancel();
        field.input.focus();
      });
      this.button = button;
      this.node.append(title, button, this.bar, this.says);
      field.list.append(this.node);
      field.items.push(this);
      this.show("waiting", words.waiting);
    }

    show(state, text) {
      this.state = state;
      this.node.dataset.state = state;
      this.says.textContent = text;
    }

    moved(sent) {
      this.bar.value = sent;
      this.says.textContent = `${this.field.words.sending} ${Math.floor((100 * sent) / this.size)}%`;
    }

    refuse(text) {
      this.id = null;
      this.show("refused", text);
      this.button.setAttribute("aria-label", fill(this.field.words.remove, { name: this.name }));
      this.field.say(`${this.name}: ${text}`);
    }

    done() {
      const { field } = this;
      this.sent = this.size;
      this.show("done", field.words.done);
      this.button.setAttribute("aria-label", fill(field.words.remove, { name: this.name }));
      this.hidden = element("input", "");
      this.hidden.type = "hidden";
      this.hidden.name = field.input.dataset.uploadsAs;
      this.hidden.value = this.id;
      this.node.append(this.hidden);
      field.say(`${this.name}: ${field.words.done}`);
    }

    cancel() {
      const { field } = this;
      this.gone = true;
      this.request?.abort();
      this.wake?.();
      if (this.id) ask(field, "POST", `${field.start}${this.id}/cancelar/`).catch(() => null);
      field.items = field.items.filter((item) => item !== this);
      this.node.remove();
      field.work();
    }

    async run() {
      const { field } = this;
      const { words } = field;
      this.running = true;
      this.show("sending", words.sending);
      let seconds = 1;
      while (!this.gone && this.state === "sending") {
        try {
          const before = this.sent;
          await this.step();
          if (this.sent > before) seconds = 1;
        } catch (error) {
          if (this.gone) break;
          const text = error instanceof Ended ? words.ended : fill(words.lost, { seconds });
          this.says.textContent = text;
          field.say(`${this.name}: ${text}`);
          this.unsure = Boolean(this.id);
          await this.pause(seconds);
          seconds = Math.min(seconds * 2, LONGEST_PAUSE);
        }
      }
      this.running = false;
      field.work();
    }

    /* A growing pause, cut short when the browser says that the network is back. */
    pause(seconds) {
      return new Promise((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, seconds * 1000);
        window.addEventListener("online", resolve, { once: true });
      });
    }

    async step() {
      const { field } = this;
      const { words } = field;
      let answer;
      if (!this.id) {
        answer = await ask(field, "POST", field.start, { body: new URLSearchParams({ name: this.name, size: this.size }), keep: this });
      } else if (this.unsure) {
        answer = await ask(field, "GET", `${field.start}${this.id}/`, { keep: this });
        this.says.textContent = words.again;
      } else {
        const part = this.file.slice(this.sent, this.sent + this.part);
        const last = this.sent + part.size === this.size;
        answer = await ask(field, "POST", `${field.start}${this.id}/`, {
          body: part,
          headers: { "Content-Type": "application/octet-stream", "Upload-Offset": this.sent },
          onSent: (bytes) => {
            const sent = Math.min(this.sent + bytes, this.size);
            this.moved(sent);
            if (last && sent === this.size) this.says.textContent = words.checking;
          },
          keep: this,
        });
      }
      const { status, body } = answer;
      if (status === 404 && this.id) {
        this.id = null; // It expired: from the beginning.
        this.sent = 0;
        this.unsure = false;
      } else if (status === 409 && body.offset !== undefined) {
        this.unsure = true;
      } else if (status !== 200) {
        this.refuse(body.detail || words.failed);
      } else {
        this.unsure = false;
        this.id = body.id;
        this.part = body.part;
        this.sent = body.offset;
        this.moved(this.sent);
        field.note();
        if (body.done) this.done();
      }
    }
  }

  const fields = new Map();
  const ofForm = (form) => [...fields.values()].filter((field) => field.form === form);
  const unfinished = (form) => ofForm(form).some((field) => field.items.some((item) => ["waiting", "sending"].includes(item.state)));

  // Before anything else hears of it: a form waits for its files, and then goes by itself.
  window.addEventListener(
    "submit",
    (event) => {
      if (!unfinished(event.target)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const [field] = ofForm(event.target).filter((each) => each.items.length);
      field.held = event.submitter || true;
      field.say(field.words.hold);
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: field.words.hold, tone: "info" } }));
    },
    true,
  );

  const arrive = (root) => {
    for (const input of root.querySelectorAll("input[type=file][data-uploads]"))
      if (!fields.has(input) && input.form && !input.matches(":disabled")) fields.set(input, new Field(input));
  };
  document.addEventListener("htmx:load", (event) => arrive(event.detail.elt));
  arrive(document);
})();
