// The words of the libraries in Chinese, from a table of ours; what it lacks stays English.
import table from './words.tsv';

const COLUMN = { 'zh-Hant': 1, 'zh-Hans': 2 };

export function translateModule(language) {
  const column = COLUMN[language];
  const rows = table.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'));
  // One library writes “Ad-hoc sub-process”, another “Ad Hoc Sub Process”.
  const plain = (text) => text.toLowerCase().replaceAll('-', ' ');
  const words = column ? Object.fromEntries(rows.map((cells) => [cells[0], cells[column]])) : {};
  const alike = column ? Object.fromEntries(rows.map((cells) => [plain(cells[0]), cells[column]])) : {};
  const translate = (template, replacements = {}) =>
    (words[template] ?? alike[plain(template)] ?? template).replace(/\{([^}]+)\}/g, (whole, key) => replacements[key] ?? whole);
  return { translate: ['value', translate] };
}
