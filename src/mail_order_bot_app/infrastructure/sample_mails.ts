import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface SampleMail {
  /** The file's name without ".eml"; the samples come in the order of their names. */
  readonly name: string;
  readonly raw: Uint8Array;
}

/** The same way up from src/mail_order_bot_app/infrastructure and from dist/mail_order_bot_app/infrastructure. */
export const sampleMailFolder = join(import.meta.dirname, "../../../config/samples");

/** The mails that the demonstration starts with, as they would lie in a mailbox. */
export async function loadSampleMails(): Promise<readonly SampleMail[]> {
  const files = (await readdir(sampleMailFolder)).filter((file) => file.endsWith(".eml")).sort();
  return await Promise.all(
    files.map(async (file) => ({ name: file.slice(0, -4), raw: await readFile(join(sampleMailFolder, file)) })),
  );
}
