// One field of a form as a card: what it is called, what kind it is, when it is asked for.
import { KINDS, LANGUAGES, OWN, fieldOf, putChoices, putHelp, putKind, putLimits, putRequired, putShown, putTitle } from './form-doc.js';
import { putCondition } from './form-conditions.js';

export const make = (tag, properties = {}, ...children) => {
  const { data = {}, aria = {}, ...own } = properties;
  const element = Object.assign(document.createElement(tag), own);
  Object.assign(element.dataset, data);
  for (const [key, value] of Object.entries(aria)) element.setAttribute(`aria-${key}`, value);
  element.append(...children.filter((each) => each !== null));
  return element;
};

export const button = (textContent, act, more = {}) => {
  const element = make('button', { type: 'button', className: 'btn btn-small', textContent, ...more });
  element.addEventListener('click', act);
  return element;
};

let counted = 0;
export function labelled(text, control, hint = '') {
  control.id ||= `c${counted += 1}`;
  return make('div', { className: 'field' }, make('label', { htmlFor: control.id, textContent: text }), hint ? make('p', { className: 'hint', textContent: hint }) : null, control);
}

// `edit` is { form, words, readonly, fresh, changed(): saves and shows }; a field has refresh() for its line in the list
// and rebuild() for its card. Its name can change while the card stands, so nothing keeps a copy of it.
export function input(edit, value, write, more = {}) {
  const element = make('input', { type: 'text', className: 'input', value: value ?? '', disabled: edit.readonly, ...more });
  element.addEventListener('change', () => { if (write(element.value, element) !== false) edit.changed(); });
  return element;
}

function inLanguages(edit, legend, texts, write, label) {
  const lines = Object.entries(LANGUAGES).map(([tag, name]) =>
    labelled(name, input(edit, texts[tag], (text) => write(tag, text.trim()), { lang: tag, aria: { label: label(name) } })));
  return make('fieldset', { className: 'in-languages' }, make('legend', { textContent: legend }), ...lines);
}

function kinds(edit, field) {
  const offered = field.kind === OWN ? [OWN] : KINDS;
  const options = offered.map((kind) => make('option', { value: kind, textContent: edit.words[kind] ?? kind, selected: kind === field.kind }));
  const element = make('select', { className: 'input', disabled: edit.readonly || field.kind === OWN, aria: { label: `${field.name}: ${edit.words.Kind}` } }, ...options);
  element.addEventListener('change', () => { choose(edit, field, element.value); edit.changed(); field.rebuild(`${field.name}: ${edit.words.Kind}`); });
  return labelled(edit.words.Kind, element);
}

// Choices that are new are valued by their first name.
function choose(edit, field, kind) {
  putKind(edit.form, field.name, kind);
  if (kind.endsWith('of') && !field.choices.length) edit.fresh.set(field.name, fieldOf(edit.form, field.name).choices.map((each) => ({ ...each, fresh: true })));
}

function tick(edit, field, text, checked, write) {
  const label = `${field.name}: ${text}`;
  const element = make('input', { type: 'checkbox', checked, disabled: edit.readonly, aria: { label } });
  element.addEventListener('change', () => { write(element.checked); edit.changed(); field.refresh(); });
  return make('label', { className: 'tick' }, element, make('span', { textContent: text }));
}

// The value that is stored is made of the English name and stays when that is worded anew.
const valueOf = (text, taken) => {
  const base = text.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'option';
  for (let number = 1; ; number += 1) if (!taken.includes(number > 1 ? `${base}-${number}` : base)) return number > 1 ? `${base}-${number}` : base;
};

function choices(edit, field) {
  if (!field.kind.endsWith('of') || !field.choices.length) return null;
  const list = edit.fresh.get(field.name) ?? field.choices;
  const write = () => { putChoices(edit.form, field.name, list); edit.changed(); };
  const rows = list.map((choice, at) => make('tr', {}, ...Object.entries(LANGUAGES).map(([tag, name]) => make('td', {}, input(edit, choice[tag] || (tag === 'en' && !choice.fresh ? String(choice.value) : ''), (text) => {
    choice[tag] = text.trim();
    if (tag === 'en' && choice.fresh) choice.value = valueOf(text, list.filter((each) => each !== choice).map((each) => each.value));
    putChoices(edit.form, field.name, list.map(({ fresh, ...each }) => each));
  }, { lang: tag, aria: { label: `${field.name}: ${edit.words.Choice} ${at + 1}, ${name}` } }))), make('td', {}, button(edit.words.Remove, () => {
    list.splice(at, 1);
    write();
    field.rebuild();
  }, { disabled: edit.readonly || list.length === 1, aria: { label: `${edit.words.Remove}: ${choice.en || choice.value}` } }))));
  const add = button(edit.words['Add a choice'], () => {
    list.push({ value: valueOf('option', list.map((each) => each.value)), en: '', fresh: true });
    edit.fresh.set(field.name, list);
    field.rebuild(`${field.name}: ${edit.words.Choice} ${list.length}, ${LANGUAGES.en}`);
  }, { disabled: edit.readonly });
  return make('div', { className: 'field' }, make('span', { className: 'label', textContent: edit.words.Choices }),
    make('table', { className: 'choices' }, make('thead', {}, make('tr', {}, ...Object.values(LANGUAGES).map((name) => make('th', { scope: 'col', textContent: name })), make('td'))), make('tbody', {}, ...rows)), add);
}

function limits(edit, field) {
  const line = (text, at) => labelled(text, input(edit, field.limits[at], (value) => {
    field.limits[at] = value;
    putLimits(edit.form, field.name, field.limits.map((each) => each ?? ''));
  }, { type: 'number', step: 'any', aria: { label: `${field.name}: ${text}` } }));
  const { words } = edit;
  if (['number', 'whole number', 'money'].includes(field.kind)) return make('div', { className: 'field-row' }, line(words['At least'], 0), line(words['At most'], 1));
  if (['text', 'long text', 'e-mail'].includes(field.kind)) return make('div', { className: 'field-row' }, line(words['Characters at most'], 0));
  return field.kind === 'lines' ? make('div', { className: 'field-row' }, line(words['Lines at most'], 0)) : null;
}

function condition(edit, field) {
  const { words } = edit;
  const known = field.condition;
  const element = input(edit, known.own ? words['set by a rule that is kept as it is'] : known.text, (text) => {
    try {
      putCondition(edit.form, field.name, text, field.condition.required || field.required || !field.condition.text);
      element.setCustomValidity('');
      field.refresh();
      return true;
    } catch (error) {
      element.setCustomValidity(words['Write a comparison of another field, such as amount > 1000 and kind = "other"']);
      element.reportValidity();
      return false;
    }
  }, { disabled: edit.readonly || known.own, spellcheck: false, placeholder: 'amount > 1000 and kind = "other"', aria: { label: `${field.name}: ${words['Only asked for if']}` } });
  return labelled(words['Only asked for if'], element);
}

export function cardBody(edit, field) {
  const { form, words } = edit;
  return [
    inLanguages(edit, words.Title, field.titles, (tag, text) => {
      putTitle(form, field.name, tag, text);
      field.titled(tag, text);
    }, (name) => `${field.name}: ${name}`),
    make('div', { className: 'field-row' }, kinds(edit, field),
      make('div', { className: 'field' },
        tick(edit, field, words['has to be filled in'], field.required || (field.condition.required && !!field.condition.text), (on) => {
          if (field.condition.text) putCondition(form, field.name, field.condition.text, on);
          else putRequired(form, field.name, on);
        }),
        tick(edit, field, words['only shown'], field.shown, (on) => putShown(form, field.name, on)))),
    choices(edit, field),
    limits(edit, field),
    condition(edit, field),
    make('details', {}, make('summary', { textContent: words['Help and name'] }),
      inLanguages(edit, words.Help, field.helps, (tag, text) => putHelp(form, field.name, tag, text), (name) => `${field.name}: ${words.Help}, ${name}`),
      labelled(words['Name in expressions'], input(edit, field.name, (text) => field.rename(text.trim()), { pattern: '[A-Za-z][A-Za-z0-9_]*', spellcheck: false, aria: { label: `${field.name}: ${words['Name in expressions']}` } }))),
  ];
}
