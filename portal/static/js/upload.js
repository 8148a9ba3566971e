// Films arrive in pieces over tus: pause, a broken network or a closed laptop cost nothing.
// The server's offset is the truth; the same file chosen again carries on from there.
(() => {
  const size = (bytes) => {
    const units = ['B', 'KB', 'MB', 'GB', 'TB'];
    const power = bytes ? Math.min(Math.floor(Math.log(bytes) / Math.log(1000)), units.length - 1) : 0;
    const value = bytes / 1000 ** power;
    return `${value >= 100 || power < 2 ? Math.round(value) : value.toFixed(2)} ${units[power]}`;
  };
  const films = /\.(mp4|mov|m4v|mkv|webm|mxf|mpe?g|avi|3gp|ts)$/i;

  class Uploader {
    constructor(box) {
      this.box = box;
      this.words = box.dataset;
      this.input = box.querySelector('input[type=file]');
      this.state = document.getElementById(`${box.id}-state`);
      this.bar = this.state.querySelector('[data-up-bar]');
      this.button = this.state.querySelector('[data-up-toggle]');
      this.announced = 0;
      this.input.addEventListener('change', () => this.take(this.input.files[0]));
      this.button.addEventListener('click', () => (this.paused ? this.resume() : this.pause()));
      addEventListener('beforeunload', (event) => {
        if (this.running) event.preventDefault();
      });
      addEventListener('online', () => this.running && this.upload.start());
      this.acceptDrops();
    }

    acceptDrops() {
      this.box.querySelector('.uploader__drop').hidden = false;
      const over = (on) => (event) => {
        event.preventDefault();
        this.box.classList.toggle('is-over', on);
      };
      this.box.addEventListener('dragover', over(true));
      this.box.addEventListener('dragleave', over(false));
      this.box.addEventListener('drop', (event) => {
        over(false)(event);
        this.take(event.dataTransfer.files[0]);
      });
    }

    problem(file) {
      if (!file.size) return this.words.tEmpty;
      if (this.words.limit && file.size > Number(this.words.limit)) return this.words.tLarge;
      if (!file.type.startsWith('video/') && !films.test(file.name)) return this.words.tType;
      return '';
    }

    async take(file) {
      if (!file) return;
      const problem = this.problem(file);
      this.complain(problem);
      if (problem) return;
      await this.upload?.abort();
      this.state.hidden = false;
      this.state.querySelector('[data-up-name]').textContent = file.name;
      this.upload = new tus.Upload(file, {
        endpoint: this.words.upload,
        chunkSize: Number(this.words.chunk),
        retryDelays: [0, 2000, 4000, 8000, 15000],
        removeFingerprintOnSuccess: true,
        metadata: { filename: file.name.normalize('NFC'), filetype: file.type, ticket: this.words.ticket || '' },
        headers: this.words.ticket ? { 'X-Upload-Ticket': this.words.ticket } : {},
        onProgress: (sent, all) => this.progress(sent, all),
        onShouldRetry: () => {
          this.say(this.words.tRetry);
          return true;
        },
        onError: (error) => this.stopped(error),
        onSuccess: () => this.arrived(),
      });
      const earlier = await this.upload.findPreviousUploads();
      if (earlier.length) this.upload.resumeFromPreviousUpload(earlier[0]);
      this.resume();
    }

    resume() {
      this.paused = false;
      this.running = true;
      this.began = null;
      this.mirror();
      this.upload.start();
      this.stayAwake();
    }

    async pause() {
      this.paused = true;
      this.running = false;
      this.mirror();
      await this.upload.abort();
      this.say(this.words.tPaused.replace('{pct}', this.percent()));
    }

    progress(sent, all) {
      const now = performance.now();
      this.began ||= { at: now, sent };
      this.sent = sent;
      this.all = all;
      if (this.drawn && now - this.drawn < 1000 && sent < all) return;
      this.drawn = now;
      this.bar.value = (100 * sent) / all;
      const left = this.left(now);
      const words = (left ? this.words.tLeft : this.words.tSent)
        .replace('{sent}', size(sent))
        .replace('{total}', size(all))
        .replace('{time}', left);
      this.state.querySelector('[data-up-text]').textContent = `${words} · ${this.percent()}`;
      this.announceQuarters();
    }

    left(now) {
      const passed = (now - this.began.at) / 1000;
      const speed = (this.sent - this.began.sent) / passed;
      if (passed < 3 || !(speed > 0)) return '';
      const seconds = (this.all - this.sent) / speed;
      return seconds < 90
        ? this.words.tSeconds.replace('{n}', Math.ceil(seconds))
        : this.words.tMinutes.replace('{n}', Math.ceil(seconds / 60));
    }

    percent() {
      return `${Math.floor((100 * (this.sent || 0)) / (this.all || 1))}%`;
    }

    announceQuarters() {
      const quarter = Math.floor((4 * this.sent) / this.all);
      if (quarter <= this.announced) return;
      this.announced = quarter;
      this.say(this.percent(), true);
    }

    arrived() {
      this.running = false;
      this.button.hidden = true;
      this.bar.value = 100;
      this.say(this.words.tArrived);
      if (this.words.done) setTimeout(() => location.assign(this.words.done), 1200);
    }

    stopped(error) {
      // A refusal says in words what to do; a broken connection has none.
      const answer = error?.originalResponse;
      const said = [422, 507].includes(answer?.getStatus()) ? answer.getBody() : '';
      this.running = false;
      this.paused = true;
      this.mirror();
      this.complain(said || this.words.tFailed);
    }

    complain(problem) {
      const line = document.getElementById(`e-${this.box.id}`);
      line.hidden = !problem;
      line.lastElementChild.textContent = problem;
      if (problem) this.say(problem, true);
    }

    say(words, quietly = false) {
      if (!quietly) this.state.querySelector('[data-up-text]').textContent = words;
      this.state.querySelector('[data-up-say]').textContent = words;
    }

    mirror() {
      this.button.hidden = false;
      this.button.setAttribute('aria-pressed', this.paused);
      const words = this.button.querySelector('.vh');
      words.textContent = this.paused ? words.dataset.resume : words.dataset.pause;
    }

    async stayAwake() {
      try {
        await navigator.wakeLock?.request('screen');
      } catch {
        // A phone may sleep; the upload carries on when it wakes.
      }
    }
  }

  for (const box of document.querySelectorAll('[data-upload]')) box.uploader = new Uploader(box);
})();
