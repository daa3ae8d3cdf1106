/**
 * Puts weights into a serialized model with one copy of their bytes.
 *
 * A message field that occurs twice is merged (protobuf encoding, "last one wins" rules), so the graph's
 * initializers may follow as a second `graph` field that holds nothing else. Writing them as part of the message
 * would copy every byte once for each level of nesting.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { type TensorProto, TensorProtoSchema } from './onnx_pb.js';

/** Tag bytes of length-delimited fields: (field number << 3) | 2. */
const GRAPH_OF_MODEL = 0x3a;
const INITIALIZER_OF_GRAPH = 0x2a;
const RAW_DATA_OF_TENSOR = 0x4a;

/** `model` is a serialized ModelProto; each tensor carries its values in `rawData`. */
export function appendInitializers(
  model: Uint8Array,
  tensors: readonly TensorProto[],
): Uint8Array<ArrayBuffer> {
  if (tensors.length === 0) return Uint8Array.from(model);
  const entries = tensors.map(({ name, dataType, dims, rawData }) => {
    const head = toBinary(TensorProtoSchema, create(TensorProtoSchema, { name, dataType, dims }));
    const rawHead = [RAW_DATA_OF_TENSOR, ...varint(rawData.length)];
    const length = head.length + rawHead.length + rawData.length;
    return { parts: [[INITIALIZER_OF_GRAPH, ...varint(length)], head, rawHead, rawData] };
  });
  const parts = entries.flatMap((entry) => entry.parts);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const graphHead = [GRAPH_OF_MODEL, ...varint(total)];
  const bytes = new Uint8Array(model.length + graphHead.length + total);
  let at = 0;
  for (const part of [model, graphHead, ...parts]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Base-128, low groups first. */
function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) groups.push((rest % 0x80) | 0x80);
  return [...groups, rest];
}
