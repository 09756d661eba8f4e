// When a field is asked for, in FEEL: comparisons of other fields, joined by `and`. It is stored as the `if` and `then`
// of JSON Schema, which are what holds the answer to it; a rule that says more than FEEL does here stays as it is.

const OWN = null;
const NAME = '[A-Za-z][A-Za-z0-9_]*';
const LITERAL = '"(?:[^"\\\\]|\\\\.)*"|-?\\d+(?:\\.\\d+)?|true|false';
const COMPARED = new RegExp(`^(${NAME})\\s*(=|!=|>=|<=|>|<)\\s*(${LITERAL})$`);
const AMONG = new RegExp(`^(${NAME})\\s+in\\s*\\(\\s*((?:${LITERAL})(?:\\s*,\\s*(?:${LITERAL}))*)\\s*\\)$`);
const HOLDS = new RegExp(`^list contains\\(\\s*(${NAME})\\s*,\\s*(${LITERAL})\\s*\\)$`);
const BOUNDS = { '>': 'exclusiveMinimum', '>=': 'minimum', '<': 'exclusiveMaximum', '<=': 'maximum' };

const rulesOf = (schema) => [...(schema.if ? [schema] : []), ...(schema.allOf ?? []).filter((each) => each?.if)];
const names = (branch) => [...(branch?.required ?? []), ...Object.keys(branch?.properties ?? {})];
const isPlain = (rule) => !rule.else && rule.if && Object.keys(rule.if).every((key) => ['properties', 'required'].includes(key));

function asFeel(rule) {
  if (!isPlain(rule)) return OWN;
  const known = rule.if.properties ?? {};
  const said = Object.entries(known).flatMap(([name, test]) => Object.entries(test).map(([key, value]) => compared(name, key, value)));
  const sure = Object.keys(known).every((name) => (rule.if.required ?? []).includes(name));
  return said.length && sure && !said.includes(OWN) ? said.join(' and ') : OWN;
}

const isPlainValue = (value) => ['string', 'number', 'boolean'].includes(typeof value);

function compared(name, key, value) {
  const literal = JSON.stringify;
  if (key === 'const' && isPlainValue(value)) return `${name} = ${literal(value)}`;
  if (key === 'enum' && value.every(isPlainValue)) return `${name} in (${value.map((each) => literal(each)).join(', ')})`;
  if (key === 'not' && Object.keys(value).join() === 'const' && isPlainValue(value.const)) return `${name} != ${literal(value.const)}`;
  if (key === 'contains' && Object.keys(value).join() === 'const' && isPlainValue(value.const)) return `list contains(${name}, ${literal(value.const)})`;
  const sign = Object.keys(BOUNDS).find((each) => BOUNDS[each] === key);
  return sign && typeof value === 'number' ? `${name} ${sign} ${value}` : OWN;
}

// What decides whether the field is asked for: '' when nothing does, `own` when FEEL cannot say it here.
export function conditionOf(form, name) {
  if ((form.schema?.required ?? []).includes(name)) return { text: '', own: false, required: false };
  const rules = rulesOf(form.schema ?? {}).filter((rule) => names(rule.then).includes(name) || names(rule.else).includes(name));
  if (!rules.length) return { text: '', own: false, required: false };
  const text = rules.length === 1 ? asFeel(rules[0]) : OWN;
  return { text: text ?? '', own: text === OWN, required: rules.some((rule) => (rule.then?.required ?? []).includes(name)) };
}

// The `if` of a condition. Throws for what FEEL does not say here, or for a field that there is not.
export function parse(text, known) {
  const test = { properties: {}, required: [] };
  for (const part of split(text)) {
    const [name, said] = partOf(part);
    if (!known.includes(name)) throw new SyntaxError(name);
    test.properties[name] = { ...test.properties[name], ...said };
    if (!test.required.includes(name)) test.required.push(name);
  }
  return test;
}

// At each `and` that stands in no text.
const split = (text) => text.split(/\band\b(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((each) => each.trim());

function partOf(part) {
  const among = AMONG.exec(part);
  if (among) return [among[1], { enum: JSON.parse(`[${among[2]}]`) }];
  const held = HOLDS.exec(part);
  if (held) return [held[1], { contains: { const: JSON.parse(held[2]) } }];
  const [, name, sign, literal] = COMPARED.exec(part) ?? [];
  if (!name) throw new SyntaxError(part);
  const value = JSON.parse(literal);
  if (sign === '=') return [name, { const: value }];
  if (sign === '!=') return [name, { not: { const: value } }];
  if (typeof value !== 'number') throw new SyntaxError(part);
  return [name, { [BOUNDS[sign]]: value }];
}

// The field is asked for while `text` holds, and has to be filled in then if `required`; always, if there is no text.
export function putCondition(form, name, text, required = true) {
  const test = text.trim() ? parse(text, Object.keys(form.schema.properties).filter((each) => each !== name)) : null;
  for (const rule of rulesOf(form.schema)) for (const branch of [rule.then, rule.else]) forget(branch, name);
  const kept = (form.schema.allOf ?? []).filter((rule) => !rule?.if || names(rule.then).length || names(rule.else).length);
  if (test) kept.push({ if: test, then: required ? { required: [name] } : { properties: { [name]: {} } } });
  if (kept.length) form.schema.allOf = kept;
  else delete form.schema.allOf;
  if (test) form.schema.required = (form.schema.required ?? []).filter((each) => each !== name);
  if (form.schema.required && !form.schema.required.length) delete form.schema.required;
}

function forget(branch, name) {
  if (!branch) return;
  if (branch.required) branch.required = branch.required.filter((each) => each !== name);
  if (branch.required && !branch.required.length) delete branch.required;
  if (branch.properties) delete branch.properties[name];
  if (branch.properties && !Object.keys(branch.properties).length) delete branch.properties;
}
