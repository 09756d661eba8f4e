// Typing over a selection: the browser by itself would put a style attribute on what is typed, which the content
// security policy stops and reports. So the editor of expressions replaces the selection instead of the browser.
import { EditorView } from '@codemirror/view';

document.addEventListener('beforeinput', (event) => {
  const content = event.target.closest?.('.cm-content');
  const view = content && event.inputType === 'insertText' && !event.isComposing && EditorView.findFromDOM(content);
  if (!view || view.state.selection.main.empty || event.data === null) return;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
}, true);
