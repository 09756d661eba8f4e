// A form as rows of a table, and the rows as a form again. Nothing of a field is lost that the table does not show.

export const KINDS = [
  'text', 'long text', 'number', 'whole number', 'date', 'date and time', 'e-mail', 'yes or no', 'tick', 'one of', 'several of', 'lines',
];
const FORMATS = { date: 'date', 'date-time': 'date and time', email: 'e-mail' };
const LONG = 500;

export function readForm(text) {
  const form = JSON.parse(text);
  form.schema ??= { type: 'object', additionalProperties: false };
  form.schema.properties ??= {};
  form.uiSchema ??= {};
  return form;
}

export function kindOf(schema, ui = {}) {
  const type = Array.isArray(schema.type) ? schema.type.find((each) => each !== 'null') : schema.type;
  if (type === 'boolean') return ui['ui:widget'] === 'checkbox' ? 'tick' : 'yes or no';
  if (type === 'array') return schema.items?.enum ? 'several of' : 'lines';
  if (schema.enum) return 'one of';
  if (type === 'number') return 'number';
  if (type === 'integer') return 'whole number';
  if (FORMATS[schema.format]) return FORMATS[schema.format];
  return ui['ui:widget'] === 'textarea' || schema.maxLength > LONG ? 'long text' : 'text';
}

export function rowsOf({ schema, uiSchema }) {
  const order = (uiSchema['ui:order'] ?? []).filter((name) => name in schema.properties);
  const names = [...order, ...Object.keys(schema.properties).filter((name) => !order.includes(name))];
  return names.map((name) => {
    const [own, ui] = [schema.properties[name], uiSchema[name] ?? {}];
    const values = own.enum ?? own.items?.enum ?? [];
    const named = (key) => ui[key] ?? [];
    return {
      name, was: name, kind: kindOf(own, ui), required: (schema.required ?? []).includes(name),
      titles: { en: own.title ?? '', 'zh-Hant': ui['ui:title:zh-Hant'] ?? '', 'zh-Hans': ui['ui:title:zh-Hans'] ?? '' },
      limits: limitsOf(own),
      choices: values.map((value, index) => trimmed([String(value), ...['ui:enumNames', 'ui:enumNames:zh-Hant', 'ui:enumNames:zh-Hans'].map((key) => named(key)[index] ?? '')])),
    };
  });
}

function limitsOf(schema) {
  if (['number', 'integer'].includes(schema.type)) return [schema.minimum ?? '', schema.maximum ?? ''].map(String);
  return [String(schema.maxLength ?? schema.maxItems ?? '')];
}

function trimmed(cells) {
  const kept = [...cells];
  while (kept.length > 1 && !kept.at(-1)) kept.pop();
  return kept;
}

export function writeRows(form, rows) {
  const { schema, uiSchema } = form;
  const [properties, ui] = [{}, {}];
  for (const row of rows) {
    const own = { ...(schema.properties[row.was] ?? {}) };
    const shown = { ...(uiSchema[row.was] ?? {}) };
    if (!row.was || kindOf(own, shown) !== row.kind) retype(own, shown, row.kind);
    put(own, 'title', row.titles.en);
    for (const code of ['zh-Hant', 'zh-Hans']) put(shown, `ui:title:${code}`, row.titles[code]);
    writeLimits(own, row);
    writeChoices(own, shown, row);
    properties[row.name] = own;
    if (Object.keys(shown).length) ui[row.name] = shown;
  }
  const gone = new Set(Object.keys(schema.properties));
  for (const [key, value] of Object.entries(uiSchema)) if (!gone.has(key)) ui[key] = value;
  ui['ui:order'] = rows.map((row) => row.name);
  schema.properties = properties;
  put(schema, 'required', rows.filter((row) => row.required).map((row) => row.name));
  form.uiSchema = ui;
  for (const row of rows) row.was = row.name;
}

function retype(own, ui, kind) {
  for (const key of ['format', 'enum', 'items', 'uniqueItems', 'minItems', 'maxItems', 'minimum', 'maximum', 'maxLength', 'minLength']) delete own[key];
  delete ui['ui:widget'];
  const types = { number: 'number', 'whole number': 'integer', 'yes or no': 'boolean', tick: 'boolean', 'several of': 'array', lines: 'array' };
  own.type = types[kind] ?? 'string';
  const format = Object.entries(FORMATS).find(([, each]) => each === kind);
  if (format) [own.format] = format;
  if (kind === 'tick') ui['ui:widget'] = 'checkbox';
  if (kind === 'long text') Object.assign(own, { maxLength: 4000 }), (ui['ui:widget'] = 'textarea');
  if (kind === 'lines') own.items = { type: 'string', maxLength: 500 };
}

function writeLimits(own, { kind, limits }) {
  const number = (text) => (text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text));
  if (kind.includes('number')) { put(own, 'minimum', number(limits[0])); put(own, 'maximum', number(limits[1])); }
  else if (kind === 'lines') put(own, 'maxItems', number(limits[0]));
  else if (own.type === 'string' && !own.enum) put(own, 'maxLength', number(limits[0]));
}

function writeChoices(own, ui, { kind, choices }) {
  if (!kind.endsWith('of')) return;
  const values = choices.map(([value]) => value);
  if (kind === 'several of') Object.assign(own, { items: { ...(own.items ?? { type: 'string' }), enum: values }, uniqueItems: true });
  else own.enum = values;
  ['ui:enumNames', 'ui:enumNames:zh-Hant', 'ui:enumNames:zh-Hans'].forEach((key, index) => {
    const named = choices.map((choice) => choice[index + 1] ?? '');
    put(ui, key, named.some(Boolean) ? named.map((name, at) => name || values[at]) : undefined);
  });
}

function put(target, key, value) {
  if (value === undefined || value === '' || (Array.isArray(value) && !value.length)) delete target[key];
  else target[key] = value;
}
