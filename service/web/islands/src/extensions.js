// Reads and writes the zeebe extension of an element: one change of the user is one step of undo.

const fresh = (moddle, type, values, parent) => {
  const made = moddle.create(type, values);
  made.$parent = parent;
  return made;
};

// What a moddle element says, as plain values.
const said = (element) => Object.fromEntries(Object.keys(element ?? {}).filter((key) => !key.startsWith('$')).map((key) => [key, element[key]]));

export const find = (element, type) => element.businessObject.get('extensionElements')?.get('values').find((each) => each.$type === type);

// The element gets `values` in its extension of that type; without any it loses the extension.
export function put({ modeling, moddle }, element, type, values) {
  const owner = element.businessObject;
  const holder = moddle.create('bpmn:ExtensionElements');
  holder.$parent = owner;
  const kept = (owner.get('extensionElements')?.get('values') ?? []).filter((each) => each.$type !== type);
  const made = values ? fresh(moddle, type, { ...said(find(element, type)), ...values }, holder) : null;
  if (made) kept.push(made);
  for (const each of kept) each.$parent = holder;
  holder.values = kept;
  modeling.updateModdleProperties(element, owner, { extensionElements: kept.length ? holder : undefined });
}

// A list of named values inside an extension: properties, or headers of a job.
const LISTS = {
  'zeebe:Properties': ['properties', 'zeebe:Property', 'name'],
  'zeebe:TaskHeaders': ['values', 'zeebe:Header', 'key'],
};

export function named(element, type, name) {
  const [list, , key] = LISTS[type];
  return find(element, type)?.get(list)?.find((each) => each[key] === name)?.value ?? '';
}

export function putNamed(services, element, type, name, value) {
  const { moddle } = services;
  const [list, child, key] = LISTS[type];
  const known = (find(element, type)?.get(list) ?? []).map((each) => ({ ...said(each) }));
  const at = known.findIndex((each) => each[key] === name);
  if (at >= 0 && value) known[at].value = value;
  else if (at >= 0) known.splice(at, 1);
  else if (value) known.push({ [key]: name, value });
  const children = known.map((each) => moddle.create(child, each));
  put(services, element, type, children.length ? { [list]: children } : null);
  const made = find(element, type);
  for (const each of children) each.$parent = made;
}
