/** What of ncc's API is used; the package comes without types. https://github.com/vercel/ncc */
declare module '@vercel/ncc' {
  export interface Module {
    readonly resource?: string;
    /** ES modules that were put together into one; that one has no file of its own. */
    readonly modules?: Iterable<Module>;
  }
  /** A file of the bundle. */
  export interface Chunk {
    /** What its `import()` asks for in a comment, `webpackChunkName`. */
    readonly name?: string | null;
    readonly files: ReadonlySet<string>;
  }
  export default function ncc(
    entry: string,
    options: {
      readonly cache: boolean;
      readonly quiet: boolean;
      /** What is not bundled, by how it is imported, and what is imported instead. */
      readonly externals?: Readonly<Record<string, string>>;
    },
  ): Promise<{
    readonly code: string;
    readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>;
    readonly stats: {
      readonly compilation: {
        readonly errors: readonly (Error | string)[];
        readonly warnings: readonly (Error | string)[];
        readonly modules: Iterable<Module>;
        readonly chunks: Iterable<Chunk>;
        readonly chunkGraph: { getChunkModules(chunk: Chunk): readonly Module[] };
      };
    };
  }>;
}
