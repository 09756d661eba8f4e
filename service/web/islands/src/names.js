// The canvas speaks the reader's language: an element that has a name in it is drawn with that name, and what is typed on
// the canvas is that name. Without one the plain name is shown and changed, which is the English.
import BaseRenderer from 'diagram-js/lib/draw/BaseRenderer';
import { named, putNamed } from './extensions.js';

const FIRST = 1500;
const PROPERTIES = 'zeebe:Properties';

export function namesModule(language) {
  const name = `name:${language}`;
  const toldOf = (element) => (element?.businessObject?.get && language !== 'en' ? named(element, PROPERTIES, name) : '');

  // The library draws what the element's own name is: for that moment it is the other one.
  const drawnWith = (element, draw) => {
    const owner = element.businessObject;
    const own = owner.name;
    owner.name = toldOf(element);
    try {
      return draw();
    } finally {
      owner.name = own;
    }
  };

  class Names extends BaseRenderer {
    constructor(eventBus, bpmnRenderer, labelEditingProvider, modeling, moddle, elementRegistry) {
      super(eventBus, FIRST);
      this.drawn = bpmnRenderer;
      this.of = (element) => toldOf(element) || (element.businessObject?.name ?? '');
      this.editOnCanvas(labelEditingProvider, { modeling, moddle });
      // A label beside its element is an element of its own, and does not hear of its properties.
      eventBus.on('element.changed', ({ element }) => {
        const label = element.label ?? element.labels?.[0];
        if (label && elementRegistry.get(label.id)) eventBus.fire('element.changed', { element: label });
      });
    }

    canRender(element) {
      return Boolean(toldOf(element));
    }

    drawShape(parent, element, attrs) {
      return drawnWith(element, () => this.drawn.drawShape(parent, element, attrs));
    }

    drawConnection(parent, element, attrs) {
      return drawnWith(element, () => this.drawn.drawConnection(parent, element, attrs));
    }

    getShapePath(element) {
      return this.drawn.getShapePath(element);
    }

    getConnectionPath(element) {
      return this.drawn.getConnectionPath(element);
    }

    editOnCanvas(provider, services) {
      const [activate, update] = [provider.activate.bind(provider), provider.update.bind(provider)];
      provider.activate = (element) => {
        const context = activate(element);
        if (context && toldOf(element)) context.text = toldOf(element);
        return context;
      };
      provider.update = (element, text, ...rest) => {
        if (!toldOf(element)) return update(element, text, ...rest);
        return putNamed(services, element.labelTarget ?? element, PROPERTIES, name, text.trim());
      };
    }
  }
  Names.$inject = ['eventBus', 'bpmnRenderer', 'labelEditingProvider', 'modeling', 'moddle', 'elementRegistry'];
  return { __init__: ['names'], names: ['type', Names] };
}
