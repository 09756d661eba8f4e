// The editor of forms: its fields as cards that are added, ordered and filled in, over JSON Schema and uiSchema, and
// beside them the form as people will see it.
import '../island.css';
import { Draft } from '../draft.js';
import { LANGUAGES, add, fieldOf, move, nameFor, namesOf, putFormTitle, remove, rename } from '../form-doc.js';
import { button, cardBody, input, labelled, make } from '../form-card.js';

const PREVIEW_AFTER = 400;
const root = document.querySelector('[data-island=form]');
const canvas = root.querySelector('[data-canvas]');
const draft = new Draft(root);
const { words } = draft;
const language = document.documentElement.lang;
const [list, titles] = [make('ol', { className: 'field-cards' }), make('div', { className: 'field-row' })];
const shown = make('section', { className: 'preview', aria: { label: words.Preview } });
const opened = new Set();
const unnamed = new Set();
let dragged = null;

const edit = {
  form: null, words, readonly: Boolean(root.dataset.readonly), fresh: new Map(),
  changed() { draft.changed(); preview(); },
};
const find = (label) => [...list.querySelectorAll('[aria-label]')].find((each) => each.getAttribute('aria-label') === label);

function shift(name, by) {
  const to = namesOf(edit.form).indexOf(name) + by;
  if (to < 0 || to >= namesOf(edit.form).length) return;
  move(edit.form, name, to);
  edit.changed();
  draw();
  list.querySelector(`[data-field-card="${name}"] .handle`).focus();
}

function handle(field, at) {
  const label = `${words.Move}: ${at + 1}, ${field.titles.en || field.name}`;
  const element = make('button', { type: 'button', className: 'handle', textContent: '⠿', title: words['Drag, or press the arrow keys'], disabled: edit.readonly, draggable: !edit.readonly, aria: { label } });
  element.addEventListener('keydown', (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by) { event.preventDefault(); shift(field.name, by); }
  });
  element.addEventListener('dragstart', (event) => { dragged = field.name; event.dataTransfer.effectAllowed = 'move'; event.dataTransfer.setData('text/plain', field.name); });
  element.addEventListener('dragend', () => { dragged = null; });
  return element;
}

// What a card says when it is closed.
function line(field) {
  const about = [words[field.kind] ?? field.kind, field.required ? words['has to be filled in'] : '', field.shown ? words['only shown'] : '', field.condition.text].filter(Boolean).join(' · ');
  return [make('b', { textContent: field.titles[language] || field.titles.en || field.name }), ' ', make('small', { className: 'muted', textContent: about })];
}

function card(name, at) {
  const field = fieldOf(edit.form, name);
  const summary = make('summary', {}, ...line(field));
  const details = make('details', { open: opened.has(name) }, summary);
  const fill = () => {
    if (details.open && details.childElementCount === 1) details.append(make('div', { className: 'form' }, ...cardBody(edit, field).filter((each) => each !== null)));
  };
  const gone = button(words.Remove, () => { remove(edit.form, field.name); opened.delete(field.name); edit.changed(); draw(); }, { disabled: edit.readonly, aria: { label: `${words.Remove}: ${field.titles.en || name}` } });
  const item = make('li', { className: 'card field-card', data: { fieldCard: name } }, handle(field, at), details, gone);
  field.refresh = () => { Object.assign(field, fieldOf(edit.form, field.name)); summary.replaceChildren(...line(field)); };
  field.rebuild = (focus) => {
    field.refresh();
    details.lastElementChild.remove();
    fill();
    if (focus) find(focus)?.focus();
  };
  field.titled = (tag, text) => {
    field.refresh();
    // a field that is new is named after its title
    if (tag === 'en' && text && unnamed.delete(field.name)) field.rename(nameFor(edit.form, text));
  };
  field.rename = (to) => {
    const from = field.name;
    if (!rename(edit.form, from, to)) return false;
    for (const set of [opened, unnamed]) if (set.delete(from)) set.add(to);
    if (edit.fresh.has(from)) edit.fresh.set(to, edit.fresh.get(from));
    edit.fresh.delete(from);
    field.name = to;
    item.dataset.fieldCard = to;
    for (const each of item.querySelectorAll(`[aria-label^="${from}: "]`)) each.setAttribute('aria-label', each.getAttribute('aria-label').replace(from, to));
    for (const each of item.querySelectorAll('input[pattern]')) each.value = to;
    field.refresh();
    for (const other of [...list.children]) if (other !== item) other.replaceWith(card(other.dataset.fieldCard, [...list.children].indexOf(other)));
    return true;
  };
  details.addEventListener('toggle', () => { if (details.open) opened.add(field.name); else opened.delete(field.name); fill(); });
  fill();
  item.addEventListener('dragover', (event) => { if (dragged && dragged !== field.name) { event.preventDefault(); item.classList.add('over'); } });
  item.addEventListener('dragleave', () => item.classList.remove('over'));
  item.addEventListener('drop', (event) => {
    event.preventDefault();
    if (!dragged) return;
    move(edit.form, dragged, namesOf(edit.form).indexOf(field.name));
    edit.changed();
    draw();
  });
  return item;
}

function draw() { list.replaceChildren(...namesOf(edit.form).map(card)); }

function drawTitles() {
  const known = typeof edit.form.title === 'string' ? { en: edit.form.title } : edit.form.title ?? {};
  titles.replaceChildren(...Object.entries(LANGUAGES).map(([tag, name]) =>
    labelled(name, input(edit, known[tag], (text) => putFormTitle(edit.form, tag, text.trim()), { lang: tag, aria: { label: `title: ${name}` } }))));
}

let waiting;
function preview() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await fetch('/workbench/form-preview', { method: 'POST', body: JSON.stringify(edit.form) });
    if (!answer.ok) return;
    // read as a document of its own, in which nothing runs or loads; what could run stays behind
    const read = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const element of read.querySelectorAll('script, style, iframe, object, embed, link, meta, base, form')) element.remove();
    for (const element of read.body.querySelectorAll('*')) {
      for (const name of element.getAttributeNames()) if (/^on|^(src|href|style|action|formaction)$/i.test(name)) element.removeAttribute(name);
    }
    shown.replaceChildren(...read.body.childNodes);
  }, PREVIEW_AFTER);
}

function open(text) {
  edit.form = JSON.parse(text);
  edit.fresh.clear();
  drawTitles();
  draw();
  preview();
}

function show(finding) {
  const name = (finding.path ?? []).concat(finding.element ?? '').find((each) => namesOf(edit.form).includes(each));
  if (name) { opened.add(name); draw(); }
  (name ? list.querySelector(`[data-field-card="${name}"] input`) : canvas.querySelector('input')).focus();
}

const more = button(words['Add field'], () => {
  const name = add(edit.form);
  unnamed.add(name);
  edit.changed();
  opened.add(name);
  draw();
  find(`${name}: English`).focus();
}, { className: 'btn btn-primary', disabled: edit.readonly });
canvas.replaceChildren(make('div', { className: 'fields' }, make('h2', { textContent: words.Title }), titles, make('h2', { textContent: words.Fields }), list, make('p', {}, more)), shown);
try {
  open(await draft.read());
} catch (error) {
  if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  draft.unreadable(error);
}
await draft.follow({ write: async () => `${JSON.stringify(edit.form, null, 2)}\n`, reload: open, show });
root.dataset.ready = 'yes';
