// A file of a draft in the browser: read it, save it as it changes, never over somebody else's change, show what the
// check finds. Every editor stands on this.

const SAVE_AFTER = 800;
const LOOK_AFTER = 5000;

// What a finding says, ended as a sentence.
const sentence = (text) => (/[.?!。？！]$/.test(text) ? text : `${text}.`);

export class Draft {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
    this.status = root.querySelector('[data-status]');
    this.revision = null;
    this.dirty = false;
    this.saving = null;
    this.typed = null;
    root.addEventListener('input', ({ target }) => { this.typed = target; });
    root.addEventListener('change', () => { this.typed = null; });
  }

  async read() {
    const answer = await fetch(this.root.dataset.file);
    if (!answer.ok) throw new Error(await answer.text());
    this.revision = answer.headers.get('ETag');
    return answer.text();
  }

  // `write` gives the text to be saved; `reload` takes a newer one. Called once, when the editor stands.
  async follow({ write, reload, show }) {
    Object.assign(this, { write, reload, show });
    this.say('saved');
    this.root.querySelector('[data-mine]').addEventListener('click', () => this.keepMine());
    this.root.querySelector('[data-theirs]').addEventListener('click', () => this.takeTheirs());
    window.addEventListener('beforeunload', (event) => { if (this.dirty) event.preventDefault(); });
    if (this.broken) this.say('This file cannot be shown as a drawing', `(${this.broken})`);
    else if (this.root.dataset.readonly) this.say('read only');
    await this.look();
    this.watch();
  }

  changed() {
    if (this.root.dataset.readonly) return;
    this.dirty = true;
    this.typed = null;
    this.say('changed');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  async save() {
    if (this.saving) { await this.saving; return this.dirty ? this.save() : undefined; }
    this.saving = this.send();
    try { await this.saving; } finally { this.saving = null; }
  }

  async send() {
    this.dirty = false;
    let answer;
    try {
      const body = await this.write();
      answer = await fetch(this.root.dataset.file, { method: 'PUT', headers: { 'If-Match': this.revision }, body });
    } catch (error) {
      this.dirty = true;
      this.say('not saved', error.message);
      this.timer = setTimeout(() => this.save(), LOOK_AFTER);
      return;
    }
    if (answer.ok) {
      this.revision = answer.headers.get('ETag');
      this.say('saved');
      await this.look();
    } else if (answer.status === 409) {
      this.dirty = true;
      this.conflict(await answer.json());
    } else {
      this.dirty = true;
      const problem = await answer.json().catch(() => ({}));
      this.say('not saved', problem.detail ?? String(answer.status));
    }
  }

  conflict(problem) {
    this.say('conflict', problem.detail);
    this.root.querySelector('[data-conflict]').hidden = false;
  }

  async keepMine() {
    const answer = await fetch(this.root.dataset.file, { method: 'HEAD' });
    this.revision = answer.headers.get('ETag');
    this.root.querySelector('[data-conflict]').hidden = true;
    await this.save();
  }

  async takeTheirs() {
    this.dirty = false;
    this.root.querySelector('[data-conflict]').hidden = true;
    await this.reload(await this.read());
    this.say('saved');
    await this.look();
  }

  // Somebody else's change is shown at once where nothing of one's own would be lost by it.
  watch() {
    setInterval(async () => {
      if (document.hidden || this.saving || this.typing()) return;
      const answer = await fetch(this.root.dataset.file, { method: 'HEAD' }).catch(() => null);
      if (!answer?.ok || this.saving || answer.headers.get('ETag') === this.revision) return;
      if (this.dirty) this.conflict({ detail: answer.headers.get('X-Changed-By') ?? '' });
      else { await this.takeTheirs(); this.say('theirs', decodeURIComponent(answer.headers.get('X-Changed-By') ?? '')); }
    }, LOOK_AFTER);
  }

  // Whether somebody is in the middle of a word that is not part of the file yet: a reload would take it away.
  typing() {
    return this.typed !== null && this.typed.isConnected && this.typed.contains(document.activeElement);
  }

  // Nothing can be drawn from what the file holds: say why, and let nobody save an empty drawing over it.
  unreadable(error) {
    this.root.dataset.readonly = 'yes';
    this.broken = error.message;
  }

  // What the check of the whole draft says of this file, then of the others.
  async look() {
    this.root.querySelector('[data-count]').textContent = this.words['checking…'];
    const answer = await fetch(this.root.dataset.findings).catch(() => null);
    if (!answer?.ok) return;
    const { findings, elsewhere, more } = await answer.json();
    const list = this.root.querySelector('[data-list]');
    list.replaceChildren(...findings.map((finding) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      button.type = 'button';
      button.className = `finding ${finding.severity}`;
      button.textContent = `${this.called?.(finding.element) || finding.element || finding.file}: ${sentence(finding.message)} ${finding.fix}`;
      button.addEventListener('click', () => this.show?.(finding));
      item.append(button);
      return item;
    }));
    list.append(...elsewhere.map((finding) => {
      const item = document.createElement('li');
      const link = document.createElement('a');
      link.className = `finding ${finding.severity}`;
      link.href = finding.href;
      link.textContent = `${finding.file.split('/').pop()}, ${finding.element || ''}: ${sentence(finding.message)} ${finding.fix}`;
      item.append(link);
      return item;
    }));
    const others = elsewhere.length + more;
    this.root.querySelector('[data-count]').textContent = [
      findings.length ? String(findings.length) : '', others ? `${others} ${this.words['in other files']}` : '',
    ].filter(Boolean).join(' · ') || this.words['nothing found'];
    this.root.dataset.findingsShown = String(findings.length);
    this.found?.(findings);
  }

  say(word, more = '') {
    this.status.textContent = [this.words[word] ?? word, more].filter(Boolean).join(' ');
    this.root.dataset.state = word;
  }
}
