/** What a file's output holds: probabilities behind operators that keep them, spelled out, or stated by a person. */
import { expect, test } from 'vitest';
import { inferCard, type KnownFacts } from '../../../functions/common/infer-card.ts';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { openClassifier } from '../../../functions/common/open-classifier.ts';
import { floats, integers } from '../../../shared/onnx/constant.ts';
import { type Attributes, int, ints, type Model, type Node } from '../../../shared/onnx/graph.ts';
import { readModel } from '../../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../../shared/onnx/supported-operators.ts';
import { writeSourceModel } from '../../../shared/onnx/write-model.ts';
import { smallCnn } from '../engine/test-models.ts';

const runner = createOnnxRuntimeRunner({ threads: 1 });
const SHAPE = [1, 12, 10] as const;

type End = readonly (readonly [op: string, others: readonly string[], attributes?: Attributes])[];

const CONSTANTS: Model['constants'] = new Map([
  ['axis1', integers([1])],
  ['axis2', integers([2])],
  ['small', floats([1e-7], [])],
  ['nearOne', floats([1 - 1e-7], [])],
  ['half', floats([0.5], [])],
]);

/** The small CNN with its logits led through operators of a file; `l` names the logits, `v0`, `v1`, … each result. */
function ending(end: End, units = 3): Uint8Array {
  const model = readModel(smallCnn(SHAPE, undefined, units), supportedOperators);
  const rename = (name: string): string => (name === model.output.name ? 'l' : name);
  const body = model.nodes.map((node) => ({ ...node, outputs: node.outputs.map(rename) }));
  const added = end.map(
    ([op, inputs, attributes = {}], index): Node => ({
      op,
      domain: '',
      inputs,
      attributes,
      outputs: [`v${index}`],
    }),
  );
  const output = { ...model.output, name: end.length > 0 ? `v${end.length - 1}` : 'l', shape: undefined };
  const constants = new Map([...model.constants, ...CONSTANTS]);
  return writeSourceModel({ ...model, output, nodes: [...body, ...added], constants });
}

const image = {
  shape: [1, ...SHAPE],
  data: Float32Array.from({ length: 120 }, (_, i) => Math.sin(i * i)),
};

async function examined(bytes: Uint8Array, facts: Partial<KnownFacts> = {}) {
  const { card, assumptions } = await inferCard(bytes, runner, { id: 'small', ...facts });
  const opened = await openClassifier({ card, bytes }, runner, { explain: 'logit' });
  const [own, logits] = [await opened.classifier.scores(image), await opened.explained.scores(image)];
  await opened.release();
  return { activation: card.output.activation, assumptions, own: [...own.data], logits: [...logits.data] };
}

const softmaxOf = (logits: readonly number[]): number[] => {
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / powers.reduce((sum, value) => sum + value, 0));
};
const sigmoidsOf = (logits: readonly number[]): number[] => logits.map((value) => 1 / (1 + Math.exp(-value)));

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index]!, 5);
  });
}

const softmax = ['Softmax', ['l'], { axis: int(1) }] as const;
const sigmoid = ['Sigmoid', ['l']] as const;
const exponent = ['Exp', ['l']] as const;
const sum = { keepdims: int(1) };

test.each<[string, 'softmax' | 'sigmoid', number, End]>([
  ['softmax', 'softmax', 3, [softmax]],
  ['softmax → Cast', 'softmax', 3, [softmax, ['Cast', ['v0'], { to: int(1) }]]],
  ['softmax → Unsqueeze', 'softmax', 3, [softmax, ['Unsqueeze', ['v0', 'axis2']]]],
  [
    'softmax over the first axis → Transpose',
    'softmax',
    3,
    [
      ['Transpose', ['l'], { perm: ints([1, 0]) }],
      ['Softmax', ['v0'], { axis: int(0) }],
      ['Transpose', ['v1'], { perm: ints([1, 0]) }],
    ],
  ],
  ['softmax → Clip', 'softmax', 3, [softmax, ['Clip', ['v0', 'small', 'nearOne']]]],
  ['sigmoid → Squeeze', 'sigmoid', 1, [sigmoid, ['Squeeze', ['v0', 'axis1']]]],
  [
    'sigmoid → Clip → Flatten',
    'sigmoid',
    3,
    [sigmoid, ['Clip', ['v0', 'small', 'nearOne']], ['Flatten', ['v1']]],
  ],
  ['exp / Σ exp', 'softmax', 3, [exponent, ['ReduceSum', ['v0', 'axis1'], sum], ['Div', ['v0', 'v1']]]],
  [
    'exp / Σ exp, the sum without its axis',
    'softmax',
    3,
    [
      exponent,
      ['ReduceSum', ['v0', 'axis1'], { keepdims: int(0) }],
      ['Unsqueeze', ['v1', 'axis1']],
      ['Div', ['v0', 'v2']],
    ],
  ],
  [
    'exp(l − max l) / Σ exp(l − max l)',
    'softmax',
    3,
    [
      ['ReduceMax', ['l', 'axis1'], sum],
      ['Sub', ['l', 'v0']],
      ['Exp', ['v1']],
      ['ReduceSum', ['v2', 'axis1'], sum],
      ['Div', ['v2', 'v3']],
    ],
  ],
])('%s gives probabilities, and its logits are found', async (_, activation, units, end) => {
  const plain = await examined(ending([], units), { activation: 'logits' });
  const found = await examined(ending(end, units));
  expect(found.activation).toBe(activation);
  expect(found.assumptions).toContain(
    `the output is probabilities: the file ends in a ${activation} (--activation ${activation})`,
  );
  expectClose(found.logits, plain.own);
  expectClose(found.own, (activation === 'softmax' ? softmaxOf : sigmoidsOf)(plain.own));
});

test('bounds that cut probabilities off, and logarithms of them, are no probabilities', async () => {
  const cut = ending([softmax, ['Clip', ['v0', 'small', 'half']]]);
  expect((await inferCard(cut, runner, { id: 'small' })).card.output.activation).toBe('logits');
  const logarithms = ending([['LogSoftmax', ['l'], { axis: int(1) }]]);
  expect((await inferCard(logarithms, runner, { id: 'small' })).card.output.activation).toBe('logits');
});

test('a person can say what the output holds, and is told where the file says otherwise', async () => {
  const other = ending([softmax, ['Cast', ['v0'], { to: int(1) }]]);
  const { card, assumptions } = await inferCard(other, runner, { id: 'small', activation: 'logits' });
  expect(card.output.activation).toBe('logits');
  expect(assumptions).toContain('the output is logits, though the file ends in a softmax');
  const logits = await inferCard(ending([]), runner, { id: 'small' });
  expect(logits.card.output.activation).toBe('logits');
  expect(logits.assumptions.join()).toMatch(
    /no softmax or sigmoid that is recognized \(--activation logits\)/,
  );
  const claimed = inferCard(ending([]), runner, { id: 'small', activation: 'logits', multiLabel: true });
  await expect(claimed).rejects.toThrow('--multi-label: expected labels that may hold together');
});
