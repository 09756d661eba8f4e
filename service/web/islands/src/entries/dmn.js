// The editor of decisions: requirements diagram, decision tables, literal expressions.
import Modeler from 'dmn-js/lib/Modeler';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import '../island.css';
import { Draft } from '../draft.js';
import '../typing.js';

const root = document.querySelector('[data-island=dmn]');
const draft = new Draft(root);
const modeler = new Modeler({ container: root.querySelector('[data-canvas]') });
const tabs = root.querySelector('[data-views]');
const followed = new WeakSet();

function drawTabs() {
  const active = modeler.getActiveView();
  tabs.replaceChildren(...modeler.getViews().map((view) => {
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.textContent = view.type === 'drd' ? draft.words.requirements : view.element.name || view.element.id;
    tab.dataset.kind = view.type;
    tab.setAttribute('aria-pressed', String(active !== undefined && view.element === active.element));
    tab.addEventListener('click', () => modeler.open(view));
    return tab;
  }));
}

modeler.on('views.changed', () => {
  drawTabs();
  const viewer = modeler.getActiveViewer();
  if (!viewer || followed.has(viewer)) return;
  followed.add(viewer);
  viewer.on('commandStack.changed', () => draft.changed());
  viewer.on('elements.changed', () => draft.changed());
});

async function open(xml) {
  const at = modeler.getActiveView()?.element.id;
  try {
    await modeler.importXML(xml, { open: false });
  } catch (error) {
    draft.unreadable(error);
    return;
  }
  const views = modeler.getViews();
  const first = (wanted) => views.find(wanted);
  await modeler.open(
    first((view) => view.element.id === at)
    ?? first((view) => view.type === 'decisionTable')
    ?? first((view) => view.type !== 'drd')
    ?? views[0],
  );
}

function show(finding) {
  const view = modeler.getViews().find((each) => each.element.id === finding.element);
  if (view) modeler.open(view);
}

await open(await draft.read());
await draft.follow({ write: async () => (await modeler.saveXML({ format: true })).xml, reload: open, show });
root.dataset.ready = 'yes';
