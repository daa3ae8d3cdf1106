/**
 * Weights kept beside the model (`model.onnx.data`): which files, and the same model with them inside.
 *
 * One self-contained file is what is hashed, registered and sent to a browser, so files are joined once, at the
 * door. Source: ONNX "External Data": keys location, offset (default 0), length (default: to the end).
 */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema, type TensorProto } from './onnx_pb.js';
import { EXTERNAL } from './read-tensor.ts';
import { refusal } from './refusal.ts';

/** Names of the files that hold weights, relative to the model; [] for a self-contained or unreadable file. */
export function externalFiles(model: Uint8Array): string[] {
  const proto = parse(model);
  if (!proto) return [];
  return [...new Set(externalTensors(proto).map((tensor) => externalKey(tensor, 'location') ?? ''))];
}

/**
 * The model with its weights inside. `files` holds what could be read, by location; throws a refusal that names
 * every file that is absent or too short. A self-contained model comes back as it is.
 */
export function inlineExternalData(model: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const proto = parse(model);
  const tensors = proto ? externalTensors(proto) : [];
  if (!proto || tensors.length === 0) return model;
  const offenders = new Set<string>();
  for (const tensor of tensors) {
    const location = externalKey(tensor, 'location') ?? '';
    const file = files.get(location);
    if (!file) {
      offenders.add(`weights in ${location || 'a file without a name'}, which is not beside the model`);
      continue;
    }
    const begin = Number(externalKey(tensor, 'offset') ?? 0);
    const end = begin + Number(externalKey(tensor, 'length') ?? file.length - begin);
    if (!(begin >= 0 && end >= begin && end <= file.length)) {
      offenders.add(`weights in ${location}, a file of ${file.length} bytes that ends too early`);
      continue;
    }
    tensor.rawData = file.slice(begin, end);
    tensor.externalData = [];
    tensor.dataLocation = 0;
  }
  if (offenders.size > 0) throw refusal([...offenders]);
  return toBinary(ModelProtoSchema, proto);
}

function parse(model: Uint8Array): ModelProto | undefined {
  try {
    return fromBinary(ModelProtoSchema, model);
  } catch {
    // What is wrong with the file is said by `readModel`.
    return undefined;
  }
}

function externalTensors({ graph }: ModelProto): TensorProto[] {
  const inAttributes = graph?.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => (t ? [t] : [])));
  return [...(graph?.initializer ?? []), ...(inAttributes ?? [])].filter(
    ({ dataLocation }) => dataLocation === EXTERNAL,
  );
}

const externalKey = (tensor: TensorProto, key: string): string | undefined =>
  tensor.externalData.find((entry) => entry.key === key)?.value;
