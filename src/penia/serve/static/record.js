/* What is entered. It lives in `state` of this page alone: nothing of it is stored in the browser. */
const empty = () => ({ file: null, counts: [], drugs: [], findings: [], person: {}, setting: null });
const past = [];
export let state = empty();

const listeners = [];
export const onChange = (act) => listeners.push(act);
const changed = () => listeners.forEach((act) => act());

export function change(act) {
  past.push(structuredClone(state));
  act(state);
  changed();
}
export function undo() {
  state = past.pop();
  changed();
}
export function reset() {
  past.length = 0;
  state = empty();
  changed();
}
/* What was added to one person is not another's. */
export const another = (file) => change((s) => Object.assign(s, s.file ? empty() : {}, { file }));
export const name = (person) => change((s) =>
  Object.assign(s, s.file.person ? empty() : {}, { file: { ...s.file, person } }));

export const canUndo = () => past.length > 0;
export const isTyped = () => Boolean(state.counts.length || state.drugs.length || state.findings.length);
export const isEmpty = () => !state.file && !isTyped();
export const supposed = () => state.findings.filter((f) => f.supposed);

/* What the service is sent, in the names that it knows. */
export function facts() {
  const findings = state.findings.map(({ name, present }) => ({ name, present }));
  const file = state.file && { base64: state.file.base64, person: state.file.person };
  return JSON.stringify({ ...state, file, findings });
}
