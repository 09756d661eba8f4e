// The editor of forms: a table of fields over JSON Schema and uiSchema, and the form as people will see it.
// What the table does not show of a field stays as it is.
import '../island.css';
import { Draft } from '../draft.js';
import { KINDS, readForm, rowsOf, writeRows } from '../fields.js';

const PREVIEW_AFTER = 400;
const LANGUAGES = [['en', 'English'], ['zh-Hant', '繁體中文'], ['zh-Hans', '简体中文']];
const root = document.querySelector('[data-island=form]');
const canvas = root.querySelector('[data-canvas]');
const draft = new Draft(root);
const readonly = Boolean(root.dataset.readonly);
let form;
let rows;

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

function input(value, label, write, properties = {}) {
  const element = make('input', { type: 'text', value: value ?? '', disabled: readonly, ...properties });
  element.setAttribute('aria-label', label);
  element.addEventListener('change', () => { write(element.type === 'checkbox' ? element.checked : element.value); edited(); });
  return element;
}

function kinds(row) {
  const element = make('select', { disabled: readonly }, ...KINDS.map((kind) => make('option', { value: kind, textContent: kind, selected: kind === row.kind })));
  element.setAttribute('aria-label', `${row.name}: kind`);
  element.addEventListener('change', () => { row.kind = element.value; edited(); draw(); });
  return element;
}

function choices(row) {
  if (!row.kind.endsWith('of')) return '';
  const element = make('textarea', { rows: row.choices.length + 1, placeholder: 'value | English | 繁體中文 | 简体中文', disabled: readonly, value: row.choices.map((choice) => choice.join(' | ')).join('\n') });
  element.setAttribute('aria-label', `${row.name}: value | English | 繁體中文 | 简体中文`);
  element.addEventListener('change', () => {
    row.choices = element.value.split('\n').filter((line) => line.trim()).map((line) => line.split('|').map((part) => part.trim()));
    edited();
  });
  return element;
}

function limits(row) {
  const label = `${row.name}: ${row.kind.includes('number') ? 'min, max' : 'max length'}`;
  const write = (text) => { row.limits = text.split(',').map((part) => part.trim()); };
  return /text|number|lines|mail/.test(row.kind) ? input(row.limits.join(', '), label, write, { size: 10 }) : '';
}

function move(from, by) {
  const [row] = rows.splice(from, 1);
  rows.splice(from + by, 0, row);
  edited();
  draw();
}

function buttons(index) {
  const button = (text, act, off) => {
    const element = make('button', { type: 'button', className: 'link', textContent: text, disabled: readonly || off });
    element.addEventListener('click', act);
    return element;
  };
  const { words } = draft;
  return make('td', { className: 'moves' },
    button(words.Up, () => move(index, -1), index === 0), ' ',
    button(words.Down, () => move(index, 1), index === rows.length - 1), ' ',
    button(words.Remove, () => { rows.splice(index, 1); edited(); draw(); }, false));
}

function tableRow(row, index) {
  const cell = (...content) => make('td', {}, ...content);
  const first = make('tr', {},
    cell(input(row.name, 'name', (text) => { row.name = text.trim(); }, { pattern: '[A-Za-z][A-Za-z0-9_]*', required: true })),
    cell(kinds(row)),
    cell(input(row.required, `${row.name}: required`, (on) => { row.required = on; }, { type: 'checkbox', checked: row.required })),
    ...LANGUAGES.map(([code, label]) => cell(input(row.titles[code], `${row.name}: ${label}`, (text) => { row.titles[code] = text; }))),
    cell(limits(row)), buttons(index));
  const second = choices(row);
  return second ? [first, make('tr', {}, cell(), make('td', { colSpan: 7 }, second))] : [first];
}

function conditions() {
  const element = make('textarea', { rows: 6, disabled: readonly, value: JSON.stringify(form.schema.allOf ?? [], null, 2), spellcheck: false });
  element.setAttribute('aria-label', 'allOf');
  element.addEventListener('change', () => {
    try {
      const parsed = JSON.parse(element.value || '[]');
      if (!Array.isArray(parsed)) throw new SyntaxError('[ … ]');
      if (parsed.length) form.schema.allOf = parsed; else delete form.schema.allOf;
      element.setCustomValidity('');
      edited();
    } catch (error) {
      element.setCustomValidity(`${draft.words['is no JSON']}: ${error.message}`);
      element.reportValidity();
    }
  });
  return make('details', {}, make('summary', { textContent: 'if / then (JSON Schema allOf)' }), element);
}

function titles() {
  form.title = typeof form.title === 'string' ? { en: form.title } : form.title ?? {};
  return make('div', { className: 'inline-form' }, ...LANGUAGES.map(([code, label]) =>
    make('label', {}, `${label} `, input(form.title[code], `title: ${label}`, (text) => { if (text) form.title[code] = text; else delete form.title[code]; }))));
}

function draw() {
  const head = ['name', 'kind', '*', 'English', '繁體中文', '简体中文', '', ''];
  const add = make('button', { type: 'button', textContent: draft.words['Add field'], disabled: readonly });
  add.addEventListener('click', () => {
    rows.push({ name: `field${rows.length + 1}`, kind: 'text', required: false, titles: {}, limits: ['200'], choices: [], was: null });
    edited();
    draw();
    [...canvas.querySelectorAll('tbody input[pattern]')].at(-1).focus();
  });
  const table = make('table', {}, make('thead', {}, make('tr', {}, ...head.map((text) => make('th', { scope: 'col', textContent: text })))), make('tbody', {}, ...rows.flatMap(tableRow)));
  const fields = make('div', { className: 'fields' }, titles(), table, add, conditions());
  canvas.replaceChildren(fields, canvas.querySelector('.preview') ?? make('section', { className: 'preview' }));
}

function edited() {
  writeRows(form, rows);
  draft.changed();
  preview();
}

let waiting;
function preview() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await fetch('/workbench/form-preview', { method: 'POST', body: JSON.stringify(form) });
    if (!answer.ok) return;
    // read as a document of its own, in which nothing runs or loads; what could run stays behind
    const shown = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const element of shown.querySelectorAll('script, style, iframe, object, embed, link, meta, base, form')) element.remove();
    for (const element of shown.body.querySelectorAll('*')) {
      for (const name of element.getAttributeNames()) if (/^on|^(src|href|style|action|formaction)$/i.test(name)) element.removeAttribute(name);
    }
    canvas.querySelector('.preview').replaceChildren(...shown.body.childNodes);
  }, PREVIEW_AFTER);
}

function open(text) {
  form = readForm(text);
  rows = rowsOf(form);
  draw();
  preview();
}

open(await draft.read());
await draft.follow({
  write: async () => `${JSON.stringify(form, null, 2)}\n`,
  reload: open,
  show: () => canvas.querySelector('input').focus(),
});
root.dataset.ready = 'yes';
