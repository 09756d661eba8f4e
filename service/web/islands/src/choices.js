// What an element is and who sees to it, chosen out of what the draft has: forms, decisions, letters, roles. It stands
// first in the properties; the groups of Camunda's dialect below show the same in their own words.
import { CheckboxEntry, Group, SelectEntry, TextFieldEntry, isCheckboxEntryEdited, isSelectEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { find, named, put, putNamed } from './extensions.js';

const PROPERTIES = 'zeebe:Properties';
const HEADERS = 'zeebe:TaskHeaders';
const STARTABLE = 'startableBy';
const inBrackets = (text) => (document.documentElement.lang.startsWith('zh') ? `（${text}）` : ` (${text})`);
const LANGUAGES = { 'zh-Hant': '繁體中文', 'zh-Hans': '简体中文' };
const LETTER = 'redress.letter';
const NOTICE = 'redress.notify';

const useServices = () => ({ modeling: useService('modeling'), moddle: useService('moddle') });
const parts = (text) => (text ?? '').split(',').map((each) => each.trim()).filter(Boolean);
// A FEEL list or a variable stays as somebody wrote it.
const isFormula = (text) => (text ?? '').startsWith('=');

function select(id, label, { read, write, options }) {
  function Choice({ element }) {
    const services = useServices();
    const value = read(element);
    return SelectEntry({
      element, id, label, debounce: (call) => call,
      getValue: () => read(element),
      setValue: (chosen) => { if (chosen !== read(element)) write(services, element, chosen); },
      getOptions: () => {
        const offered = [{ value: '', label: '—' }, ...options().map((each) => ({ value: each.id, label: each.title }))];
        return offered.some((each) => each.value === value) ? offered : [...offered, { value, label: value }];
      },
    });
  }
  return { id, component: Choice, isEdited: isSelectEntryEdited };
}

function text(id, label, { read, write }) {
  function Line({ element }) {
    const services = useServices();
    const debounce = useService('debounceInput');
    return TextFieldEntry({ element, id, label, debounce, getValue: () => read(element), setValue: (value) => write(services, element, value ?? '') });
  }
  return { id, component: Line, isEdited: isTextFieldEntryEdited };
}

function tick(id, label, { read, write }) {
  function Tick({ element }) {
    const services = useServices();
    return CheckboxEntry({ element, id, label, getValue: () => read(element), setValue: (on) => write(services, element, on) });
  }
  return { id, component: Tick, isEdited: isCheckboxEntryEdited };
}

const ofExtension = (type, attribute, more = () => ({})) => ({
  read: (element) => find(element, type)?.[attribute] ?? '',
  write: (services, element, value) => put(services, element, type, value ? { [attribute]: value, ...more(element, value) } : null),
});

const ofName = (type, name) => ({
  read: (element) => named(element, type, name),
  write: (services, element, value) => putNamed(services, element, type, name, value),
});

// `lost-card` → `lostCard`: a name that FEEL reads as one.
const variable = (id) => id.replace(/[^A-Za-z0-9]+(.)?/g, (whole, next) => (next ?? '').toUpperCase());

const TIMES = ['PT15M', 'PT1H', 'PT4H', 'P1D', 'P2D', 'P3D', 'P5D', 'P7D', 'P10D', 'P14D', 'P30D'];
const UNITS = { M: 'minute', H: 'hour', D: 'day' };

// `PT4H` in the reader's language: 4 hours.
function told(duration) {
  const [, count, unit] = /(\d+)([MHD])$/.exec(duration);
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit: UNITS[unit], unitDisplay: 'long' }).format(Number(count));
}

const timerOf = (element) => (/Event$/.test(element.type) ? element.businessObject.get('eventDefinitions') : [])?.find((each) => each.$type === 'bpmn:TimerEventDefinition');
const isDuration = (timer) => timer && !timer.get('timeDate') && !timer.get('timeCycle');

const DURATION = {
  read: (element) => timerOf(element).get('timeDuration')?.body ?? '',
  write: ({ modeling, moddle }, element, value) => modeling.updateModdleProperties(element, timerOf(element), { timeDuration: expression(moddle, timerOf(element), value) }),
};

const CONDITION = {
  read: (element) => (element.businessObject.get('conditionExpression')?.body ?? '').replace(/^=\s*/, ''),
  write: ({ modeling, moddle }, element, value) => modeling.updateProperties(element, { conditionExpression: expression(moddle, element.businessObject, value && `=${value}`) }),
};

function expression(moddle, parent, body) {
  if (!body) return undefined;
  const made = moddle.create('bpmn:FormalExpression', { body });
  made.$parent = parent;
  return made;
}

// A flow out of a gateway that asks: the other ways have no condition.
const asks = (element) => element.type === 'bpmn:SequenceFlow' && /Exclusive|Inclusive/.test(element.source?.type ?? '');

const NAMED = /Task|Event|Gateway|Activity|SubProcess|Process|SequenceFlow|Participant|Lane/;

function entriesOf(element, offer, words) {
  const entries = [];
  const { type, businessObject } = element;
  const add = (...more) => entries.push(...more);
  if (type === 'bpmn:UserTask') {
    add(select('choose-form', words.Form, { ...ofExtension('zeebe:FormDefinition', 'formId'), options: () => offer.forms }));
    const groups = ofExtension('zeebe:AssignmentDefinition', 'candidateGroups');
    add(select('choose-role', words['Who does it'], { ...groups, options: () => offer.roles }));
  }
  if (type === 'bpmn:StartEvent' && !businessObject.get('eventDefinitions').length && businessObject.$parent?.$type === 'bpmn:Process') {
    add(select('choose-start-form', words['Form to start with'], { ...ofExtension('zeebe:FormDefinition', 'formId'), options: () => offer.forms }));
    add(...starters(element, offer, words));
  }
  if (type === 'bpmn:BusinessRuleTask') {
    const keep = (each, id) => ({ resultVariable: find(each, 'zeebe:CalledDecision')?.resultVariable || variable(id) });
    const calls = ofExtension('zeebe:CalledDecision', 'decisionId', keep);
    add(select('choose-decision', words['Decision table'], { ...calls, options: () => offer.decisions }));
  }
  if (type === 'bpmn:CallActivity') add(select('choose-process', words.Process, { ...ofExtension('zeebe:CalledElement', 'processId'), options: () => offer.processes }));
  if (['bpmn:ServiceTask', 'bpmn:SendTask'].includes(type)) add(...service(element, offer, words));
  if (isDuration(timerOf(element)) && type !== 'bpmn:StartEvent') add(select('choose-time', words['After how long'], { ...DURATION, options: () => TIMES.map((id) => ({ id, title: told(id) })) }));
  if (asks(element)) add(text('choose-condition', words['Taken if'], CONDITION));
  if (NAMED.test(type)) {
    for (const [tag, label] of Object.entries(LANGUAGES)) add(text(`name-${tag}`, words.Name + inBrackets(label), ofName(PROPERTIES, `name:${tag}`)));
  }
  return entries;
}

function starters(element, offer, words) {
  const own = named(element, PROPERTIES, STARTABLE);
  if (isFormula(own)) return [];
  return offer.roles.map((role) => tick(`start-${role.id}`, `${words['Who may start it']}: ${role.title}`, {
    read: (each) => parts(named(each, PROPERTIES, STARTABLE)).includes(role.id),
    write: (services, each, on) => {
      const others = parts(named(each, PROPERTIES, STARTABLE)).filter((name) => name !== role.id);
      putNamed(services, each, PROPERTIES, STARTABLE, (on ? [...others, role.id] : others).join(','));
    },
  }));
}

function service(element, offer, words) {
  const type = ofExtension('zeebe:TaskDefinition', 'type');
  const made = [select('choose-service', words['What it does'], {
    ...type, options: () => [{ id: LETTER, title: words['Send a letter to the customer'] }, { id: NOTICE, title: words['Tell somebody of the bank'] }],
  })];
  const does = type.read(element);
  if ([LETTER, NOTICE].includes(does)) made.push(select('choose-letter', words.Letter, { ...ofName(HEADERS, 'template'), options: () => offer.letters }));
  if (does === NOTICE) made.push(select('choose-told', words['Who is told'], { ...ofName(HEADERS, 'group'), options: () => offer.roles }));
  return made;
}

export function choicesModule(offer, words) {
  class Choices {
    constructor(propertiesPanel) { propertiesPanel.registerProvider(200, this); }

    getGroups(element) {
      return (groups) => {
        const entries = entriesOf(element, offer, words);
        if (!entries.length) return groups;
        const own = { id: 'choices', label: words['In short'], component: Group, shouldOpen: true, entries };
        const at = groups.findIndex((each) => each.id === 'general') + 1;
        return [...groups.slice(0, at), own, ...groups.slice(at)];
      };
    }
  }
  Choices.$inject = ['propertiesPanel'];
  return { __init__: ['redressChoices'], redressChoices: ['type', Choices] };
}
