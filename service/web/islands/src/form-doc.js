// A form as a person changes it, field by field. Every change is made in the document itself, so that what nobody
// touches stays as it was written, also what this editor does not know.
import { conditionOf, putCondition } from './form-conditions.js';

export const LANGUAGES = { en: 'English', 'zh-Hant': '繁體中文', 'zh-Hans': '简体中文' };
const FORMATS = { date: 'date', 'date-time': 'date and time', email: 'e-mail' };
const TYPES = { number: 'number', money: 'number', 'whole number': 'integer', 'yes or no': 'boolean', tick: 'boolean', 'several of': 'array', lines: 'array' };
const WIDGETS = { money: 'money', tick: 'checkbox', 'long text': 'textarea' };
export const KINDS = [
  'text', 'long text', 'number', 'whole number', 'money', 'date', 'date and time', 'e-mail', 'yes or no', 'tick', 'one of', 'several of', 'lines',
];
export const OWN = 'of its own kind';
const LONG = 500;
const NUMBERS = ['number', 'whole number', 'money'];

const propertiesOf = (form) => form.schema?.properties ?? {};
const uiOf = (form, name) => form.uiSchema?.[name] ?? {};

export function namesOf(form) {
  const known = propertiesOf(form);
  const order = (form.uiSchema?.['ui:order'] ?? []).filter((name) => name in known);
  return [...order, ...Object.keys(known).filter((name) => !order.includes(name))];
}

const typeOf = (schema) => (Array.isArray(schema.type) ? schema.type.find((each) => each !== 'null') : schema.type) ?? 'string';

const OTHER = (schema, ui, type) => type === 'object' || ['person', 'actor'].includes(ui['ui:widget']) || (type === 'array' && typeOf(schema.items ?? {}) === 'object');

export function kindOf(schema, ui = {}) {
  const type = typeOf(schema);
  if (OTHER(schema, ui, type)) return OWN;
  if (type === 'boolean') return ui['ui:widget'] === 'checkbox' ? 'tick' : 'yes or no';
  if (type === 'array') return schema.items?.enum ? 'several of' : 'lines';
  if (schema.enum) return 'one of';
  if (type === 'number') return ui['ui:widget'] === 'money' ? 'money' : 'number';
  if (type === 'integer') return 'whole number';
  if (FORMATS[schema.format]) return FORMATS[schema.format];
  return ui['ui:widget'] === 'textarea' || schema.maxLength > LONG ? 'long text' : 'text';
}

export function fieldOf(form, name) {
  const [schema, ui] = [propertiesOf(form)[name], uiOf(form, name)];
  const kind = kindOf(schema, ui);
  return {
    name, kind, schema, ui,
    required: (form.schema.required ?? []).includes(name),
    shown: Boolean(schema.readOnly),
    titles: Object.fromEntries(Object.keys(LANGUAGES).map((tag) => [tag, titleIn(schema, ui, tag)])),
    helps: Object.fromEntries(Object.keys(LANGUAGES).map((tag) => [tag, ui[tag === 'en' ? 'ui:help' : `ui:help:${tag}`] ?? ''])),
    choices: choicesOf(schema, ui),
    limits: NUMBERS.includes(kind) ? [schema.minimum, schema.maximum] : [kind === 'lines' ? schema.maxItems : schema.maxLength],
    condition: conditionOf(form, name),
  };
}

const titleIn = (schema, ui, tag) => (tag === 'en' ? ui['ui:title'] ?? schema.title : ui[`ui:title:${tag}`]) ?? '';
const namesKey = (tag) => (tag === 'en' ? 'ui:enumNames' : `ui:enumNames:${tag}`);

function choicesOf(schema, ui) {
  return (schema.enum ?? schema.items?.enum ?? []).map((value, at) => ({
    value, ...Object.fromEntries(Object.keys(LANGUAGES).map((tag) => [tag, ui[namesKey(tag)]?.[at] ?? ''])),
  }));
}

function put(target, key, value) {
  if (value === undefined || value === '' || (Array.isArray(value) && !value.length)) delete target[key];
  else target[key] = value;
}

// What is said of a field beside its schema; it is there once something is said.
function putUi(form, name, key, value) {
  form.uiSchema ??= {};
  const own = form.uiSchema[name] ?? {};
  put(own, key, value);
  if (Object.keys(own).length) form.uiSchema[name] = own;
  else delete form.uiSchema[name];
}

export function putTitle(form, name, tag, text) {
  const schema = propertiesOf(form)[name];
  if (tag !== 'en') putUi(form, name, `ui:title:${tag}`, text);
  else if (uiOf(form, name)['ui:title'] !== undefined) putUi(form, name, 'ui:title', text);
  else put(schema, 'title', text);
}

export const putHelp = (form, name, tag, text) => putUi(form, name, tag === 'en' ? 'ui:help' : `ui:help:${tag}`, text);

export function putRequired(form, name, on) {
  const others = (form.schema.required ?? []).filter((each) => each !== name);
  put(form.schema, 'required', on ? [...others, name] : others);
}

export const putShown = (form, name, on) => put(propertiesOf(form)[name], 'readOnly', on || undefined);

export function putLimits(form, name, limits) {
  const [schema, kind] = [propertiesOf(form)[name], fieldOf(form, name).kind];
  const [first, second] = limits.map((text) => (text === '' || Number.isNaN(Number(text)) ? undefined : Number(text)));
  if (NUMBERS.includes(kind)) { put(schema, 'minimum', first); put(schema, 'maximum', second); }
  else put(schema, kind === 'lines' ? 'maxItems' : 'maxLength', first);
}

const KEPT = ['title', 'description', 'readOnly', 'default'];

export function putKind(form, name, kind) {
  const old = fieldOf(form, name);
  if (old.kind === kind) return;
  const schema = propertiesOf(form)[name];
  for (const key of Object.keys(schema)) if (!KEPT.includes(key)) delete schema[key];
  delete schema.default;
  schema.type = TYPES[kind] ?? 'string';
  const format = Object.keys(FORMATS).find((each) => FORMATS[each] === kind);
  if (format) schema.format = format;
  if (kind === 'text') schema.maxLength = 200;
  if (kind === 'long text') schema.maxLength = 4000;
  if (kind === 'lines') schema.items = { type: 'string', maxLength: LONG };
  putUi(form, name, 'ui:widget', WIDGETS[kind]);
  if (kind.endsWith('of')) putChoices(form, name, old.choices.length ? old.choices : [{ value: 'option' }, { value: 'option-2' }]);
  else for (const tag of Object.keys(LANGUAGES)) putUi(form, name, namesKey(tag), undefined);
}

export function putChoices(form, name, choices) {
  const [schema, values] = [propertiesOf(form)[name], choices.map((each) => each.value)];
  if (typeOf(schema) === 'array') Object.assign(schema, { items: { ...(schema.items ?? { type: 'string' }), enum: values }, uniqueItems: true });
  else schema.enum = values;
  for (const tag of Object.keys(LANGUAGES)) {
    const named = choices.some((each) => each[tag]) ? choices.map((each) => each[tag] || String(each.value)) : undefined;
    putUi(form, name, namesKey(tag), named);
  }
}

export function putFormTitle(form, tag, text) {
  if (typeof form.title !== 'object') form.title = form.title ? { en: form.title } : {};
  put(form.title, tag, text);
}

// A name that FEEL reads as one, made of what the field is called.
export function nameFor(form, title) {
  const words = title.normalize('NFKD').replace(/[^\x20-\x7e]/g, '').match(/[A-Za-z0-9]+/g) ?? [];
  const said = words.slice(0, 5).map((word, at) => (at ? word[0].toUpperCase() + word.slice(1).toLowerCase() : word.toLowerCase())).join('');
  const base = /^[a-z]/.test(said) ? said : 'field';
  for (let number = base === 'field' ? 1 : 0; ; number += 1) {
    const name = number ? `${base}${number}` : base;
    if (!(name in propertiesOf(form))) return name;
  }
}

export function add(form) {
  form.schema ??= { type: 'object', additionalProperties: false };
  form.schema.properties ??= {};
  const name = nameFor(form, '');
  const order = [...namesOf(form), name];
  form.schema.properties[name] = { type: 'string', maxLength: 200 };
  putOrder(form, order);
  return name;
}

export function remove(form, name) {
  const order = namesOf(form).filter((each) => each !== name);
  putCondition(form, name, '');
  putRequired(form, name, false);
  delete form.schema.properties[name];
  delete form.uiSchema?.[name];
  putOrder(form, order);
}

export function putOrder(form, order) {
  form.uiSchema = { 'ui:order': order, ...form.uiSchema, ...{ 'ui:order': order } };
}

export function move(form, name, to) {
  const order = namesOf(form).filter((each) => each !== name);
  order.splice(to, 0, name);
  putOrder(form, order);
}

const keyed = (object, from, to) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key === from ? to : key, value]));

// The conditions go along: in them a field is named by its properties and by what is required.
function renamed(rule, from, to) {
  if (Array.isArray(rule)) return rule.map((each) => renamed(each, from, to));
  if (rule === null || typeof rule !== 'object') return rule;
  return Object.fromEntries(Object.entries(rule).map(([key, value]) => {
    if (key === 'properties') return [key, renamed(keyed(value, from, to), from, to)];
    if (key === 'required' && Array.isArray(value)) return [key, value.map((each) => (each === from ? to : each))];
    return [key, ['const', 'enum'].includes(key) ? value : renamed(value, from, to)];
  }));
}

export function rename(form, from, to) {
  if (from === to || to in propertiesOf(form) || !/^[A-Za-z][A-Za-z0-9_]*$/.test(to)) return false;
  const order = namesOf(form).map((each) => (each === from ? to : each));
  form.schema.properties = keyed(form.schema.properties, from, to);
  if (form.schema.required) form.schema.required = form.schema.required.map((each) => (each === from ? to : each));
  for (const key of ['allOf', 'if', 'then', 'else']) if (form.schema[key]) form.schema[key] = renamed(form.schema[key], from, to);
  form.uiSchema = keyed(form.uiSchema ?? {}, from, to);
  putOrder(form, order);
  return true;
}
