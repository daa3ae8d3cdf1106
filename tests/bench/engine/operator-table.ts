/**
 * The operators that users' models hold (../shared/docs/GRADIENTS.md), one a line: is it accepted, what gives its
 * gradient, how many hand-written and drawn tests hold it against its float64 twin.
 *   node tests/bench/engine/operator-table.ts
 * Tests are counted by the operator's name in their sources. Exit status 1 where one is not accepted or has no twin.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { GRADIENT_TABLE } from '../../../shared/autodiff/gradient-table.ts';
import { LOWERING_TABLE } from '../../../shared/onnx/lowering-table.ts';
import { supportedOperators } from '../../../shared/onnx/supported-operators.ts';

const GROUPS: Readonly<Record<string, string>> = {
  windows: 'Conv ConvTranspose MaxPool AveragePool GlobalAveragePool GlobalMaxPool LpPool GlobalLpPool',
  normalizations:
    'BatchNormalization InstanceNormalization GroupNormalization LayerNormalization LRN LpNormalization',
  activations:
    'Relu LeakyRelu PRelu Elu Selu Celu Clip ThresholdedRelu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Mish Gelu Erf Softmax LogSoftmax',
  arithmetic:
    'Gemm MatMul Add Sub Mul Div Pow Sqrt Exp Log Neg Abs Sin Cos Min Max Sum Mean Where Reciprocal',
  reductions:
    'ReduceMean ReduceSum ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp',
  moves:
    'Flatten Reshape Transpose Squeeze Unsqueeze Concat Split Slice Pad Gather Expand Tile Resize Upsample DepthToSpace SpaceToDepth Cast Identity Dropout',
  shapes: 'Constant ConstantOfShape Shape Size Range',
};

const folder = (path: string): URL => new URL(`../../${path}/`, import.meta.url);
const sourcesIn = (path: string, ending: string): string =>
  readdirSync(folder(path))
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(new URL(name, folder(path)), 'utf8'))
    .join('\n');

const written = `${sourcesIn('unit/engine', '-gradients.test.ts')}${sourcesIn('unit/engine', 'specialize.test.ts')}`;
const drawn = sourcesIn('property/engine', '.property.test.ts');
const mentions = (text: string, op: string): number =>
  text.match(new RegExp(`\\b${op}\\b`, 'g'))?.length ?? 0;

let gaps = 0;
console.log('| operator | accepted | gradient | twin cases named | drawn |\n|---|---|---|---|---|');
for (const [group, list] of Object.entries(GROUPS)) {
  console.log(`| **${group}** | | | | |`);
  for (const op of list.split(' ')) {
    const accepted = supportedOperators.has(op);
    const rules = [
      ...(LOWERING_TABLE.some((lowering) => lowering.op === op) ? ['said in others'] : []),
      ...(GRADIENT_TABLE.some((rule) => rule.op === op) ? ['own rule'] : []),
    ];
    const folds = group === 'shapes';
    const gap = !accepted || mentions(written, op) === 0 || (rules.length === 0 && !folds);
    gaps += gap ? 1 : 0;
    const how = rules.join(', ') || (folds ? 'folds to a constant' : 'none');
    console.log(
      `| ${op}${gap ? ' ✗' : ''} | ${accepted ? 'yes' : 'no'} | ${how} | ${mentions(written, op)} | ${mentions(drawn, op)} |`,
    );
  }
}
console.log(`${gaps} gaps`);
process.exitCode = gaps > 0 ? 1 : 0;
