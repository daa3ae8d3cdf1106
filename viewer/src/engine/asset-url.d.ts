/** `import url from 'file?url'`: the file goes into the site as it is; `url` is where. */
declare module '*?url' {
  const url: string;
  export default url;
}
