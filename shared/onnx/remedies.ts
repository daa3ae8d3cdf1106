/** What to do about a refused model: one sentence for every kind of offender, each said once. */

const REMEDIES: readonly (readonly [kind: RegExp, remedy: string])[] = [
  [/Git LFS pointer/, 'Fetch the file itself with `git lfs pull`.'],
  [
    /only the first part|empty file|holds no graph|nothing computes|elements$/,
    'Download or export it again.',
  ],
  [
    /kept in|not beside the model|ends too early/,
    'Put the weight files beside the model, under their own names.',
  ],
  [/operator set/, 'Convert it with onnx.version_converter, or export it again with operator set 13 to 21.'],
  [/control flow/, 'Export it traced, in inference mode, so that loops and branches are gone.'],
  [/local functions/, 'Export it with functions inlined (onnx.inliner).'],
  [
    /without a derivative|does not depend/,
    'Make the class scores the output, not what is decided from them.',
  ],
  [/^operator |^\S+, attribute/, 'Export it with ONNX’s own operators and without what is named.'],
  [/inputs?: |no output/, 'Export it with one image as input and the class scores as first output.'],
  [
    /of type|element type|float64|whole-number/,
    'Export it in float32, from float32, float16 or uint8 images.',
  ],
  [
    /of rank|one score a class/,
    'Only image classifiers can be explained: [N, C, H, W] or [N, H, W, C] in, [N, classes] out.',
  ],
  [
    /open shape|computed from the image|not known before/,
    'Give the size (--size 224,224), or export it with fixed image sides.',
  ],
];

export function remediesFor(offenders: readonly string[]): string {
  const found = REMEDIES.filter(([kind]) => offenders.some((offender) => kind.test(offender)));
  if (found.length === 0) return 'Export the model again without what is listed.';
  return found.map(([, remedy]) => remedy).join(' ');
}
