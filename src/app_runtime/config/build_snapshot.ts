import { messageOf } from "../base/runtime_error.ts";
import type { ConfigLayer, ConfigNode, ConfigProblem } from "../contracts/config_provider.ts";
import { sortProblems } from "./config_problem.ts";
import type { ConfigShape } from "./config_shape.ts";
import { ConfigSnapshot } from "./config_snapshot.ts";
import { commandLineLayer } from "./layers/command_line_layer.ts";
import { type Environment, environmentLayer } from "./layers/environment_layer.ts";
import { layOver } from "./layers/merge_layers.ts";
import { ReadContext } from "./reading/read_context.ts";
import { readDocument } from "./reading/read_document.ts";
import { secretNamesIn } from "./reading/references.ts";
import { readSecretFiles } from "./reading/secret_files.ts";

/**
 * A rule between several keys. It sees a configuration that may have other problems: a unit that could not be read is
 * there with whatever could. Make problems with `snapshot.problem(path, "CHECK", ...)`.
 */
export type ConfigCheck = (snapshot: ConfigSnapshot) => readonly ConfigProblem[];

export interface SnapshotInputs {
  readonly shape: ConfigShape;
  /** Lowest first, without environment and command line. */
  readonly layers: readonly ConfigLayer[];
  readonly env: Environment;
  readonly envPrefix: string;
  readonly argv: readonly string[];
  readonly secretsDir: string | undefined;
  readonly checks: readonly ConfigCheck[];
  readonly number: number;
}

export interface BuiltSnapshot {
  readonly snapshot: ConfigSnapshot;
  /** By file and line. The snapshot may be used only when there are none. */
  readonly problems: readonly ConfigProblem[];
}

/** All layers, one over the other, parsed and checked; every problem at once. Reads the secret files it needs. */
export async function buildSnapshot(inputs: SnapshotInputs): Promise<BuiltSnapshot> {
  const { shape, env } = inputs;
  const files = stack(shape, undefined, inputs.layers);
  const environment = environmentLayer({ env, prefix: inputs.envPrefix, shape, below: files });
  const commandLine = commandLineLayer(inputs.argv);
  const root = stack(shape, files, [environment, commandLine]);

  const secrets = await readSecretFiles(inputs.secretsDir, secretNamesIn(root));
  const context = new ReadContext({ env, secrets });
  const document = readDocument(shape, root, context);
  const snapshot = new ConfigSnapshot({ shape, number: inputs.number, document, context });

  const layerProblems = [...inputs.layers, environment, commandLine].flatMap((layer) => layer.problems);
  const found = [...layerProblems, ...withoutEchoes(context.problems, layerProblems)];
  const problems = [...found, ...runChecks(inputs.checks, snapshot, found)];
  return { snapshot, problems: sortProblems(problems.map((problem) => maskProblem(problem, snapshot))) };
}

function stack(
  shape: ConfigShape,
  bottom: ConfigNode | undefined,
  layers: readonly ConfigLayer[],
): ConfigNode | undefined {
  return layers.reduce((below, layer) => layOver(shape, below, layer.root), bottom);
}

/** What is missing most likely stands in the file that could not be read, and who mends that would look for it in vain. */
function withoutEchoes(
  problems: readonly ConfigProblem[],
  ofLayers: readonly ConfigProblem[],
): readonly ConfigProblem[] {
  const unreadable = ofLayers.some(({ code }) => code === "FILE" || code === "SYNTAX" || code === "LIMIT");
  return unreadable ? problems.filter(({ code }) => code !== "REQUIRED") : problems;
}

/** What a check says of a key that is already known to be wrong would only repeat it. */
function runChecks(
  checks: readonly ConfigCheck[],
  snapshot: ConfigSnapshot,
  found: readonly ConfigProblem[],
): readonly ConfigProblem[] {
  const wrong = new Set(found.map((problem) => problem.path));
  return checks
    .flatMap((check) => runCheck(check, snapshot, found.length > 0))
    .filter((problem) => !wrong.has(problem.path));
}

/** A check may stumble over what could not be read; alone, its fall is a problem of its own. */
function runCheck(check: ConfigCheck, snapshot: ConfigSnapshot, alreadyBroken: boolean): readonly ConfigProblem[] {
  try {
    return check(snapshot);
  } catch (error) {
    const message = `The check ${check.name} failed: ${messageOf(error)}`;
    return alreadyBroken ? [] : [{ code: "CHECK", path: "", message }];
  }
}

function maskProblem(problem: ConfigProblem, snapshot: ConfigSnapshot): ConfigProblem {
  const hint = problem.hint === undefined ? {} : { hint: snapshot.maskText(problem.hint) };
  return { ...problem, message: snapshot.maskText(problem.message), ...hint };
}
