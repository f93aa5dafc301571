import type { ConfigNode } from "../../contracts/config_provider.ts";
import type { Environment } from "../layers/environment_layer.ts";

/** What `${env:X}` and `${secret:X}` stand for at this moment. */
export interface ReferenceTable {
  readonly env: Environment;
  readonly secrets: ReadonlyMap<string, SecretFile>;
}

export type SecretFile =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent"; readonly why: string };

/** A text after its references were replaced. */
export interface ResolvedText {
  readonly text: string;
  /** As they were written: "env:IMAP_PASSWORD". */
  readonly references: readonly string[];
  /** What came from the outside and may be secret, piece by piece. */
  readonly pieces: readonly string[];
  readonly fromSecret: boolean;
  /** What is missing and what to do about it; empty when all is well. */
  readonly failures: readonly string[];
}

/** How a value refers to something outside the files. */
export const referenceForms = `\${env:NAME} or \${secret:name}`;

/** `$${` is a literal `${`; else a reference up to the next brace, or an opening that never closes. */
const references = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;

/** Replaces every reference in `text`. What is put in is not looked through again. */
export function resolveText(text: string, table: ReferenceTable): ResolvedText {
  const uses: string[] = [];
  const pieces: string[] = [];
  const failures: string[] = [];
  const resolved = text.replaceAll(references, (whole: string, written: string | undefined) => {
    if (whole === "$${") return "${";
    const found = lookUp(written, table);
    if (found.kind === "failure") {
      failures.push(found.why);
      return "";
    }
    uses.push(written ?? "");
    pieces.push(found.text);
    return found.text;
  });
  const fromSecret = uses.some((use) => use.startsWith("secret:"));
  return { text: resolved, references: uses, pieces, fromSecret, failures };
}

type LookUp = { readonly kind: "text"; readonly text: string } | { readonly kind: "failure"; readonly why: string };

function lookUp(written: string | undefined, table: ReferenceTable): LookUp {
  const [, scheme, name] = /^(env|secret):([A-Za-z0-9_][A-Za-z0-9._-]{0,127})$/.exec(written ?? "") ?? [];
  if (scheme === undefined || name === undefined) {
    return {
      kind: "failure",
      why: `has a reference that is not ${referenceForms}. Write $\${ for a literal \${.`,
    };
  }
  if (scheme === "secret") return secretText(name, table.secrets.get(name));
  const value = Object.hasOwn(table.env, name) ? table.env[name] : undefined;
  if (value !== undefined) return { kind: "text", text: value };
  return { kind: "failure", why: `needs the environment variable ${name}, which is not set. Set it before the start.` };
}

function secretText(name: string, file: SecretFile | undefined): LookUp {
  if (file?.kind === "text") return file;
  return { kind: "failure", why: `needs the secret "${name}", but ${file?.why ?? "no secrets directory is known."}` };
}

/** The names of all secrets a document may need, so that their files can be read beforehand. */
export function secretNamesIn(node: ConfigNode | undefined, names: Set<string> = new Set()): ReadonlySet<string> {
  if (node?.kind === "scalar" && typeof node.value === "string") {
    for (const [, name] of node.value.matchAll(/\$\{secret:([A-Za-z0-9_][A-Za-z0-9._-]{0,127})\}/g))
      names.add(name ?? "");
  }
  if (node?.kind === "list") for (const item of node.items) secretNamesIn(item, names);
  if (node?.kind === "map") for (const child of node.entries.values()) secretNamesIn(child, names);
  return names;
}
