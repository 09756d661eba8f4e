// Reads lines of JSON: what to do with a form in the editor's own code. Answers each with a line.
import { createInterface } from 'node:readline';

const { pathToFileURL } = await import('node:url');
const doc = await import(pathToFileURL(`${process.argv[2]}/form-doc.js`));
const conditions = await import(pathToFileURL(`${process.argv[2]}/form-conditions.js`));
const known = { ...doc, ...conditions };

for await (const line of createInterface({ input: process.stdin })) {
  const { form, steps } = JSON.parse(line);
  const given = [];
  for (const [name, ...args] of steps) {
    try { given.push(known[name](form, ...args) ?? null); } catch (error) { given.push({ error: error.name }); }
  }
  const text = `${JSON.stringify(form, null, 2)}\n`;
  process.stdout.write(`${JSON.stringify({ text, given })}\n`);
}
