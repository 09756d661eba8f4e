// What is drawn, as a table: for those who cannot see a canvas, and for finding a thing by its name.

const SKIPPED = new Set(['label']);
const KIND = (type) => type.replace('bpmn:', '').replace(/(\B[A-Z])/g, ' $1');

// `words` are the reader's: `nameOf` an element, and `translate` of its kind.
export function listElements(root, registry, show, { nameOf, translate }) {
  const rows = registry.filter((each) => !SKIPPED.has(each.type) && each.businessObject?.name).map((element) => {
    const row = document.createElement('tr');
    const name = document.createElement('button');
    name.type = 'button';
    name.className = 'link';
    name.textContent = nameOf(element);
    name.addEventListener('click', () => show(element.id));
    for (const content of [name, translate(KIND(element.type)), element.id]) {
      const cell = document.createElement('td');
      cell.append(content);
      row.append(cell);
    }
    return row;
  });
  root.querySelector('[data-elements]').replaceChildren(...rows);
}
