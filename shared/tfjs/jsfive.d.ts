/** The part of jsfive (a reader of HDF5 files, without types of its own) that is used here. */
declare module 'jsfive' {
  export class Group {
    readonly keys: string[];
    readonly attrs: Readonly<Record<string, unknown>>;
    get(path: string): Group | Dataset | null;
  }
  export class File extends Group {
    constructor(bytes: ArrayBuffer, name: string);
  }
  export class Dataset {
    readonly shape: number[];
    /** `<f4`; an array for compound and text types. */
    readonly dtype: string | readonly unknown[];
    readonly value: ArrayLike<number>;
  }
}
