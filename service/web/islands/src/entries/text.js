// The editor of rules and scenarios: their text as it is.
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
text.value = await draft.read();
text.addEventListener('input', () => draft.changed());
await draft.follow({ write: async () => text.value, reload: (content) => { text.value = content; }, show: () => text.focus() });
root.dataset.ready = 'yes';
