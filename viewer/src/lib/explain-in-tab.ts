/** What the page needs to explain another class, in one part that is loaded when it is asked for. */
export { explainAll, measureAll } from './explain-all.ts';
export { failureOf } from './failure-of.ts';
export { otherClassManifest, otherClassPlan } from './other-class.ts';
