import type { Readable } from 'node:stream';

/** An object's name and size. */
export interface ObjectRef {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** The content-addressed store: immutable bytes by SHA-256. Usable from any process; only the engine writes rows about them. */
export interface ObjectStore {
  /** Stores a stream (tmp → fsync → rename); an object that exists is not written again. */
  put(source: Readable | Uint8Array | string): Promise<ObjectRef>;
  /** Stores a file's bytes; with `move` the file is renamed into place where it can be. */
  putFile(path: string, options?: { readonly move?: boolean }): Promise<ObjectRef>;
  /** Where the object lies, for readers that need a path (DuckDB, ONNX Runtime). Not verified. */
  pathOf(digest: string): string;
  has(digest: string): Promise<boolean>;
  /**
   * Bytes as a stream, hashed while read.
   * @throws SlipwayError `objects.damaged` through the stream when they do not match the name; `objects.missing` when absent.
   */
  open(digest: string): Readable;
  /** The whole object, verified, for small ones such as manifests (at most `limitBytes`, 64 MiB). */
  read(digest: string, limitBytes?: number): Promise<Buffer>;
  /** Compares one object with its name: null when whole, else what is wrong. */
  verify(digest: string): Promise<string | null>;
  /** Every object on disk, with its age. */
  list(): AsyncIterable<ObjectRef & { readonly modifiedAt: number }>;
  remove(digest: string): Promise<void>;
}
