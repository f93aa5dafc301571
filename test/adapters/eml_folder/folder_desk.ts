import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { emlFolderSchema } from "../../../src/adapters/eml_folder/eml_folder_schema.ts";
import { EmlFolderSource } from "../../../src/adapters/eml_folder/eml_folder_source.ts";
import type { ReceivedFile } from "../../../src/adapters/eml_folder/received_file.ts";
import { parsedConfig, type Written } from "../../support/parsed_config.ts";
import { type DeskOptions, SourceDesk, SourceRun } from "../../support/source_desk.ts";
import { tempDir } from "../../support/temp_dir.ts";

type FolderPlace = "new" | "cur" | "failed";

export interface FolderDeskOptions extends DeskOptions<ReceivedFile> {
  readonly config?: Written<typeof emlFolderSchema>;
  readonly listLimit?: number;
}

/** A directory of mails, and the journal of its source. */
export class FolderDesk extends SourceDesk {
  readonly directory: string;

  constructor(directory = tempDir()) {
    super();
    this.directory = directory;
  }

  /** As a maildir writer does: it appears whole. */
  async deliver(name: string, content: string | Uint8Array): Promise<void> {
    await mkdir(join(this.directory, "tmp"), { recursive: true });
    await mkdir(join(this.directory, "new"), { recursive: true });
    await writeFile(join(this.directory, "tmp", name), content);
    await rename(join(this.directory, "tmp", name), this.path("new", name));
  }

  path(place: FolderPlace, name: string): string {
    return join(this.directory, place, name);
  }

  async names(place: FolderPlace): Promise<readonly string[]> {
    return (await readdir(join(this.directory, place)).catch(() => [])).sort();
  }

  async contents(place: FolderPlace): Promise<readonly string[]> {
    const names = await this.names(place);
    return (await Promise.all(names.map((name) => readFile(this.path(place, name), "utf8")))).sort();
  }

  async open(options: FolderDeskOptions = {}): Promise<FolderRun> {
    await this.database.open();
    const impatient = { settleTime: "20ms", rescanInterval: "50ms", settleDelay: "5ms" };
    const config = parsedConfig(emlFolderSchema, { directory: this.directory, ...impatient, ...options.config });
    const { listLimit = 10_000 } = options;
    return new FolderRun(
      this,
      options,
      (parts, toTask) => new EmlFolderSource({ config, parts, toTask, listLimit, random: () => 0.5 }),
    );
  }
}

export class FolderRun extends SourceRun<EmlFolderSource, ReceivedFile> {
  get names(): readonly string[] {
    return this.handled.map((mail) => mail.file);
  }
}
