import type { ConfigLayer, ConfigPlace, ConfigProblem } from "../../contracts/config_provider.ts";
import { shorten } from "../config_problem.ts";
import { maxDepth, TreeBuilder } from "./config_tree.ts";

const layer = "command line";
const flag = "--set";

/** Reads `--set platform.control.port=9090` and `--set=...`; other arguments are not ours. The last of two wins. */
export function commandLineLayer(argv: readonly string[]): ConfigLayer {
  const tree = new TreeBuilder({ layer, source: layer });
  const problems: ConfigProblem[] = [];
  for (const setting of settingsIn(argv)) {
    const [dotted, value] = split(setting);
    const path = dotted.split(".");
    // The value may be a secret and stays out of every place and message.
    const place: ConfigPlace = { layer, source: value === undefined ? layer : `${flag} ${shorten(dotted)}` };
    if (value === undefined || path.includes("")) {
      problems.push({ code: "VARIABLE", path: "", message: `${flag} needs "path.to.key=value".`, place });
    } else if (path.length > maxDepth) {
      problems.push({ code: "LIMIT", path: "", message: `names a path deeper than ${maxDepth} levels.`, place });
    } else if (!tree.set(path, value, place)) {
      problems.push({ code: "VARIABLE", path: dotted, message: `collides with another ${flag}.`, place });
    }
  }
  return { root: tree.build(), problems };
}

function settingsIn(argv: readonly string[]): readonly string[] {
  const settings: string[] = [];
  for (const [index, argument] of argv.entries()) {
    if (argument === "--") break;
    if (argument.startsWith(`${flag}=`)) settings.push(argument.slice(flag.length + 1));
    else if (argument === flag) settings.push(argv[index + 1] ?? "");
  }
  return settings;
}

function split(setting: string): readonly [path: string, value: string | undefined] {
  const equals = setting.indexOf("=");
  return equals === -1 ? [setting, undefined] : [setting.slice(0, equals), setting.slice(equals + 1)];
}
