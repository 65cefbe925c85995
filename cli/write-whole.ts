import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { OperatorError } from './terminal.ts';

/** Writes a file whole or not at all: under another name until it is done. OperatorError where it cannot be written. */
export async function writeWhole<T>(path: string, produce: (write: (text: string) => Promise<void>) => Promise<T>): Promise<T> {
  const partial = `${path}.partial`;
  const file = await opened(partial);
  try {
    const produced = await produce((text) => file.appendFile(text));
    await file.close();
    await rename(partial, path);
    return produced;
  } catch (error) {
    await file.close();
    await rm(partial, { force: true });
    throw error;
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w');
  } catch (cause) {
    throw new OperatorError(`cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
