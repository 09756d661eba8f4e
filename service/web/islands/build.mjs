// Builds the editors: one ES module per file in src/entries, shared chunks split out, styles and fonts as files.
// OUTDIR says where to; the package's build hook calls this.
import fs from 'node:fs';
import * as esbuild from 'esbuild';

// The bpmn.io libraries run under "style-src 'self'" with two small changes. If a library no longer matches, the build
// fails: somebody has to look at it again.
const CHANGES = [
  {
    // CodeMirror: adopted style sheets in every root, not only in shadow roots
    filter: /style-mod[\\/]src[\\/]style-mod\.js$/,
    from: '!root.head && root.adoptedStyleSheets',
    to: 'root.adoptedStyleSheets',
  },
  {
    // min-dom: what is written as a style attribute goes through the object model
    filter: /domify[\\/]index\.js$/,
    from: 'element.innerHTML = prefix + htmlString + suffix;',
    to: `element.innerHTML = prefix + htmlString.replace(/(<[^>]*?)\\sstyle=/g, '$1 data-styled=') + suffix;
      for (const each of element.querySelectorAll('[data-styled]')) {
        each.style.cssText = each.getAttribute('data-styled');
        each.removeAttribute('data-styled');
      }`,
  },
];

const underThePolicy = {
  name: 'content-security-policy',
  setup(build) {
    for (const { filter, from, to } of CHANGES) {
      build.onLoad({ filter }, ({ path }) => {
        const found = fs.readFileSync(path, 'utf8');
        if (!found.includes(from)) throw new Error(`${path} has changed: review the change for the content security policy`);
        return { contents: found.replace(from, () => to), loader: 'js' };
      });
    }
  },
};

const outdir = process.env.OUTDIR ?? '../static/dist';
fs.rmSync(outdir, { recursive: true, force: true });
await esbuild.build({
  entryPoints: fs.readdirSync('src/entries').map((name) => `src/entries/${name}`),
  bundle: true, minify: true, splitting: true, format: 'esm', target: 'es2022', outdir,
  entryNames: '[name]', chunkNames: 'chunks/[name]-[hash]', assetNames: 'assets/[name]-[hash]',
  loader: { '.tsv': 'text', ...Object.fromEntries(['.woff', '.woff2', '.ttf', '.eot', '.svg', '.png'].map((ending) => [ending, 'file'])) },
  define: { 'process.env.NODE_ENV': '"production"' }, legalComments: 'linked', logLevel: 'warning',
  plugins: [underThePolicy],
});
