// Our bar over native video. Without this script the browser's own bar stays.
(() => {
  const clock = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds || 0));
    return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
  };

  // The ladder by hls.js, or by the browser where it really plays it; the one MP4 where neither works.
  class Source {
    constructor(video, { stream, hls }) {
      this.video = video;
      this.stream = stream;
      this.script = hls;
      this.plain = video.querySelector('source')?.src;
    }

    async ready() {
      if (!this.stream || this.chosen) return;
      this.chosen = true;
      const own = 'ManagedMediaSource' in window && this.video.canPlayType('application/vnd.apple.mpegurl');
      if (own) this.video.src = this.stream;
      else await this.attach();
    }

    async attach() {
      if (!window.Hls) await this.load();
      if (!window.Hls?.isSupported()) return;
      const at = this.video.currentTime;
      this.hls = new window.Hls({ enableWorker: false, startPosition: at || -1 });
      this.hls.on(window.Hls.Events.ERROR, (_, error) => error.fatal && this.recover(error));
      this.hls.attachMedia(this.video);
      this.hls.loadSource(this.stream);
    }

    load() {
      return new Promise((done) => {
        const script = document.createElement('script');
        script.src = this.script;
        script.onload = script.onerror = done;
        document.head.append(script);
      });
    }

    recover(error) {
      const { MEDIA_ERROR } = window.Hls.ErrorTypes;
      if (error.type === MEDIA_ERROR && !this.mended) {
        this.mended = true;
        return this.hls.recoverMediaError();
      }
      const at = this.video.currentTime;
      this.hls.destroy();
      this.video.src = this.plain;
      this.video.currentTime = at;
      this.video.play().catch(() => {});
    }
  }

  // What was really played, told every few seconds; what could not be told is told with the next.
  class Coverage {
    constructor(video, { viewing, csrf }) {
      if (!viewing) return;
      Object.assign(this, { video, viewing, csrf, seconds: new Set() });
      video.addEventListener('timeupdate', () => this.hear());
      video.addEventListener('seeking', () => (this.last = undefined));
      for (const name of ['pause', 'ended']) video.addEventListener(name, () => this.tell());
      addEventListener('pagehide', () => this.tell());
      setInterval(() => this.tell(), 8000);
    }

    hear() {
      const { currentTime: now, paused, seeking, playbackRate } = this.video;
      const step = now - this.last;
      if (!paused && !seeking && step > 0 && step < 2 * playbackRate) {
        for (let one = Math.floor(this.last); one <= Math.floor(now - 0.05); one += 1) this.seconds.add(one);
      }
      this.last = now;
    }

    spans(seconds) {
      const found = [];
      for (const one of [...seconds].sort((a, b) => a - b)) {
        const latest = found.at(-1);
        if (latest && latest[1] === one - 1) latest[1] = one;
        else found.push([one, one]);
      }
      return found.map((pair) => pair.join('-')).join(' ');
    }

    async tell() {
      const sent = this.seconds;
      const position = this.video.currentTime.toFixed(1);
      if (!sent.size && position === this.told) return;
      this.seconds = new Set();
      this.told = position;
      const body = new URLSearchParams({ spans: this.spans(sent), position, csrf_token: this.csrf });
      const answer = await fetch(this.viewing, { method: 'POST', body, keepalive: true }).catch(() => null);
      if (!answer?.ok) for (const one of sent) this.seconds.add(one);
      const all = answer?.headers.get('X-Watched');
      if (all) document.dispatchEvent(new CustomEvent('watched', { detail: Number(all) }));
    }
  }

  // A small picture above the scrub bar: one sheet of thumbnails, moved behind a window
  class Thumbs {
    constructor(player, { strip, every, columns, count }) {
      this.player = player;
      this.box = player.box.querySelector('[data-thumb]');
      if (!strip || !this.box) return;
      Object.assign(this, { every: Number(every), columns: Number(columns), count: Number(count) });
      this.picture = this.box.querySelector('[data-thumb-picture]');
      this.picture.style.backgroundImage = `url("${strip}")`;
      this.picture.style.backgroundSize = `${100 * this.columns}% auto`;
      const { scrub } = player;
      const under = (event) => event.offsetX / scrub.clientWidth;
      scrub.addEventListener('pointermove', (event) => this.show(under(event)));
      scrub.addEventListener('input', () => this.show(scrub.value / 1000));
      for (const name of ['pointerleave', 'blur', 'change']) scrub.addEventListener(name, () => (this.box.hidden = true));
    }

    show(part) {
      const share = Math.min(Math.max(0, part), 1);
      const seconds = share * (this.player.length || 0);
      const n = Math.min(Math.floor(seconds / this.every), this.count - 1);
      const rows = Math.ceil(this.count / this.columns);
      const x = this.columns > 1 ? (n % this.columns) / (this.columns - 1) : 0;
      const y = rows > 1 ? Math.floor(n / this.columns) / (rows - 1) : 0;
      this.picture.style.backgroundPosition = `${100 * x}% ${100 * y}%`;
      this.box.querySelector('[data-thumb-time]').textContent = clock(seconds);
      this.box.style.left = `clamp(0px, calc(${100 * share}% - 5rem), calc(100% - 10rem))`;
      this.box.hidden = false;
    }
  }

  class Player {
    constructor(box) {
      this.box = box;
      this.video = box.querySelector('video');
      this.scrub = box.querySelector('[data-scrub]');
      this.marks = box.dataset.marks.split(' ').filter(Boolean).map(Number);
      this.source = new Source(this.video, box.dataset);
      this.video.controls = false;
      box.querySelector('.ctl').hidden = false;
      box.classList.add('is-ours');
      this.before = box.querySelector('[data-before]');
      if (this.before) this.before.hidden = false;
      this.listen();
      this.thumbs = new Thumbs(this, box.dataset);
      this.coverage = new Coverage(this.video, box.dataset);
      this.caption([...box.querySelectorAll('[data-track]')].find((b) => b.getAttribute('aria-pressed') === 'true'));
      this.comeBack(Number(box.dataset.at || 0));
      this.wander(box.querySelector('.wm'));
      this.lift();
      this.measure();
    }

    get length() {
      return Number.isFinite(this.video.duration) ? this.video.duration : Number(this.box.dataset.length || 0);
    }

    listen() {
      const { video, scrub, box } = this;
      video.addEventListener('timeupdate', () => this.tell());
      for (const name of ['loadedmetadata', 'durationchange']) video.addEventListener(name, () => this.measure());
      for (const name of ['play', 'pause', 'volumechange']) video.addEventListener(name, () => this.mirror());
      video.addEventListener('click', () => this.play());
      video.addEventListener('error', () => this.source.hls || this.fault(true), true);
      video.addEventListener('playing', () => this.fault(false));
      scrub.addEventListener('input', () => this.seek((scrub.value / 1000) * this.length));
      box.addEventListener('click', (event) => this.press(event.target.closest('button')));
      box.addEventListener('keydown', (event) => this.key(event));
    }

    press(button) {
      if (!button) return;
      const data = button.dataset;
      if ('play' in data || 'understood' in data) this.play();
      else if ('skip' in data) this.seek(this.video.currentTime + Number(data.skip));
      else if ('mute' in data) this.video.muted = !this.video.muted;
      else if ('full' in data) this.full();
      else if ('track' in data) this.caption(button, button.getAttribute('aria-pressed') !== 'true');
      else if ('retry' in data) this.retry();
      else if ('again' in data) this.fromTheStart();
    }

    // The screening room has keys for its whole page (jury.js); elsewhere they work while the player has the focus
    key(event) {
      if (document.getElementById('score') || event.ctrlKey || event.metaKey || event.altKey) return;
      const onButton = event.target.closest('button');
      const keys = {
        Space: () => this.play(),
        KeyK: () => this.play(),
        KeyM: () => (this.video.muted = !this.video.muted),
        KeyF: () => this.full(),
        KeyC: () => this.press(this.box.querySelector('[data-track]')),
        KeyJ: () => this.seek(this.video.currentTime - 10),
        KeyL: () => this.seek(this.video.currentTime + 10),
        ArrowLeft: () => this.seek(this.video.currentTime - 5),
        ArrowRight: () => this.seek(this.video.currentTime + 5),
      };
      if (!keys[event.code] || (onButton && event.code === 'Space')) return;
      event.preventDefault();
      keys[event.code]();
    }

    async play() {
      if (!this.video.paused) return this.video.pause();
      await this.source.ready();
      this.video.play().catch((problem) => problem.name !== 'AbortError' && this.fault(true));
    }

    async seek(seconds) {
      await this.source.ready();
      this.video.currentTime = Math.min(Math.max(0, seconds), this.length || 0);
      this.tell();
    }

    full() {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.box.requestFullscreen?.();
    }

    retry() {
      const at = this.video.currentTime;
      this.video.load();
      this.video.currentTime = at;
      this.video.play().catch(() => this.fault(true));
    }

    // Where one stopped last time, unless that was the end
    comeBack(at) {
      if (at < 5 || at > this.length - 5) return;
      this.video.currentTime = at;
      const line = this.box.querySelector('[data-resumed]');
      line.hidden = false;
      line.querySelector('[data-resumed-at]').textContent = clock(at);
      this.video.addEventListener('playing', () => setTimeout(() => (line.hidden = true), 4000), { once: true });
    }

    fromTheStart() {
      this.box.querySelector('[data-resumed]').hidden = true;
      this.box.querySelector('[data-play]').focus();
      this.seek(0);
    }

    // The viewer's name never stays where one could cut it away
    wander(mark) {
      if (!mark) return;
      const places = ['8% auto auto 4%', '8% 4% auto auto', '42% auto auto 30%', '64% auto auto 6%', '60% 6% auto auto'];
      let place = 0;
      setInterval(() => {
        place = (place + 1 + Math.floor(Math.random() * (places.length - 1))) % places.length;
        mark.style.inset = places[place];
      }, 12000);
    }

    // Captions stand above our bar
    lift() {
      for (const element of this.box.querySelectorAll('track')) {
        const raise = () => {
          for (const cue of element.track.cues || []) if (cue.line === 'auto') cue.line = -4;
        };
        element.addEventListener('load', raise);
        raise();
      }
    }

    caption(button, on = true) {
      const wanted = button && on ? button.dataset.track : null;
      for (const track of this.video.textTracks) track.mode = track.language === wanted ? 'showing' : 'disabled';
      for (const other of this.box.querySelectorAll('[data-track]'))
        other.setAttribute('aria-pressed', other.dataset.track === wanted);
    }

    tell() {
      const { currentTime } = this.video;
      const part = this.length ? currentTime / this.length : 0;
      this.scrub.value = Math.round(part * 1000);
      this.scrub.style.setProperty('--p', `${part * 100}%`);
      this.scrub.setAttribute(
        'aria-valuetext',
        this.scrub.dataset.position.replace('{now}', clock(currentTime)).replace('{total}', clock(this.length)),
      );
      this.box.querySelector('[data-now]').textContent = clock(currentTime);
    }

    measure() {
      this.box.querySelector('[data-all]').textContent = clock(this.length);
      this.drawMarks();
      this.tell();
    }

    mark(seconds) {
      this.marks.push(seconds);
      this.drawMarks();
    }

    drawMarks() {
      const svg = this.box.querySelector('[data-marksvg]');
      svg.replaceChildren(
        ...this.marks.map((seconds) => {
          const mark = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
          mark.setAttribute('x', (seconds / (this.length || 1)) * 1000 - 1.5);
          mark.setAttribute('width', '3');
          mark.setAttribute('height', '15');
          return mark;
        }),
      );
    }

    mirror() {
      const { video, box } = this;
      const button = box.querySelector('[data-play]');
      const words = button.querySelector('.vh');
      button.setAttribute('aria-pressed', !video.paused);
      if (this.before && !video.paused) this.before.hidden = true;
      words.textContent = video.paused ? words.dataset.off : words.dataset.on;
      box.querySelector('[data-mute]').setAttribute('aria-pressed', video.muted);
      box.classList.toggle('is-playing', !video.paused);
    }

    fault(shown) {
      this.box.querySelector('[data-fault]').hidden = !shown;
    }
  }

  const boot = () => {
    for (const box of document.querySelectorAll('[data-player]')) box.player ||= new Player(box);
  };
  document.addEventListener('htmx:load', boot);
  // "Take the moment the film stands at" beside a field for a time code
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-moment-for]');
    const player = button && document.querySelector('[data-player]')?.player;
    if (player) document.getElementById(button.dataset.momentFor).value = clock(player.video.currentTime);
  });
  // The shot map: a time in its table, or a place on its line, leads to that moment
  document.addEventListener('click', (event) => {
    const player = document.querySelector('[data-player]')?.player;
    const time = event.target.closest('[data-seek-to]');
    const line = event.target.closest('[data-seeks]');
    if (!player || !(time || line)) return;
    const box = line?.getBoundingClientRect();
    const seconds = time ? time.dataset.seekTo : ((event.clientX - box.left) / box.width) * line.dataset.shots;
    event.preventDefault();
    player.seek(Number(seconds));
  });
  window.pan.clock = clock;
  boot();
})();
