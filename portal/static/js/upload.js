// Files arrive in pieces over tus and stand in the dock: pause, a broken network or a closed laptop cost nothing.
// The server's offset is the truth; the same file chosen again, even elsewhere, carries on from there.
(() => {
  const dock = document.getElementById('dock-up');
  if (!dock) return;
  const words = dock.dataset;
  const transfers = new Set();
  let arrivals = 0;

  const size = (bytes) => {
    const units = ['B', 'KB', 'MB', 'GB', 'TB'];
    const power = bytes ? Math.min(Math.floor(Math.log(bytes) / Math.log(1000)), units.length - 1) : 0;
    const value = bytes / 1000 ** power;
    return `${value >= 100 || power < 2 ? Math.round(value) : value.toFixed(2)} ${units[power]}`;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  const percent = (sent, all) => Math.floor((100 * (sent || 0)) / (all || 1));

  // How fast it goes: the last seconds count most, so that one slow piece does not make the time left jump
  class Pace {
    constructor() {
      this.speed = 0;
    }

    tell(sent, now) {
      const seconds = this.at === undefined ? 0 : (now - this.at) / 1000;
      if (this.at !== undefined && seconds < 0.5) return;
      if (seconds) {
        const weight = this.speed ? 1 - Math.exp(-seconds / 8) : 1;
        this.speed += weight * (Math.max(0, sent - this.sent) / seconds - this.speed);
      }
      this.at = now;
      this.sent = sent;
    }

    left(rest) {
      if (this.speed < 1) return '';
      const seconds = Math.ceil(rest / this.speed);
      if (seconds < 90) return fill(words.tSeconds, { n: seconds });
      return fill(words.tMinutes, { n: Math.ceil(seconds / 60) });
    }
  }

  class Transfer {
    constructor(file, place) {
      this.file = file;
      this.place = place;
      this.pace = new Pace();
      this.quarter = 0;
      this.row = document.getElementById('up-row').content.firstElementChild.cloneNode(true);
      this.row.transfer = this;
      this.row.querySelector('[data-up-name]').textContent = file.name;
      this.row.querySelector('[data-up-label]').textContent = place.label;
      this.upload = new tus.Upload(file, this.options());
      dock.append(this.row);
      transfers.add(this);
    }

    options() {
      const { place, file } = this;
      const name = file.name.normalize('NFC');
      return {
        endpoint: place.endpoint,
        uploadUrl: place.url || null,
        chunkSize: Number(words.chunk),
        retryDelays: [0, 1000, 3000, 5000],
        removeFingerprintOnSuccess: true,
        fingerprint: async () => ['pan', place.entry, place.slot, name, file.size, file.lastModified].join('|'),
        metadata: { filename: name, filetype: file.type },
        headers: { 'X-Upload-Ticket': place.ticket },
        onProgress: (sent, all) => this.progress(sent, all),
        onShouldRetry: (error) => this.worthAnother(error),
        onError: (error) => this.stopped(error),
        onSuccess: () => this.arrived(),
      };
    }

    async begin() {
      if (!this.place.url) {
        const earlier = await this.upload.findPreviousUploads();
        if (earlier.length) this.upload.resumeFromPreviousUpload(earlier[0]);
      }
      this.resume();
    }

    get state() {
      return this.row.dataset.state;
    }

    set state(name) {
      this.row.dataset.state = name;
      const button = this.row.querySelector('[data-up-toggle]');
      const label = button.querySelector('.vh');
      button.hidden = !['running', 'waiting', 'paused'].includes(name);
      button.setAttribute('aria-pressed', name === 'paused');
      label.textContent = name === 'paused' ? label.dataset.resume : label.dataset.pause;
    }

    resume() {
      clearTimeout(this.timer);
      this.state = 'running';
      this.pace = new Pace();
      this.upload.start();
      navigator.wakeLock?.request('screen').catch(() => {});
    }

    async pause() {
      clearTimeout(this.timer);
      this.state = 'paused';
      await this.upload.abort();
      this.say(fill(words.tPaused, { pct: `${percent(this.sent, this.file.size)}%` }));
    }

    async cancel() {
      clearTimeout(this.timer);
      const begun = Boolean(this.upload.url);
      await this.upload.abort(begun).catch(() => {});
      this.leave();
    }

    leave() {
      transfers.delete(this);
      this.row.remove();
    }

    progress(sent, all) {
      const now = performance.now();
      this.sent = sent;
      this.pace.tell(sent, now);
      if (this.drawn && now - this.drawn < 900 && sent < all) return;
      this.drawn = now;
      this.row.querySelector('[data-up-bar]').value = percent(sent, all);
      const left = this.pace.left(all - sent);
      const values = { sent: size(sent), total: size(all), speed: `${size(this.pace.speed)}/s`, time: left };
      const text = fill(left && sent < all ? words.tLeft : words.tSent, values);
      this.row.querySelector('[data-up-text]').textContent = `${percent(sent, all)}% · ${text}`;
      const quarter = Math.floor((4 * sent) / all);
      if (quarter > this.quarter) this.say(`${percent(sent, all)}%`, true);
      this.quarter = Math.max(this.quarter, quarter);
    }

    worthAnother(error) {
      const status = error?.originalResponse?.getStatus();
      if ([403, 404, 410, 413, 422, 507].includes(status)) return false;
      this.say(words.tRetry);
      return this.state !== 'paused';
    }

    // A refusal says in words what to do. Everything else passes: we try again until it does.
    stopped(error) {
      const status = error?.originalResponse?.getStatus();
      if ([413, 422, 507].includes(status)) return this.refused(error.originalResponse.getBody() || words.tFailed);
      if (status && status < 500 && ![409, 423, 429].includes(status)) {
        this.state = 'paused';
        return this.say(words.tFailed);
      }
      this.state = 'waiting';
      this.say(words.tRetry);
      this.timer = setTimeout(() => this.resume(), 5000);
    }

    refused(sentence) {
      this.state = 'refused';
      this.say(sentence);
      complain(this.place.slot, sentence);
    }

    arrived() {
      this.state = 'arrived';
      this.row.querySelector('[data-up-bar]').value = 100;
      this.say(words.tArrived);
      transfers.delete(this);
      arrivals += 1;
      document.body.dispatchEvent(new CustomEvent('arrived'));
      setTimeout(() => this.leave(), 4000);
    }

    say(text, quietly = false) {
      if (!quietly) this.row.querySelector('[data-up-text]').textContent = text;
      this.row.querySelector('[data-up-say]').textContent = text;
    }
  }

  const complain = (slot, sentence) => {
    const box = document.querySelector(`[data-upload][data-slot="${slot}"]`);
    const line = box && document.getElementById(`e-${box.id}`);
    if (!line) return;
    line.hidden = !sentence;
    line.lastElementChild.textContent = sentence;
  };

  const fits = (file, accept) => {
    const name = file.name.toLowerCase();
    return accept.split(',').some((part) => {
      const kind = part.trim();
      if (kind.startsWith('.')) return name.endsWith(kind);
      return kind.endsWith('/*') ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind;
    });
  };
  const problem = (file, box, accept) => {
    if (!file.size) return words.tEmpty;
    if (file.size > Number(box.dataset.limit)) return box.dataset.tLarge;
    return fits(file, accept) ? '' : box.dataset.tType;
  };

  // One file a slot: whoever chooses another one lets go of the first
  const take = async (file, box, accept) => {
    const wrong = problem(file, box, accept);
    complain(box.dataset.slot, wrong);
    if (wrong) return;
    const { upload: endpoint, ticket, slot, entry, label, url } = box.dataset;
    for (const other of [...transfers]) {
      if (!['still', 'consent', 'evidence'].includes(slot) && other.place.slot === slot && other.place.entry === entry) {
        if (other.file.name === file.name && other.file.size === file.size) return;
        await other.cancel();
      }
    }
    await new Transfer(file, { endpoint, ticket, slot, entry, label, url }).begin();
  };

  const carryOn = (file, ghost) => {
    const same = file.name.normalize('NFC') === ghost.dataset.name && file.size === Number(ghost.dataset.size);
    const line = ghost.querySelector('[data-up-text]');
    if (!same) {
      line.textContent = fill(words.tOther, { name: ghost.dataset.name });
      return;
    }
    const { upload: endpoint, ticket, slot, entry, label, url } = ghost.dataset;
    ghost.remove();
    new Transfer(file, { endpoint, ticket, slot, entry, label, url }).begin();
  };

  const forget = async (ghost) => {
    const headers = { 'Tus-Resumable': '1.0.0', 'X-Upload-Ticket': ghost.dataset.ticket };
    const answer = await fetch(ghost.dataset.url, { method: 'DELETE', headers }).catch(() => null);
    if (answer && (answer.ok || answer.status === 404)) ghost.remove();
    else ghost.querySelector('[data-up-text]').textContent = words.tRetry;
  };

  document.addEventListener('change', (event) => {
    const input = event.target;
    if (!input.matches('input[type=file]')) return;
    const files = [...input.files];
    const ghost = input.closest('[data-ghost]');
    const box = input.closest('[data-upload]');
    if (!files.length || !(ghost || box)) return;
    if (ghost) carryOn(files[0], ghost);
    else for (const file of files) take(file, box, input.accept);
    input.value = '';
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-up-toggle], [data-up-cancel]');
    const row = button?.closest('.up');
    if (!row) return;
    if (!row.transfer) forget(row);
    else if ('upCancel' in button.dataset) row.transfer.cancel();
    else if (row.transfer.state === 'paused') row.transfer.resume();
    else row.transfer.pause();
  });
  const over = (event) => event.target.closest?.('[data-upload]:not([data-ghost])');
  for (const name of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(name, (event) => {
      const box = over(event);
      if (!box) return;
      event.preventDefault();
      box.classList.toggle('is-over', name === 'dragover');
      const accept = box.querySelector('input[type=file]').accept;
      if (name === 'drop') for (const file of event.dataTransfer.files) take(file, box, accept);
    });
  }

  addEventListener('online', () => {
    for (const transfer of transfers) if (transfer.state === 'waiting') transfer.resume();
  });
  addEventListener('beforeunload', (event) => {
    if (transfers.size) event.preventDefault();
  });

  // htmx forgets what reaches an element that is just being replaced: of two files at once the second would not be shown
  document.addEventListener('htmx:beforeRequest', ({ detail }) => {
    detail.xhr.arrivals = arrivals;
  });
  document.addEventListener('htmx:afterSettle', ({ detail }) => {
    const asked = detail.requestConfig?.elt;
    if (asked?.matches('[hx-trigger*=arrived]') && detail.xhr.arrivals < arrivals) {
      detail.xhr.arrivals = arrivals;
      document.body.dispatchEvent(new CustomEvent('arrived'));
    }
  });

  // What the server still remembers of an upload that runs right here needs no second row
  document.addEventListener('htmx:load', () => {
    const running = [...transfers].map((transfer) => transfer.upload.url && new URL(transfer.upload.url, location.href).pathname);
    for (const ghost of document.querySelectorAll('#dock-now [data-ghost]')) {
      if (running.includes(ghost.dataset.url)) ghost.remove();
    }
  });
  window.pan.uploading = () => transfers.size > 0;
})();
