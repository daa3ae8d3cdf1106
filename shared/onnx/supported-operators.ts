/** Every operator, of ONNX's own domain, that a model may hold. */
import { LOWERED_OPERATORS } from './infer-types.ts';
import { LOWERING_TABLE } from './lowering-table.ts';

export const supportedOperators: ReadonlySet<string> = new Set([
  ...LOWERED_OPERATORS,
  ...LOWERING_TABLE.map(({ op }) => op),
]);
