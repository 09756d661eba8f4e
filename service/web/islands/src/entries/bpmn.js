// The editor of diagrams: bpmn-js with the properties of Camunda 8's dialect, simulation, and the check's findings on
// the elements they are about.
import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from 'bpmn-js-properties-panel';
import TokenSimulationModule from 'bpmn-js-token-simulation';
import ZeebeBehaviorsModule from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import '../island.css';
import { Draft } from '../draft.js';
import '../typing.js';
import { listElements } from '../elements.js';
import { choicesModule } from '../choices.js';
import { namesModule } from '../names.js';
import { tellSimulation } from '../simulation.js';
import { translateModule } from '../translate.js';

const PALETTE = 130;
const EDGE = 20;
const STEP = 500;
let playing;
const root = document.querySelector('[data-island=bpmn]');
const draft = new Draft(root);
const offer = { forms: [], decisions: [], letters: [], processes: [], roles: [] };
const modeler = new Modeler({
  container: root.querySelector('[data-canvas]'),
  propertiesPanel: { parent: root.querySelector('[data-panel]') },
  additionalModules: [
    BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule, ZeebeBehaviorsModule,
    TokenSimulationModule, translateModule(document.documentElement.lang), choicesModule(offer, draft.words),
    namesModule(document.documentElement.lang),
  ],
  moddleExtensions: { zeebe },
});
const [canvas, overlays, registry, selection] = ['canvas', 'overlays', 'elementRegistry', 'selection'].map((name) => modeler.get(name));
const words = { translate: modeler.get('translate'), nameOf: modeler.get('names').of };
tellSimulation(root.querySelector('[data-canvas]'), words.translate);

let seen = false;
async function open(xml) {
  const view = seen ? canvas.viewbox() : null;
  try {
    const { warnings } = await modeler.importXML(xml);
    if (warnings.length) draft.say('opened with warnings', warnings[0].message);
  } catch (error) {
    draft.unreadable(error);
    return;
  }
  if (view) canvas.viewbox(view);
  else fit();
  seen = true;
  listElements(root, registry, show, words);
}

// The whole diagram beside the palette, which floats over the canvas.
function fit() {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min(1, (outer.width - PALETTE - EDGE) / inner.width, (outer.height - 2 * EDGE) / inner.height);
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: inner.x - PALETTE / scale, y: inner.y - (height - inner.height) / 2, width, height });
}

// A process that is drawn as a pool goes by its pool.
const drawn = (id) => registry.get(id) ?? registry.find(({ businessObject }) => businessObject?.processRef?.id === id);

function show(id) {
  const element = drawn(id);
  if (!element) return;
  root.scrollIntoView({ block: 'nearest' });
  canvas.scrollToElement(element, PALETTE);
  selection.select(element);
  canvas.focus();
}

// The way that leads to a fault, as the proof found it: stop by stop, each numbered. Stops on other sheets are left out.
function showWay(path) {
  clearInterval(playing);
  overlays.remove({ type: 'way' });
  registry.forEach((element) => canvas.removeMarker(element, 'on-the-way'));
  const stops = path.map((id, at) => ({ id, at })).filter(({ id }) => registry.get(id));
  const stop = () => {
    const next = stops.shift();
    if (!next) { clearInterval(playing); return; }
    const number = document.createElement('div');
    number.className = 'way-number';
    number.textContent = String(next.at + 1);
    canvas.addMarker(next.id, 'on-the-way');
    overlays.add(next.id, 'way', { position: { bottom: 10, left: -6 }, html: number });
  };
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) while (stops.length) stop();
  else { stop(); playing = setInterval(stop, STEP); }
}

function mark(findings) {
  overlays.remove({ type: 'finding' });
  for (const finding of findings) {
    const element = drawn(finding.element);
    if (!element || element === canvas.getRootElement()) continue;
    const badge = document.createElement('div');
    badge.className = `finding-badge ${finding.severity}`;
    badge.textContent = '!';
    badge.title = `${finding.message}. ${finding.fix}`;
    overlays.add(element, 'finding', { position: { top: -10, right: 10 }, html: badge });
  }
}

// What there is to choose from: read again when one comes back from making a form or a letter.
async function ask() {
  const answer = await fetch(root.dataset.parts).catch(() => null);
  if (answer?.ok) Object.assign(offer, await answer.json());
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
await ask();
await open(await draft.read());
draft.found = mark;
draft.called = (id) => { const element = drawn(id); return element && words.nameOf(element); };
modeler.on('commandStack.changed', () => { draft.changed(); listElements(root, registry, show, words); });
modeler.on('tokenSimulation.toggleMode', ({ active }) => root.classList.toggle('simulating', active));
await draft.follow({
  write: async () => (await modeler.saveXML({ format: true })).xml,
  reload: open,
  show: (finding) => { showWay(finding.path); show(finding.element); },
});
root.dataset.ready = 'yes';
