// A score sheet on its way. What a juror gives stays on this device until the server has it, and goes out in order:
// a sheet that was sent without an answer is sent again as it was, and only then what came after it.
(() => {
  const PREFIX = 'pan-score ';
  const waits = [2000, 4000, 8000, 15000, 30000];

  class Outbox {
    // hooks: saved(answer), away(finish), clash(html), refused(finish), lost(), done(next)
    constructor({ code, url, csrf, rev, hooks }) {
      Object.assign(this, { code, url, csrf, rev, hooks, sent: null, next: null, tries: 0, stopped: false });
      addEventListener('online', () => this.waiting && !this.stopped && this.flush());
      addEventListener('beforeunload', (event) => {
        if (this.waiting && this.unstored) event.preventDefault();
      });
    }

    static codes() {
      try {
        return Object.keys(localStorage)
          .filter((key) => key.startsWith(PREFIX))
          .map((key) => key.slice(PREFIX.length));
      } catch {
        return [];
      }
    }

    get waiting() {
      return Boolean(this.sent || this.next);
    }

    get finishing() {
      return Boolean(this.sent?.finish || this.next?.finish);
    }

    // What an earlier page left behind; the newest scores in it, or nothing
    load() {
      try {
        const { sent, next, rev } = JSON.parse(localStorage.getItem(PREFIX + this.code) || '{}');
        if (sent || next) Object.assign(this, { sent, next, rev });
      } catch {
        // Nothing was kept, or nothing that can be read.
      }
      return (this.next || this.sent)?.body;
    }

    store() {
      const { sent, next, rev } = this;
      try {
        if (this.waiting) localStorage.setItem(PREFIX + this.code, JSON.stringify({ sent, next, rev }));
        else localStorage.removeItem(PREFIX + this.code);
        this.unstored = false;
      } catch {
        this.unstored = true;
      }
    }

    keep(body, finish = false) {
      this.next = { body, finish: finish || Boolean(this.next?.finish) };
      this.store();
    }

    forget() {
      Object.assign(this, { sent: null, next: null, stopped: false });
      this.store();
    }

    // The juror chose what is on this screen over the newer sheet
    insist(body, rev) {
      this.forget();
      this.rev = rev;
      this.keep(body, true);
      return this.flush();
    }

    later(wait = 800) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), wait);
    }

    flush() {
      clearTimeout(this.timer);
      this.running ||= this.send().finally(() => {
        this.running = null;
      });
      return this.running;
    }

    async send() {
      while (this.waiting) {
        if (!this.sent) {
          this.sent = { ...this.next, rev: this.rev };
          this.next = null;
          this.store();
        }
        const response = await this.post(this.sent).catch(() => null);
        if (!response || response.status >= 500 || response.status === 429) return this.again();
        if (!(await this.settle(response))) return;
      }
      if (this.onward) this.hooks.done(this.onward);
    }

    post({ body, finish, rev }) {
      const form = new URLSearchParams(body);
      form.set('rev', rev);
      form.set('csrf_token', this.csrf);
      return fetch(this.url, {
        method: 'POST',
        body: form,
        headers: { 'X-Autosave': finish ? 'finish' : '1', Accept: 'application/json' },
        redirect: 'error',
      });
    }

    // Whether the next one may go out
    async settle(response) {
      const { finish } = this.sent;
      this.tries = 0;
      if (response.ok) {
        const answer = await response.json();
        Object.assign(this, { rev: answer.rev, sent: null, onward: answer.next || this.onward });
        this.store();
        this.hooks.saved(answer, this.waiting);
        return true;
      }
      if (response.status === 422) {
        this.sent = null;
        this.store();
        this.hooks.refused(finish);
        return !finish;
      }
      this.stopped = true;
      if (response.status === 409) this.hooks.clash(await response.text());
      else this.hooks.lost();
      return false;
    }

    again() {
      this.hooks.away(this.finishing);
      const wait = waits[Math.min(this.tries, waits.length - 1)];
      this.tries += 1;
      this.later(wait);
    }
  }

  window.pan.Outbox = Outbox;
})();
