/**
 * What `cxai model add` asks on a terminal: what the file does not say and no flag said. Every question has the detected
 * or usual answer as its default, so that Enter takes it.
 */
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { Ask } from './ask.ts';
import type { ModelFlags } from './model-source.ts';
import { commaList, numberList, numberPair, WrongUse } from './wrong-use.ts';

type Answers = Pick<ModelFlags, 'id' | 'classes' | 'range' | 'mean' | 'std' | 'resize' | 'license'>;

interface Question<K extends keyof Answers> {
  readonly key: K;
  readonly text: string;
  readonly shown: (card: ModelCard) => string;
  /** Throws WrongUse for an answer that cannot be. */
  readonly read: (answer: string, card: ModelCard) => Answers[K];
}

const question = <K extends keyof Answers>(given: Question<K>): Question<keyof Answers> =>
  given as unknown as Question<keyof Answers>;

const perChannel = (answer: string, { input }: ModelCard): number[] => {
  const values = numberList(answer);
  if (values.length !== 1 && values.length !== input.channels) {
    throw new WrongUse(`expected 1 or ${input.channels} numbers, got ${values.length}`);
  }
  return values;
};

const QUESTIONS: readonly Question<keyof Answers>[] = [
  question({
    key: 'id',
    text: 'id (lower-case letters, digits, hyphens)',
    shown: ({ id }) => id,
    read: (answer) => answer,
  }),
  question({
    key: 'classes',
    text: 'class names, in the order of the outputs',
    shown: ({ output }) => output.classes.join(','),
    read(answer, { output }) {
      const names = commaList(answer);
      if (new Set(names).size < names.length) throw new WrongUse('expected names that differ');
      if (names.length === output.classes.length) return names;
      throw new WrongUse(`expected ${output.classes.length} names, got ${names.length}`);
    },
  }),
  question({
    key: 'range',
    text: 'model input of a black and a white pixel (0,1 for x/255; 0,255 for raw; -1,1)',
    shown: ({ input }) => input.range.join(','),
    read(answer) {
      const values = numberPair(answer);
      if (values[0] !== values[1]) return values;
      throw new WrongUse(`expected 2 numbers that differ, got '${answer}'`);
    },
  }),
  question({
    key: 'mean',
    text: 'subtracted after that (ImageNet: 0.485,0.456,0.406)',
    shown: ({ input }) => input.mean.join(','),
    read: perChannel,
  }),
  question({
    key: 'std',
    text: 'divided by after that (ImageNet: 0.229,0.224,0.225)',
    shown: ({ input }) => input.std.join(','),
    read: perChannel,
  }),
  question({
    key: 'resize',
    text: 'how an image is fitted (stretch, pad, crop)',
    shown: ({ input }) => input.resize,
    read(answer) {
      if (answer === 'stretch' || answer === 'pad' || answer === 'crop') return answer;
      throw new WrongUse(`expected stretch, pad or crop, got '${answer}'`);
    },
  }),
  question({ key: 'license', text: 'licence', shown: ({ license }) => license, read: (answer) => answer }),
];

/** The flags with what was answered; a wrong answer is asked again, with the reason. */
export async function askForCard(card: ModelCard, flags: ModelFlags, ask: Ask): Promise<ModelFlags> {
  let answers: Answers = {};
  for (const { key, text, shown, read } of QUESTIONS.filter(({ key }) => flags[key] === undefined)) {
    for (let reason = ''; ; ) {
      const answer = (await ask(`${reason}${text} [${shown(card)}]: `)).trim();
      if (answer === '') break;
      try {
        answers = { ...answers, [key]: read(answer, card) };
        break;
      } catch (error) {
        if (!(error instanceof WrongUse)) throw error;
        reason = `  ${error.message}\n`;
      }
    }
  }
  return { ...flags, ...answers };
}
