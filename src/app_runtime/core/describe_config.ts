import { renderConfigDocs, renderJsonSchema } from "../config/api.ts";
import { ServiceContainer } from "../container/api.ts";
import { configShapeOf } from "./config_shape.ts";
import { ModuleRegistrar } from "./module_registrar.ts";
import type { RuntimeParts } from "./runtime_parts.ts";

/** Every key that this application understands: as a Markdown page for people and as JSON Schema for editors. */
export function describeConfig(parts: RuntimeParts): { readonly markdown: string; readonly jsonSchema: string } {
  const registrar = new ModuleRegistrar(new ServiceContainer());
  for (const module of parts.modules) registrar.register(module);
  const shape = configShapeOf(parts, registrar);
  return { markdown: renderConfigDocs(shape), jsonSchema: renderJsonSchema(shape) };
}
