import { extname } from "node:path";

import type { ConfigLayer, ConfigPlace, ConfigProvider } from "../../app_runtime/contracts/config_provider.ts";
import { parseConfigText } from "./parse_config_text.ts";
import { readConfigFile } from "./read_config_file.ts";
import { fingerprintOf, watchFile } from "./watch_file.ts";

export interface FileConfigProviderParts {
  /** The layer's name in origins and errors: "application file". */
  readonly name: string;
  /** A .yaml, .yml or .json file. */
  readonly path: string;
  /** An optional file that is not there is an empty layer; any other is a problem. */
  readonly optional?: boolean;
}

/** One layer of configuration from one YAML or JSON file. Which layer wins is decided by the order of the providers. */
export class FileConfigProvider implements ConfigProvider {
  readonly name: string;
  readonly #path: string;
  readonly #optional: boolean;
  /** Of what the last load() read: a change between load() and watch() must not be missed. */
  #loaded: string | undefined;

  constructor(parts: FileConfigProviderParts) {
    this.name = parts.name;
    this.#path = parts.path;
    this.#optional = parts.optional === true;
  }

  async load(): Promise<ConfigLayer> {
    const place: ConfigPlace = { layer: this.name, source: this.#path };
    this.#loaded = await fingerprintOf(this.#path);
    const file = await readConfigFile(this.#path);
    switch (file.kind) {
      case "text":
        return parseConfigText(file.text, place, extname(this.#path).toLowerCase() === ".json" ? "json" : "yaml");
      case "absent":
        if (this.#optional) return { problems: [] };
        return {
          problems: [{ code: "FILE", path: "", message: "The file is not there. Create it or name another.", place }],
        };
      case "unusable":
        return { problems: [{ code: file.code, path: "", message: file.why, place }] };
    }
  }

  watch(onChange: () => void, onFailure: (reason: Error) => void): Disposable {
    return watchFile({ path: this.#path, known: this.#loaded, onChange, onFailure });
  }
}
