// What Camunda's own readers see in a file. `node models.mjs generate` prints a diagram that has every extension with
// every attribute; `node models.mjs read FILE…` prints {warnings, model, written} of each as JSON.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.env.EDITORS}/package.json`));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const zeebe = require('zeebe-bpmn-moddle/resources/zeebe.json');
const bpmn = await load('bpmn-moddle');
const dmn = await load('dmn-moddle');
const make = (found) => found.BpmnModdle ?? found.DmnModdle ?? found.default;
const modeler = { name: 'Modeler', uri: 'http://camunda.org/schema/modeler/1.0', prefix: 'modeler', xml: { tagAlias: 'lowerCase' }, types: [{ name: 'Definitions', isAbstract: true, extends: ['bpmn:Definitions'], properties: [{ name: 'executionPlatform', isAttr: true, type: 'String' }, { name: 'executionPlatformVersion', isAttr: true, type: 'String' }] }] };
const readers = { bpmn: () => new (make(bpmn))({ zeebe, modeler }), dmn: () => new (make(dmn))() };

// A model as plain data: types, attributes known and unknown, children; what is referred to by its id.
function plain(element, seen = new Set()) {
  if (Array.isArray(element)) return element.map((each) => plain(each, seen));
  if (!element || typeof element !== 'object') return element;
  if (!element.$descriptor?.properties) return { $type: element.$type, ...generic(element, seen) };
  if (seen.has(element)) return { ref: element.id };
  seen.add(element);
  const found = { $type: element.$type };
  for (const [name, value] of Object.entries(element.$attrs ?? {})) found[`@${name}`] = value;
  for (const property of element.$descriptor.properties) {
    const value = element[property.name];
    if (value === undefined || value === property.default || (Array.isArray(value) && !value.length) || property.name.endsWith('$parent')) continue;
    if (Object.hasOwn(element, property.name) || Object.hasOwn(element, property.ns.localName)) {
      found[property.name] = property.isReference ? [value].flat().map((each) => each.id ?? each) : plain(value, seen);
    }
  }
  return found;
}

const generic = (element, seen) => Object.fromEntries(Object.entries(element).filter(([name]) => !name.startsWith('$')).map(([name, value]) => [name, plain(value, seen)]));

async function read(path) {
  const kind = path.endsWith('.dmn') ? 'dmn' : 'bpmn';
  const moddle = readers[kind]();
  const { rootElement, warnings } = await moddle.fromXML(await readFile(path, 'utf-8'), kind === 'dmn' ? 'dmn:Definitions' : undefined);
  const { xml } = await moddle.toXML(rootElement, { format: true });
  return { warnings: warnings.map((each) => each.message), model: plain(rootElement), written: xml };
}

// Every type of extension, in every element that may have it, with a value for every attribute.
const HOSTS = ['bpmn:ServiceTask', 'bpmn:SendTask', 'bpmn:UserTask', 'bpmn:BusinessRuleTask', 'bpmn:ScriptTask', 'bpmn:ReceiveTask', 'bpmn:CallActivity', 'bpmn:SubProcess', 'bpmn:AdHocSubProcess', 'bpmn:StartEvent', 'bpmn:IntermediateThrowEvent', 'bpmn:EndEvent', 'bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ParallelGateway', 'bpmn:EventBasedGateway'];
const local = (name) => name.replace('zeebe:', '');

function generate() {
  const moddle = readers.bpmn();
  let number = 0;
  const value = (property) => ({ Boolean: number % 2 === 0, Integer: (number += 1), String: `=${property.name}${(number += 1)} & "<${property.name}>"` })[property.type] ?? 'x';

  function filled(name, depth = 0) {
    const element = moddle.create(name);
    for (const property of element.$descriptor.properties) {
      const type = property.type;
      if (property.isReference || property.name.startsWith('bpmn:') || ['extensionElements', 'documentation'].includes(property.ns.localName)) continue;
      if (property.isAttr || property.isBody) element.set(property.name, value(property));
      else if (type.startsWith('zeebe:') && type !== name && depth < 3) {
        const child = filled(type, depth + 1);
        child.$parent = element;
        if (property.isMany) element.get(property.name).push(child); else element.set(property.name, child);
      }
    }
    return element;
  }

  const fits = (host, type) => {
    const allowed = type.meta?.allowedIn ?? [];
    const kinds = moddle.getType(host).prototype.$descriptor.allTypes.map((each) => each.name);
    return allowed.length === 0 || allowed.some((each) => each === '*' || kinds.includes(each));
  };
  const kept = zeebe.types.filter((type) => type.superClass?.includes('Element') && !type.extends);
  const dress = (element) => {
    for (const property of element.$descriptor.properties) {
      if (property.ns.prefix === 'zeebe' && property.isAttr) element.set(property.name, value(property));
    }
    const values = kept.filter((type) => fits(element.$type, type)).map((type) => filled(`zeebe:${local(type.name)}`));
    const extensions = moddle.create('bpmn:ExtensionElements', { values });
    values.forEach((each) => { each.$parent = extensions; });
    extensions.$parent = element;
    element.extensionElements = extensions;
    return element;
  };

  const process = dress(moddle.create('bpmn:Process', { id: 'every-extension', name: 'Every extension', isExecutable: true }));
  const shapes = [];
  const place = (element, x, y, width, height) => {
    const bounds = moddle.create('dc:Bounds', { x, y, width, height });
    const shape = moddle.create('bpmndi:BPMNShape', { id: `${element.id}-shape`, bpmnElement: element, bounds, ...(element.$type.endsWith('SubProcess') ? { isExpanded: true } : {}) });
    bounds.$parent = shape;
    shapes.push(shape);
  };
  process.flowElements = HOSTS.map((host, at) => {
    const element = dress(moddle.create(host, { id: `host-${local(host).replace('bpmn:', '').toLowerCase()}`, name: local(host) }));
    if (host === 'bpmn:UserTask') {
      const loop = dress(moddle.create('bpmn:MultiInstanceLoopCharacteristics'));
      loop.$parent = element;
      element.loopCharacteristics = loop;
    }
    element.$parent = process;
    const small = /Event|Gateway/.test(host);
    place(element, 160 + (at % 4) * 220, 80 + Math.floor(at / 4) * 160, small ? 36 : 120, small ? 36 : 80);
    return element;
  });
  const roots = ['bpmn:Message', 'bpmn:Error', 'bpmn:Escalation', 'bpmn:Signal'].map((kind) => dress(moddle.create(kind, { id: `a-${kind.slice(5).toLowerCase()}`, name: kind })));
  const plane = moddle.create('bpmndi:BPMNPlane', { id: 'plane', bpmnElement: process, planeElement: shapes });
  shapes.forEach((shape) => { shape.$parent = plane; });
  const diagram = moddle.create('bpmndi:BPMNDiagram', { id: 'diagram', plane });
  plane.$parent = diagram;
  const definitions = moddle.create('bpmn:Definitions', { id: 'definitions', targetNamespace: 'http://bpmn.io/schema/bpmn', exporter: 'Camunda Modeler', exporterVersion: '5.40.0', executionPlatform: 'Camunda Cloud', executionPlatformVersion: '8.8.0', rootElements: [process, ...roots], diagrams: [diagram] });
  [process, ...roots, diagram].forEach((each) => { each.$parent = definitions; });
  return moddle.toXML(definitions, { format: true });
}

const [verb, ...paths] = process.argv.slice(2);
if (verb === 'generate') process.stdout.write((await generate()).xml);
else process.stdout.write(JSON.stringify(await Promise.all(paths.map(read))));
