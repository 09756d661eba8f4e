"""Texts of a page that lie over each other, as far as they are to be seen."""

OVERLAPS = r"""() => {
  const seen = (e) => e.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const found = [], top = document.querySelector('main') ?? document.body;
  const texts = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  const skip = 'svg, .djs-container, .scroll, .vh, .skip, [popover], canvas, iframe, option, '
    + 'textarea, .acts-bar';
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const e = text.parentElement;
    if (!text.data.trim() || e.closest(skip) || !seen(e)) continue;
    const range = document.createRange(); range.selectNodeContents(text);
    const edges = [];
    for (let up = e; up; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') edges.push(up.getBoundingClientRect());
    for (const whole of range.getClientRects()) {
      const r = {
        left: Math.max(whole.left, ...edges.map((c) => c.left)),
        right: Math.min(whole.right, ...edges.map((c) => c.right)),
        top: Math.max(whole.top, ...edges.map((c) => c.top)),
        bottom: Math.min(whole.bottom, ...edges.map((c) => c.bottom)),
      };
      r.width = r.right - r.left, r.height = r.bottom - r.top;
      if (r.width < 2 || r.height < 2) continue;
      found.push({e, r, s: text.data.trim().slice(0, 30)});
    }
  }
  found.sort((a, b) => a.r.top - b.r.top);
  const out = new Set();
  found.forEach((a, i) => {
    for (let k = i + 1; k < found.length && found[k].r.top < a.r.bottom - 3; k++) {
      const b = found[k];
      if (a.e === b.e) continue;
      const across = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left);
      const down = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
      if (across > 2 && down > 4) out.add(`"${a.s}" lies over "${b.s}"`);
    }
  });
  return [...out];
}"""
"""A function for the browser: a sentence for each pair of texts. What scrolls in a frame of its
own, floats over the page on purpose, or is a drawing, is left out."""
