// The editor of letters, rules and scenarios: their text as it is; of a letter also what an example makes of it.
import '../island.css';
import { Draft } from '../draft.js';

const root = document.querySelector('[data-island=text]');
const draft = new Draft(root);
const text = document.createElement('textarea');
text.className = 'text-editor';
text.spellcheck = false;
text.readOnly = Boolean(root.dataset.readonly);
text.setAttribute('aria-label', root.querySelector('h1').textContent);
root.querySelector('[data-canvas]').append(text);
const shown = root.querySelector('[data-preview]');

// Only the answer to the newest text is shown.
let asked = 0;
async function preview() {
  if (!shown) return;
  const mine = ++asked;
  const answer = await fetch('/workbench/letter-preview', { method: 'POST', body: text.value }).catch(() => null);
  if (!answer || mine !== asked) return;
  const said = await answer.json();
  const [subject, body] = [document.createElement('strong'), document.createElement('div')];
  subject.textContent = said.subject ?? '';
  body.textContent = said.body ?? said.detail;
  shown.classList.toggle('wrong', !answer.ok);
  shown.replaceChildren(subject, body);
}
text.value = await draft.read();
text.addEventListener('input', () => { draft.changed(); preview(); });
await draft.follow({ write: async () => text.value, reload: (content) => { text.value = content; preview(); }, show: () => text.focus() });
await preview();
root.dataset.ready = 'yes';
