import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Oauth2TokenFileError } from "./oauth2_errors.ts";

/** The refresh token of one grant, in a file that only this user may read. */
export class TokenFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined when there is none, or nothing that could be one. @throws {Oauth2TokenFileError} */
  async read(): Promise<string | undefined> {
    try {
      return tokenIn(await readFile(this.path, "utf8"));
    } catch (error) {
      if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return undefined;
      throw new Oauth2TokenFileError(this.path, error);
    }
  }

  /** On disk when it resolves; a crash leaves the old one or the new one. @throws {Oauth2TokenFileError} */
  async write(refreshToken: string): Promise<void> {
    const temporary = `${this.path}.${process.pid}.new`;
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await writeSynced(temporary, `${JSON.stringify({ refreshToken })}\n`);
      await rename(temporary, this.path);
      await syncDirectory(dirname(this.path));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new Oauth2TokenFileError(this.path, error);
    }
  }
}

function tokenIn(text: string): string | undefined {
  const token: unknown = Reflect.get(Object(parsed(text)), "refreshToken");
  return typeof token === "string" && token !== "" ? token : undefined;
}

/** Its error would quote the text, which may be a secret that somebody put there by hand. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  // A leftover of a crash may have other rights: it is not written into.
  await rm(path, { force: true });
  await using file = await open(path, "wx", 0o600);
  await file.writeFile(text);
  await file.sync();
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}
