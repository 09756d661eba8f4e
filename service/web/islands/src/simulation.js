// The simulation asks no translator for its words: they are put into the reader's language as they appear. Its switch can
// be reached by the keyboard.
const OURS = '[class*="bts-"]';

export function tellSimulation(container, translate) {
  const tell = (element) => {
    if (element.title) {
      const said = translate(element.title);
      if (said !== element.title) element.title = said;
    }
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      const text = node.data.trim();
      const said = text && translate(text);
      if (said && said !== text) node.data = node.data.replace(text, said);
    }
    if (element.matches('.bts-toggle-mode') && !element.hasAttribute('role')) reach(element);
  };
  const tellAll = (node) => {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    if (!element) return;
    if (element.closest(OURS)) tell(element);
    for (const each of element.querySelectorAll(`${OURS}, ${OURS} *`)) tell(each);
  };
  tellAll(container);
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(tellAll))).observe(
    container, { childList: true, subtree: true },
  );
}

function reach(toggle) {
  toggle.setAttribute('role', 'button');
  toggle.tabIndex = 0;
  toggle.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    toggle.click();
  });
}
